// What the session cache's environment holds: its databases, keys and values. Each value begins
// with a checksum of the key and of what follows it, so that damage is found before it is sent to
// anyone. Another layout gets another kCacheFormat.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "gateway/transport/outbound_block.h"
#include "journal/checksum.h"
#include "journal/lmdb.h"
#include "matching/types.h"

namespace betex::fix::cache {

inline constexpr std::string_view kFormat = "betex-cache-2";

// How far each session is; messages that tell of events; answers, which tell of none.
inline constexpr const char* kStates = "states";
inline constexpr const char* kReports = "reports";
inline constexpr const char* kAnswers = "answers";
inline constexpr unsigned kDatabases = 3;

struct StoredState {
  std::uint64_t checksum = 0;
  std::uint32_t epoch = 0;
  std::uint32_t last_number = 0;
  std::uint64_t sent_event = 0;
  std::uint64_t poss_resend_event = 0;
  std::uint32_t sent_leg = 0;
  std::uint32_t poss_resend_leg = 0;
};

struct StoredReport {  // stands before the bytes of each message
  std::uint64_t checksum = 0;
  std::uint64_t event = 0;
  std::uint32_t leg = 0;
  std::uint32_t reserved = 0;
};

static_assert(std::has_unique_object_representations_v<StoredState>);
static_assert(std::has_unique_object_representations_v<StoredReport>);

struct MessageKey {
  std::uint32_t epoch = 0;
  std::uint32_t number = 0;
};

inline constexpr std::size_t kEpochOffset = 4;
inline constexpr std::size_t kNumberOffset = 8;
inline constexpr std::size_t kMessageKeySize = 12;

[[nodiscard]] inline auto message_key(matching::SessionId session, MessageKey key) {
  return journal::big_endian_key(session.value(), key.epoch, key.number);
}

[[nodiscard]] inline matching::SessionId session_of(journal::Bytes key) {
  return matching::SessionId{journal::big_endian_part<std::uint32_t>(key, 0)};
}

[[nodiscard]] inline MessageKey message_of(journal::Bytes key) {
  return {.epoch = journal::big_endian_part<std::uint32_t>(key, kEpochOffset),
          .number = journal::big_endian_part<std::uint32_t>(key, kNumberOffset)};
}

// What an entry takes of the file, about.
[[nodiscard]] constexpr std::size_t entry_bytes(std::size_t value_size) noexcept {
  constexpr std::size_t kNodeHeader = 8;
  return kMessageKeySize + kNodeHeader + value_size;
}

// Of a key and all of its value behind the checksum.
[[nodiscard]] inline std::uint64_t checksum_of(journal::Bytes key, journal::Bytes value) noexcept {
  constexpr int kTurn = 32;
  return journal::checksum(value.subspan(sizeof(std::uint64_t))) ^
         std::rotl(journal::checksum(key), kTurn);
}

// The value as `Stored`, with or without more behind it; none where it is damaged.
template <typename Stored>
[[nodiscard]] std::optional<Stored> load(journal::Bytes key, journal::Bytes value) noexcept {
  if (value.size() < sizeof(Stored)) {
    return std::nullopt;
  }
  Stored stored;
  std::memcpy(&stored, value.data(), sizeof stored);
  if (stored.checksum != checksum_of(key, value)) {
    return std::nullopt;
  }
  return stored;
}

// Of a message in `reports`, which is whole.
[[nodiscard]] inline matching::EventSeq event_of(journal::Bytes value) noexcept {
  std::uint64_t event = 0;
  std::memcpy(&event, value.data() + offsetof(StoredReport, event), sizeof event);
  return matching::EventSeq{event};
}

// To be called when all of the value has been written.
inline void seal(journal::Bytes key, std::span<std::byte> value) noexcept {
  const std::uint64_t sum = checksum_of(key, value);
  std::memcpy(value.data(), &sum, sizeof sum);
}

[[nodiscard]] inline StoredState stored(const OutboundState& state) {
  return {.epoch = state.epoch.value(),
          .last_number = state.last_number.value(),
          .sent_event = state.sent.event.value(),
          .poss_resend_event = state.poss_resend_to.event.value(),
          .sent_leg = state.sent.leg,
          .poss_resend_leg = state.poss_resend_to.leg};
}

[[nodiscard]] inline OutboundState restored(const StoredState& state) {
  return {.epoch = matching::SessionEpoch{state.epoch},
          .last_number = matching::MsgSeqNum{state.last_number},
          .sent = {.event = matching::EventSeq{state.sent_event}, .leg = state.sent_leg},
          .poss_resend_to = {.event = matching::EventSeq{state.poss_resend_event},
                             .leg = state.poss_resend_leg}};
}

// What is read was checked at the start: since then the memory or the disk has failed. What was
// sent is not known then, and nothing may be sent after it.
template <typename Stored>
[[nodiscard]] Stored load_whole(journal::Bytes key,
                                journal::Bytes value,
                                const std::filesystem::path& folder) {
  const auto stored = load<Stored>(key, value);
  if (!stored) {
    throw std::runtime_error{"the session cache " + folder.string() +
                             " is damaged: start again, it is moved aside then"};
  }
  return *stored;
}

inline void put_state(journal::WriteTransaction& transaction,
                      journal::Database states,
                      matching::SessionId session,
                      const OutboundState& state) {
  StoredState value = stored(state);
  const auto key = journal::big_endian_key(session.value());
  seal(key, std::as_writable_bytes(std::span{&value, 1}));
  transaction.put(states, key, std::as_bytes(std::span{&value, 1}));
}

}  // namespace betex::fix::cache
