// MarketDataRequest(V): what begins, and why it does not.
#include <algorithm>
#include <utility>

#include "gateway/market_data/subscriptions.h"
#include "matching/commands.h"
#include "matching/reason.h"

namespace betex::gateway {
namespace {

using fix::MarketDataRefusal;
using fix::MarketDataRequestReject;
using matching::InstrumentId;
using matching::MarketId;
using matching::Reason;

bool is_over(const Market& market) noexcept {
  return market.state == matching::MarketState::Settled ||
         market.state == matching::MarketState::Voided;
}

}  // namespace

std::optional<MarketDataRequestReject> Subscriptions::ask(Subscriber& subscriber,
                                                          const MarketDataRequest& request) {
  const auto refuse = [&](MarketDataRefusal refusal, Reason reason) {
    return MarketDataRequestReject{.request_id = request.id, .refusal = refusal, .reason = reason};
  };
  const std::uint32_t known = find_request(subscriber, request.id);
  if (request.type == MarketDataRequest::Type::End) {
    if (known == 0) {
      return refuse(MarketDataRefusal::Unknown, Reason::UnknownRequest);
    }
    end_request(known);
    return std::nullopt;
  }
  if (known != 0) {
    return refuse(MarketDataRefusal::DuplicateId, Reason::DuplicateRequestId);
  }
  std::vector<InstrumentId> instruments;
  std::vector<MarketId> markets;
  if (const auto unknown = resolve(request, instruments, markets)) {
    return unknown;
  }
  if (subscriber.requests.size() >= limits_.max_requests ||
      subscriber.subscriptions + instruments.size() > limits_.max_instruments) {
    return refuse(MarketDataRefusal::TooMuch, Reason::TooManyRequests);
  }
  const std::uint32_t slot = requests_.emplace(subscriber, request);
  subscriber.requests.push_back(slot);
  requests_[slot].subscriptions.reserve(instruments.size());
  for (const InstrumentId instrument : instruments) {
    begin(slot, instrument);
  }
  for (const MarketId market : markets) {
    if (!requests_[slot].once && !is_over(books_.securities().market(market))) {
      requests_[slot].markets.push_back(market);
      followers_[market].push_back(slot);
    }
  }
  end_if_empty(slot);
  return std::nullopt;
}

// The instruments, each once. Of a market those that were not removed.
std::optional<MarketDataRequestReject> Subscriptions::resolve(
    const MarketDataRequest& request,
    std::vector<InstrumentId>& instruments,
    std::vector<MarketId>& markets) const {
  const Securities& securities = books_.securities();
  for (const matching::Name& symbol : request.symbols) {
    const InstrumentId instrument = securities.find_instrument(symbol);
    if (instrument == InstrumentId{}) {
      return MarketDataRequestReject{.request_id = request.id,
                                     .refusal = MarketDataRefusal::Unknown,
                                     .symbol = symbol,
                                     .reason = Reason::UnknownInstrument};
    }
    instruments.push_back(instrument);
  }
  for (const matching::Name& name : request.markets) {
    const MarketId id = securities.find_market(name);
    if (id == MarketId{}) {
      return MarketDataRequestReject{.request_id = request.id,
                                     .refusal = MarketDataRefusal::Unknown,
                                     .market = name,
                                     .reason = Reason::UnknownMarket};
    }
    const Market& market = securities.market(id);
    std::ranges::copy_if(
        market.instruments, std::back_inserter(instruments), [&](InstrumentId instrument) {
          return !securities.instrument(instrument).removed(market.version);
        });
    markets.push_back(id);
  }
  std::ranges::sort(instruments);
  instruments.erase(std::unique(instruments.begin(), instruments.end()), instruments.end());
  std::ranges::sort(markets);
  markets.erase(std::unique(markets.begin(), markets.end()), markets.end());
  return std::nullopt;
}

void Subscriptions::begin(std::uint32_t slot, InstrumentId instrument) {
  LiveRequest& request = requests_[slot];
  const std::uint32_t view_slot = view_for(instrument, request.spec);
  View& view = views_[view_slot];
  const auto place = static_cast<std::uint32_t>(request.subscriptions.size());
  request.subscriptions.emplace_back(view_slot, ImageCause::Subscribe);
  view.readers.emplace_back();
  place_reader(
      view, static_cast<std::uint32_t>(view.readers.size() - 1), {.request = slot, .place = place});
  ++request.live;
  ++request.marked;
  ++request.subscriber->subscriptions;
  ++request.subscriber->marked;
  ++figures_.subscriptions;
  ++figures_.marked;
  note_waiting(*request.subscriber);
}

void Subscriptions::follow(InstrumentId runner) {
  const auto at = followers_.find(books_.securities().instrument(runner).market);
  if (at != followers_.end()) {
    for (const std::uint32_t slot : at->second) {
      begin(slot, runner);
    }
  }
}

bool Subscriptions::is_at_its_end(InstrumentId id) const {
  const Instrument& instrument = books_.securities().instrument(id);
  const Market& market = books_.securities().market(instrument.market);
  return is_over(market) || instrument.removed(market.version);
}

}  // namespace betex::gateway
