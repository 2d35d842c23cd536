#include "gateway/market_data/subscriptions.h"

#include <algorithm>
#include <utility>

#include "gateway/market_data/must.h"

namespace betex::gateway {

using matching::InstrumentId;
using matching::MarketId;

// ---- Sessions

Subscriber& Subscriptions::join(SubscriberId id, std::shared_ptr<MarketDataOutlet> outlet) {
  const auto [at, is_new] =
      subscribers_.emplace(id, std::make_unique<Subscriber>(id, std::move(outlet)));
  must(is_new, "md: a session joins twice");
  return *at->second;
}

void Subscriptions::leave(SubscriberId id) {
  const auto at = subscribers_.find(id);
  if (at == subscribers_.end()) {
    return;
  }
  end_all(*at->second);
  std::erase(waiting_, at->second.get());
  subscribers_.erase(at);
}

Subscriber* Subscriptions::find(SubscriberId id) {
  const auto at = subscribers_.find(id);
  return at == subscribers_.end() || at->second->over ? nullptr : at->second.get();
}

void Subscriptions::end_all(Subscriber& subscriber) {
  while (!subscriber.requests.empty()) {
    end_request(subscriber.requests.back());
  }
}

std::size_t Subscriptions::slow_count() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      subscribers_, [](const auto& entry) { return entry.second->slow && !entry.second->over; }));
}

// ---- Requests that end

std::uint32_t Subscriptions::find_request(const Subscriber& subscriber,
                                          const matching::Name& id) const noexcept {
  const auto at = std::ranges::find_if(
      subscriber.requests, [&](std::uint32_t slot) { return requests_[slot].id == id; });
  return at == subscriber.requests.end() ? 0 : *at;
}

void Subscriptions::end_request(std::uint32_t slot) {
  LiveRequest& request = requests_[slot];
  while (!request.markets.empty()) {
    stop_following(slot, request.markets.back());
  }
  for (std::uint32_t place = 0; place < request.subscriptions.size() && request.live != 0;
       ++place) {
    if (request.subscriptions[place].view() != 0) {
      if (request.live == 1) {
        end(slot, place);  // and the request with it
        return;
      }
      end(slot, place);
    }
  }
  end_if_empty(slot);
}

void Subscriptions::end_if_empty(std::uint32_t slot) {
  const LiveRequest& request = requests_[slot];
  if (request.live == 0 && request.markets.empty()) {
    std::erase(request.subscriber->requests, slot);
    requests_.erase(slot);
  }
}

void Subscriptions::stop_following(std::uint32_t slot, MarketId market) {
  std::erase(requests_[slot].markets, market);
  const auto at = followers_.find(market);
  std::erase(at->second, slot);
  if (at->second.empty()) {
    followers_.erase(at);
  }
}

void Subscriptions::end(std::uint32_t slot, std::uint32_t place) {
  LiveRequest& request = requests_[slot];
  Subscription& subscription = request.subscriptions[place];
  const std::uint32_t view_slot = subscription.view();
  View& view = views_[view_slot];
  if (subscription.cause() == ImageCause::None) {
    swap_readers(view, subscription.reader(), view.in_step - 1);
    --view.in_step;
  } else {
    --request.marked;
    --request.subscriber->marked;
    --figures_.marked;
  }
  swap_readers(view, subscription.reader(), static_cast<std::uint32_t>(view.readers.size() - 1));
  view.readers.pop_back();
  if (view.readers.empty()) {
    drop_view(view_slot);
  }
  subscription = Subscription{};
  --request.live;
  --request.subscriber->subscriptions;
  --figures_.subscriptions;
  end_if_empty(slot);
}

void Subscriptions::end_market(MarketId market) {
  for (const InstrumentId instrument : books_.securities().market(market).instruments) {
    end_instrument(instrument);
  }
  while (followers_.contains(market)) {
    const std::uint32_t slot = followers_[market].back();
    stop_following(slot, market);
    end_if_empty(slot);
  }
}

void Subscriptions::end_instrument(InstrumentId instrument) {
  const std::span<const std::uint32_t> slots = views_of(instrument);
  const std::vector<std::uint32_t> views{slots.begin(), slots.end()};
  for (const std::uint32_t slot : views) {
    while (views_.contains(slot) && views_[slot].in_step != 0) {
      const Reader reader = views_[slot].readers.front();
      end(reader.request, reader.place);
    }
  }
}

// ---- Images

void Subscriptions::note_waiting(Subscriber& subscriber) {
  if (!subscriber.is_listed) {
    subscriber.is_listed = true;
    waiting_.push_back(&subscriber);
  }
}

void Subscriptions::mark(std::uint32_t slot, std::uint32_t place, ImageCause cause) {
  LiveRequest& request = requests_[slot];
  Subscription& subscription = request.subscriptions[place];
  if (subscription.cause() != ImageCause::None) {
    return;
  }
  View& view = views_[subscription.view()];
  swap_readers(view, subscription.reader(), view.in_step - 1);
  --view.in_step;
  subscription.set_cause(cause);
  ++request.marked;
  ++request.subscriber->marked;
  ++figures_.marked;
  note_waiting(*request.subscriber);
}

void Subscriptions::mark_all(Subscriber& subscriber, ImageCause cause) {
  for (const std::uint32_t slot : subscriber.requests) {
    const std::size_t count = requests_[slot].subscriptions.size();
    for (std::uint32_t place = 0; place < count; ++place) {
      if (requests_[slot].subscriptions[place].view() != 0) {
        mark(slot, place, cause);
      }
    }
  }
}

void Subscriptions::mark_all(InstrumentId instrument, ImageCause cause) {
  for (const std::uint32_t slot : views_of(instrument)) {
    View& view = views_[slot];
    while (view.in_step != 0) {
      const Reader reader = view.readers[view.in_step - 1];
      mark(reader.request, reader.place, cause);
    }
  }
}

void Subscriptions::had_image(std::uint32_t slot, std::uint32_t place) {
  LiveRequest& request = requests_[slot];
  Subscription& subscription = request.subscriptions[place];
  View& view = views_[subscription.view()];
  if (request.once || is_at_its_end(view.instrument())) {
    end(slot, place);
    return;
  }
  swap_readers(view, subscription.reader(), view.in_step);
  ++view.in_step;
  subscription.set_cause(ImageCause::None);
  --request.marked;
  --request.subscriber->marked;
  --figures_.marked;
}

// ---- Views

std::span<const std::uint32_t> Subscriptions::views_of(InstrumentId instrument) const noexcept {
  const std::size_t index = instrument.value();
  return index < views_of_.size() ? std::span<const std::uint32_t>{views_of_[index]}
                                  : std::span<const std::uint32_t>{};
}

std::uint32_t Subscriptions::view_for(InstrumentId instrument, const ViewSpec& spec) {
  std::uint32_t& slot = view_slots_[view_key(instrument, spec)];
  if (slot == 0) {
    if (views_of_.size() <= instrument.value()) {
      views_of_.resize(instrument.value() + std::size_t{1});
    }
    books_.watch(instrument, true);
    slot = views_.emplace(instrument, spec, books_);
    views_of_[instrument.value()].push_back(slot);
  }
  return slot;
}

void Subscriptions::drop_view(std::uint32_t slot) {
  const InstrumentId instrument = views_[slot].instrument();
  view_slots_.erase(view_key(instrument, views_[slot].spec()));
  std::vector<std::uint32_t>& of_instrument = views_of_[instrument.value()];
  std::erase(of_instrument, slot);
  if (of_instrument.empty()) {
    of_instrument = {};
    books_.watch(instrument, false);
  }
  views_.erase(slot);
}

void Subscriptions::place_reader(View& view, std::uint32_t index, const Reader& reader) {
  view.readers[index] = reader;
  requests_[reader.request].subscriptions[reader.place].set_reader(index);
}

void Subscriptions::swap_readers(View& view, std::uint32_t one, std::uint32_t other) {
  if (one != other) {
    const Reader first = view.readers[one];
    place_reader(view, one, view.readers[other]);
    place_reader(view, other, first);
  }
}

}  // namespace betex::gateway
