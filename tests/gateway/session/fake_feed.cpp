#include "tests/gateway/session/fake_feed.h"

#include <algorithm>
#include <utility>

#include "gateway/wire/checksum.h"

namespace betex::test {

using gateway::MarketDataMessage;
using gateway::SubscriberId;

gateway::MarketDataBody market_data_body(char msg_type, std::string fields) {
  std::replace(fields.begin(), fields.end(), '|', '\001');
  const std::uint8_t sum = fix::checksum(fields);
  return {.msg_type = msg_type, .sum = sum, .fields = std::move(fields)};
}

std::vector<gateway::MarketDataRequest> FakeFeed::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::vector<gateway::SecurityListQuery> FakeFeed::list_queries() const {
  const std::lock_guard lock{mutex_};
  return list_queries_;
}

std::size_t FakeFeed::joined() const {
  const std::lock_guard lock{mutex_};
  return outlets_.size() -
         static_cast<std::size_t>(std::count(outlets_.begin(), outlets_.end(), nullptr));
}

std::size_t FakeFeed::logons() const {
  const std::lock_guard lock{mutex_};
  return outlets_.size();
}

std::size_t FakeFeed::filled() const {
  const std::lock_guard lock{mutex_};
  return filled_;
}

std::shared_ptr<gateway::MarketDataOutlet> FakeFeed::outlet() const {
  const std::lock_guard lock{mutex_};
  return last_;
}

std::shared_ptr<gateway::MarketDataOutlet> FakeFeed::outlet_of(SubscriberId subscriber) const {
  const std::lock_guard lock{mutex_};
  return outlets_.at(subscriber.value());
}

SubscriberId FakeFeed::join(std::shared_ptr<gateway::MarketDataOutlet> outlet) {
  const std::lock_guard lock{mutex_};
  last_ = outlet;
  outlets_.push_back(std::move(outlet));
  return SubscriberId{outlets_.size() - 1};
}

void FakeFeed::leave(SubscriberId subscriber) {
  const std::lock_guard lock{mutex_};
  outlets_.at(subscriber.value()) = nullptr;
}

void FakeFeed::ask(SubscriberId subscriber, gateway::MarketDataRequest request) {
  std::vector<MarketDataMessage> image{
      market_data_body('W', "262=" + std::string{request.id.view()} + "|268=0|")};
  {
    const std::lock_guard lock{mutex_};
    requests_.push_back(std::move(request));
  }
  outlet_of(subscriber)->send(std::move(image));
}

void FakeFeed::ask(SubscriberId subscriber, const gateway::SecurityListQuery& query) {
  {
    const std::lock_guard lock{mutex_};
    list_queries_.push_back(query);
  }
  outlet_of(subscriber)
      ->send(
          {fix::Report{.id = {}, .body = fix::SecurityList{.request_id = query.security_req_id}}});
}

void FakeFeed::resend_was_filled(SubscriberId /*subscriber*/) {
  const std::lock_guard lock{mutex_};
  ++filled_;
}

}  // namespace betex::test
