// Time of the reference engine: RULES.md sections 3 and 6.
#include <algorithm>
#include <ctime>
#include <limits>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;
constexpr std::int64_t kGenerationNs = 25 * 3'600 * kSecondNs;
constexpr std::int64_t kRequestGenerationNs = 35 * kDayNs;

std::uint32_t date_of(std::int64_t ns) {
  const std::time_t seconds = ns / kSecondNs;
  std::tm date{};
  gmtime_r(&seconds, &date);
  return static_cast<std::uint32_t>((date.tm_year + 1900) * 10'000 + (date.tm_mon + 1) * 100 +
                                    date.tm_mday);
}

}  // namespace

// What happens at one instant comes in this order.
struct ReferenceEngine::Due {
  enum class What { Order, Day, Generation, RequestGeneration, Proposal, Grace };

  std::int64_t at = std::numeric_limits<std::int64_t>::max();
  What what{};
  RefId order = 0;
};

std::int64_t ReferenceEngine::day_end_after(std::int64_t time) const {
  std::int64_t end = time / kDayNs * kDayNs + day_ends_at_s_ * kSecondNs;
  while (end <= time) {
    end += kDayNs;
  }
  return end;
}

ReferenceEngine::Due ReferenceEngine::next_due() const {
  Due first;
  const auto consider = [&first](std::int64_t at, Due::What what, RefId order) {
    if (at < first.at || (at == first.at && first.what == Due::What::Order &&
                          what == Due::What::Order && order < first.order)) {
      first = {at, what, order};
    }
  };
  for (const auto& [id, order] : live_) {
    if (order->place == RefPlace::Delayed) {
      consider(order->release_at, Due::What::Order, id);
    }
    if (order->time_in_force == TimeInForce::Gtd) {
      consider(order->expires, Due::What::Order, id);
    }
  }
  for (const auto& [id, amend] : waiting_amends_) {
    consider(amend.release_at, Due::What::Order, id);
  }
  consider(day_end_, Due::What::Day, 0);
  consider(generation_end_, Due::What::Generation, 0);
  consider(request_generation_end_, Due::What::RequestGeneration, 0);
  if (!proposals_.empty()) {
    consider(proposals_.front().expires, Due::What::Proposal, 0);
  }
  for (const auto& [id, session] : sessions_) {
    for (const std::int64_t at : {session.groups_cancel_at, session.cancel_at}) {
      if (at != 0) {
        consider(at, Due::What::Grace, 0);
      }
    }
  }
  return first;
}

void ReferenceEngine::on(const AdvanceTime&) {
  if (last_seq_ == 0) {
    return;  // nothing has happened yet
  }
  for (Due due = next_due(); due.at <= now_; due = next_due()) {
    switch (due.what) {
      case Due::What::Order:
        do_what_is_due(orders_.at(due.order), due.at);
        break;
      case Due::What::Day:
        end_day();
        break;
      case Due::What::Generation:
        end_generation();
        break;
      case Due::What::RequestGeneration:
        end_request_generation();
        break;
      case Due::What::Grace:
        end_grace();
        break;
      case Due::What::Proposal:
        end_proposal();
        break;
    }
  }
}

// ---- Orders -------------------------------------------------------------------------------------

void ReferenceEngine::do_what_is_due(RefOrder& order, std::int64_t due) {
  const bool live = live_.contains(order.id);
  if (live && order.place == RefPlace::Delayed && order.release_at == due) {
    release(order);
  } else if (live && order.time_in_force == TimeInForce::Gtd && order.expires == due) {
    expire(order);
  } else {
    release_amend(order);
  }
}

void ReferenceEngine::expire(RefOrder& order) {
  end_order(order, CancelCause::Expired);
  say(
      OrderExpired{
          .order = plain(order.id), .session = plain(order.session), .values = values_of(order)},
      order.market);
}

// The bet delay is over: all checks again, but those of money and its own id.
void ReferenceEngine::release(RefOrder& order) {
  const RefMarket& market = markets_.at(order.market);
  const RefAccount& account = accounts_.at(order.account);
  const bool crosses = !crossing_ticks(order).empty();
  Reason reason = market_refuses(order, order.session);
  if (account.suspended) {
    reason = Reason::AccountSuspended;
  } else if (order.session != 0 && sessions_.at(order.session).suspended) {
    reason = Reason::SessionSuspended;
  } else if (halted_) {
    reason = Reason::ExchangeHalted;
  } else if (reason != Reason::None) {
    // the market's
  } else if (order.version_guard != 0 && order.version_guard != market.version) {
    reason = Reason::StaleMarketVersion;
  } else if (account.max_open != 0 && account.open > account.max_open) {
    reason = Reason::OpenOrdersLimit;
  } else if (order.asked.post_only && crosses) {
    reason = Reason::PostOnlyWouldCross;
  }
  if (reason != Reason::None) {
    cancel_order(order, CancelCause::DelayFailed, reason);
    return;
  }
  order.place = RefPlace::Taking;
  const bool takes =
      order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok || crosses;
  say(OrderReleased{.order = plain(order.id),
                    .session = plain(order.session),
                    .entry = takes ? Entry::Takes : Entry::Rests,
                    .values = values_of(order)},
      order.market);
  if (takes) {
    take(order);
  } else {
    rest(order);
  }
}

void ReferenceEngine::release_amend(RefOrder& order) {
  const RefWaitingAmend amend = waiting_amends_.at(order.id);
  waiting_amends_.erase(order.id);
  RefOrder changed = order;
  changed.tick = amend.tick;
  changed.quantity = amend.quantity;
  changed.expires = amend.expires;
  changed.version_guard = amend.version_guard;
  changed.persistence = amend.persistence;
  Reason reason = may_enter(order.account, amend.requester);
  if (reason != Reason::None) {
    // whatever has become of the order
  } else if (halted_) {
    reason = Reason::ExchangeHalted;  // likewise
  } else if (is_of_tripped_group(order)) {
    reason = Reason::OrderGroupTripped;
  } else if (!live_.contains(order.id)) {
    reason = Reason::TooLate;
  } else {
    reason = moment_refuses(order, amend.guard_given ? amend.version_guard : 0);
    if (reason == Reason::None) {
      reason = new_terms_fail(order, changed);
    }
  }
  if (reason == Reason::None) {
    carry_out_amend(order,
                    changed,
                    {.requester = plain(amend.requester),
                     .was_delayed = true,
                     .cl_ord_id = ClOrdId{amend.id.second}});
    return;
  }
  known_ids_.at(amend.id).order = 0;
  known_ids_.at(amend.id).reason = reason;
  // Never of an order that is itself delayed.
  say(CancelRejected{.order = plain(order.id),
                     .account = plain(order.account),
                     .session = plain(amend.requester),
                     .reason = reason,
                     .response_to = CancelRejected::kToReplace,
                     .id_consumed = true,
                     .was_delayed = true,
                     .values = values_of(order),
                     .account_name = order.asked.account,
                     .cl_ord_id = ClOrdId{amend.id.second},
                     .orig_cl_ord_id = ClOrdId{order.chain.back()}},
      order.market);
}

// ---- Days, generations, graces ------------------------------------------------------------------

void ReferenceEngine::end_day() {
  const std::int64_t ended = day_end_;
  day_end_ += kDayNs;
  requests_today_ = 0;
  say(TradingDayEnded{
      .date = date_of(ended - 1), .last_order = plain(last_order_), .next_end = plain(day_end_)});
  std::vector<RefId> ids;
  for (const auto& [id, order] : live_) {
    if (order->time_in_force == TimeInForce::Day) {
      ids.push_back(id);
    }
  }
  for (const RefId id : ids) {
    expire(orders_.at(id));
  }
}

// Finished orders are known through the generation after the one in which they finished, their ids
// with them; the id of a refused request through the generation after the one in which it came.
void ReferenceEngine::end_generation() {
  generation_end_ += kGenerationNs;
  ++generation_;
  say(ClOrdIdGenerationEnded{.next_end = plain(generation_end_)});
  std::erase_if(orders_, [this](const auto& entry) {
    const RefOrder& order = entry.second;
    return !live_.contains(order.id) && order.finished_in + 1 < generation_;
  });
  std::erase_if(groups_, [this](const auto& entry) {
    return entry.second.deleted && entry.second.deleted_in + 1 < generation_;
  });
  std::erase_if(known_ids_, [this](const auto& entry) {
    const RefKnownId& known = entry.second;
    return known.order == 0 ? known.came_in + 1 < generation_ : !orders_.contains(known.order);
  });
}

// Ids of requests are known in the generation in which they came, and in the next one.
void ReferenceEngine::end_request_generation() {
  request_generation_end_ += kRequestGenerationNs;
  ++request_generation_;
  say(RequestIdGenerationEnded{.next_end = plain(request_generation_end_)});
  std::erase_if(requests_, [this](const auto& entry) {
    return entry.second.came_in + 1 < request_generation_;
  });
}

// The lowest session first, and of it its groups before its own orders.
void ReferenceEngine::end_grace() {
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  RefSession* first = nullptr;
  bool groups = false;
  for (auto& [id, session] : sessions_) {
    if (session.groups_cancel_at != 0 && session.groups_cancel_at < earliest) {
      earliest = session.groups_cancel_at;
      first = &session;
      groups = true;
    }
    if (session.cancel_at != 0 && session.cancel_at < earliest) {
      earliest = session.cancel_at;
      first = &session;
      groups = false;
    }
  }
  if (groups) {
    end_groups_of(*first);
    return;
  }
  first->cancel_at = 0;
  start_batch({.session = first->id, .scope = CancelScope::All, .cause = first->cause});
}

}  // namespace betex::matching::testing
