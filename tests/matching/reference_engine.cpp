#include "tests/matching/reference_engine.h"

#include <algorithm>

#include "tests/matching/reference_requests.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kHourNs = 3'600 * std::int64_t{1'000'000'000};
constexpr std::int64_t kGenerationNs = 25 * kHourNs;
constexpr std::int64_t kRequestGenerationNs = 35 * 24 * kHourNs;

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

EventHeader ReferenceEngine::header_of(RefId market) {
  return {.market = plain(market), .market_seq = market == 0 ? 0 : ++market_seqs_[market]};
}

// As they are now.
OrderValues ReferenceEngine::values_of(const RefOrder& order) {
  const std::size_t requests = order.chain.size();
  return {.order_qty = plain(order.quantity),
          .cum_qty = plain(order.filled),
          .leaves_qty = plain(order.leaves),
          .notional = plain(order.notional),
          .chain_index = static_cast<std::uint32_t>(requests == 0 ? 0 : requests - 1)};
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

// Nor does a request of an operator whose session is suspended.
Reason ReferenceEngine::asker_fails() const {
  const Reason reason = origin_fails();
  return reason == Reason::None && requester() != 0 && sessions_.at(requester()).suspended
             ? Reason::SessionSuspended
             : reason;
}

// The id acts no more until it is forgotten.
void ReferenceEngine::learn(const RefClOrdId& id, RefId order, Reason reason) {
  known_ids_[id] = {.order = order, .reason = reason, .came_in = generation_};
}

SaidEvents ReferenceEngine::run(const Command& command) {
  events_.clear();
  command_ = &command;
  now_ = command.timestamp.value();
  std::visit(
      [this]<typename Body>(const Body& body) {
        if constexpr (kIsRequest<Body>) {
          run_request(body);
        } else {
          on(body);
        }
      },
      command.body);
  if (events_.empty()) {
    return {};
  }
  if (last_seq_ == 0) {  // the log begins, and with it the days and generations
    day_end_ = day_end_after(now_);
    generation_end_ = now_ + kGenerationNs;
    request_generation_end_ = now_ + kRequestGenerationNs;
  }
  last_seq_ += events_.size();
  const auto session = sessions_.find(requester());
  if (session != sessions_.end() && session->second.epoch == command.origin.epoch.value()) {
    session->second.next_in = command.origin.msg_seq_num.value() + 1;
  }
  return events_;
}

}  // namespace betex::matching::testing
