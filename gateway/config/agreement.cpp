#include "gateway/config/agreement.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gateway/config/words.h"
#include "journal/checksum.h"

namespace betex::gateway {
namespace {

// What it is, and its values, between which stands a character that none of them has.
template <typename... Values>
std::string line_of(std::string_view kind, const Values&... values) {
  std::string line{kind};
  ((line += fmt::format("\t{}", values)), ...);
  return line;
}

std::string and_all_of(std::string line, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    line += '\t' + value;
  }
  return line;
}

std::string line_of_exchange(const Config& config) {
  return line_of("exchange",
                 config.exchange.currency,
                 config.exchange.max_requests_a_day,
                 config.exchange.four_eyes,
                 config.trading_day_end.count());
}

std::string line_of_account(const AccountConfig& account) {
  return line_of("account",
                 account.name,
                 word_of(kAccountKinds, account.kind),
                 account.balance.value(),
                 account.credit.value(),
                 account.exposure_limit.value(),
                 account.market_exposure_limit.value(),
                 account.max_open_orders,
                 account.commission_discount_bp);
}

std::string line_of_market(const MarketConfig& market) {
  const bool odds = market.kind == matching::MarketKind::ExchangeOdds;
  return and_all_of(
      line_of("market",
              market.name,
              word_of(kMarketKinds, market.kind),
              odds ? word_of(kOddsLadders, market.ladder) : word_of(kBinaryLadders, market.ladder),
              market.winners,
              market.min_quantity.value(),
              market.quantity_step.value(),
              market.commission_bp,
              market.bet_delay_ms),
      market.instruments);
}

// Who it is, what it may do, and what becomes of its numbers and orders. What protects a machine,
// such as its addresses and its rate, may be each node's own.
std::string line_of_session(const SessionConfig& session) {
  const auto& schedule = session.reset_schedule;
  return and_all_of(
      line_of("session",
              session.target_comp_id,
              session.sender_comp_id,
              word_of(kFixVersions, session.version),
              word_of(kSessionRoles, session.role),
              session.username,
              word_of(kLogonProofs, session.proof),
              session.certificate_name,
              session.reset_allowed,
              schedule ? fmt::format("{} {}", schedule->time_of_day.count(), schedule->days_text())
                       : std::string{},
              session.cancel_on_disconnect,
              session.cancel_grace.count()),
      session.accounts);  // the first one is what an order without one is for
}

}  // namespace

std::uint64_t agreement_hash(const Config& config) {
  std::vector<std::string> lines{line_of_exchange(config)};
  for (const AccountConfig& account : config.accounts()) {
    lines.push_back(line_of_account(account));
  }
  for (const MarketConfig& market : config.markets) {
    lines.push_back(line_of_market(market));
  }
  for (const SessionConfig& session : config.sessions) {
    lines.push_back(line_of_session(session));
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) {
    text += line + '\n';
  }
  return journal::checksum(std::as_bytes(std::span{text}));
}

}  // namespace betex::gateway
