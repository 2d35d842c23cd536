#include "gateway/market_data/listings.h"

#include <algorithm>
#include <variant>

#include "gateway/reports/security_lists.h"

namespace betex::gateway {
namespace {

using fix::ListUpdateAction;
using matching::EventSeq;
using matching::InstrumentId;
using matching::MarketId;
using Updates = SecurityListQuery::Updates;

// About what a message is on the wire.
constexpr std::size_t kMessageBytes = 500;

// Instruments that are looked at for one message of a turn's budget.
constexpr std::size_t kLooksPerMessage = 64;

// Of the instrument that is looked at now, each once in a look and in order.
EventSeq take_told_to(ListUpdates& updates, InstrumentId instrument) {
  if (updates.ahead.empty() || updates.ahead.front().instrument != instrument) {
    return updates.told_to;
  }
  const EventSeq told_to = updates.ahead.front().told_to;
  updates.ahead.pop_front();
  return told_to;
}

}  // namespace

bool Listings::ask(Subscriber& subscriber, const SecurityListQuery& query) {
  if (subscriber.answers.size() >= limits_.max_lists) {
    return false;
  }
  if (query.updates == Updates::Begin) {
    subscriber.list_updates = ListUpdates{.query = query, .told_to = books_.last_seq()};
  } else if (query.updates == Updates::End) {
    subscriber.list_updates.reset();
  }
  subscriber.answers.push_back({.query = query, .instruments = {}});
  waits_ = true;
  return true;
}

void Listings::tell_changes(const std::vector<MarketId>& markets, EventSeq since) {
  changed_ = books_.last_seq();
  std::vector<Change> changes;
  for (const MarketId market : markets) {
    for (const InstrumentId instrument : books_.securities().market(market).instruments) {
      if (const auto action = change_since(since, instrument)) {
        changes.push_back({instrument, *action});
      }
    }
  }
  subscriptions_.for_each([&](Subscriber& subscriber) {
    if (!subscriber.list_updates) {
      return;
    }
    ListUpdates& updates = *subscriber.list_updates;
    if (!updates.behind && distribution_.room_beside_updates(subscriber) == 0) {
      updates = {.query = updates.query, .told_to = since};
    }
    if (updates.behind) {
      waits_ = true;
      return;
    }
    for (const Change& change : changes) {
      tell(subscriber, change);
    }
  });
}

// ---- A turn

bool Listings::serve() {
  if (!waits_) {
    return false;
  }
  waits_ = false;
  left_ = limits_.list_messages_per_turn;
  subscriptions_.for_each([this](Subscriber& subscriber) {
    if (left_ != 0) {
      serve(subscriber);
    }
    waits_ = waits_ || !subscriber.answers.empty() ||
             (subscriber.list_updates && subscriber.list_updates->behind);
  });
  return left_ == 0;
}

void Listings::serve(Subscriber& subscriber) {
  if (subscriber.answers.empty() &&
      (!subscriber.list_updates || !subscriber.list_updates->behind)) {
    return;
  }
  std::size_t room = distribution_.room_beside_updates(subscriber);
  while (!subscriber.answers.empty() && room != 0 && left_ != 0) {
    answer(subscriber, room);
  }
  if (subscriber.answers.empty() && subscriber.list_updates) {
    catch_up(subscriber, room);
  }
  subscriber.pauses = subscriber.pauses || room == 0;
}

// A message of the answer that is under way. An answer about nothing has one, which says so.
void Listings::answer(Subscriber& subscriber, std::size_t& room) {
  ListAnswer& answer = subscriber.answers.front();
  if (!answer.begun) {
    answer.begun = true;
    answer.instruments = instruments_of(books_.securities(), answer.query);
  }
  const std::size_t total = answer.instruments.size();
  const InstrumentId instrument = total == 0 ? InstrumentId{} : answer.instruments[answer.next];
  distribution_.give(
      subscriber,
      security_list(
          books_.securities(), instrument, answer.query, {.next = answer.next, .total = total}));
  room -= std::min(room, kMessageBytes);
  --left_;
  if (++answer.next >= total) {
    subscriber.answers.pop_front();
  }
}

// Looks through all instruments for what has changed, and once more for what has changed meanwhile:
// also through those of archived markets, whose end is told to who does not know it yet.
void Listings::catch_up(Subscriber& subscriber, std::size_t& room) {
  ListUpdates& updates = *subscriber.list_updates;
  const std::size_t count = books_.securities().instrument_count();
  std::size_t looks = 0;
  while (updates.behind && room != 0 && left_ != 0) {
    if (updates.next == 0) {
      updates.looked = books_.last_seq();
    }
    if (updates.next == count || updates.told_to >= changed_) {
      updates.told_to = updates.looked;
      updates.next = 0;
      updates.behind = updates.told_to < changed_;
      if (!updates.behind) {
        updates.ahead.clear();
      }
      continue;
    }
    const InstrumentId instrument{static_cast<std::uint32_t>(++updates.next)};
    if (const auto action = change_since(take_told_to(updates, instrument), instrument)) {
      if (is_about(updates.query, instrument)) {
        tell(subscriber, {instrument, *action});
        if (change_since(updates.looked, instrument)) {  // the next look will see that, too
          updates.ahead.push_back({instrument, books_.last_seq()});
        }
        room -= std::min(room, kMessageBytes);
        --left_;
      }
    } else if (++looks % kLooksPerMessage == 0) {
      --left_;
    }
  }
}

void Listings::tell(Subscriber& subscriber, const Change& change) {
  const SecurityListQuery& query = subscriber.list_updates->query;
  if (!is_about(query, change.instrument)) {
    return;
  }
  const fix::Report listed =
      security_list(books_.securities(), change.instrument, query, {.next = 0, .total = 1});
  distribution_.give(
      subscriber,
      {.id = {},
       .body = fix::SecurityListUpdate{.action = change.action,
                                       .security = std::get<fix::SecurityList>(listed.body)}});
}

bool Listings::is_about(const SecurityListQuery& query, InstrumentId id) const {
  const Instrument& instrument = books_.securities().instrument(id);
  if (!query.symbol.empty()) {
    return query.symbol == instrument.symbol;
  }
  return query.market.empty() || query.market == books_.securities().market(instrument.market).name;
}

std::optional<ListUpdateAction> Listings::change_since(EventSeq event, InstrumentId id) const {
  const InstrumentBook& book = books_.book(id);
  const MarketStanding& market = books_.standing(books_.securities().instrument(id).market);
  for (const EventSeq end : {book.removed, market.ended}) {
    if (end != EventSeq{}) {
      return end > event ? std::optional{ListUpdateAction::Delete} : std::nullopt;
    }
  }
  if (book.added > event) {
    return ListUpdateAction::Add;
  }
  return std::max(book.described, market.changed) > event ? std::optional{ListUpdateAction::Modify}
                                                          : std::nullopt;
}

}  // namespace betex::gateway
