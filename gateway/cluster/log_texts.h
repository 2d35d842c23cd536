// Keys and values of the quorum log in the store, but its entries (batch.h): lines of text, so that
// people can read them with the store's own tools. Each begins with the number of its format, and
// is read strictly: what this program would not have written in exactly this way is damaged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/cluster/quorum_log.h"
#include "gateway/cluster/stored_log.h"

namespace betex::cluster {

inline constexpr std::uint32_t kTextFormat = 1;

[[nodiscard]] std::string meta_key(const std::string& prefix);
[[nodiscard]] std::string head_key(const std::string& prefix);

// Keys of slots. The ring is the number of them.
class SlotKeys {
 public:
  SlotKeys(std::string prefix, std::uint64_t ring) : prefix_{std::move(prefix)}, ring_{ring} {}

  [[nodiscard]] std::string entry(std::uint64_t slot) const;
  [[nodiscard]] std::string note(std::uint64_t slot) const;

 private:
  std::string prefix_;
  std::uint64_t ring_;
};

// What the key `head` says.
struct StoredHead {
  Head head;
  std::uint64_t ring = 1;          // slots; of the log, whatever the settings of a node say
  std::uint64_t window_bytes = 0;  // of the entries that are kept, compressed
  // Random, of one StoredLog: two that have the same node's name by mistake never take each other's
  // writes for their own.
  std::uint64_t writer = 0;

  friend bool operator==(const StoredHead&, const StoredHead&) noexcept = default;
};

// What a key `at/NNNNNN` says of its entry, or of a part of one.
struct SlotNote {
  std::uint64_t slot = 0;
  journal::EventSeq first_seq;  // of the whole entry
  std::uint64_t part = 0;       // from 0
  std::uint64_t bytes = 0;      // compressed, with the header

  friend bool operator==(const SlotNote&, const SlotNote&) noexcept = default;
};

[[nodiscard]] std::string to_text(const LogMeta& meta);
[[nodiscard]] std::string to_text(const StoredHead& head);
[[nodiscard]] std::string to_text(const SlotNote& note);

// Each throws JournalError (QuorumLogDamaged, or UnknownVersion for a higher format), naming `key`.
[[nodiscard]] LogMeta parse_meta(std::string_view text, const std::string& key);
[[nodiscard]] StoredHead parse_head(std::string_view text, const std::string& key);
[[nodiscard]] SlotNote parse_note(std::string_view text, const std::string& key);

}  // namespace betex::cluster
