// Several threads store into one session cache, each for sessions of its own, and its file has too
// few blocks for all that they would keep: they take blocks away from each other all the time. What
// each of them has stored is there, also after a kill in the midst of all. For TSan as well.
//
// BETEX_SEED=N repeats a run's random choices; which thread comes when it does not say.
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/session/session_cache.h"
#include "tests/gateway/session/cache_model.h"
#include "tests/gateway/session/cached_messages.h"
#include "tests/support/environment.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;
using test::Model;

constexpr std::uint64_t kOperations = 1'000'000;

// For each thread a model of five sessions. They have at most two blocks each of what is not proven
// and one to come, and would keep eight: epochs are rare, so that they come to have so many.
constexpr std::size_t kThreads = 3;
constexpr std::uint64_t kEpochs = 1;  // in a thousand operations
constexpr std::uint32_t kBlocksNeeded = 3 * std::uint32_t{kThreads} * Model::kSessions;
constexpr std::size_t kFileBytes =
    cache::first_block_at(256, kBlocksNeeded + 5) + (kBlocksNeeded + 6) * cache::kBlockBytes;

class CacheThreadsTest : public testing::Test {
 protected:
  CacheThreadsTest() {
    seed_ = test::seed_from_environment();
    std::cout << "BETEX_SEED=" << seed_ << "\n";
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      models_.emplace_back(seed_ + i, 1 + i * Model::kSessions, kEpochs);
    }
  }

  [[nodiscard]] std::unique_ptr<SessionCache> open() const {
    std::vector<matching::SessionInfo> sessions;
    for (const Model& model : models_) {
      const auto of_model = model.recovered();
      sessions.insert(sessions.end(), of_model.begin(), of_model.end());
    }
    return std::make_unique<SessionCache>(
        folder_.path() / "cache",
        CacheIdentity{.boot_id = "boot", .wal_id = "wal"},
        RecoveredSessions{.sessions = sessions, .last_seq = EventSeq{kOperations}},
        CacheLimits{.file_bytes = kFileBytes,
                    .bounds = {.kept_of_a_session = std::size_t{8} * cache::kBlockBytes}});
  }

  void expect_as_models(const SessionCache& cache) const {
    for (const Model& model : models_) {
      EXPECT_EQ(model.compare(cache), "");
    }
  }

  // Messages of the sessions' epochs: all that there were, and those that are kept.
  [[nodiscard]] std::size_t stored() const {
    std::size_t messages = 0;
    for (const Model& model : models_) {
      for (const auto& [id, session] : model.sessions) {
        messages += session.messages.size();
      }
    }
    return messages;
  }

  [[nodiscard]] std::size_t kept(const SessionCache& cache) const {
    std::size_t messages = 0;
    for (const Model& model : models_) {
      for (const auto& [id, session] : model.sessions) {
        messages += cache
                        .read(SessionId{id},
                              SessionEpoch{session.epoch},
                              MsgSeqNum{1},
                              MsgSeqNum{session.last_number})
                        .size();
      }
    }
    return messages;
  }

  std::uint64_t seed_ = 0;
  test::TempFolder folder_;
  std::vector<Model> models_;
};

TEST_F(CacheThreadsTest, ThoseThatTakeBlocksFromEachOtherLoseNothingThatIsNeeded) {
  constexpr int kOfAThread = 4000;
  {
    const auto cache = open();
    std::atomic<std::size_t> running{kThreads};
    std::vector<std::thread> threads;
    for (Model& model : models_) {
      threads.emplace_back([&] {
        for (int i = 0; i < kOfAThread; ++i) {
          if (!model.run_next(cache.get())) {
            ADD_FAILURE() << "no room at operation " << model.operation();
            break;
          }
        }
        --running;
      });
    }
    while (running > 0) {  // who scrapes the metrics asks from another thread
      EXPECT_LE(cache->kept_bytes(), cache->capacity());
      std::this_thread::yield();
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    expect_as_models(*cache);
    EXPECT_LT(kept(*cache), stored()) << "there was room for all";
  }
  const auto cache = open();
  ASSERT_FALSE(cache->was_void());
  expect_as_models(*cache);
}

// Shared with the child: how far each thread is.
struct Progress {
  std::array<std::atomic<std::uint64_t>, kThreads> done{};
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// A child whose threads store until it is killed, after so many microseconds.
[[noreturn]] void store_until_killed(SessionCache& cache,
                                     std::vector<Model>& models,
                                     Progress& progress) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&cache, &model = models[i], &done = progress.done[i]] {
      while (model.operation() < kOperations) {
        if (!model.run_next(&cache)) {
          ::_exit(1);
        }
        done = model.operation();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  ::_exit(2);
}

TEST_F(CacheThreadsTest, WhatEachHadDoneIsThereAfterAKill) {
  constexpr int kKills = 40;
  constexpr unsigned kLongest = 20'000;  // microseconds
  constexpr int kMostPauses = 20'000;    // of a millisecond
  void* const shared =
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  Progress& progress = *new (shared) Progress;
  const auto all_done = [&progress] {
    return std::accumulate(progress.done.begin(), progress.done.end(), std::uint64_t{0});
  };
  std::mt19937_64 random{seed_};
  for (int kill = 0; kill < kKills && !HasFailure(); ++kill) {
    {
      const std::uint64_t done_before = all_done();
      const auto cache = open();
      ASSERT_FALSE(cache->was_void()) << kill;
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        store_until_killed(*cache, models_, progress);
      }
      // From when it has done something, however busy the machine is.
      for (int i = 0; i < kMostPauses && all_done() == done_before; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
      std::this_thread::sleep_for(std::chrono::microseconds{random() % kLongest});
      ::kill(child, SIGKILL);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFSIGNALED(status)) << "it ended with " << WEXITSTATUS(status);
    }
    for (std::size_t i = 0; i < kThreads; ++i) {
      while (models_[i].operation() < progress.done[i]) {
        ASSERT_TRUE(models_[i].run_next(nullptr));
      }
    }
    const auto cache = open();
    ASSERT_FALSE(cache->was_void()) << kill;
    for (Model& model : models_) {  // what was under way is there as a whole, or not at all
      Model next = model;
      ASSERT_TRUE(next.run_next(nullptr));
      if (const std::string done = model.compare(*cache, &next); !done.empty()) {
        model = next;
        EXPECT_EQ(model.compare(*cache), "") << "and without the last operation: " << done;
      }
    }
  }
  std::uint64_t operations = 0;
  for (const Model& model : models_) {
    operations += model.operation();
  }
  std::cout << operations << " operations\n";
  EXPECT_GT(operations, std::uint64_t{kKills});
  ::munmap(shared, sizeof(Progress));
}

// Between the promise and the message somebody else may need a block, on another thread.
TEST_F(CacheThreadsTest, RoomThatIsPromisedIsThereWhateverOthersNeed) {
  constexpr SessionId kPromised{2};
  constexpr SessionEpoch kEpoch{1};
  constexpr std::uint64_t kAll = 10'000'000;
  const auto cache = open();
  test::store(*cache, {.session = kPromised, .first = 1, .last = 1, .delivered = kAll});
  ASSERT_TRUE(cache->make_room(kPromised, false, EventSeq{kAll}));
  std::uint32_t number = 1;
  while (cache->make_room(SessionId{1}, false, {})) {
    test::store(*cache, {.first = number, .last = number});
    ++number;
  }
  const ReportId report{.event = EventSeq{20}};
  cache->append(
      kPromised,
      {.epoch = kEpoch, .last_number = MsgSeqNum{2}, .sent = report, .poss_resend_to = {}},
      report,
      "message 2");
  EXPECT_EQ(cache->read(kPromised, kEpoch, MsgSeqNum{1}, MsgSeqNum{2}).size(), 2U);
  EXPECT_TRUE(cache->make_room(SessionId{1}, false, {})) << "it is nobody's promise any more";
}

}  // namespace
}  // namespace betex::fix
