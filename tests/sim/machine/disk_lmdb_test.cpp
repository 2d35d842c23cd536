// An LMDB database on the simulated disk, as the journal uses it: power cuts and kills at each
// call.
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <lmdb.h>

#include "tests/sim/machine/test_disk.h"

namespace betex::sim {
namespace {

constexpr std::uint64_t kCommits = 6;
constexpr unsigned kFileMode = 0640;

// From a small part of a page to some pages.
std::string value_of(std::uint64_t key) {
  return std::string(100 + 3000 * (key % 4), static_cast<char>('a' + key % 26));
}

// As journal/lmdb.cpp uses it. Each method returns LMDB's code.
class Database {
 public:
  Database(const std::filesystem::path& folder, unsigned flags) {
    constexpr std::size_t kMapSize = std::size_t{1} << 26U;
    EXPECT_EQ(mdb_env_create(&environment_), MDB_SUCCESS);
    EXPECT_EQ(mdb_env_set_mapsize(environment_, kMapSize), MDB_SUCCESS);
    opened_ = mdb_env_open(environment_, folder.c_str(), MDB_NOTLS | flags, kFileMode);
  }

  ~Database() { mdb_env_close(environment_); }

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] int opened() const { return opened_; }

  int append(std::uint64_t key) {
    MDB_txn* transaction = nullptr;
    MDB_dbi database = 0;
    int code = mdb_txn_begin(environment_, nullptr, 0, &transaction);
    if (code != MDB_SUCCESS) {
      return code;
    }
    std::string value = value_of(key);
    MDB_val its_key{sizeof key, &key};
    MDB_val its_value{value.size(), value.data()};
    code = mdb_dbi_open(transaction, nullptr, MDB_INTEGERKEY, &database);
    if (code == MDB_SUCCESS) {
      code = mdb_put(transaction, database, &its_key, &its_value, MDB_APPEND);
    }
    if (code != MDB_SUCCESS) {
      mdb_txn_abort(transaction);
      return code;
    }
    return mdb_txn_commit(transaction);
  }

  // The keys, which go from 1 up without a gap; none where something else is there.
  [[nodiscard]] std::optional<std::uint64_t> count() const {
    MDB_txn* transaction = nullptr;
    MDB_dbi database = 0;
    MDB_cursor* cursor = nullptr;
    if (mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction) != MDB_SUCCESS) {
      return std::nullopt;
    }
    std::uint64_t count = 0;
    bool is_whole = mdb_dbi_open(transaction, nullptr, 0, &database) == MDB_SUCCESS &&
                    mdb_cursor_open(transaction, database, &cursor) == MDB_SUCCESS;
    MDB_val key{};
    MDB_val value{};
    while (is_whole && mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
      ++count;
      const std::string wanted = value_of(count);
      is_whole = key.mv_size == sizeof count &&
                 std::memcmp(key.mv_data, &count, sizeof count) == 0 &&
                 value.mv_size == wanted.size() &&
                 std::memcmp(value.mv_data, wanted.data(), wanted.size()) == 0;
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    return is_whole ? std::optional{count} : std::nullopt;
  }

 private:
  MDB_env* environment_ = nullptr;
  int opened_ = MDB_PANIC;
};

class DiskLmdbTest : public DiskTest {
 protected:
  [[nodiscard]] std::filesystem::path folder() { return root() / "database"; }

  // A database with one commit. One that LMDB has not made to the end it would not open: the
  // journal gives a segment its name when it is whole.
  void begin_anew() {
    committed_ = 1;
    run([&] {
      std::filesystem::remove_all(folder());
      std::filesystem::create_directory(folder());
      EXPECT_EQ((Database{folder(), 0}.append(1)), MDB_SUCCESS);
      sync_folder(folder());
      sync_folder(root());
    });
  }

  // Some commits, as a process that may be killed. Counts those that LMDB says are there.
  void write(unsigned flags) {
    const auto body = [&] {
      Database database{folder(), flags};
      if (database.opened() != MDB_SUCCESS) {
        return;
      }
      const std::optional<std::uint64_t> before = database.count();
      ASSERT_TRUE(before.has_value());
      committed_ = *before;  // what a process has seen must stay
      for (std::uint64_t key = *before + 1; key <= *before + kCommits; ++key) {
        if (database.append(key) != MDB_SUCCESS) {
          return;
        }
        committed_ = key;
      }
    };
    has_died_ = !run(body, dies_at_, moment_);
  }

  // What the next process finds; none where it is damaged.
  std::optional<std::uint64_t> found() {
    std::optional<std::uint64_t> count;
    run([&] {
      const Database database{folder(), 0};
      if (database.opened() == MDB_SUCCESS) {
        count = database.count();
      }
    });
    return count;
  }

  void expect_all_that_was_committed() {
    const std::optional<std::uint64_t> count = found();
    ASSERT_TRUE(count.has_value());
    EXPECT_GE(*count, committed_);
    EXPECT_LE(*count, committed_ + 1);
  }

  // Dies at each call of two processes that write one after the other, and looks at what is left.
  void die_at_each_call(unsigned flags,
                        const std::function<void()>& death,
                        const std::function<void()>& look) {
    bool lives = false;
    for (std::uint64_t call = 1; !lives && !HasFatalFailure(); ++call) {
      SCOPED_TRACE("at call " + std::to_string(call));
      begin_anew();
      moment_ = call % 2 == 0 ? Machine::Moment::Before : Machine::Moment::After;
      for (int process = 0; process < 2; ++process) {
        dies_at_ = call;
        write(flags);
        lives = !has_died_;
        death();
        look();
      }
    }
    EXPECT_GT(process_, 100);
  }

  std::uint64_t dies_at_ = 0;  // writers do
  Machine::Moment moment_{};
  std::uint64_t committed_ = 0;
  bool has_died_ = false;
};

TEST_F(DiskLmdbTest, HoldsAllThatWasCommittedAfterAPowerCutAtEachCall) {
  for (int time = 0; time < 3; ++time) {
    die_at_each_call(
        0, [&] { cut_power(); }, [&] { expect_all_that_was_committed(); });
  }
  EXPECT_GT(disk().lost_writes(), 100U);
}

TEST_F(DiskLmdbTest, HoldsAllThatWasCommittedAfterAKillAtEachCall) {
  die_at_each_call(
      0, [&] { disk().after_kill(); }, [&] { expect_all_that_was_committed(); });
}

TEST_F(DiskLmdbTest, AKilledWriterThatDoesNotSyncLosesNothingEither) {
  die_at_each_call(
      MDB_NOSYNC, [&] { disk().after_kill(); }, [&] { expect_all_that_was_committed(); });
}

TEST_F(DiskLmdbTest, AWriterThatDoesNotSyncIsFoundOutByPowerCuts) {
  int losses = 0;
  for (int time = 0; time < 50; ++time) {
    begin_anew();
    write(MDB_NOSYNC);
    ASSERT_EQ(committed_, 1 + kCommits);
    cut_power();
    losses += found() == committed_ ? 0 : 1;
  }
  EXPECT_GT(losses, 10);
}

// LMDB writes an old meta page over one whose write has failed, and its commits fail from then on:
// what it has not told of as committed may be there, or not.
TEST_F(DiskLmdbTest, HoldsAllThatWasCommittedAfterACallThatHasFailed) {
  for (const auto call : {Disk::Call::Write, Disk::Call::Sync}) {
    for (std::uint64_t nth = 1; nth <= 30; ++nth) {
      SCOPED_TRACE("at call " + std::to_string(nth));
      begin_anew();
      write(0);
      disk().fail(call, nth % 2 == 0 ? EIO : ENOSPC, nth, 3);
      write(0);
      disk().fail(call, 0, 0, 0);
      cut_power();
      expect_all_that_was_committed();
    }
  }
  EXPECT_GT(disk().faults(), 20U);
}

TEST_F(DiskLmdbTest, HoldsAllThatWasCommittedWhenTheDiskIsFull) {
  for (std::uint64_t free = 0; free < 20; ++free) {
    begin_anew();
    write(0);
    disk().set_free(free * 2048);
    write(0);
    cut_power();
    disk().set_free(1U << 30U);
    expect_all_that_was_committed();
  }
  EXPECT_GT(disk().faults(), 5U);
}

}  // namespace
}  // namespace betex::sim
