#include "gateway/cluster/log_texts.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/quoted.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;

[[noreturn]] void fail(Fault fault, const std::string& key, const std::string& what) {
  throw JournalError{{.fault = fault, .what = what, .segment = key}};
}

[[noreturn]] void fail_damaged(std::string_view text, const std::string& key) {
  constexpr std::size_t kShown = 200;
  fail(Fault::QuorumLogDamaged,
       key,
       fmt::format("the value is none that betex writes there: \"{}\"",
                   journal::escaped(text.substr(0, kShown))));
}

// Fields of a line, " name=value" each, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view text) noexcept : rest_{text} {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  // The number that the line begins with.
  template <typename Number>
  Number leading() noexcept {
    return parse<Number>(word(), 10);
  }

  template <typename Number>
  Number number(std::string_view name, int base = 10) noexcept {
    return skip(name) ? parse<Number>(word(), base) : Number{};
  }

  // From here to the next character `end`, which is taken as well; or to the line's end.
  template <typename Number>
  Number number_before(char end, int base = 10) noexcept {
    const std::string_view found = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(std::min(rest_.size(), found.size() + 1));
    return parse<Number>(found, base);
  }

  std::string_view text(std::string_view name) noexcept {
    return skip(name) ? word() : std::string_view{};
  }

  // All that is left.
  std::string_view last(std::string_view name) noexcept {
    if (!skip(name)) {
      return {};
    }
    const std::string_view rest = rest_;
    rest_ = {};
    return rest;
  }

 private:
  bool skip(std::string_view name) noexcept {
    const std::size_t length = name.size() + 2;
    ok_ = ok_ && rest_.size() >= length && rest_.front() == ' ' &&
          rest_.substr(1, name.size()) == name && rest_[length - 1] == '=';
    if (ok_) {
      rest_.remove_prefix(length);
    }
    return ok_;
  }

  std::string_view word() noexcept {
    const std::string_view found = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(found.size());
    return found;
  }

  template <typename Number>
  Number parse(std::string_view digits, int base) noexcept {
    Number number{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
    ok_ = ok_ && !digits.empty() && error == std::errc{} && stop == end;
    return number;
  }

  std::string_view rest_;
  bool ok_ = true;
};

// Behind the format's number.
Fields begin(std::string_view text, const std::string& key, std::uint32_t newest) {
  Fields fields{text};
  const auto format = fields.leading<std::uint64_t>();
  if (fields.ok() && format > newest) {
    fail(Fault::QuorumLogNewer,
         key,
         fmt::format("it is of format {}, and this program knows none above {}", format, newest));
  }
  if (!fields.ok() || format == 0) {
    fail_damaged(text, key);
  }
  return fields;
}

}  // namespace

std::string meta_key(const std::string& prefix) {
  return prefix + "meta";
}

std::string head_key(const std::string& prefix) {
  return prefix + "head";
}

std::string nodes_prefix(const std::string& prefix) {
  return prefix + "node/";
}

std::string node_key(const std::string& prefix, const std::string& node) {
  return nodes_prefix(prefix) + node;
}

std::string SlotKeys::entry(std::uint64_t slot) const {
  return fmt::format("{}log/{:06}", prefix_, slot % ring_);
}

std::string SlotKeys::note(std::uint64_t slot) const {
  return fmt::format("{}at/{:06}", prefix_, slot % ring_);
}

std::string to_text(const LogMeta& meta) {
  return fmt::format("{} wal_id={}", meta.format, journal::to_hex(meta.wal_id));
}

std::string to_text(const StoredHead& stored) {
  const Head& head = stored.head;
  return fmt::format(
      "{} epoch={} slot={} oldest={} ring={} bytes={} seq={} tx={} time={} chain={:016x} "
      "writer={:016x} node={}",
      kTextFormat,
      head.epoch.value(),
      head.slot,
      head.oldest,
      stored.ring,
      stored.window_bytes,
      head.position.last_seq.value(),
      head.position.last_tx_id.value(),
      head.position.last_timestamp.value(),
      head.position.chain.value(),
      stored.writer,
      head.node);
}

std::string to_text(const SlotNote& note) {
  return fmt::format("{} slot={} first={} part={} bytes={}",
                     kTextFormat,
                     note.slot,
                     note.first_seq.value(),
                     note.part,
                     note.bytes);
}

std::string to_text(const NodeNote& note) {
  std::string text = fmt::format("{} version={} config={:016x} layout={} states=",
                                 kTextFormat,
                                 note.version,
                                 note.config,
                                 note.layout);
  const char* before = "";
  for (const StateNote& state : note.states) {
    text += fmt::format(
        "{}{}:{:016x}:{:016x}", before, state.seq.value(), state.chain.value(), state.hash);
    before = ",";
  }
  return text;
}

LogMeta parse_meta(std::string_view text, const std::string& key) {
  Fields fields = begin(text, key, kBatchFormat);
  const std::string_view digits = fields.text("wal_id");
  LogMeta meta;
  meta.format = Fields{text}.leading<std::uint32_t>();
  if (!fields.ok() || digits.size() != 2 * meta.wal_id.size()) {
    fail_damaged(text, key);
  }
  for (std::size_t i = 0; i < meta.wal_id.size(); ++i) {
    const std::string_view pair = digits.substr(2 * i, 2);
    std::from_chars(pair.data(), pair.data() + pair.size(), meta.wal_id[i], 16);
  }
  if (to_text(meta) != text) {
    fail_damaged(text, key);
  }
  return meta;
}

StoredHead parse_head(std::string_view text, const std::string& key) {
  Fields fields = begin(text, key, kTextFormat);
  StoredHead stored;
  Head& head = stored.head;
  head.epoch = journal::WriterEpoch{fields.number<std::uint32_t>("epoch")};
  head.slot = fields.number<std::uint64_t>("slot");
  head.oldest = fields.number<std::uint64_t>("oldest");
  stored.ring = fields.number<std::uint64_t>("ring");
  stored.window_bytes = fields.number<std::uint64_t>("bytes");
  head.position.last_seq = journal::EventSeq{fields.number<std::uint64_t>("seq")};
  head.position.last_tx_id = journal::TxId{fields.number<std::uint64_t>("tx")};
  head.position.last_timestamp = journal::Timestamp{fields.number<std::int64_t>("time")};
  head.position.chain = journal::Chain{fields.number<std::uint64_t>("chain", 16)};
  stored.writer = fields.number<std::uint64_t>("writer", 16);
  head.node = fields.last("node");
  // Slots are counted on from there.
  constexpr std::uint64_t kMostSlots = std::numeric_limits<std::uint64_t>::max() / 2;
  const bool fits = head.oldest >= 1 && head.oldest - 1 <= head.slot && head.slot <= kMostSlots &&
                    stored.ring >= 1 && head.slot - (head.oldest - 1) <= stored.ring;
  if (!fields.ok() || !fits || to_text(stored) != text) {
    fail_damaged(text, key);
  }
  return stored;
}

SlotNote parse_note(std::string_view text, const std::string& key) {
  Fields fields = begin(text, key, kTextFormat);
  SlotNote note;
  note.slot = fields.number<std::uint64_t>("slot");
  note.first_seq = journal::EventSeq{fields.number<std::uint64_t>("first")};
  note.part = fields.number<std::uint64_t>("part");
  note.bytes = fields.number<std::uint64_t>("bytes");
  if (!fields.ok() || !fields.at_end() || note.part >= note.slot || to_text(note) != text) {
    fail_damaged(text, key);
  }
  return note;
}

NodeNote parse_node(std::string_view text, const std::string& key) {
  Fields fields = begin(text, key, kTextFormat);
  NodeNote note;
  note.version = fields.text("version");
  note.config = fields.number<std::uint64_t>("config", 16);
  note.layout = fields.number<std::uint32_t>("layout");
  Fields states{fields.last("states")};
  while (fields.ok() && states.ok() && !states.at_end() &&
         note.states.size() < NodeNote::kMostStates) {
    StateNote& state = note.states.emplace_back();
    state.seq = journal::EventSeq{states.number_before<std::uint64_t>(':')};
    state.chain = journal::Chain{states.number_before<std::uint64_t>(':', 16)};
    state.hash = states.number_before<std::uint64_t>(',', 16);
  }
  const auto is_ascending = [](const StateNote& one, const StateNote& next) {
    return one.seq < next.seq;
  };
  const bool fits =
      std::ranges::adjacent_find(note.states, std::not_fn(is_ascending)) == note.states.end();
  if (!fields.ok() || !states.ok() || !fits || to_text(note) != text) {
    fail_damaged(text, key);
  }
  return note;
}

}  // namespace betex::cluster
