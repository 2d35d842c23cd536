#include "journal/tool/seal.h"

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/tool/log_extent.h"
#include "journal/void_segments.h"
#include "journal/writer_lock.h"

namespace betex::journal {
namespace {

[[noreturn]] void mismatch(const std::string& what) {
  throw JournalError{{.fault = Fault::SealMismatch, .what = what, .segment = {}}};
}

std::string events(EventSeq first, EventSeq last) {
  return "events " + std::to_string(first.value()) + " to " + std::to_string(last.value());
}

void add_bytes(RunningDigest& digest, const matching::TransactionView& transaction) {
  digest.add(std::as_bytes(std::span{&transaction.header, 1}));
  digest.add(transaction.events);
}

// A closed segment, by the events that it holds.
struct ClosedSegment {
  EventSeq first_seq;
  std::optional<EventSeq> last_seq;  // none: up to the log's end
};

std::vector<ClosedSegment> closed_segments(const SealOptions& options) {
  std::vector<ClosedSegment> closed;
  EnvironmentPool pool;
  VoidSegments voids{options.wal_root, pool};
  for (const SegmentName& name : voids.without_void(segments_of(options.wal_root))) {
    // A writer that was killed may have left an empty one, which begins where the next one does.
    if (!closed.empty() && closed.back().first_seq == name.first_seq) {
      continue;
    }
    if (!closed.empty()) {
      closed.back().last_seq = EventSeq{name.first_seq.value() - 1};
    }
    closed.push_back({.first_seq = name.first_seq, .last_seq = std::nullopt});
  }
  if (!closed.empty() && options.newest == SealOptions::Newest::Left) {
    closed.pop_back();  // a writer may be at it
  }
  return closed;
}

// Reads one segment; none where it turns out to be empty.
std::optional<SealedSegment> seal_segment(JournalReader& reader,
                                          const ClosedSegment& segment,
                                          ProgressBar& progress) {
  RunningDigest digest;
  std::optional<EventSeq> last;
  while (last != segment.last_seq || !last) {
    const auto transaction = reader.next();
    if (!transaction) {
      break;
    }
    add_bytes(digest, *transaction);
    last = transaction->last_seq();
    progress.show(last->value());
  }
  if (!last) {
    return std::nullopt;
  }
  return SealedSegment{
      .first_seq = segment.first_seq, .last_seq = *last, .transactions = digest.value()};
}

SealedStatement begin(const SealOptions& options, const SigningKey& key) {
  const EventSeq oldest = oldest_event(options.wal_root);
  const WalId wal_id = read_epoch_file(options.wal_root)->wal_id;
  if (options.after.empty()) {
    return {.wal_id = wal_id,
            .after_seq = EventSeq{oldest.value() - 1},
            .after_hash = {},
            .segments = {}};
  }
  const SealedStatement earlier = read_sealed_statement(options.after, key.public_key());
  if (earlier.wal_id != wal_id) {
    mismatch("the earlier statement is of the log " + to_hex(earlier.wal_id) + ", and this is " +
             to_hex(wal_id));
  }
  return {.wal_id = wal_id,
          .after_seq = earlier.last_seq(),
          .after_hash = earlier.hash(),
          .segments = {}};
}

// Adds what was closed since the statement's end.
void seal_segments(SealedStatement& statement, const SealOptions& options) {
  const EventSeq first = statement.after_seq.next();
  std::vector<ClosedSegment> closed = closed_segments(options);
  std::erase_if(closed, [&](const ClosedSegment& segment) { return segment.first_seq < first; });
  if (closed.empty() && rough_end(options.wal_root) == first.value()) {
    return;  // the live segment, which not everybody may open who may read the others, goes on
             // there
  }
  EnvironmentPool pool;
  JournalReader reader{options.wal_root, pool, first};
  if (reader.seek().last_seq != statement.after_seq) {
    mismatch("the earlier statement ends at event " + std::to_string(statement.after_seq.value()) +
             ", which is inside a transaction now");
  }
  ProgressBar progress{first.value(), rough_end(options.wal_root)};
  for (const ClosedSegment& segment : closed) {
    if (segment.first_seq != statement.last_seq().next()) {
      mismatch("the earlier statement ends at event " +
               std::to_string(statement.last_seq().value()) + ", and no segment begins there");
    }
    if (const auto sealed = seal_segment(reader, segment, progress)) {
      statement.segments.push_back(*sealed);
    }
  }
}

void warn_of_an_open_key(const std::filesystem::path& key) {
  std::error_code ignored;
  const auto mode = std::filesystem::status(key, ignored).permissions();
  if ((mode & std::filesystem::perms::others_read) != std::filesystem::perms::none) {
    std::fprintf(stderr,
                 "betex-journal: warning: the key %s may be read by every user of this machine: "
                 "chmod o-r %s\n",
                 key.c_str(),
                 key.c_str());
  }
}

}  // namespace

void seal(const SealOptions& options) {
  const SigningKey key{options.key};
  warn_of_an_open_key(options.key);
  std::optional<WriterLock> no_writer;
  if (options.newest == SealOptions::Newest::Sealed) {
    no_writer.emplace(options.wal_root);
  }
  SealedStatement statement = begin(options, key);
  seal_segments(statement, options);
  std::fputs(signed_text(statement, key).c_str(), stdout);
}

SealCheck::SealCheck(SealedStatement statement, const WalId& wal_id, EventSeq first_seq)
    : statement_{std::move(statement)} {
  const std::vector<SealedSegment>& segments = statement_.segments;
  if (statement_.wal_id != wal_id) {
    mismatch("the statement is of the log " + to_hex(statement_.wal_id) + ", and this is " +
             to_hex(wal_id));
  }
  while (next_ < segments.size() && segments[next_].last_seq < first_seq) {
    ++next_;
  }
  retired_ = next_;
  if (next_ == segments.size() && !segments.empty()) {
    throw JournalError{{.fault = Fault::SequenceNotAvailable,
                        .what = "the statement covers " +
                                events(segments.front().first_seq, segments.back().last_seq) +
                                ", and segments/ begins at event " +
                                std::to_string(first_seq.value()),
                        .segment = {}}};
  }
  if (next_ < segments.size() && segments[next_].first_seq < first_seq) {
    mismatch("the log begins in the middle of " +
             events(segments[next_].first_seq, segments[next_].last_seq));
  }
}

void SealCheck::apply(const matching::TransactionView& transaction) {
  const std::vector<SealedSegment>& segments = statement_.segments;
  if (next_ == segments.size() || transaction.first_seq < segments[next_].first_seq) {
    return;
  }
  const SealedSegment& segment = segments[next_];
  add_bytes(digest_, transaction);
  if (transaction.last_seq() < segment.last_seq) {
    return;
  }
  if (transaction.last_seq() != segment.last_seq || digest_.value() != segment.transactions) {
    mismatch(events(segment.first_seq, segment.last_seq) +
             " are not those that the statement was made of");
  }
  ++next_;
}

void SealCheck::finish(EventSeq last_seq, Line& line) const {
  if (last_seq < statement_.last_seq()) {
    mismatch("the log ends at event " + std::to_string(last_seq.value()) +
             ", and the statement at event " + std::to_string(statement_.last_seq().value()));
  }
  line.push_back({.name = "sealed_to", .value = statement_.last_seq().value()});
  line.push_back({.name = "seals_equal", .value = std::uint64_t{next_ - retired_}});
  line.push_back({.name = "seals_retired", .value = std::uint64_t{retired_}});
}

}  // namespace betex::journal
