// Keys and values of the quorum log in the store, but its entries (batch.h), and what nodes say of
// themselves beside it: lines of text, so that people can read them with the store's own tools.
// Each begins with the number of its format, and is read strictly: what this program would not have
// written in exactly this way is damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/cluster/quorum_log.h"
#include "gateway/cluster/stored_log.h"
#include "journal/format.h"

namespace betex::cluster {

// Those of the log itself are part of its format: another one goes with a new kBatchFormat.
inline constexpr std::uint32_t kTextFormat = 1;

[[nodiscard]] std::string meta_key(const std::string& prefix);
[[nodiscard]] std::string head_key(const std::string& prefix);

// Of all nodes, and of this one.
[[nodiscard]] std::string nodes_prefix(const std::string& prefix);
[[nodiscard]] std::string node_key(const std::string& prefix, const std::string& node);

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

// What the engine has come to after an event.
struct StateNote {
  journal::EventSeq seq;
  journal::Chain chain;    // of the log up to there: of the same events it is the same
  std::uint64_t hash = 0;  // matching::Engine::state_hash()

  friend bool operator==(const StateNote&, const StateNote&) noexcept = default;
};

// What a key `node/NAME` says of that node, for the others.
struct NodeNote {
  static constexpr std::size_t kMostStates = 8;

  std::string version;       // of the program; without blanks
  std::uint64_t config = 0;  // hash of what all nodes must have alike
  // The version of the journal's format: states are the same only where that is.
  std::uint32_t layout = journal::kFormatVersion;
  std::vector<StateNote> states;  // of its newest snapshots, ascending

  friend bool operator==(const NodeNote&, const NodeNote&) noexcept = default;
};

[[nodiscard]] std::string to_text(const LogMeta& meta);
[[nodiscard]] std::string to_text(const StoredHead& head);
[[nodiscard]] std::string to_text(const SlotNote& note);
[[nodiscard]] std::string to_text(const NodeNote& note);

// Each throws JournalError (QuorumLogDamaged, or QuorumLogNewer for a higher format), naming `key`.
[[nodiscard]] LogMeta parse_meta(std::string_view text, const std::string& key);
[[nodiscard]] StoredHead parse_head(std::string_view text, const std::string& key);
[[nodiscard]] SlotNote parse_note(std::string_view text, const std::string& key);
[[nodiscard]] NodeNote parse_node(std::string_view text, const std::string& key);

}  // namespace betex::cluster
