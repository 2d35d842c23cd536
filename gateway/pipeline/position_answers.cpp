#include "gateway/pipeline/position_answers.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace betex::gateway {
namespace {

using matching::Money;
using matching::RowInfo;
using matching::RunnerBets;
using Kind = PositionsPart::Kind;

bool has_something(const RunnerBets& bets) {
  return bets.if_won != Money{0} || bets.if_lost != Money{0} || bets.open_if_won != Money{0} ||
         bets.open_if_lost != Money{0};
}

// What was paid is no position any more.
bool has_something(const RowInfo& row) {
  if (row.settled) {
    return false;
  }
  return row.kind == matching::MarketKind::Binary
             ? row.position != matching::Quantity{0} || row.exposure != Money{0}
             : std::ranges::any_of(row.runners,
                                   [](const RunnerBets& bets) { return has_something(bets); });
}

}  // namespace

bool PositionAnswers::add(const PositionsQuery& query, matching::Timestamp asked_at) {
  const bool waits = std::ranges::any_of(
      waiting_, [&](const Answer& answer) { return answer.query.session == query.session; });
  if (!waits) {
    waiting_.push_back({.query = query, .asked_at = asked_at, .market = {}, .messages = 0});
  }
  return !waits;
}

PositionAnswers::Look PositionAnswers::look_at_row(Answer& answer,
                                                   matching::AccountId account,
                                                   Part& part) const {
  Look look = Look::Nothing;
  const auto market = engine_.visit_row_after(account, answer.market, [&](const RowInfo& row) {
    if (!has_something(row)) {
      return;
    }
    look = Look::Something;
    part.part.kind = Kind::Row;
    part.part.market = row.market;
    part.part.position = row.position;
    part.part.exposure = row.exposure;
    std::ranges::copy_if(row.runners, std::back_inserter(part.runners), [](const RunnerBets& bets) {
      return has_something(bets);
    });
    part.part.runners = static_cast<std::uint32_t>(part.runners.size());
  });
  answer.market = market.value_or(answer.market);
  return market ? look : Look::NoRow;
}

bool PositionAnswers::go_on(Part& part) {
  Answer& answer = waiting_.front();
  part.runners.clear();
  part.part = {.query = answer.query,
               .asked_at = answer.asked_at,
               .number = answer.messages + 1,
               .account = {}};
  const std::optional<matching::AccountInfo> account = engine_.account_info(answer.query.account);
  const Look look = account ? look_at_row(answer, account->account, part) : Look::NoRow;
  if (look == Look::Nothing) {
    return false;
  }
  if (look == Look::Something) {
    answer.messages += std::max<std::uint32_t>(part.part.runners, 1);
    return true;
  }
  part.part.kind = account ? Kind::Totals : Kind::Unknown;
  part.part.account = account.value_or(matching::AccountInfo{});
  waiting_.pop_front();
  return true;
}

}  // namespace betex::gateway
