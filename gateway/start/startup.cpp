#include "gateway/start/startup.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "journal/journal_reader.h"
#include "journal/recovery.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "matching/reason.h"

namespace betex::gateway {
namespace {

using journal::Snapshot;
using journal::SnapshotSearch;
using matching::EventSeq;
using matching::Name;

constexpr EventSeq kNoLimit{std::numeric_limits<std::uint64_t>::max()};

class StartCommands {
 public:
  StartCommands(Recovered& recovered, TransactionLog& log, const Clock& clock) noexcept
      : engine_{recovered.engine}, reports_{recovered.reports}, log_{log}, clock_{clock} {}

  [[nodiscard]] const matching::Engine& engine() const noexcept { return engine_; }

  // False where the engine had nothing to do.
  bool run(matching::CommandBody body) {
    const auto transaction = engine_.decide(
        {.timestamp = std::max(clock_.now(), engine_.last_timestamp()), .body = std::move(body)});
    if (transaction.events.empty()) {
      return false;
    }
    matching::for_each_event(transaction, [&](matching::EventSeq, const auto& event) {
      using Event = std::remove_cvref_t<decltype(event)>;
      if constexpr (std::is_same_v<Event, matching::CommandRejected>) {
        throw std::runtime_error(std::string(event.subject.view()) +
                                 " can't be created from the configuration: " +
                                 std::string(matching::to_text(event.reason)));
      }
    });
    log_.append(transaction);
    reports_.take(transaction);
    return true;
  }

 private:
  matching::Engine& engine_;
  ReportState& reports_;
  TransactionLog& log_;
  const Clock& clock_;
};

// Also those that are down and whose grace runs: it begins anew, since nobody could come back.
void end_sessions_left_up(StartCommands& commands) {
  std::vector<matching::SessionInfo> left;
  commands.engine().visit_sessions([&](const matching::SessionInfo& session) {
    if (session.up || session.grace_runs) {
      left.push_back(session);
    }
  });
  for (const matching::SessionInfo& session : left) {
    commands.run(matching::SessionDown{.session = session.session,
                                       .epoch = session.epoch,
                                       .next_in = session.next_in,
                                       .reason = matching::SessionDownReason::Restart});
  }
}

void begin_epoch(const Name& comp_id, StartCommands& commands) {
  commands.run(matching::SetSessionNumbers{
      .comp_id = comp_id, .next_in = {}, .reserved_to = {}, .new_epoch = true, .request_id = {}});
}

// What the clock asked for while nobody ran.
void reset_sessions_that_are_due(const Config& config,
                                 const Clock& session_time,
                                 StartCommands& commands) {
  std::unordered_map<std::string_view, const SessionConfig*> scheduled;
  for (const SessionConfig& session : config.sessions) {
    if (session.reset_schedule) {
      scheduled.emplace(session.target_comp_id, &session);
    }
  }
  std::vector<Name> due;
  commands.engine().visit_sessions([&](const matching::SessionInfo& session) {
    const auto found = scheduled.find(session.comp_id.view());
    if (found != scheduled.end() &&
        session.epoch_began < found->second->reset_schedule->last(session_time.now())) {
      due.push_back(session.comp_id);
    }
  });
  for (const Name& comp_id : due) {
    spdlog::info("session {}: scheduled reset, at the start", comp_id.view());
    begin_epoch(comp_id, commands);
  }
}

// Clients may have numbers, and reports, of a history that this log does not have. Also those of
// sessions that are not configured any more.
void begin_epochs_of_all(StartCommands& commands) {
  std::vector<Name> known;
  commands.engine().visit_sessions(
      [&](const matching::SessionInfo& session) { known.push_back(session.comp_id); });
  spdlog::warn(
      "--new-epochs: {} sessions begin again at MsgSeqNum 1; what clients know of events after {} "
      "belongs to a history that is gone",
      known.size(),
      commands.engine().last_seq().value());
  for (const Name& comp_id : known) {
    begin_epoch(comp_id, commands);
  }
}

void create_exchange(const ExchangeConfig& exchange, StartCommands& commands) {
  commands.run(matching::CreateExchange{.currency = matching::Currency{exchange.currency},
                                        .max_requests_a_day = exchange.max_requests_a_day});
}

// With another one every amount of the configuration would be taken for what it is not. A log whose
// beginning does not say is taken as it is.
void check_currency(const Config& config, const matching::Engine& engine) {
  const matching::Currency currency = engine.house().currency;
  if (!currency.empty() && currency.view() != config.exchange.currency) {
    const std::string of_log{currency.view()};
    throw ConfigError{
        {Finding{.file = "configuration",
                 .line = 0,
                 .key = "exchange.currency",
                 .problem = "is " + config.exchange.currency +
                            ", and all amounts in the write-ahead log are in " + of_log,
                 .remedy = "give " + of_log + ", or the root of another log"}}};
  }
}

void set_trading_day(std::chrono::seconds ends_at, StartCommands& commands) {
  const auto ends_at_s = static_cast<std::uint32_t>(ends_at.count());
  if (commands.engine().trading_day_ends_at_s() != ends_at_s) {
    commands.run(matching::SetTradingDay{.ends_at_s = ends_at_s});
  }
}

void require_approval(std::uint32_t classes, StartCommands& commands) {
  if (commands.engine().exchange().approval_classes != classes) {
    commands.run(matching::RequireApproval{.classes = classes});
  }
}

void create_missing_accounts(const Config& config, StartCommands& commands) {
  std::unordered_set<Name> known;
  commands.engine().visit_accounts(
      [&](const matching::AccountInfo& account) { known.insert(account.name); });
  for (const AccountConfig& account : config.accounts()) {
    if (!known.contains(Name{account.name})) {
      commands.run(creation_of(account));
    }
  }
}

Audience audience_of(const Config& config) {
  std::vector<AudienceMember> members;
  for (const SessionConfig& session : config.sessions) {
    AudienceMember& member =
        members.emplace_back(AudienceMember{.comp_id = Name{session.target_comp_id},
                                            .version = session.version,
                                            .role = session.role,
                                            .accounts = {}});
    for (const std::string& account : session.accounts) {
      member.accounts.emplace_back(account);
    }
  }
  return Audience{std::move(members)};
}

void create_market(const MarketConfig& market, StartCommands& commands) {
  const Name name{market.name};
  commands.run(matching::CreateMarket{.market = name,
                                      .winners = market.winners,
                                      .commission_bp = market.commission_bp,
                                      .bet_delay_ms = market.bet_delay_ms,
                                      .kind = market.kind,
                                      .ladder = market.ladder,
                                      .min_quantity = market.min_quantity,
                                      .quantity_step = market.quantity_step});
  for (const std::string& symbol : market.instruments) {
    commands.run(matching::AddRunner{.market = name, .symbol = Name{symbol}});
  }
  commands.run(matching::OpenMarket{.market = name});
}

Snapshot newest_snapshot_or_empty(const SnapshotSearch& search, EventSeq limit) {
  std::optional<Snapshot> newest = journal::newest_snapshot(search, limit);
  return newest ? std::move(*newest) : Snapshot{.engine = matching::Engine{search.key}};
}

// Ascending: those whose headers are as they should be.
std::vector<journal::SnapshotHeader> sound_snapshots(const std::filesystem::path& wal_root) {
  std::vector<journal::SnapshotHeader> headers;
  for (const EventSeq seq : journal::list_snapshots(wal_root)) {
    try {
      headers.push_back(journal::header_of_snapshot(wal_root, seq));
    } catch (const journal::JournalError& error) {
      if (error.fault() != journal::Fault::SnapshotDamaged) {
        throw;
      }
    }
  }
  return headers;
}

// What there is to begin with, ascending.
struct KnownSnapshots {
  std::vector<EventSeq> all;
  std::vector<EventSeq> unread;  // of these: whose headers alone were looked at
};

// The two newest are read to their ends, but for the one that this start has read already: segments
// may be retired on their account at once. Those before them are as many as may be told again, and
// together many times what is in memory: the snapshot thread reads them, when the gateway runs.
KnownSnapshots find_snapshots(const std::filesystem::path& wal_root,
                              const std::vector<journal::SnapshotHeader>& headers,
                              EventSeq begun_with) {
  constexpr std::size_t kReadAtOnce = 2;
  KnownSnapshots found;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    const EventSeq seq = header->last_seq;
    if (found.all.size() >= kReadAtOnce) {
      found.unread.push_back(seq);
    } else if (seq != begun_with && !journal::is_whole(wal_root, seq)) {
      continue;
    }
    found.all.push_back(seq);
  }
  std::ranges::reverse(found.all);
  std::ranges::reverse(found.unread);
  return found;
}

std::vector<Retention::PastEvent> times_of(const std::vector<journal::SnapshotHeader>& headers) {
  std::vector<Retention::PastEvent> times;
  for (const journal::SnapshotHeader& header : headers) {
    times.push_back({.time = header.last_timestamp, .seq = header.last_seq});
  }
  return times;
}

// The event behind which both the log and a state to begin with are there; `last` where they are
// nowhere.
EventSeq beginning_of_log(const std::filesystem::path& wal_root,
                          const std::vector<EventSeq>& snapshots,
                          EventSeq last) {
  const std::vector<journal::SegmentName> segments =
      journal::list_segments(wal_root / journal::kSegmentsFolder);
  if (segments.empty() || segments.front().first_seq <= EventSeq{1}) {
    return EventSeq{0};
  }
  const auto first = std::ranges::find_if(
      snapshots, [&](EventSeq snapshot) { return segments.front().first_seq <= snapshot.next(); });
  return first == snapshots.end() ? last : *first;
}

// What is known of the reports at a snapshot.
ReportState reports_from(const Snapshot& snapshot, const Config& config) {
  ReportState reports{.model = ReadModel{snapshot.engine, audience_of(config)},
                      .cursors = {},
                      .last_seq = snapshot.position.last_seq,
                      .last_time = snapshot.engine.last_timestamp(),
                      .times = {},
                      .begins_after = snapshot.position.last_seq};
  const bool known = reports.cursors.read_note(snapshot.note);
  snapshot.engine.visit_sessions([&](const matching::SessionInfo& session) {
    reports.cursors.delivered(session.session, session.delivered);
    if (!known) {  // made without a gateway: the session may lack any report up to there
      reports.cursors.reported_unseen(session.session, reports.last_seq);
    }
  });
  return reports;
}

// Reads the journal again from an older snapshot. None where it does not reach back so far.
std::optional<ReportState> read_reports(const RecoverySources& sources, const Snapshot& older) {
  const EventSeq begin = older.position.last_seq.next();
  const std::vector<journal::SegmentName> segments =
      journal::list_segments(sources.wal_root / journal::kSegmentsFolder);
  if (segments.empty() || segments.front().first_seq > begin) {
    return std::nullopt;
  }
  ReportState reports = reports_from(older, sources.config);
  journal::JournalReader reader{sources.wal_root, sources.pool, begin};
  while (const auto transaction = reader.next()) {
    reports.take(*transaction);
  }
  return reports;
}

// The next event after `needed` behind which the journal is whole: a snapshot's, or `start`.
EventSeq next_beginning(const RecoverySources& sources, EventSeq needed, EventSeq start) {
  const std::vector<journal::SegmentName> segments =
      journal::list_segments(sources.wal_root / journal::kSegmentsFolder);
  for (const journal::SnapshotHeader& header : sound_snapshots(sources.wal_root)) {
    const EventSeq snapshot = header.last_seq;
    if (snapshot > needed && snapshot < start && !segments.empty() &&
        segments.front().first_seq <= snapshot.next()) {
      return snapshot;
    }
  }
  return start;
}

// Where the snapshot did not say what sessions lack and who watches markets: makes all of it again,
// from where somebody may lack a report. Returns the event up to which reports can't be made: what
// one session lacks beyond the horizon is no reason to forget what others lack. `given_up`: up to
// there they are not kept for anybody, whatever of the log is.
EventSeq reach_back(const RecoverySources& sources,
                    const SnapshotSearch& search,
                    ReportState& reports,
                    EventSeq given_up) {
  EventSeq start = reports.begins_after;
  reports.cursors.give_up(given_up);
  for (auto needed = reports.cursors.needed_after(); needed && *needed < start;
       needed = reports.cursors.needed_after()) {
    const Snapshot older = newest_snapshot_or_empty(search, *needed);
    if (std::optional<ReportState> found = read_reports(sources, older)) {
      reports = std::move(*found);
      start = older.position.last_seq;
    } else {
      given_up = next_beginning(sources, *needed, start);
      search.warnings.push_back("reports of events " + std::to_string(needed->value() + 1) +
                                " to " + std::to_string(given_up.value()) +
                                " that a session has not taken yet can't be made any more: the "
                                "journal before them is not there");
    }
    reports.cursors.give_up(given_up);
  }
  return given_up;
}

// The event up to which reports can't be made, although a session may lack some: what neither is
// kept nor is there. The log and a state to begin with are there behind `log_begins_after`.
EventSeq give_up(ReportState& reports,
                 EventSeq not_kept,
                 EventSeq log_begins_after,
                 std::vector<std::string>& warnings) {
  reports.cursors.give_up(not_kept);
  const EventSeq gone = std::min(log_begins_after, reports.begins_after);
  const auto needed = reports.cursors.needed_after();
  if (!needed || *needed >= gone) {
    return not_kept;
  }
  warnings.push_back("reports of events " + std::to_string(needed->value() + 1) + " to " +
                     std::to_string(gone.value()) +
                     " that a session has not taken yet can't be made any more: the journal "
                     "before them is not there");
  reports.cursors.give_up(gone);
  return gone;
}

// Is it a place of the journal's log? A fault of the log itself is the recovery's to tell.
bool goes_on_from(const RecoverySources& sources, const WarmStart& warm) {
  if (warm.wal_id != sources.journal.wal_id()) {
    return false;
  }
  try {
    journal::JournalReader reader{sources.wal_root, sources.pool, warm.position.last_seq.next()};
    const journal::Position place = reader.seek();
    return place.last_seq == warm.position.last_seq &&
           place.last_tx_id == warm.position.last_tx_id &&
           place.last_timestamp == warm.position.last_timestamp &&
           place.chain == warm.position.chain;
  } catch (const journal::JournalError& error) {
    spdlog::warn("{}", error.what());
    return false;
  }
}

WarmStart beginning_of(const RecoverySources& sources, const SnapshotSearch& search) {
  if (sources.warm != nullptr) {
    const EventSeq at = sources.warm->position.last_seq;
    const std::vector<EventSeq> snapshots = journal::list_snapshots(sources.wal_root);
    if (!snapshots.empty() && snapshots.back() > at) {
      spdlog::info(
          "recovery begins with a snapshot: the standby's state ends before it, at event {}",
          at.value());
    } else if (!goes_on_from(sources, *sources.warm)) {
      spdlog::warn(
          "recovery begins with a snapshot: the standby's state after event {} is not of this log",
          at.value());
    } else {
      spdlog::info("recovery goes on from the standby's state after event {}", at.value());
      return std::move(*sources.warm);
    }
  }
  return beginning_at(newest_snapshot_or_empty(search, kNoLimit), sources.config);
}

}  // namespace

WarmStart beginning_at(Snapshot snapshot, const Config& config) {
  ReportState reports = reports_from(snapshot, config);
  return {.wal_id = snapshot.wal_id,
          .position = snapshot.position,
          .engine = std::move(snapshot.engine),
          .reports = std::move(reports),
          .had_note = ReportCursors{}.read_note(snapshot.note)};
}

Recovered recover(const RecoverySources& sources, Retention& retention) {
  std::vector<std::string> warnings;
  const SnapshotSearch search{sources.wal_root, sources.journal.wal_id(), warnings, sources.key};
  WarmStart start = beginning_of(sources, search);
  Recovered recovered{
      .engine = std::move(start.engine), .reports = std::move(start.reports), .left_up = {}};
  const std::vector<journal::SnapshotHeader> headers = sound_snapshots(sources.wal_root);
  ReportState& reports = recovered.reports;
  const KnownSnapshots snapshots = find_snapshots(sources.wal_root, headers, reports.begins_after);
  retention.set_snapshots(snapshots.all, snapshots.unread);
  retention.know_times(times_of(headers));
  tell(recovered, retention);
  sources.journal.recover(start.position, [&](const matching::TransactionView& transaction) {
    const EventSeq before = recovered.engine.exchange().watermark;
    take(recovered, transaction);
    const EventSeq watermark = recovered.engine.exchange().watermark;
    if (watermark != before) {  // the journal asks for its floor before it returns
      retention.watermark_moved(watermark);
    }
  });
  for (const journal::VoidRecords& records : sources.journal.voids()) {
    spdlog::warn("{}: written by a writer that had lost its right{}: void",
                 records.segment.text(),
                 records.after ? ", behind event " + std::to_string(records.after->value()) : "");
  }
  const EventSeq log_begins_after =
      beginning_of_log(sources.wal_root, snapshots.all, recovered.engine.last_seq());
  const EventSeq not_kept{retention.kept_from().value() - 1};
  retention.log_begins_after(log_begins_after);
  retention.reports_begin_after(start.had_note
                                    ? give_up(reports, not_kept, log_begins_after, warnings)
                                    : reach_back(sources, search, reports, not_kept));
  tell(recovered, retention);
  find_left_up(recovered);
  for (const std::string& warning : warnings) {
    spdlog::warn("{}", warning);
  }
  return recovered;
}

void take(Recovered& recovered, const matching::TransactionView& transaction) {
  recovered.engine.apply(transaction);
  recovered.reports.take(transaction);
}

void tell(const Recovered& recovered, Retention& retention) {
  recovered.engine.visit_sessions([&](const matching::SessionInfo& session) {
    retention.name_session(session.session, session.comp_id);
  });
  retention.reports_taken(
      recovered.reports.cursors, recovered.reports.last_seq, recovered.engine.last_timestamp());
  retention.watermark_moved(recovered.engine.exchange().watermark);
}

void find_left_up(Recovered& recovered) {
  recovered.left_up.clear();
  recovered.engine.visit_sessions([&](const matching::SessionInfo& session) {
    if (session.up) {
      recovered.left_up.push_back(session.session);
    }
  });
}

ReportState reports_as_of(const std::filesystem::path& wal_root,
                          const journal::Journal& journal,
                          const Config& config,
                          EventSeq limit) {
  std::vector<std::string> warnings;
  const Snapshot snapshot = newest_snapshot_or_empty(
      {.wal_root = wal_root, .wal_id = journal.wal_id(), .warnings = warnings}, limit);
  for (const std::string& warning : warnings) {
    spdlog::warn("{}", warning);
  }
  return reports_from(snapshot, config);
}

matching::CreateAccount creation_of(const AccountConfig& account) {
  return {.account = Name{account.name},
          .kind = account.kind,
          .max_open_orders = account.max_open_orders,
          .commission_discount_bp = account.commission_discount_bp,
          .opening_balance = account.balance,
          .credit = account.credit,
          .exposure_limit = account.exposure_limit,
          .market_exposure_limit = account.market_exposure_limit};
}

void run_start_commands(Recovered& recovered,
                        TransactionLog& log,
                        const Config& config,
                        const StartClockPair& clocks,
                        Epochs epochs) {
  const matching::Engine& engine = recovered.engine;
  const bool first_start = engine.last_seq() == matching::EventSeq{0};
  StartCommands commands{recovered, log, clocks.exchange};
  if (first_start) {
    create_exchange(config.exchange, commands);
  }
  check_currency(config, engine);
  end_sessions_left_up(commands);
  if (epochs == Epochs::New) {
    begin_epochs_of_all(commands);
  } else {
    reset_sessions_that_are_due(config, clocks.session, commands);
  }
  while (engine.is_due(clocks.exchange.now()) && commands.run(matching::AdvanceTime{})) {
  }
  require_approval(config.exchange.four_eyes, commands);
  create_missing_accounts(config, commands);
  if (first_start) {
    set_trading_day(config.trading_day_end, commands);
    for (const MarketConfig& market : config.markets) {
      create_market(market, commands);
    }
  }
  log.commit();
}

}  // namespace betex::gateway
