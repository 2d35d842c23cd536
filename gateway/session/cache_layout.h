// The session cache's file, byte by byte (CACHE.md): a header, three tables of cells, blocks of
// records. All that is here is values and arithmetic: nothing maps, reads or writes a file.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "gateway/session/outbound_state.h"
#include "journal/checksum.h"
#include "matching/types.h"

namespace betex::fix::cache {

inline constexpr std::uint32_t kVersion = 3;
inline constexpr std::array<char, 8> kMagic{'B', 'E', 'T', 'E', 'X', 'M', 'S', 'G'};

inline constexpr std::size_t kPage = 4096;
inline constexpr std::uint32_t kBlockBytes = 64 << 10;

// ---- Places: each cell and each record is right in its place only -------------------------------

enum class Table : std::uint64_t { Writers = 1, Sessions, Blocks, Reports, Answers };

// A bijection that spreads every bit over all of them (splitmix64's).
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Of the cell `index` of a table, or of a session's records; `key` is the file's.
[[nodiscard]] constexpr std::uint64_t seed_of(std::uint64_t key,
                                              Table table,
                                              std::uint64_t index) noexcept {
  return mixed(mixed(key + static_cast<std::uint64_t>(table)) + index);
}

// ---- Words: what is stored last, in one piece, and makes valid what was stored before -----------

// A count behind a seed, spread over all bits: no flipped bit makes a neighbouring count of it, and
// zeros are none.
inline constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;

[[nodiscard]] constexpr std::uint64_t inverse_of(std::uint64_t odd) noexcept {
  std::uint64_t inverse = odd;  // right in its lowest three bits; each step doubles them
  for (int step = 0; step < 5; ++step) {
    inverse *= 2 - odd * inverse;
  }
  return inverse;
}

inline constexpr std::uint64_t kGather = inverse_of(kSpread);
static_assert(kSpread * kGather == 1);

[[nodiscard]] constexpr std::uint64_t word_of(std::uint64_t seed, std::uint64_t count) noexcept {
  return (seed + count) * kSpread;
}

// A word that nobody has stored gives a number that no count comes to.
inline constexpr std::uint64_t kNoCount = std::uint64_t{1} << 48;

[[nodiscard]] constexpr std::uint64_t count_in(std::uint64_t seed, std::uint64_t word) noexcept {
  return word * kGather - seed;
}

// The compiler moves no store from before it behind it, nor one from behind it before it. More is
// not needed: a process that is killed leaves what its threads have stored, in their order.
inline void store_word(std::uint64_t& word, std::uint64_t value) noexcept {
  std::atomic_ref{word}.store(value, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

// ---- Cells --------------------------------------------------------------------------------------

inline constexpr std::size_t kCellValueBytes = 64;

// Whose the file was: the log's writer that has it, and the one of the log's last record when that
// one took it over.
struct Writers {
  std::uint32_t now = 0;
  std::uint32_t before = 0;
  std::array<std::uint64_t, 6> reserved{};
  std::uint64_t checksum = 0;
};

// How far a session is, and how many records it has stored in all, of both kinds.
struct SessionValue {
  std::uint32_t session = 0;
  std::uint32_t epoch = 0;
  std::uint32_t last_number = 0;
  std::uint32_t sent_leg = 0;
  std::uint64_t sent_event = 0;
  std::uint64_t poss_resend_event = 0;
  std::uint32_t poss_resend_leg = 0;
  std::uint32_t reserved = 0;
  std::uint64_t reports = 0;
  std::uint64_t answers = 0;
  std::uint64_t checksum = 0;
};

// Whose a block is.
struct BlockValue {
  std::uint32_t session = 0;       // 0: nobody's, and what is in it means nothing
  std::uint32_t answers = 0;       // 1: it holds answers, else reports
  std::uint64_t serial = 0;        // among the session's blocks of its kind; gapless
  std::uint64_t first_record = 0;  // of all that the session has stored of this kind, from 0
  std::array<std::uint64_t, 4> reserved{};
  std::uint64_t checksum = 0;
};

// A value that changes as a whole, whatever store a kill comes behind: it is written beside the one
// that is valid, and the word says which of the two that is.
template <typename Value>
struct Cell {
  static_assert(sizeof(Value) == kCellValueBytes &&
                std::has_unique_object_representations_v<Value> &&
                offsetof(Value, checksum) == kCellValueBytes - sizeof(std::uint64_t));

  std::uint64_t word = 0;
  std::array<std::uint64_t, 7> reserved{};
  std::array<Value, 2> values;
};

template <typename Value>
struct Versioned {
  std::uint64_t version = 0;  // 0: never written, and the value is empty
  Value value{};
};

template <typename Value>
[[nodiscard]] std::uint64_t checksum_of(const Value& value, std::uint64_t seed) noexcept {
  return journal::checksum(std::as_bytes(std::span{&value, 1}).first(offsetof(Value, checksum)),
                           seed);
}

// None where the cell is damaged.
template <typename Value>
[[nodiscard]] std::optional<Versioned<Value>> load(const Cell<Value>& cell,
                                                   std::uint64_t seed) noexcept {
  const std::uint64_t version = count_in(seed, cell.word);
  if (version >= kNoCount) {
    return std::nullopt;
  }
  if (version == 0) {
    return Versioned<Value>{};
  }
  const Value& value = cell.values[version % 2];
  if (value.checksum != checksum_of(value, seed + version)) {
    return std::nullopt;
  }
  return Versioned<Value>{.version = version, .value = value};
}

// `version`: the next one of the cell's.
template <typename Value>
void store(Cell<Value>& cell, std::uint64_t seed, std::uint64_t version, Value value) noexcept {
  value.checksum = checksum_of(value, seed + version);
  cell.values[version % 2] = value;
  store_word(cell.word, word_of(seed, version));
}

[[nodiscard]] inline SessionValue stored(matching::SessionId session,
                                         const OutboundState& state) noexcept {
  return {.session = session.value(),
          .epoch = state.epoch.value(),
          .last_number = state.last_number.value(),
          .sent_leg = state.sent.leg,
          .sent_event = state.sent.event.value(),
          .poss_resend_event = state.poss_resend_to.event.value(),
          .poss_resend_leg = state.poss_resend_to.leg};
}

[[nodiscard]] inline OutboundState restored(const SessionValue& value) noexcept {
  return {.epoch = matching::SessionEpoch{value.epoch},
          .last_number = matching::MsgSeqNum{value.last_number},
          .sent = {.event = matching::EventSeq{value.sent_event}, .leg = value.sent_leg},
          .poss_resend_to = {.event = matching::EventSeq{value.poss_resend_event},
                             .leg = value.poss_resend_leg}};
}

// ---- Records ------------------------------------------------------------------------------------

// Stands before a message's bytes.
struct Record {
  std::uint64_t commit = 0;    // word_of(seed, ordinal + 1), stored last
  std::uint64_t checksum = 0;  // of what follows, the message included
  std::uint64_t event = 0;     // 0: an answer
  std::uint32_t leg = 0;
  std::uint32_t epoch = 0;
  std::uint32_t number = 0;
  std::uint32_t size = 0;  // of the message
};

static_assert(sizeof(Record) == 40 && std::has_unique_object_representations_v<Record>);

inline constexpr std::size_t kChecksummedFrom = offsetof(Record, event);

// What a message takes of a block.
[[nodiscard]] constexpr std::size_t record_bytes(std::size_t message) noexcept {
  constexpr std::size_t kAlignment = sizeof(std::uint64_t);
  return sizeof(Record) + (message + kAlignment - 1) / kAlignment * kAlignment;
}

// Of a session's records of one kind.
[[nodiscard]] constexpr std::uint64_t record_seed(std::uint64_t key,
                                                  matching::SessionId session,
                                                  bool answers) noexcept {
  return seed_of(key, answers ? Table::Answers : Table::Reports, session.value());
}

// Of the record that begins at `place`, which is on a multiple of 8.
[[nodiscard]] inline std::uint64_t* commit_of(std::span<std::byte> place) noexcept {
  return static_cast<std::uint64_t*>(static_cast<void*>(place.data()));
}

// `place` has room for it; the record is there when this returns, and is not before.
inline void store(std::span<std::byte> place,
                  std::uint64_t seed,
                  std::uint64_t ordinal,
                  Record record,
                  std::string_view message) noexcept {
  record.size = static_cast<std::uint32_t>(message.size());
  std::memcpy(place.data() + kChecksummedFrom,
              reinterpret_cast<const std::byte*>(&record) + kChecksummedFrom,
              sizeof record - kChecksummedFrom);
  std::memcpy(place.data() + sizeof record, message.data(), message.size());
  record.checksum = journal::checksum(
      place.subspan(kChecksummedFrom, sizeof record - kChecksummedFrom + message.size()),
      seed + ordinal);
  std::memcpy(place.data() + offsetof(Record, checksum), &record.checksum, sizeof record.checksum);
  store_word(*commit_of(place), word_of(seed, ordinal + 1));
}

// The record `ordinal` as it stands at the beginning of `place`, with its size within it; none
// where it is not there. Its message is not looked at: is_whole() is for that.
[[nodiscard]] inline std::optional<Record> record_at(std::span<const std::byte> place,
                                                     std::uint64_t seed,
                                                     std::uint64_t ordinal) noexcept {
  Record record;
  if (place.size() < sizeof record) {
    return std::nullopt;
  }
  std::memcpy(&record, place.data(), sizeof record);
  if (record.commit != word_of(seed, ordinal + 1) || record.size > place.size() - sizeof record ||
      record_bytes(record.size) > place.size()) {
    return std::nullopt;
  }
  return record;
}

[[nodiscard]] inline bool is_whole(std::span<const std::byte> place,
                                   const Record& record,
                                   std::uint64_t seed,
                                   std::uint64_t ordinal) noexcept {
  return record.checksum ==
         journal::checksum(
             place.subspan(kChecksummedFrom, sizeof record - kChecksummedFrom + record.size),
             seed + ordinal);
}

[[nodiscard]] inline std::string_view message_of(std::span<const std::byte> place,
                                                 const Record& record) noexcept {
  return {reinterpret_cast<const char*>(place.data()) + sizeof record, record.size};
}

// ---- The file -----------------------------------------------------------------------------------

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t file = 0;   // which one, of
  std::uint32_t files = 1;  // so many
  std::uint32_t block_bytes = kBlockBytes;
  std::uint32_t sessions = 0;  // cells, as the next one
  std::uint32_t blocks = 0;
  std::uint64_t key = 0;     // random, of this cache alone
  std::uint64_t mounts = 0;  // the mount namespace in which `folder` means something
  // WAL_ROOT/cache, with zeros behind it: whose file this is, where it stands elsewhere.
  std::array<char, 4032> folder{};
  std::uint64_t reserved = 0;
  std::uint64_t checksum = 0;
};

static_assert(sizeof(Header) == kPage && std::has_unique_object_representations_v<Header>);

[[nodiscard]] inline std::uint64_t checksum_of(const Header& header) noexcept {
  return journal::checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(Header, checksum)));
}

[[nodiscard]] constexpr std::size_t whole_pages(std::size_t bytes) noexcept {
  return (bytes + kPage - 1) / kPage * kPage;
}

inline constexpr std::size_t kCellBytes = sizeof(Cell<BlockValue>);
static_assert(kCellBytes == 192 && sizeof(Cell<SessionValue>) == kCellBytes &&
              sizeof(Cell<Writers>) == kCellBytes);

// Where the parts begin; the header's counts say how long they are.
inline constexpr std::size_t kWritersAt = kPage;
inline constexpr std::size_t kSessionsAt = 2 * kPage;

[[nodiscard]] constexpr std::size_t blocks_table_at(std::uint32_t sessions) noexcept {
  return kSessionsAt + whole_pages(sessions * kCellBytes);
}

[[nodiscard]] constexpr std::size_t first_block_at(std::uint32_t sessions,
                                                   std::uint32_t blocks) noexcept {
  return blocks_table_at(sessions) + whole_pages(blocks * kCellBytes);
}

[[nodiscard]] inline std::size_t file_bytes(const Header& header) noexcept {
  return first_block_at(header.sessions, header.blocks) +
         std::size_t{header.blocks} * header.block_bytes;
}

// How many blocks a file of `bytes` has beside its tables; 0: it has no room for any.
[[nodiscard]] constexpr std::uint32_t blocks_in(std::size_t bytes,
                                                std::uint32_t sessions,
                                                std::uint32_t block_bytes) noexcept {
  const std::size_t tables = blocks_table_at(sessions) + kPage;  // a page is rounded away
  if (bytes <= tables) {
    return 0;
  }
  return static_cast<std::uint32_t>((bytes - tables) / (block_bytes + kCellBytes));
}

}  // namespace betex::fix::cache
