#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/snapshot.h"
#include "journal/tool/commands.h"
#include "journal/tool/log_extent.h"
#include "journal/tool/seal.h"

namespace betex::journal {
namespace {

std::string hex(std::uint64_t value) {
  char buffer[17];
  std::snprintf(buffer, sizeof(buffer), "%016llx", static_cast<unsigned long long>(value));
  return buffer;
}

[[noreturn]] void fail(Fault fault, EventSeq snapshot, const std::string& what) {
  throw JournalError{
      {.fault = fault, .what = what, .segment = "snapshot " + std::to_string(snapshot.value())}};
}

// The engine that the log is replayed into: from the first event, or from the oldest whole snapshot
// that the log goes on from. What later snapshots hold is compared with it on the way, but those of
// older versions, which lack what the state has by now: where nothing else is left, it is loaded
// from the last of these, and from the next one of the newest version.
class Replay {
 public:
  // `before`: behind which the log's oldest transaction stands.
  Replay(const VerifyOptions& options, const Position& before) : options_{options} {
    const std::optional<EpochRecord> epoch_file = read_epoch_file(options.wal_root);
    if (epoch_file) {
      wal_id_ = epoch_file->wal_id;
    }
    for (const EventSeq seq : list_snapshots(options.wal_root)) {
      if (seq >= before.last_seq) {  // from one below the log does not go on
        waiting_.push_back(seq);
      }
    }
    runs_ = before.last_seq.value() == 0;
    compare_at(before);
  }

  // `transaction` is the last that `reader` gave. Its position is asked for only where a snapshot
  // stands: the reader works it out over all that it has given of a record, which may be thousands.
  void apply(const matching::TransactionView& transaction, const JournalReader& reader) {
    if (runs_) {
      engine_.apply(transaction);
    }
    if (!waiting_.empty() && waiting_.front() <= transaction.last_seq()) {
      compare_at(reader.position());
    }
  }

  // Behind the log's last transaction.
  void finish(Line& line) const {
    if (!waiting_.empty()) {
      fail(Fault::SnapshotAhead,
           waiting_.front(),
           "it is of an event that the log does not have: the log lost its end");
    }
    if (runs_) {
      line.push_back({.name = "replayed_after", .value = began_after_.value()});
      line.push_back({.name = "snapshots_equal", .value = compared_});
      line.push_back({.name = "state_hash", .value = hex(engine_.state_hash())});
    } else {
      line.push_back(
          {.name = "not_replayed",
           .value = std::string{"the first events are retired, and no whole snapshot is left"}});
    }
  }

  [[nodiscard]] const std::optional<JournalError>& damage() const noexcept { return damage_; }

 private:
  // Looks at the snapshots that stand at `position`; none may be left behind.
  void compare_at(const Position& position) {
    while (!waiting_.empty() && waiting_.front() <= position.last_seq) {
      const EventSeq seq = waiting_.front();
      waiting_.pop_front();
      try {
        compare(load_snapshot(options_.wal_root, seq), position);
      } catch (const JournalError& error) {
        if (error.fault() != Fault::SnapshotDamaged) {
          throw;
        }
        note_damage(seq, error);
      }
    }
  }

  void compare(Snapshot snapshot, const Position& position) {
    const EventSeq seq = snapshot.position.last_seq;
    if (snapshot.wal_id != wal_id_) {
      fail(Fault::SnapshotMismatch, seq, "it is a snapshot of the log " + to_hex(snapshot.wal_id));
    }
    if (seq != position.last_seq || snapshot.position.chain != position.chain) {
      fail(Fault::SnapshotMismatch, seq, "the log does not go on from it");
    }
    const bool is_older = snapshot.format_version != kFormatVersion;
    if (!runs_ || lacks_something_) {
      engine_ = std::move(snapshot.engine);
      began_after_ = seq;
      runs_ = true;
      lacks_something_ = is_older;
      return;
    }
    if (is_older) {
      return;
    }
    // load_snapshot() has held it against the engine that was saved.
    const std::uint64_t saved = header_of_snapshot(options_.wal_root, seq).state_hash;
    const std::uint64_t replayed = engine_.state_hash();
    if (saved != replayed) {
      fail(Fault::SnapshotMismatch,
           seq,
           "its state hash is " + hex(saved) + ", that of the replayed log " + hex(replayed));
    }
    ++compared_;
  }

  void note_damage(EventSeq seq, const JournalError& error) {
    const std::vector<EventSeq> left = list_snapshots(options_.wal_root);
    if (!std::binary_search(left.begin(), left.end(), seq)) {
      return;  // a running gateway removed it meanwhile
    }
    print(options_.style,
          "damaged_snapshot",
          {{.name = "seq", .value = seq.value()},
           {.name = "what", .value = std::string{error.what()}}});
    damage_ = error;
  }

  const VerifyOptions& options_;
  WalId wal_id_{};
  matching::Engine engine_;
  bool runs_ = false;
  bool lacks_something_ = false;  // it was loaded from a snapshot of an older version
  EventSeq began_after_;
  std::uint64_t compared_ = 0;
  std::deque<EventSeq> waiting_;  // snapshots not come to yet, ascending
  std::optional<JournalError> damage_;
};

}  // namespace

void verify(const VerifyOptions& options) {
  EnvironmentPool pool;
  const EventSeq first = oldest_event(options.wal_root);
  std::optional<SealCheck> statement;
  if (!options.against.empty()) {
    statement.emplace(read_sealed_statement(options.against, read_public_key(options.public_key)),
                      read_epoch_file(options.wal_root)->wal_id,
                      first);
  }
  std::optional<Replay> replay;
  std::uint64_t transactions = 0;
  Line line{{.name = "first_seq", .value = first.value()}};
  {
    JournalReader reader{options.wal_root, pool, first};
    ProgressBar progress{first.value(), rough_end(options.wal_root)};
    if (options.replay == VerifyOptions::Replay::Yes) {
      replay.emplace(options, reader.seek());
    }
    while (const auto transaction = reader.next()) {
      if (replay) {
        replay->apply(*transaction, reader);
      }
      if (statement) {
        statement->apply(*transaction);
      }
      ++transactions;
      progress.show(transaction->last_seq().value());
    }
    const Position end = reader.position();
    line.push_back({.name = "last_seq", .value = end.last_seq.value()});
    line.push_back({.name = "transactions", .value = transactions});
    line.push_back({.name = "chain", .value = hex(end.chain.value())});
    if (statement) {
      statement->finish(end.last_seq, line);
    }
  }
  if (replay) {
    replay->finish(line);
  }
  print(options.style, "whole", line);
  if (replay && replay->damage()) {
    throw JournalError{*replay->damage()};
  }
}

}  // namespace betex::journal
