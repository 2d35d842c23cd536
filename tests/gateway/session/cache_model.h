// What sessions store in the session cache, as a simple map that the cache is held against.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gateway/session/session_cache.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::test {

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

  [[nodiscard]] fix::OutboundState state() const {
    return {.epoch = matching::SessionEpoch{epoch},
            .last_number = matching::MsgSeqNum{last_number},
            .sent = {.event = matching::EventSeq{sent}},
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

// What happens next, whatever is killed meanwhile: made of the number of the operation alone. Five
// sessions, from `first_session` on, of which one begins an epoch in so many of a thousand
// operations.
class Model {
 public:
  static constexpr std::uint32_t kSessions = 5;
  static constexpr std::uint64_t kMostUnproven = 12'000;  // bytes, of a session

  explicit Model(std::uint64_t seed, std::uint32_t first_session = 1, std::uint64_t epochs = 20)
      : seed_{seed}, first_session_{first_session}, epochs_{epochs} {}

  // The next operation, in the cache too where there is one. False: the cache has no room.
  bool run_next(fix::SessionCache* cache) {
    std::mt19937_64 random{seed_ + ++operation_ * 0x9e3779b97f4a7c15};
    const matching::SessionId id{static_cast<std::uint32_t>(first_session_ + random() % kSessions)};
    Modelled& session = sessions[id.value()];
    const auto kind = random() % 100;
    if (random() % 1000 < epochs_) {
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
      if (!cache->make_room(id, !report, matching::EventSeq{session.delivered})) {
        return false;
      }
      cache->append(
          id, session.state(), {.event = matching::EventSeq{report ? operation_ : 0}}, bytes);
    }
    return true;
  }

  [[nodiscard]] std::uint64_t operation() const noexcept { return operation_; }

  // A new epoch is in the journal before the cache hears of it.
  [[nodiscard]] std::vector<matching::SessionInfo> recovered() const {
    std::vector<matching::SessionInfo> all;
    for (const auto& [id, session] : sessions) {
      all.push_back({.session = matching::SessionId{id},
                     .epoch = matching::SessionEpoch{session.epoch + 1},
                     .reserved_to = matching::MsgSeqNum{1'000'000},
                     .delivered = matching::EventSeq{session.delivered}});
    }
    return all;
  }

  // What is wrong with the cache; empty: it is as this is. With `next` it may have begun with what
  // that has done: what is not needed then may be gone.
  [[nodiscard]] std::string compare(const fix::SessionCache& cache,
                                    const Model* next = nullptr) const {
    for (std::uint32_t id = first_session_; id < first_session_ + kSessions; ++id) {
      const auto found = sessions.find(id);
      const fix::OutboundState state =
          cache.state(matching::SessionId{id}).value_or(fix::OutboundState{});
      if (found == sessions.end() || found->second.last_number == 0) {
        if (state != fix::OutboundState{}) {
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
      if (const std::string fault = compare_messages(cache, matching::SessionId{id}, session, then);
          !fault.empty()) {
        return fault;
      }
    }
    return {};
  }

  std::map<std::uint32_t, Modelled> sessions;

 private:
  static std::string compare_messages(const fix::SessionCache& cache,
                                      matching::SessionId id,
                                      const Modelled& session,
                                      const Modelled& then) {
    std::map<std::uint32_t, std::string> kept;
    for (const auto& message : cache.read(id,
                                          matching::SessionEpoch{session.epoch},
                                          matching::MsgSeqNum{1},
                                          matching::MsgSeqNum{session.last_number})) {
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
  std::uint32_t first_session_;
  std::uint64_t epochs_;
  std::uint64_t operation_ = 0;
};

}  // namespace betex::test
