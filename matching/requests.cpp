// What the requests of operators have in common (RULES.md section 5): the checks that come before
// their own, and how one that does not pass is answered.
#include <type_traits>
#include <utility>
#include <variant>

#include "matching/decider.h"
#include "matching/request_kinds.h"

namespace betex::matching {
namespace {

constexpr std::int64_t kOldest = 30 * kSecondsPerDay * kNanosPerSecond;
constexpr std::int64_t kNewest = 5 * 60 * kNanosPerSecond;
constexpr std::int64_t kReopenWithin = 60 * kNanosPerSecond;

// The first that is given, in the order of CancelTarget, says what the request is about.
const Name& first_given(const CancelOnBehalf& cancel) {
  for (const Name* const name : {&cancel.symbol, &cancel.market, &cancel.account}) {
    if (!name->empty()) {
      return *name;
    }
  }
  return cancel.comp_id;
}

CancelTarget target_of(const CancelOnBehalf& cancel) {
  return !cancel.symbol.empty()    ? CancelTarget::Instrument
         : !cancel.market.empty()  ? CancelTarget::Market
         : !cancel.account.empty() ? CancelTarget::Account
         : !cancel.comp_id.empty() ? CancelTarget::Session
                                   : CancelTarget{};
}

template <OperatorRequest Body>
Name subject_of(const Body& body) {
  if constexpr (std::is_same_v<Body, CancelOnBehalf>) {
    return first_given(body);
  } else if constexpr (requires { body.proposal; }) {
    return body.proposal;
  } else if constexpr (requires { body.market; }) {
    return body.market;
  } else if constexpr (requires { body.account; }) {
    return body.account;
  } else if constexpr (requires { body.comp_id; }) {
    return body.comp_id;
  } else if constexpr (requires { body.subject; }) {
    return body.subject;
  } else {
    return {};
  }
}

template <typename Body>
constexpr bool kNamesMarket = requires(const Body& body) {
  body.market;
};

// A mass cancel has targets of several kinds.
template <OperatorRequest Body>
constexpr bool kIsAboutMarket = kNamesMarket<Body> && !std::is_same_v<Body, CancelOnBehalf>;

template <OperatorRequest Body>
std::uint8_t detail_of(const Body& body) {
  if constexpr (std::is_same_v<Body, CancelOnBehalf>) {
    return static_cast<std::uint8_t>(target_of(body));
  } else if constexpr (std::is_same_v<Body, MoveFunds>) {
    return static_cast<std::uint8_t>(body.kind);
  } else if constexpr (requires { body.cancel_orders; }) {
    return body.cancel_orders ? 1 : 0;
  } else {
    return 0;
  }
}

}  // namespace

Decider::Request Decider::request() const {
  return std::visit(
      []<typename Body>(const Body& body) -> Request {
        if constexpr (OperatorRequest<Body>) {
          Request asked{.id = body.request_id,
                        .transact_time = body.transact_time,
                        .makes_safer = kMakesSafer<Body>,
                        .reopens = kReopens<Body>,
                        .ends_halt = std::is_same_v<Body, UnhaltExchange>,
                        .approval_class = kApprovalClass<Body>,
                        .is_about_market = kIsAboutMarket<Body>,
                        .subject = subject_of(body),
                        .detail = detail_of(body)};
          if constexpr (requires { body.version_guard; }) {
            asked.version_guard = body.version_guard;
          }
          return asked;
        } else {
          return {};
        }
      },
      command_->body);
}

// Empty where there is none.
const Remark& Decider::remark() const {
  static constexpr Remark kNone;
  return command_->remark.has_value() ? *command_->remark : kNone;
}

// What fails here does not use the request's id up.
Reason Decider::check_may_ask(const Request& asked) const {
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  if (is_suspended(requester())) {
    return Reason::SessionSuspended;
  }
  if (asked.id.empty()) {
    return Reason::None;
  }
  if (state_.request_ids.find(asked.id) != nullptr) {
    return Reason::DuplicateRequestId;
  }
  if (!is_timely(asked.transact_time, kOldest, kNewest)) {
    return Reason::StaleRequest;
  }
  const Exchange& exchange = state_.exchange;
  if (!asked.makes_safer && exchange.max_requests_a_day != 0 &&
      exchange.requests_today >= exchange.max_requests_a_day) {
    return Reason::TooManyRequests;
  }
  return asked.reopens && !is_timely(asked.transact_time, kReopenWithin, kReopenWithin)
             ? Reason::StaleRequest
             : Reason::None;
}

// Up to what the request names. One that is approved had its id and its time checked when it was
// proposed.
Reason Decider::check_request() const {
  const Request asked = request();
  if (!is_approved_) {
    if (const Reason reason = check_may_ask(asked); reason != Reason::None) {
      return reason;
    }
  }
  return asked.reopens && !asked.ends_halt && state_.exchange.halted ? Reason::ExchangeHalted
                                                                     : Reason::None;
}

// All that comes before a request's own checks; `named` says what is wrong with what it names.
// False where that has answered it: it is refused, or waits for a second operator.
bool Decider::is_admitted(Reason named) {
  Reason reason = check_request();
  if (reason == Reason::None) {
    reason = named;
  }
  if (reason != Reason::None) {
    refuse(reason);
    return false;
  }
  if (needs_approval()) {
    propose();
    return false;
  }
  return true;
}

// After a request's own checks. False where it goes no further: it is refused, or only tried.
bool Decider::passes(Reason reason) {
  if (reason != Reason::None) {
    refuse(reason);
    return false;
  }
  if (dry_run_ != nullptr) {
    dry_run_->open_orders = most_cancelled();
    return false;
  }
  return true;
}

// 0: it is about none, or about one that there is not.
MarketId Decider::market_of(const Request& asked) const {
  return asked.is_about_market
             ? MarketId{static_cast<std::uint32_t>(state_.market_names.find(asked.subject))}
             : MarketId{};
}

// Until when the request can be approved; 0: it does not wait for that.
Timestamp Decider::waits_until(const RequestRecord& first) const {
  const Proposal* const proposal = proposal_of(first.request_id);
  return proposal != nullptr && proposal->seq == first.answered_by ? proposal->event.expires
                                                                   : Timestamp{};
}

// One that has come before with the same content is told what the first one did.
void Decider::refuse(Reason reason) {
  const Request asked = request();
  const RequestRecord* first =
      reason == Reason::DuplicateRequestId ? state_.request_ids.find(asked.id) : nullptr;
  if (first != nullptr && first->digest != command_->digest) {
    first = nullptr;
  }
  if (dry_run_ != nullptr) {
    dry_run_->reason = first == nullptr ? reason : first->reason;
    dry_run_->answered_by = first == nullptr ? EventSeq{} : first->answered_by;
    dry_run_->expires = first == nullptr ? Timestamp{} : waits_until(*first);
  } else if (is_approved_) {
    refusal_ = reason;
  } else if (first != nullptr) {
    RequestKnown event{.session = requester(),
                       .reason = first->reason,
                       .command = command_kind(),
                       .answered_by = first->answered_by,
                       .subject = asked.subject,
                       .request_id = asked.id,
                       .detail = asked.detail,
                       .expires = waits_until(*first)};
    tell_market(event, market_of(asked));
    emitter_.emit(event);
  } else {
    emitter_.emit(
        CommandRejected{.session = requester(),
                        .reason = reason,
                        .command = command_kind(),
                        .id_consumed = !asked.id.empty() && check_may_ask(asked) == Reason::None,
                        .detail = asked.detail,
                        .subject = asked.subject,
                        .request_id = asked.id});
  }
}

// A proposal holds its own.
void Decider::add_remark() {
  const bool held = std::exchange(is_proposed_, false);
  if (!held && !remark().empty()) {
    emitter_.emit(Remarked{.request_id = request().id, .remark = remark()});
  }
}

}  // namespace betex::matching
