#include "journal/journal_reader.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/journal/child.h"
#include "tests/journal/shim.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;

class JournalReaderTest : public test::WalTest {};

TEST_F(JournalReaderTest, StartsAtAnyEventWithTheTransactionThatHoldsIt) {
  write(7, 5);
  write(3, 4);
  std::vector<matching::TransactionView> all;
  {
    JournalReader reader{root(), pool_};
    while (const auto transaction = reader.next()) {
      all.push_back(*transaction);
    }
  }
  ASSERT_EQ(all.size(), 47U);
  for (const matching::TransactionView& expected : all) {
    for (std::uint64_t seq = expected.first_seq.value(); seq <= expected.last_seq().value();
         ++seq) {
      JournalReader reader{root(), pool_, EventSeq{seq}};
      const auto first = reader.next();
      ASSERT_TRUE(first) << seq;
      EXPECT_EQ(first->header.tx_id, expected.header.tx_id) << seq;
      EXPECT_EQ(read_all(EventSeq{seq}), 47 - expected.header.tx_id.value() + 1);
    }
  }
}

TEST_F(JournalReaderTest, OnePastTheEndIsAPlaceToWaitAndFurtherIsAnError) {
  write(1, 3);  // events 1 to 9
  JournalReader reader{root(), pool_, EventSeq{10}};
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.position().last_seq, EventSeq{9});
  write(1, 1);
  const auto next = reader.next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->header.tx_id, TxId{4});
  EXPECT_EQ(reading_error(EventSeq{12})->fault(), Fault::SequenceNotAvailable);
}

TEST_F(JournalReaderTest, WaitsInAnEmptyLog) {
  write(0, 0);
  JournalReader reader{root(), pool_};
  EXPECT_FALSE(reader.next());
  write(1, 1);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST_F(JournalReaderTest, WithoutAWalItSaysSo) {
  EXPECT_EQ(reading_error()->fault(), Fault::NoJournal);
}

TEST_F(JournalReaderTest, PositionKnowsTheChainAlsoInTheMiddleOfABatch) {
  write(1, 6);
  write(6, 1);
  std::vector<Chain> chains;
  JournalReader reader{root(), pool_};
  while (reader.next()) {
    chains.push_back(reader.position().chain);
  }
  ASSERT_EQ(chains.size(), 12U);
  std::filesystem::remove_all(root());
  EnvironmentPool other;
  write(12, 1);
  JournalReader one_by_one{root(), other};
  for (const Chain& chain : chains) {
    ASSERT_TRUE(one_by_one.next());
    EXPECT_EQ(one_by_one.position().chain, chain);
  }
}

TEST_F(JournalReaderTest, FollowsALiveWriterOfThisProcessAcrossRotations) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  JournalReader reader{root(), pool_};
  std::uint64_t read = 0;
  for (int round = 0; round < 30; ++round) {
    commit(journal, 1, 3);
    while (const auto transaction = reader.next()) {
      EXPECT_EQ(transaction->header.tx_id.value(), ++read);
    }
    EXPECT_EQ(reader.position(), journal.position());
  }
  EXPECT_EQ(read, 90U);
}

TEST_F(JournalReaderTest, FollowsFromAnotherThread) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> read{0};
  std::thread follower{[&] {
    JournalReader reader{root(), pool_};
    for (;;) {
      const bool last_look = done.load();
      while (const auto transaction = reader.next()) {
        ASSERT_TRUE(test::is_genuine(*transaction));
        ASSERT_EQ(transaction->header.tx_id.value(), read.load() + 1);
        ++read;
      }
      if (last_look) {
        return;
      }
    }
  }};
  commit(journal, 200, 3);
  done = true;
  follower.join();
  EXPECT_EQ(read, 600U);
}

TEST_F(JournalReaderTest, FollowsALiveWriterOfAnotherProcess) {
  Child child{{BETEX_JOURNAL_CHILD, "write", root().string(), "1"}};
  std::uint64_t acknowledged = 0;
  ASSERT_EQ(::read(child.output(), &acknowledged, sizeof(acknowledged)), sizeof(acknowledged));
  JournalReader reader{root(), pool_};
  std::uint64_t read = 0;
  while (read < 5000) {
    while (const auto transaction = reader.next()) {
      ASSERT_TRUE(test::is_genuine(*transaction));
      ASSERT_EQ(transaction->header.tx_id.value(), ++read);
    }
    ASSERT_EQ(::read(child.output(), &acknowledged, sizeof(acknowledged)), sizeof(acknowledged));
  }
}

TEST_F(JournalReaderTest, WhatComesBetweenItsLooksAtTheSegmentAndAtTheFolderIsNoGap) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 4);
  const std::filesystem::path go = folder_.path() / "go";
  // The first listing finds the segment, the second is made at its end.
  Child reader{{BETEX_JOURNAL_CHILD, "count", root().string()},
               test::with_shim(root(), {"BETEX_DISK_PAUSE=2:" + go.string()})};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{40};
  while (!std::filesystem::exists(go.string() + ".waiting")) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the reader does not list the folder";
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  commit(journal, 2, 4);  // one into the same segment, which is full then, and one into the next
  ASSERT_EQ(segment_names().size(), 2U);
  std::ofstream{go} << "go";
  EXPECT_EQ(reader.read_line(), "12");
  EXPECT_EQ(reader.wait(), 0);
}

// Follows a writer in another process that commits a transaction larger than its map.
class LargeTransactionTest : public JournalReaderTest {
 protected:
  void expect_followed(const std::string& command) {
    Child child{{BETEX_JOURNAL_CHILD, command, root().string(), "1"}};
    wait_for(child, test::kBeforeLarge);
    JournalReader reader{root(), pool_};
    for (std::uint64_t id = 1; id <= test::kBeforeLarge; ++id) {
      EXPECT_TRUE(test::is_genuine(reader.next().value()));
    }
    EXPECT_FALSE(reader.next());
    child.close_input();
    wait_for(child, kLarge + 1000);
    const matching::TransactionView large = reader.next().value();
    EXPECT_EQ(large.header.tx_id.value(), kLarge);
    EXPECT_EQ(large.header.event_count, test::kLargeEvents);
    for (std::uint64_t id = kLarge + 1; id <= kLarge + 1000; ++id) {
      const matching::TransactionView transaction = reader.next().value();
      ASSERT_EQ(transaction.header.tx_id.value(), id);
      ASSERT_TRUE(test::is_genuine(transaction));
    }
  }

  static void wait_for(const Child& child, std::uint64_t tx_id) {
    std::uint64_t acknowledged = 0;
    while (acknowledged < tx_id) {
      ASSERT_EQ(::read(child.output(), &acknowledged, sizeof(acknowledged)), sizeof(acknowledged));
    }
  }

  static constexpr std::uint64_t kLarge = test::kBeforeLarge + 1;
};

TEST_F(LargeTransactionTest, IsFollowedIntoItsOwnSegment) {
  expect_followed("write-large");
}

TEST_F(LargeTransactionTest, IsFollowedWhereTheMapOfTheLiveSegmentGrowsForIt) {
  expect_followed("write-larger");
}

TEST_F(LargeTransactionTest, AMapThatHasGrownNeverMovesUnderAnotherReadersView) {
  Child child{{BETEX_JOURNAL_CHILD, "write-larger", root().string(), "1"}};
  wait_for(child, test::kBeforeLarge);
  std::optional<JournalReader> holder{std::in_place, root(), pool_};
  const matching::TransactionView held = holder->next().value();
  JournalReader other{root(), pool_};
  while (other.next()) {
  }
  child.close_input();
  wait_for(child, kLarge);
  const auto error = error_of([&] { static_cast<void>(other.next()); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string{error->what()}.find("beside another view of the smaller map"),
            std::string::npos)
      << error->what();
  EXPECT_TRUE(test::is_genuine(held));
  holder.reset();
  JournalReader again{root(), pool_, EventSeq{1}};
  for (std::uint64_t id = 1; id <= kLarge; ++id) {
    EXPECT_EQ(again.next()->header.tx_id.value(), id);
  }
}

// The file that is mapped there; empty where none is.
std::string mapped_file(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%zx-%zx", &begin, &end) == 2 && begin <= wanted &&
        wanted < end) {
      const std::size_t path = line.find('/');
      return path == std::string::npos ? "" : line.substr(path);
    }
  }
  return "";
}

TEST_F(JournalReaderTest, ViewsPointIntoTheMapAndAreAligned) {
  write(1, 100);
  const std::string file = data_file(segment_names()[0]);
  JournalReader reader{root(), pool_};
  std::size_t read = 0;
  while (const auto transaction = reader.next()) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(transaction->events.data()) % 8, 0U);
    EXPECT_EQ(mapped_file(transaction->events.data()), file);
    ++read;
  }
  EXPECT_EQ(read, 100U);
}

}  // namespace
}  // namespace betex::journal
