#include "journal/tool/commands.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/journal_reader.h"
#include "journal/recovery.h"
#include "journal/retirement.h"
#include "journal/segment.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "journal/tool/event_filter.h"
#include "journal/tool/log_extent.h"
#include "journal/void_segments.h"
#include "journal/writer_lock.h"

namespace betex::journal {
namespace {

// Calls `visit(seq, event)` with each event of a transaction.
template <typename Visitor>
void for_each_header(const matching::TransactionView& transaction, Visitor&& visit) {
  EventSeq seq = transaction.first_seq;
  for (std::size_t at = 0; at < transaction.events.size();) {
    const auto& event =
        *reinterpret_cast<const matching::EventHeader*>(transaction.events.data() + at);
    visit(seq, event);
    at += event.size;
    seq = seq.next();
  }
}

// Where the last segments are empty the one before them holds the last record: behind this event it
// is not retired.
EventSeq below_empty_end(const std::filesystem::path& wal_root,
                         const std::vector<SegmentName>& names) {
  EnvironmentPool pool;
  EventSeq most{std::numeric_limits<std::uint64_t>::max() - 1};
  for (auto name = names.rbegin(); name != names.rend() && name->first_seq.value() > 1; ++name) {
    Segment segment{wal_root, *name, Segment::State::Sealed, pool};
    if (segment.first_at_or_after(name->first_seq)) {
      break;
    }
    most = EventSeq{name->first_seq.value() - 2};
  }
  return most;
}

void print_event(const DumpOptions& options,
                 const matching::TransactionHeader& transaction,
                 EventSeq seq,
                 const EventDescription& event) {
  Line line{{.name = "seq", .value = seq.value()},
            {.name = "tx", .value = transaction.tx_id.value()},
            {.name = "time", .value = transaction.timestamp.value()}};
  line.insert(line.end(), event.fields.begin(), event.fields.end());
  print(options.style, event.kind, line);
}

}  // namespace

void stat(const StatOptions& options) {
  const std::vector<SegmentName> all = segments_of(options.wal_root);
  EnvironmentPool pool;
  const std::vector<SegmentName> names = VoidSegments{options.wal_root, pool}.without_void(all);
  const std::optional<EpochRecord> epoch_file = read_epoch_file(options.wal_root);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::filesystem::path data =
        options.wal_root / kSegmentsFolder / names[i].text() / kDataFile;
    Line line{{.name = "name", .value = names[i].text()},
              {.name = "first_seq", .value = names[i].first_seq.value()}};
    if (i + 1 < names.size()) {
      line.push_back({.name = "last_seq", .value = names[i + 1].first_seq.value() - 1});
    }
    line.push_back({.name = "bytes",
                    .value = std::filesystem::exists(data)
                                 ? std::uint64_t{std::filesystem::file_size(data)}
                                 : std::uint64_t{0}});
    line.push_back({.name = "epoch", .value = std::uint64_t{names[i].epoch.value()}});
    print(options.style, "segment", line);
  }
  for (const SegmentName& name : all) {
    if (!std::binary_search(names.begin(), names.end(), name)) {
      print(options.style, "void", {{.name = "name", .value = name.text()}});
    }
  }
  for (const SetAside& aside : list_set_aside(options.wal_root)) {
    print(options.style,
          "void",
          {{.name = "name", .value = aside.name},
           {.name = "set_aside_by", .value = std::uint64_t{aside.by.value()}}});
  }
  for (const EventSeq seq : list_snapshots(options.wal_root)) {
    print(options.style, "snapshot", {{.name = "seq", .value = seq.value()}});
  }
  print(options.style,
        "log",
        {{.name = "wal_id", .value = to_hex(epoch_file->wal_id)},
         {.name = "writer_epoch", .value = std::uint64_t{epoch_file->epoch.value()}},
         {.name = "segments", .value = std::uint64_t{names.size()}}});
}

void dump(const DumpOptions& options) {
  EnvironmentPool pool;
  EventFilter filter{options};
  // Names are given near the beginning of the log, so a search by name has to begin there.
  const EventSeq oldest = oldest_event(options.wal_root);
  const EventSeq first = options.from == 0 ? oldest : EventSeq{options.from};
  const EventSeq start = filter.needs_all_before() ? std::min(oldest, first) : first;
  JournalReader reader{options.wal_root, pool, start};
  ProgressBar progress{start.value(),
                       std::min(options.to, rough_end(options.wal_root)),
                       ProgressBar::Output::ManyLines};
  while (const auto transaction = reader.next()) {
    for_each_header(*transaction, [&](EventSeq seq, const matching::EventHeader& event) {
      filter.learn(event);
      if (seq < first || seq.value() > options.to) {
        return;
      }
      if (filter.shows(event)) {
        print_event(options, transaction->header, seq, describe(event));
      }
    });
    progress.show(transaction->last_seq().value());
    if (transaction->last_seq().value() >= options.to) {
      return;
    }
  }
}

void snapshot(const SnapshotOptions& options) {
  EnvironmentPool pool;
  const std::vector<EventSeq> before = list_snapshots(options.wal_root);
  ProgressBar progress{before.empty() ? 0 : before.back().value(), rough_end(options.wal_root)};
  SnapshotTask task;
  task.progress = [&](EventSeq done) {
    progress.show(done.value());
    return true;
  };
  const std::optional<EventSeq> seq = take_snapshot(options.wal_root, pool, task);
  print(options.style,
        seq ? "snapshot" : "nothing_new",
        {{.name = "seq",
          .value = seq              ? seq->value()
                   : before.empty() ? std::uint64_t{0}
                                    : before.back().value()}});
}

void retire(const RetireOptions& options) {
  const std::vector<SegmentName> names = segments_of(options.wal_root);
  const WriterLock lock{options.wal_root};
  EventSeq limit{options.up_to};
  if (options.floor == RetireOptions::Floor::SecondNewestSnapshot) {
    limit = std::min(limit, second_newest_snapshot(options.wal_root));
  }
  // retire_up_to() takes the last segment for the one with the last record.
  const EventSeq most = std::min(limit, below_empty_end(options.wal_root, names));
  for (const SegmentName& name : retire_up_to(options.wal_root, most)) {
    print(options.style, "retired", {{.name = "name", .value = name.text()}});
  }
  print(options.style, "limit", {{.name = "seq", .value = limit.value()}});
}

}  // namespace betex::journal
