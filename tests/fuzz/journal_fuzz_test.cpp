// The fuzz target without a fuzzer: over records of every event there is, and damaged copies.
#include "tests/fuzz/journal_fuzz.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/format.h"
#include "matching/events.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/damage.h"
#include "tests/journal/transactions.h"
#include "tests/support/environment.h"

namespace betex::test {
namespace {

constexpr char kAsItIs = 0;
constexpr char kMadeGood = 3;

void append(std::string& record, const matching::TransactionView& transaction) {
  record.append(reinterpret_cast<const char*>(&transaction.header), sizeof(transaction.header));
  record.append(reinterpret_cast<const char*>(transaction.events.data()),
                transaction.events.size());
}

std::string empty_record() {
  return kMadeGood + std::string(sizeof(journal::BatchHeader), '\0');
}

// One with several transactions, then one for each event, with zeros in its fields.
std::vector<std::string> seeds() {
  std::vector<std::string> seeds{empty_record()};
  TransactionMaker maker;
  for (int i = 0; i < 4; ++i) {
    append(seeds[0], maker.next());
  }
  matching::for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
    EventBytes events;
    events.add(Event{});
    seeds.push_back(empty_record());
    append(seeds.back(),
           {.header = make_transaction_header(matching::TxId{1}, events),
            .first_seq = {},
            .events = events.bytes()});
  });
  return seeds;
}

bool accepts(const std::string& input) {
  return decode_record({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()});
}

TEST(JournalFuzz, GenuineRecordsAreAcceptedAndWithoutTheirChainTheyAreNot) {
  std::string record = seeds()[0];
  EXPECT_TRUE(accepts(record));
  record[0] = kAsItIs;
  EXPECT_FALSE(accepts(record));
  EXPECT_FALSE(accepts(""));
  EXPECT_FALSE(accepts(empty_record()));
}

TEST(JournalFuzz, SurvivesTheCorpus) {
  run_over_corpus("journal", 20);
}

TEST(JournalFuzz, SurvivesDamagedRecords) {
  const unsigned seed = test::seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  std::mt19937 random{seed};
  const std::vector<std::string> originals = seeds();
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string record = originals[random() % originals.size()];
    if (round % 2 == 0) {
      record = damaged(record, random);
    } else {  // the layout stays, so that the damage gets to the events
      record[1 + random() % (record.size() - 1)] = static_cast<char>(random());
    }
    ++(accepts(record) ? accepted : refused);
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace betex::test
