#include "gateway/market_data/distribution.h"

#include <algorithm>
#include <utility>

namespace betex::gateway {
namespace {

using matching::InstrumentId;

// About what a message is on the wire besides its body, and what one of other kinds is in all.
constexpr std::size_t kHeaderAndTrailer = 100;
constexpr std::size_t kOtherMessage = 500;

// Updates of one round; what is left waits for the next turn.
constexpr std::size_t kMostTextOfARound = 8 * 1024 * 1024;

// How soon a session that reads slowly is looked at again.
constexpr std::chrono::milliseconds kLookAgain{5};

constexpr std::string_view kReadsTooSlowly = "market data: you read too slowly";

}  // namespace

void Distribution::begin_round() {
  ++round_number_;
  round_.clear();
  updates_.clear();
}

// ---- What has changed

void Distribution::publish_changes(Instant now) {
  now_ = now;
  begin_round();
  for (const InstrumentId instrument : books_.changed()) {
    for (const std::uint32_t slot : subscriptions_.views_of(instrument)) {
      View& view = subscriptions_.view(slot);
      if (view.in_step == 0) {
        continue;  // its next image begins anew
      }
      if (view.spec().conflation == 0) {
        publish(view);
      } else {
        view.note_ladder_changes(books_);
        wait_for_tick(slot, now);
      }
    }
  }
  for (Tick& tick : ticks_) {
    if (tick.views.empty() || tick.due > now) {
      continue;
    }
    for (const std::uint32_t slot : tick.views) {
      if (subscriptions_.has_view(slot) && subscriptions_.view(slot).waits) {
        publish(subscriptions_.view(slot));
      }
    }
    tick.views.clear();
  }
  deliver();
}

// All of them have their ticks at the same time, so that who conflates alike shares updates.
void Distribution::wait_for_tick(std::uint32_t slot, Instant now) {
  View& view = subscriptions_.view(slot);
  if (view.waits) {
    return;
  }
  view.waits = true;
  Tick& tick = ticks_[view.spec().conflation];
  if (tick.views.empty()) {
    const std::chrono::milliseconds interval{view.spec().conflate_ms()};
    tick.due = Instant{(now.time_since_epoch() / interval + 1) * interval};
  }
  tick.views.push_back(slot);
}

void Distribution::publish(std::span<const InstrumentId> instruments) {
  begin_round();
  for (const InstrumentId instrument : instruments) {
    for (const std::uint32_t slot : subscriptions_.views_of(instrument)) {
      publish(subscriptions_.view(slot));
    }
  }
  deliver();
}

void Distribution::publish(View& view) {
  view.waits = false;
  if (view.in_step == 0) {
    return;
  }
  const std::size_t first = round_.piece_count();
  figures_.trades_left_out += view.publish(books_, round_, scratch_);
  if (const Round::Update update = round_.update_since(first); update.count != 0) {
    gather(view, update);
  }
}

void Distribution::publish_images(InstrumentId instrument) {
  begin_round();
  for (const std::uint32_t slot : subscriptions_.views_of(instrument)) {
    View& view = subscriptions_.view(slot);
    if (view.in_step != 0) {
      const std::size_t first = round_.piece_count();
      view.refresh(books_);
      view.write_image(books_, round_);
      gather(view, round_.update_since(first));
    }
  }
  deliver();
}

// Who can take it notes the update; it is copied when all are known, so that each message is
// written from its beginning to its end.
void Distribution::gather(View& view, const Round::Update& update) {
  const auto index = static_cast<std::uint32_t>(updates_.size());
  updates_.push_back(update);
  ++figures_.updates;
  for (std::uint32_t i = view.in_step; i-- > 0;) {
    const Reader reader = view.readers[i];
    LiveRequest& request = subscriptions_.request(reader.request);
    Subscriber& subscriber = *request.subscriber;
    if (!has_room(subscriber)) {
      fall_behind(request);
      subscriptions_.mark(reader.request, reader.place, ImageCause::Slow);
      continue;
    }
    subscriber.room -= static_cast<std::int64_t>(update.bytes);
    if (request.gathered.empty()) {
      gathering_.push_back(reader.request);
    }
    request.gathered.push_back(index);
  }
}

// ---- How much a session has read

bool Distribution::has_room(Subscriber& subscriber) {
  if (subscriber.slow || subscriber.over) {
    return false;
  }
  if (subscriber.room_of_round != round_number_) {
    subscriber.room_of_round = round_number_;
    subscriber.room =
        static_cast<std::int64_t>(limits_.slow_bytes) -
        static_cast<std::int64_t>(subscriber.outlet->unsent_bytes() + subscriber.out_bytes);
  }
  return subscriber.room > 0;
}

void Distribution::fall_behind(const LiveRequest& request) {
  Subscriber& subscriber = *request.subscriber;
  subscriber.slow = true;
  if (request.log_out_when_slow && !subscriber.over &&
      std::ranges::find(too_slow_, &subscriber) == too_slow_.end()) {
    too_slow_.push_back(&subscriber);
  }
}

std::size_t Distribution::room_beside_updates(Subscriber& subscriber) {
  const std::size_t unsent = subscriber.outlet->unsent_bytes() + subscriber.out_bytes;
  if (subscriber.over ||
      ((subscriber.slow || subscriber.pauses) && unsent >= limits_.normal_bytes)) {
    return 0;
  }
  subscriber.slow = false;
  subscriber.pauses = false;
  const std::size_t half = limits_.slow_bytes / 2;
  if (unsent >= half) {
    subscriber.pauses = true;
    return 0;
  }
  return half - unsent;
}

void Distribution::log_out(Subscriber& subscriber, std::string text) {
  subscriptions_.end_all(subscriber);
  subscriber.over = true;
  subscriber.out.clear();
  subscriber.out_bytes = 0;
  subscriber.answers.clear();
  subscriber.list_updates.reset();
  subscriber.outlet->log_out(std::move(text));
  ++figures_.logged_out;
}

// ---- Messages

void Distribution::note_out(Subscriber& subscriber) {
  if (subscriber.out.empty()) {
    with_out_.push_back(&subscriber);
  }
}

void Distribution::give(Subscriber& subscriber, fix::Report report) {
  note_out(subscriber);
  subscriber.out.emplace_back(std::move(report));
  subscriber.out_bytes += kOtherMessage;
}

void Distribution::forget(SubscriberId id) {
  std::erase_if(with_out_, [id](const Subscriber* subscriber) { return subscriber->id == id; });
}

void Distribution::give(Subscriber& subscriber, MarketDataBody body) {
  note_out(subscriber);
  ++figures_.messages;
  figures_.bytes += body.fields.size();
  subscriber.out_bytes += body.fields.size() + kHeaderAndTrailer;
  subscriber.out.emplace_back(std::move(body));
}

void Distribution::deliver() {
  for (const std::uint32_t slot : gathering_) {
    make_messages(subscriptions_.request(slot));
  }
  gathering_.clear();
  for (Subscriber* const subscriber : too_slow_) {
    log_out(*subscriber, std::string{kReadsTooSlowly});
  }
  too_slow_.clear();
}

// One X, or as many as its limits demand; an image is a message of its own.
void Distribution::make_messages(LiveRequest& request) {
  constexpr std::size_t kBesidesBlocks = 96;  // 262, 814 and 268
  Subscriber& subscriber = *request.subscriber;
  std::size_t bytes = kBesidesBlocks;
  std::uint32_t entries = 0;
  bool resolved = false;
  const auto end_message = [&] {
    if (!parts_.empty()) {
      give(subscriber, fix::make_update(request.prefix, resolved, parts_));
      figures_.entries += entries;
      parts_.clear();
      bytes = kBesidesBlocks;
      entries = 0;
      resolved = false;
    }
  };
  for (const std::uint32_t index : request.gathered) {
    const Round::Update& update = updates_[index];
    for (std::uint32_t i = update.first; i < update.first + update.count; ++i) {
      const Round::Piece& piece = round_.piece(i);
      if (piece.is_image) {
        end_message();
        give(subscriber, fix::make_image(request.prefix, false, round_.part(piece)));
        continue;
      }
      if (entries + piece.entries > fix::kMaxMdEntries ||
          bytes + piece.size > fix::kMaxMdBodyBytes) {
        end_message();
      }
      parts_.push_back(round_.part(piece));
      bytes += piece.size;
      entries += piece.entries;
      resolved = resolved || piece.resolved;
    }
    if (round_.piece(update.first).is_image) {
      ++figures_.images[static_cast<std::size_t>(ImageCause::None)];
    }
  }
  end_message();
  request.gathered.clear();
}

void Distribution::tell(InstrumentId instrument, const fix::Report& report) {
  begin_round();
  ++told_;
  for (const std::uint32_t slot : subscriptions_.views_of(instrument)) {
    View& view = subscriptions_.view(slot);
    for (std::uint32_t i = view.in_step; i-- > 0;) {
      const Reader reader = view.readers[i];
      LiveRequest& request = subscriptions_.request(reader.request);
      Subscriber& subscriber = *request.subscriber;
      if (subscriber.told == told_) {
        continue;  // by another of its requests
      }
      if (!has_room(subscriber)) {
        fall_behind(request);
        subscriptions_.mark(reader.request, reader.place, ImageCause::Slow);
        continue;
      }
      subscriber.told = told_;
      subscriber.room -= static_cast<std::int64_t>(kOtherMessage);
      give(subscriber, report);
    }
  }
  deliver();
}

// ---- Images

bool Distribution::serve_images() {
  begin_round();
  images_left_ = limits_.images_per_turn;
  std::vector<Subscriber*>& waiting = subscriptions_.waiting();
  std::erase_if(waiting, [](Subscriber* subscriber) {
    const bool goes = subscriber->over || (subscriber->marked == 0 && !subscriber->slow);
    subscriber->is_listed = !goes;
    return goes;
  });
  // Each turn begins with the one after the last that was served, so that all have their turn.
  const std::size_t count = waiting.size();
  std::size_t served = 0;
  for (; served < count && images_left_ != 0; ++served) {
    serve_images(*waiting[(next_waiting_ + served) % count]);
  }
  if (count != 0) {
    next_waiting_ = (next_waiting_ + served) % count;
  }
  return images_left_ == 0;
}

void Distribution::serve_images(Subscriber& subscriber) {
  std::size_t room = room_beside_updates(subscriber);
  const std::vector<std::uint32_t> slots = subscriber.requests;  // some of them end
  for (const std::uint32_t slot : slots) {
    LiveRequest* request = &subscriptions_.request(slot);
    const auto places = static_cast<std::uint32_t>(request->subscriptions.size());
    for (std::uint32_t i = 0; i < places && request->marked != 0; ++i) {
      if (room == 0 || images_left_ == 0) {
        subscriber.pauses = subscriber.pauses || room == 0;
        return;
      }
      const std::uint32_t place = request->next_marked % places;
      request->next_marked = place + 1;
      if (request->subscriptions[place].cause() == ImageCause::None) {
        continue;
      }
      const std::size_t before = subscriber.out_bytes;
      const bool lives = serve_image(slot, place);
      room -= std::min(room, subscriber.out_bytes - before);
      if (!lives) {
        break;
      }
    }
  }
}

// False where the request has ended with it.
bool Distribution::serve_image(std::uint32_t slot, std::uint32_t place) {
  LiveRequest& request = subscriptions_.request(slot);
  const Subscription& subscription = request.subscriptions[place];
  const ImageCause cause = subscription.cause();
  View& view = subscriptions_.view(subscription.view());
  if (view.in_step == 0) {
    view.refresh(books_);  // nobody holds it to what it has shown
  }
  if (view.image_round != round_number_) {
    const std::size_t first = round_.piece_count();
    view.write_image(books_, round_);
    view.image = round_.update_since(first);
    view.image_round = round_number_;
  }
  for (std::uint32_t i = view.image.first; i < view.image.first + view.image.count; ++i) {
    give(*request.subscriber,
         fix::make_image(
             request.prefix, cause != ImageCause::Subscribe, round_.part(round_.piece(i))));
  }
  ++figures_.images[static_cast<std::size_t>(cause)];
  images_left_ = round_.text().size() > kMostTextOfARound ? 0 : images_left_ - 1;
  const bool ends = request.live == 1 && request.markets.empty();
  Subscriber& subscriber = *request.subscriber;
  subscriptions_.had_image(slot, place);
  return !ends || std::ranges::find(subscriber.requests, slot) != subscriber.requests.end();
}

// ---- The end of a turn

void Distribution::send() {
  for (Subscriber* const subscriber : with_out_) {
    if (subscriber->out.empty()) {
      continue;  // it was logged out
    }
    if (subscriber->outlet->unsent_bytes() + subscriber->out_bytes > limits_.most_unsent) {
      log_out(*subscriber, std::string{kReadsTooSlowly});
      continue;
    }
    subscriber->outlet->send(std::exchange(subscriber->out, {}));
    subscriber->out_bytes = 0;
  }
  with_out_.clear();
}

std::optional<Distribution::Instant> Distribution::next_deadline(bool something_waits) const {
  std::optional<Instant> earliest;
  const auto add = [&earliest](Instant instant) {
    earliest = earliest ? std::min(*earliest, instant) : instant;
  };
  for (const Tick& tick : ticks_) {
    if (!tick.views.empty()) {
      add(tick.due);
    }
  }
  if (something_waits || !subscriptions_.waiting().empty()) {
    add(now_ + kLookAgain);
  }
  return earliest;
}

}  // namespace betex::gateway
