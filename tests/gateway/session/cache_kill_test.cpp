// The session cache against a simple map, over kills at any instruction: a child process appends,
// proves, begins epochs, and is killed; what is found then is what it had done, to the last
// message.
//
// BETEX_SEED=N repeats a run's random choices.
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/session/message_cache.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;

constexpr std::uint32_t kSessions = 5;
constexpr std::uint64_t kMostUnproven = 12'000;  // bytes, of a session
constexpr std::uint64_t kOperations = 1'000'000;

// What a session knows by itself.
struct Modelled {
  struct Message {
    std::string bytes;
    std::uint64_t event = 0;  // 0: an answer
  };

  std::uint32_t epoch = 1;
  std::uint32_t last_number = 0;
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::map<std::uint32_t, Message> messages;  // of the epoch

  [[nodiscard]] OutboundState state() const {
    return {.epoch = SessionEpoch{epoch},
            .last_number = MsgSeqNum{last_number},
            .sent = {.event = EventSeq{sent}},
            .poss_resend_to = {}};
  }

  [[nodiscard]] std::uint64_t unproven_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [number, message] : messages) {
      bytes += message.event > delivered ? message.bytes.size() : 0;
    }
    return bytes;
  }
};

// What happens next, whatever is killed meanwhile: made of the number of the operation alone.
class Model {
 public:
  explicit Model(std::uint64_t seed) : seed_{seed} {}

  // The next operation, in the cache too where there is one. False: the cache has no room.
  bool run_next(MessageCache* cache) {
    std::mt19937_64 random{seed_ + ++operation_ * 0x9e3779b97f4a7c15};
    const SessionId id{static_cast<std::uint32_t>(1 + random() % kSessions)};
    Modelled& session = sessions[id.value()];
    const auto kind = random() % 100;
    if (kind < 2) {
      ++session.epoch;
      session.last_number = 0;
      session.sent = session.delivered;
      session.messages.clear();
    }
    if (kind < 12 || session.unproven_bytes() > kMostUnproven) {
      session.delivered = session.sent;
    }
    ++session.last_number;
    const bool report = kind >= 30;
    if (!report && kind >= 20) {
      return cache == nullptr || cache->use_number(id, session.state());
    }
    const std::string bytes = "operation " + std::to_string(operation_) + ": " +
                              std::string(random() % 900, static_cast<char>('a' + kind % 26));
    session.sent = report ? operation_ : session.sent;
    session.messages[session.last_number] = {.bytes = bytes, .event = report ? operation_ : 0};
    if (cache != nullptr) {
      if (!cache->make_room(id, !report, EventSeq{session.delivered})) {
        return false;
      }
      cache->append(id, session.state(), {.event = EventSeq{report ? operation_ : 0}}, bytes);
    }
    return true;
  }

  [[nodiscard]] std::uint64_t operation() const noexcept { return operation_; }

  // A new epoch is in the journal before the cache hears of it.
  [[nodiscard]] std::vector<matching::SessionInfo> recovered() const {
    std::vector<matching::SessionInfo> all;
    for (const auto& [id, session] : sessions) {
      all.push_back({.session = SessionId{id},
                     .epoch = SessionEpoch{session.epoch + 1},
                     .reserved_to = MsgSeqNum{1'000'000},
                     .delivered = EventSeq{session.delivered}});
    }
    return all;
  }

  // What is wrong with the cache; empty: it is as this is. With `next` it may have begun with what
  // that has done: what is not needed then may be gone.
  [[nodiscard]] std::string compare(const MessageCache& cache, const Model* next = nullptr) const {
    for (std::uint32_t id = 1; id <= kSessions; ++id) {
      const auto found = sessions.find(id);
      const OutboundState state = cache.state(SessionId{id}).value_or(OutboundState{});
      if (found == sessions.end() || found->second.last_number == 0) {
        if (state != OutboundState{}) {
          return "session " + std::to_string(id) + " has sent nothing";
        }
        continue;
      }
      const Modelled& session = found->second;
      if (state != session.state()) {
        return "session " + std::to_string(id) + " is at number " +
               std::to_string(state.last_number.value()) + " of epoch " +
               std::to_string(state.epoch.value()) + " instead of " +
               std::to_string(session.last_number) + " of " + std::to_string(session.epoch);
      }
      const Modelled& then = next != nullptr ? next->sessions.at(id) : session;
      if (const std::string fault = compare_messages(cache, SessionId{id}, session, then);
          !fault.empty()) {
        return fault;
      }
    }
    return {};
  }

  std::map<std::uint32_t, Modelled> sessions;

 private:
  static std::string compare_messages(const MessageCache& cache,
                                      SessionId id,
                                      const Modelled& session,
                                      const Modelled& then) {
    std::map<std::uint32_t, std::string> kept;
    for (const auto& message : cache.read(
             id, SessionEpoch{session.epoch}, MsgSeqNum{1}, MsgSeqNum{session.last_number})) {
      kept[message.number.value()] = message.bytes;
    }
    for (const auto& [number, bytes] : kept) {
      const auto sent = session.messages.find(number);
      if (sent == session.messages.end() || sent->second.bytes != bytes) {
        return "message " + std::to_string(number) + " was never sent: " + bytes;
      }
    }
    for (const auto& [number, message] : session.messages) {
      const bool needed = then.epoch == session.epoch && message.event > then.delivered;
      if (needed && message.event > session.delivered && !kept.contains(number)) {
        return "report " + std::to_string(number) + " is not proven and not there";
      }
    }
    return {};
  }

  std::uint64_t seed_;
  std::uint64_t operation_ = 0;
};

// Shared with the child: how far it is.
struct Progress {
  volatile std::uint64_t done = 0;
};

class CacheKillTest : public testing::Test {
 protected:
  CacheKillTest() {
    const char* const given = std::getenv("BETEX_SEED");
    seed_ = given != nullptr ? std::stoull(given) : std::random_device{}();
    std::cout << "BETEX_SEED=" << seed_ << "\n";
    void* const shared = ::mmap(
        nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(shared, MAP_FAILED);
    progress_ = new (shared) Progress;
  }

  ~CacheKillTest() override { ::munmap(progress_, sizeof(Progress)); }

  // Few and small blocks, so that most of what can happen to one happens often.
  [[nodiscard]] std::unique_ptr<MessageCache> open(const Model& model) const {
    const auto sessions = model.recovered();
    return std::make_unique<MessageCache>(
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
    const timespec pause{.tv_sec = 0, .tv_nsec = static_cast<long>(microseconds) * 1000};
    ::nanosleep(&pause, nullptr);
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
