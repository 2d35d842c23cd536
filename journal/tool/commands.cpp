#include "journal/tool/commands.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/recovery.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "journal/writer_lock.h"

namespace betex::journal {
namespace {

std::vector<SegmentName> segments_of(const std::filesystem::path& wal_root) {
  std::vector<SegmentName> names = list_segments(wal_root / kSegmentsFolder);
  if (!std::filesystem::exists(wal_root / kEpochFile)) {
    throw JournalError{{.fault = Fault::NoJournal,
                        .what = "there is no journal in this folder",
                        .segment = wal_root.string()}};
  }
  return names;
}

EventSeq oldest_event(const std::filesystem::path& wal_root) {
  const std::vector<SegmentName> names = segments_of(wal_root);
  return names.empty() ? EventSeq{1} : names.front().first_seq;
}

// How far the log goes, as its folders' names tell it: enough for a progress bar.
std::uint64_t rough_end(const std::filesystem::path& wal_root) {
  const std::vector<SegmentName> names = segments_of(wal_root);
  return names.empty() ? 1 : names.back().first_seq.value();
}

std::string hex(std::uint64_t value) {
  char buffer[17];
  std::snprintf(buffer, sizeof(buffer), "%016llx", static_cast<unsigned long long>(value));
  return buffer;
}

// Which events a dump shows. Names are looked up in the log itself.
class Filter {
 public:
  explicit Filter(const DumpOptions& options) : options_{options} {
    market_ = number_of(options.market);
    account_ = number_of(options.account);
  }

  // Learns the numbers of markets and accounts from the events that name them.
  void learn(const matching::EventHeader& event) {
    if (event.kind == matching::EventKind::MarketCreated) {
      const auto& created = reinterpret_cast<const matching::MarketCreated&>(event);
      if (!options_.market.empty() && created.market.view() == options_.market) {
        market_ = event.market.value();
      }
    } else if (event.kind == matching::EventKind::AccountCreated) {
      const auto& created = reinterpret_cast<const matching::AccountCreated&>(event);
      if (!options_.account.empty() && created.name.view() == options_.account) {
        account_ = created.account.value();
      }
    }
  }

  [[nodiscard]] bool shows(const matching::EventHeader& event, const Line& fields) const {
    if (!options_.market.empty() && event.market.value() != market_) {
      return false;
    }
    return (options_.account.empty() || (account_ && has(fields, "account", *account_))) &&
           (options_.order == 0 || has(fields, "order", options_.order));
  }

 private:
  static std::optional<std::uint64_t> number_of(const std::string& text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
  }

  // Also in a part of the event: "maker.order".
  static bool has(const Line& fields, std::string_view name, std::uint64_t value) {
    return std::any_of(fields.begin(), fields.end(), [&](const EventField& field) {
      const auto* const number = std::get_if<std::uint64_t>(&field.value);
      const bool named = field.name == name || field.name.ends_with("." + std::string{name});
      return named && number != nullptr && *number == value;
    });
  }

  const DumpOptions& options_;
  std::optional<std::uint64_t> market_;
  std::optional<std::uint64_t> account_;
};

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
  const std::vector<SegmentName> names = segments_of(options.wal_root);
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
    print(options.style, "segment", line);
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
  Filter filter{options};
  // Names are given near the beginning of the log, so a search by name has to begin there.
  const bool by_name = !options.market.empty() || !options.account.empty();
  const EventSeq oldest = oldest_event(options.wal_root);
  const EventSeq first = options.from == 0 ? oldest : EventSeq{options.from};
  JournalReader reader{options.wal_root, pool, by_name ? std::min(oldest, first) : first};
  while (const auto transaction = reader.next()) {
    for_each_header(*transaction, [&](EventSeq seq, const matching::EventHeader& event) {
      filter.learn(event);
      if (seq < first || seq.value() > options.to) {
        return;
      }
      const EventDescription description = describe(event);
      if (filter.shows(event, description.fields)) {
        print_event(options, transaction->header, seq, description);
      }
    });
    if (transaction->last_seq().value() >= options.to) {
      return;
    }
  }
}

void verify(const VerifyOptions& options) {
  EnvironmentPool pool;
  const EventSeq first = oldest_event(options.wal_root);
  JournalReader reader{options.wal_root, pool, first};
  ProgressBar progress{first.value(), rough_end(options.wal_root)};
  const bool replays = options.replay == VerifyOptions::Replay::Yes && first.value() == 1;
  matching::Engine engine;
  std::uint64_t transactions = 0;
  while (const auto transaction = reader.next()) {
    if (replays) {
      engine.apply(*transaction);
    }
    ++transactions;
    progress.show(transaction->last_seq().value());
  }
  const Position end = reader.position();
  Line line{{.name = "first_seq", .value = first.value()},
            {.name = "last_seq", .value = end.last_seq.value()},
            {.name = "transactions", .value = transactions},
            {.name = "chain", .value = hex(end.chain.value())}};
  if (replays) {
    line.push_back({.name = "state_hash", .value = hex(engine.state_hash())});
  }
  print(options.style, "whole", line);
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
  for (const SegmentName& name : retire_up_to(options.wal_root, limit)) {
    print(options.style, "retired", {{.name = "name", .value = name.text()}});
  }
  print(options.style, "limit", {{.name = "seq", .value = limit.value()}});
}

}  // namespace betex::journal
