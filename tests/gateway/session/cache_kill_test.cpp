// The session cache against a simple map, over kills at any instruction: a child process appends,
// proves, begins epochs, and is killed; what is found then is what it had done, to the last
// message.
//
// BETEX_SEED=N repeats a run's random choices.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/session/session_cache.h"
#include "tests/gateway/session/cache_model.h"
#include "tests/support/environment.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using test::Model;

constexpr std::uint64_t kOperations = 1'000'000;

// Shared with the child: how far it is.
struct Progress {
  volatile std::uint64_t done = 0;
};

class CacheKillTest : public testing::Test {
 protected:
  CacheKillTest() {
    seed_ = test::seed_from_environment();
    std::cout << "BETEX_SEED=" << seed_ << "\n";
    void* const shared = ::mmap(
        nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(shared, MAP_FAILED);
    progress_ = new (shared) Progress;
  }

  ~CacheKillTest() override { ::munmap(progress_, sizeof(Progress)); }

  // Few and small blocks, so that most of what can happen to one happens often.
  [[nodiscard]] std::unique_ptr<SessionCache> open(const Model& model) const {
    const auto sessions = model.recovered();
    return std::make_unique<SessionCache>(
        folder_.path() / "cache",
        CacheIdentity{.boot_id = "boot", .wal_id = "wal"},
        RecoveredSessions{.sessions = sessions, .last_seq = EventSeq{kOperations}},
        CacheLimits{
            .file_bytes = 400'000, .block_bytes = 4096, .bounds = {.kept_of_a_session = 32'768}});
  }

  // Runs in a child until it is killed, after so many microseconds or at its end.
  void live_and_be_killed(Model& model, unsigned microseconds) {
    const auto cache = open(model);
    ASSERT_FALSE(cache->was_void());
    progress_->done = model.operation();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      while (model.operation() < kOperations) {
        if (!model.run_next(cache.get())) {
          ::_exit(1);
        }
        progress_->done = model.operation();
      }
      ::_exit(2);
    }
    // From when it has done something, however busy the machine is.
    constexpr int kMostPauses = 400'000;  // of 50 microseconds
    for (int i = 0; i < kMostPauses && progress_->done == model.operation(); ++i) {
      std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
    std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const std::uint64_t done = progress_->done;
    ASSERT_TRUE(WIFSIGNALED(status))
        << "it ended with " << WEXITSTATUS(status) << " after " << done << " operations";
  }

  // What was done is there; what was under way is there as a whole, or not at all.
  void expect_found(Model& model) {
    while (model.operation() < progress_->done) {
      ASSERT_TRUE(model.run_next(nullptr));
    }
    const auto cache = open(model);
    ASSERT_FALSE(cache->was_void()) << "after " << model.operation() << " operations";
    Model next = model;
    ASSERT_TRUE(next.run_next(nullptr));
    const std::string done = model.compare(*cache, &next);
    if (done.empty()) {
      return;
    }
    model = next;
    ++under_way_;
    ASSERT_EQ(model.compare(*cache), "") << "and without the last operation: " << done;
  }

  std::uint64_t seed_ = 0;
  test::TempFolder folder_;
  Progress* progress_ = nullptr;
  int under_way_ = 0;
};

TEST_F(CacheKillTest, WhatWasDoneIsThereAndWhatWasUnderWayIsWholeOrNotThere) {
  constexpr int kKills = 150;
  constexpr unsigned kLongest = 4000;  // microseconds
  std::mt19937_64 random{seed_};
  Model model{seed_};
  for (int kill = 0; kill < kKills && !HasFatalFailure(); ++kill) {
    live_and_be_killed(model, static_cast<unsigned>(random() % kLongest));
    if (!HasFatalFailure()) {
      expect_found(model);
    }
  }
  std::cout << model.operation() << " operations, of which " << under_way_
            << " were under way and whole\n";
  EXPECT_GT(model.operation(), std::uint64_t{kKills});
}

// The same without a kill, over so many operations that everything is trimmed many times.
TEST_F(CacheKillTest, ItIsAsAMapIs) {
  constexpr int kLives = 20;
  constexpr int kOperationsOfALife = 500;
  Model model{seed_};
  for (int life = 0; life < kLives && !HasFatalFailure(); ++life) {
    const auto cache = open(model);
    ASSERT_FALSE(cache->was_void());
    ASSERT_EQ(model.compare(*cache), "") << "life " << life;
    for (int i = 0; i < kOperationsOfALife; ++i) {
      ASSERT_TRUE(model.run_next(cache.get())) << model.operation();
    }
    ASSERT_EQ(model.compare(*cache), "") << "life " << life;
  }
}

}  // namespace
}  // namespace betex::fix
