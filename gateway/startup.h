// What the gateway does between the journal's lock and its first listening socket: replays the
// journal, ends the sessions that a crash left up, and creates what the configuration asks for.
#pragma once

#include "gateway/config/config.h"
#include "gateway/stages/clock.h"
#include "gateway/stages/report_stage.h"
#include "journal/journal.h"
#include "matching/engine.h"

namespace betex::gateway {

// The journal's state: the engine, and what reports are made from.
struct Recovered {
  matching::Engine engine;
  RecoveredReports reports;
};

// Replays the whole journal. Throws JournalError where it is damaged.
[[nodiscard]] Recovered recover(journal::Journal& journal);

// The commands of every start, journaled like all others, as one commit: SessionDown{restart} for
// sessions still up, time's own steps that are due, the end of the trading day, accounts that the
// configuration names and the journal does not know, and on an empty journal the configured
// markets, created and opened. Throws std::runtime_error if the engine refuses a configured account
// or market.
void run_start_commands(Recovered& recovered,
                        journal::Journal& journal,
                        const Config& config,
                        const Clock& clock);

}  // namespace betex::gateway
