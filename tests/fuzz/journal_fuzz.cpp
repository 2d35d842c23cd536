#include "tests/fuzz/journal_fuzz.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/record.h"

namespace betex::test {
namespace {

using journal::BatchHeader;
using journal::Position;
using journal::RecordPlace;
using matching::TransactionHeader;

// Where the record claims to follow.
Position before_record() {
  Position position;
  position.last_seq = matching::EventSeq{41};
  position.last_tx_id = matching::TxId{0};
  position.chain = journal::Chain{7};
  return position;
}

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// Sizes, counts and chain as they would be, as far as transactions can be told apart.
BatchHeader true_header(std::span<const std::byte> value) {
  BatchHeader header;
  std::memcpy(&header, value.data(), sizeof(header));
  std::span<const std::byte> rest = value.subspan(sizeof(header));
  header.size = rest.size();
  header.transaction_count = 0;
  header.event_count = 0;
  header.chain = before_record().chain;
  while (rest.size() >= sizeof(TransactionHeader)) {
    TransactionHeader transaction;
    std::memcpy(&transaction, rest.data(), sizeof(transaction));
    const std::size_t size = journal::stored_size(transaction);
    if (size > rest.size()) {
      break;
    }
    ++header.transaction_count;
    header.event_count += transaction.event_count;
    header.chain = journal::extend(header.chain, rest.first(size));
    rest = rest.subspan(size);
  }
  return header;
}

void make_good(std::span<std::byte> value, std::uint8_t what) {
  if (value.size() < sizeof(BatchHeader)) {
    return;
  }
  BatchHeader header;
  std::memcpy(&header, value.data(), sizeof(header));
  const BatchHeader truth = true_header(value);
  if ((what & 1U) != 0) {
    header.size = truth.size;
    header.transaction_count = truth.transaction_count;
    header.event_count = truth.event_count;
  }
  if ((what & 2U) != 0) {
    header.chain = truth.chain;
  }
  std::memcpy(value.data(), &header, sizeof(header));
}

// Reads an accepted record as a reader gives it out.
void walk(const RecordPlace& record, const journal::CheckedRecord& checked) {
  std::span<const std::byte> rest = record.value.subspan(sizeof(BatchHeader));
  matching::EventSeq next = record.key;
  std::size_t letters = 0;
  while (!rest.empty()) {
    const auto transaction = journal::first_transaction(rest, next);
    std::uint32_t events = 0;
    matching::for_each_event(transaction, [&](matching::EventSeq, const auto& event) {
      letters += to_text(journal::describe(event.header)).size();
      ++events;
    });
    require(events == transaction.header.event_count);
    next = transaction.last_seq().next();
    rest = rest.subspan(journal::stored_size(transaction.header));
  }
  require(letters > 0 && next == checked.end.last_seq.next());
}

}  // namespace

bool decode_record(std::span<const std::uint8_t> input) {
  if (input.empty()) {
    return false;
  }
  // As it would stand in the map: on a multiple of 8.
  std::vector<std::uint64_t> words((input.size() + 7) / 8);
  const std::span<std::byte> value =
      std::as_writable_bytes(std::span{words}).first(input.size() - 1);
  if (!value.empty()) {
    std::memcpy(value.data(), input.data() + 1, value.size());
  }
  make_good(value, input[0]);
  const std::string segment = "fuzz";
  const RecordPlace record{
      .segment = segment, .key = before_record().last_seq.next(), .value = value};
  try {
    static_cast<void>(journal::position_behind(record));
  } catch (const journal::JournalError& error) {
    require(error.fault() == journal::Fault::RecordDamaged);
  }
  try {
    walk(record, journal::check_record(record, before_record()));
    return true;
  } catch (const journal::JournalError&) {
    return false;
  }
}

}  // namespace betex::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  betex::test::decode_record({data, size});
  return 0;
}
