#include "tests/matching/reference_engine.h"

#include <algorithm>

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kGenerationNs = 25 * 3'600 * std::int64_t{1'000'000'000};

}  // namespace

std::optional<std::int64_t> whole(Decimal decimal, std::int64_t per_one) {
  const std::int64_t unit = 1'000'000 / per_one;
  if (decimal.value() % unit != 0) {
    return std::nullopt;
  }
  return decimal.value() / unit;
}

RefId id_of(const std::map<std::string, RefId>& names, const Name& name) {
  const auto found = names.find(std::string{name.view()});
  return found == names.end() ? 0 : found->second;
}

void ReferenceEngine::say(Fact fact) {
  facts_.push_back(std::move(fact));
  ++said_;
}

// The order's values as they are now.
Fact ReferenceEngine::about(const RefOrder& order, EventKind kind) const {
  return {.kind = kind,
          .market = order.market,
          .order = order.id,
          .session = order.session,
          .quantity = order.quantity,
          .filled = order.filled,
          .leaves = order.leaves,
          .notional = order.notional,
          .chain = std::max<std::int64_t>(0, static_cast<std::int64_t>(order.chain.size()) - 1)};
}

void ReferenceEngine::refuse(Reason reason, std::string_view subject, std::string_view request) {
  say({.kind = EventKind::CommandRejected,
       .other = command_->body.index() + 1,
       .session = requester(),
       .code = code(reason),
       .id = std::string{subject},
       .request = std::string{request}});
}

// A message of a session that is not known, or of an epoch that is over, changes nothing.
Reason ReferenceEngine::origin_fails() const {
  if (requester() == 0) {
    return Reason::None;
  }
  const auto session = sessions_.find(requester());
  if (session == sessions_.end()) {
    return Reason::UnknownSession;
  }
  return session->second.epoch == command_->origin.epoch.value() ? Reason::None
                                                                 : Reason::StaleEpoch;
}

Reason ReferenceEngine::request_fails(const Name& request) const {
  if (const Reason reason = origin_fails(); reason != Reason::None) {
    return reason;
  }
  return requests_.contains(std::string{request.view()}) ? Reason::DuplicateRequestId
                                                         : Reason::None;
}

void ReferenceEngine::remember(const Name& request) {
  if (!request.empty()) {
    requests_.insert(std::string{request.view()});
  }
}

// The id acts no more until it is forgotten.
void ReferenceEngine::learn(const RefClOrdId& id, RefId order, Reason reason) {
  known_ids_[id] = {.order = order, .reason = reason, .came_in = generation_};
}

Facts ReferenceEngine::run(const Command& command) {
  facts_.clear();
  said_ = 0;
  command_ = &command;
  now_ = command.timestamp.value();
  std::visit([this](const auto& body) { on(body); }, command.body);
  if (said_ == 0) {
    return {};
  }
  if (last_seq_ == 0) {  // the log begins, and with it the days and generations
    day_end_ = day_end_after(now_);
    generation_end_ = now_ + kGenerationNs;
  }
  last_seq_ += said_;
  const auto session = sessions_.find(requester());
  if (session != sessions_.end() && session->second.epoch == command.origin.epoch.value()) {
    session->second.next_in = command.origin.msg_seq_num.value() + 1;
  }
  return facts_;
}

}  // namespace betex::matching::testing
