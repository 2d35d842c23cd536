// What the gateway does between the journal's lock and its first listening socket: replays the
// journal from its newest snapshot, ends the sessions that a crash left up, and creates what the
// configuration asks for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/link/clock.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/start/retention.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "journal/position.h"
#include "journal/snapshot.h"
#include "matching/engine.h"
#include "matching/transaction.h"

namespace betex::gateway {

// The journal's state: the engine, and what reports are made from.
struct Recovered {
  matching::Engine engine;
  ReportState reports;
  std::vector<matching::SessionId> left_up;  // sessions that were on when the last process ended
};

// A state that the log is known to lead to: what a recovery can begin with.
struct WarmStart {
  journal::WalId wal_id{};     // of the log
  journal::Position position;  // of engine and reports
  matching::Engine engine{};
  ReportState reports;
  // Its snapshot told which sessions lacked reports, and which operators watched markets.
  bool had_note = false;
};

// What recovery works on. All must outlive the call.
struct RecoverySources {
  journal::Journal& journal;
  const std::filesystem::path& wal_root;
  journal::EnvironmentPool& pool;
  const Config& config;        // who is told of what: Audience
  matching::ClOrdIdKey key{};  // of the engine
  // In place of a snapshot, which is not read then; it is moved from. It must have this key, and
  // is dropped with a warning where the journal does not go on from it. Null: none.
  WarmStart* warm = nullptr;
};

// A state to begin with, as the snapshot has it.
[[nodiscard]] WarmStart beginning_at(journal::Snapshot snapshot, const Config& config);

// Replays the journal from its newest whole snapshot on; a damaged one is passed over with a
// warning. Nothing before the snapshot is read, although reports that no client has proven to have
// may be older: EarlierReports has those made. But where the snapshot has no note, what reports are
// made from is rebuilt from an older one. Tells `retention` what it found. Throws JournalError
// where the journal is damaged.
[[nodiscard]] Recovered recover(const RecoverySources& sources, Retention& retention);

// The next transaction that is in the journal by now: as recover() takes them, for who goes on
// following a log.
void take(Recovered& recovered, const matching::TransactionView& transaction);

// Tells `retention` how far the reports are, as recover() does. What it was told before is enough
// for what is kept meanwhile: more, never less.
void tell(const Recovered& recovered, Retention& retention);

// Notes which sessions are on: after a recovery, and again at the end of what was taken since.
void find_left_up(Recovered& recovered);

// What reports are made from, as of the newest whole snapshot of the journal's log that is not
// after event `limit`; where there is none, as of the log's beginning. Damaged ones are passed over
// with a warning. `journal` has been recovered.
[[nodiscard]] ReportState reports_as_of(const std::filesystem::path& wal_root,
                                        const journal::Journal& journal,
                                        const Config& config,
                                        matching::EventSeq limit);

// The command that makes the account, with all that it begins with.
[[nodiscard]] matching::CreateAccount creation_of(const AccountConfig& account);

// Both are only read, and must outlive the call.
struct StartClockPair {
  const Clock& exchange;  // what is journaled
  const Clock& session;   // what schedules go by
};

// Whether sessions go on with their numbers.
enum class Epochs : std::uint8_t {
  Kept,
  New,  // the journal was restored: each known session begins a new epoch
};

// The commands of every start, logged like all others, as one commit: on an empty journal first
// of all CreateExchange; SessionDown{restart} for sessions still up, new epochs of all sessions or
// of those whose scheduled reset is due, time's own steps that are due, which requests need a
// second operator where the journal says otherwise, accounts that the configuration names and the
// journal does not know; and on an empty journal the end of the trading day and the configured
// markets, created and opened. What the journal says of an account, a market or the trading day
// stays. Throws std::runtime_error if the engine refuses a configured account or market,
// ConfigError if the log's amounts are in another currency.
void run_start_commands(Recovered& recovered,
                        TransactionLog& log,
                        const Config& config,
                        const StartClockPair& clocks,
                        Epochs epochs = Epochs::Kept);

}  // namespace betex::gateway
