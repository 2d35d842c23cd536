// What all requests of operators share, in the reference engine: RULES.md section 5.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// The checks that come before the id is used up. What comes without one is the gateway's own.
template <typename Body>
Reason ReferenceEngine::request_fails(const Body& body) const {
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  constexpr std::int64_t kDayNs = 24 * 60 * kMinuteNs;
  if (const Reason reason = asker_fails(); reason != Reason::None || body.request_id.empty()) {
    return reason;
  }
  if (requests_.contains(std::string{body.request_id.view()})) {
    return Reason::DuplicateRequestId;
  }
  const std::int64_t age = now_ - body.transact_time.value();
  if (age > 30 * kDayNs || age < -5 * kMinuteNs) {
    return Reason::StaleRequest;
  }
  if (!kMakesSafer<Body> && max_requests_a_day_ != 0 && requests_today_ >= max_requests_a_day_) {
    return Reason::TooManyRequests;
  }
  return kReopens<Body> && (age > kMinuteNs || age < -kMinuteNs) ? Reason::StaleRequest
                                                                 : Reason::None;
}

template <typename Body>
void ReferenceEngine::answer_known(const Body& body, const RefRequest& first) {
  const RefSubject subject = subject_of(body);
  RequestKnown known{.session = plain(requester()),
                     .reason = first.reason,
                     .command = kCommandKind<Body>,
                     .answered_by = plain(first.answered_by),
                     .subject = subject.name,
                     .request_id = body.request_id,
                     .detail = subject.detail};
  if (const RefProposal* const waits = find_proposal(body.request_id); waits != nullptr) {
    known.expires = plain(waits->expires);
  }
  if constexpr (requires { body.market; } && !std::is_same_v<Body, CancelOnBehalf>) {
    if (const RefMarket* const market = find_market(body.market); market != nullptr) {
      known.version = market->version;
      known.state = market->state;
    }
  }
  say(known);
}

template <typename Body>
void ReferenceEngine::run_request(const Body& body) {
  const std::size_t proposals = proposals_.size();
  decide_request(body);
  if (!remark().empty() && proposals_.size() <= proposals) {
    say(Remarked{.request_id = body.request_id, .remark = remark()});
  }
}

template <typename Body>
void ReferenceEngine::decide_request(const Body& body) {
  const Reason reason = request_fails(body);
  const std::string id{body.request_id.view()};
  const auto known = requests_.find(id);
  if (reason == Reason::DuplicateRequestId && known->second.digest == command_->digest) {
    answer_known(body, known->second);
    return;
  }
  if (reason != Reason::None) {
    const RefSubject subject = subject_of(body);
    say(CommandRejected{.session = plain(requester()),
                        .reason = reason,
                        .command = kCommandKind<Body>,
                        .detail = subject.detail,
                        .subject = subject.name,
                        .request_id = body.request_id});
    return;
  }
  if (!id.empty()) {
    ++requests_today_;
    requests_[id] = {
        .digest = command_->digest, .answered_by = last_seq_ + 1, .came_in = request_generation_};
  }
  perform(body);
}

// What depends on the moment at which it is decided: now, or when a second operator has approved.
template <typename Body>
Reason ReferenceEngine::moment_fails(const Body& body) const {
  if (halted_ && kReopens<Body> && !std::is_same_v<Body, UnhaltExchange>) {
    return Reason::ExchangeHalted;
  }
  constexpr bool kMayLackNames =
      std::is_same_v<Body, CreateMarket> || std::is_same_v<Body, CreateAccount>;
  const auto is_unknown = [](const std::map<std::string, RefId>& names, const Name& name) {
    return (!std::is_same_v<Body, CancelOnBehalf> || !name.empty()) && id_of(names, name) == 0;
  };
  if constexpr (!kMayLackNames) {
    if constexpr (requires { body.account; }) {
      if (is_unknown(accounts_by_name_, body.account)) {
        return Reason::UnknownAccount;
      }
    }
    if constexpr (requires { body.comp_id; }) {
      if (is_unknown(sessions_by_name_, body.comp_id)) {
        return Reason::UnknownSession;
      }
    }
    if constexpr (requires { body.market; }) {
      if (is_unknown(markets_by_name_, body.market)) {
        return Reason::UnknownMarket;
      }
    }
  }
  if constexpr (requires { body.version_guard; }) {
    const RefMarket& market = markets_.at(id_of(markets_by_name_, body.market));
    if (body.version_guard != 0 && body.version_guard != market.version) {
      return Reason::StaleMarketVersion;
    }
  }
  return Reason::None;
}

template <typename Body>
bool ReferenceEngine::needs_approval(const Body& body) const {
  ApprovalClass its{};
  if (std::is_same_v<Body, ReopenMarket> || std::is_same_v<Body, DetermineMarket> ||
      std::is_same_v<Body, SettleMarket> || std::is_same_v<Body, VoidMarket> ||
      std::is_same_v<Body, ArchiveMarket>) {
    its = ApprovalClass::Results;
  } else if (std::is_same_v<Body, MoveFunds>) {
    its = ApprovalClass::Funds;
  } else if (std::is_same_v<Body, SetSessionNumbers>) {
    its = ApprovalClass::SessionNumbers;
  }
  return carried_ == nullptr && !body.request_id.empty() &&
         (approval_classes_ & static_cast<std::uint32_t>(its)) != 0;
}

template <typename Body>
void ReferenceEngine::perform(const Body& body) {
  if (const Reason reason = moment_fails(body); reason != Reason::None) {
    refuse(reason, body);
  } else if (needs_approval(body)) {
    propose(body);
  } else {
    on(body);
  }
}

// Whole, and nothing of it is done yet.
template <typename Body>
void ReferenceEngine::propose(const Body& body) {
  constexpr std::int64_t kWaitsNs = 15 * std::int64_t{60'000'000'000};
  constexpr std::size_t kMostProposals = 1'000;
  if (proposals_.size() == kMostProposals) {
    refuse(Reason::TooManyRequests, body);
    return;
  }
  if constexpr (requires { body.shares; }) {
    if (body.shares.size() > kMaxRunners) {
      refuse(Reason::InvalidParameter, body);
      return;
    }
  }
  const std::int64_t expires = now_ + kWaitsNs;
  OperationProposed proposed{.proposer = plain(requester()),
                             .command = kCommandKind<Body>,
                             .expires = plain(expires),
                             .subject = subject_of(body).name,
                             .request_id = body.request_id,
                             .remark = remark()};
  std::vector<RunnerShare> shares;
  if constexpr (requires { body.version_guard; }) {
    proposed.version_guard = body.version_guard;
  }
  if constexpr (requires { body.shares; }) {
    shares = body.shares;
  }
  if constexpr (std::is_same_v<Body, MoveFunds>) {
    proposed.funds = body.kind;
    proposed.amount = body.amount;
  } else if constexpr (std::is_same_v<Body, VoidMarket>) {
    proposed.amount = body.price;
  } else if constexpr (std::is_same_v<Body, SetSessionNumbers>) {
    proposed.new_epoch = body.new_epoch;
    proposed.next_in = body.next_in;
    proposed.reserved_to = body.reserved_to;
  }
  proposals_.push_back({.event = last_seq_ + 1,
                        .proposer = requester(),
                        .id = body.request_id,
                        .body = body,
                        .remark = remark(),
                        .expires = expires});
  say(proposed, 0, shares);
}

}  // namespace betex::matching::testing
