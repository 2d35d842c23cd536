#include "gateway/startup.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "matching/reason.h"

namespace betex::gateway {
namespace {

using matching::Name;

constexpr matching::Timestamp kNever{std::numeric_limits<std::int64_t>::max()};

class StartCommands {
 public:
  StartCommands(Recovered& recovered, journal::Journal& journal, const Clock& clock) noexcept
      : engine_{recovered.engine}, reports_{recovered.reports}, journal_{journal}, clock_{clock} {}

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
    journal_.append(transaction);
    reports_.take(transaction);
    return true;
  }

 private:
  matching::Engine& engine_;
  RecoveredReports& reports_;
  journal::Journal& journal_;
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

void create_missing_accounts(const Config& config, StartCommands& commands) {
  std::vector<std::string> missing = config.accounts();
  commands.engine().visit_accounts(
      [&](const matching::AccountInfo& account) { std::erase(missing, account.name.view()); });
  for (const std::string& account : missing) {
    commands.run(matching::CreateAccount{.account = Name{account},
                                         .kind = matching::AccountKind::Unlimited});
  }
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

}  // namespace

Recovered recover(journal::Journal& journal) {
  Recovered recovered;
  journal.recover(matching::EventSeq{0}, [&](const matching::TransactionView& transaction) {
    recovered.engine.apply(transaction);
    recovered.reports.take(transaction);
  });
  return recovered;
}

void run_start_commands(Recovered& recovered,
                        journal::Journal& journal,
                        const Config& config,
                        const Clock& clock) {
  const matching::Engine& engine = recovered.engine;
  const bool first_start = engine.last_seq() == matching::EventSeq{0};
  StartCommands commands{recovered, journal, clock};
  end_sessions_left_up(commands);
  while (engine.next_deadline().value_or(kNever) <= clock.now() &&
         commands.run(matching::AdvanceTime{})) {
  }
  const auto day_end = static_cast<std::uint32_t>(config.trading_day_end.count());
  if (engine.trading_day_ends_at_s() != day_end) {
    commands.run(matching::SetTradingDay{.ends_at_s = day_end});
  }
  create_missing_accounts(config, commands);
  if (first_start) {
    for (const MarketConfig& market : config.markets) {
      create_market(market, commands);
    }
  }
  journal.commit();
}

}  // namespace betex::gateway
