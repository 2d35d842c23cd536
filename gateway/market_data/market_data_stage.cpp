#include "gateway/market_data/market_data_stage.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/market_data/must.h"
#include "gateway/pipeline/event_slot.h"

namespace betex::gateway {
namespace {

// So much is taken before anything else is looked at; slots of the ring are free again after each.
constexpr std::size_t kMostAtOnce = 256;

constexpr std::chrono::milliseconds kFiguresEvery{100};

}  // namespace

MarketDataStage::MarketDataStage(Parts parts,
                                 const matching::Engine& engine,
                                 const MarketDataLimits& limits,
                                 const MarketDataPace& pace)
    : events_{parts.events},
      ring_slots_{parts.ring_slots},
      wait_{parts.wait},
      open_source_{std::move(parts.open_source)},
      load_state_{std::move(parts.load_state)},
      pace_{pace},
      core_{engine, limits} {}

// ---- From other threads

void MarketDataStage::post(Mail mail) {
  mailbox_.put(std::move(mail));
  wait_.signal();
}

SubscriberId MarketDataStage::join(std::shared_ptr<MarketDataOutlet> outlet) {
  const SubscriberId subscriber{last_subscriber_.fetch_add(1, std::memory_order_relaxed) + 1};
  post(mail::Join{subscriber, std::move(outlet)});
  return subscriber;
}

void MarketDataStage::leave(SubscriberId subscriber) {
  post(mail::Leave{subscriber});
}

void MarketDataStage::ask(SubscriberId subscriber, MarketDataRequest request) {
  post(mail::Ask{subscriber, std::move(request)});
}

void MarketDataStage::ask(SubscriberId subscriber, const SecurityListQuery& query) {
  post(mail::Ask{subscriber, query});
}

void MarketDataStage::resend_was_filled(SubscriberId subscriber) {
  post(mail::ResendFilled{subscriber});
}

void MarketDataStage::watch(std::weak_ptr<PictureOutlet> outlet, std::string market) {
  post(mail::Watch{std::move(outlet), std::move(market)});
}

// ---- Its mail

void MarketDataStage::fetch_mail() {
  if (mails_.empty()) {
    mails_ = mailbox_.take();
    mails_due_ = events_.visible_end();
  }
}

std::size_t MarketDataStage::answer_mail(TimePoint now) {
  if (mails_.empty() || events_.away() || events_.released() < mails_due_) {
    return 0;
  }
  const std::vector<Mail> mails = std::exchange(mails_, {});
  for (const Mail& mail : mails) {
    std::visit([&](const auto& each) { take(each, now); }, mail);
  }
  return mails.size();
}

void MarketDataStage::take(const mail::Join& mail, TimePoint /*now*/) {
  outlets_.emplace(mail.subscriber.value(), mail.outlet);
  core_.join(mail.subscriber, mail.outlet);
}

void MarketDataStage::take(const mail::Leave& mail, TimePoint /*now*/) {
  core_.leave(mail.subscriber);
  outlets_.erase(mail.subscriber.value());
}

void MarketDataStage::take(const mail::Ask& mail, TimePoint now) {
  std::visit([&](const auto& request) { core_.ask(mail.subscriber, request, now); }, mail.request);
}

void MarketDataStage::take(const mail::TooMuch& mail, TimePoint /*now*/) {
  if (const auto outlet = outlets_.find(mail.subscriber.value()); outlet != outlets_.end()) {
    outlet->second->log_out("too many requests for market data wait; send fewer at once");
  }
}

void MarketDataStage::take(const mail::ResendFilled& mail, TimePoint /*now*/) {
  core_.resend_was_filled(mail.subscriber);
}

void MarketDataStage::take(const mail::Watch& mail, TimePoint /*now*/) {
  core_.watch(mail.outlet, mail.market);
}

// ---- Work

std::size_t MarketDataStage::do_work() {
  const TimePoint now = std::chrono::steady_clock::now();
  fetch_mail();
  std::size_t work = events_.away() ? follow_journal() : follow_ring(now);
  work += answer_mail(now);
  if (work > 0 && !untold_since_) {
    untold_since_ = now;
  }
  if (take_turn(now)) {
    ++work;
  }
  tell_figures(now);
  figures_.lag.set(events_.lag());
  return work;
}

// Of what it has read in the journal some may come by the ring again.
void MarketDataStage::take(const matching::TransactionView& transaction) {
  if (transaction.last_seq() > core_.last_seq()) {
    must(transaction.first_seq == core_.last_seq().next(),
         "an event is missing before the next one");
    core_.take(transaction);
  }
}

std::size_t MarketDataStage::follow_ring(TimePoint now) {
  const EventBatch batch = events_.poll(kMostAtOnce);
  for (const EventSlot& slot : batch) {
    if (SlotTag{slot.tag} == SlotTag::Transaction) {
      take(read_transaction(slot));
    }
  }
  events_.release(batch.end_seq());
  pause_ = batch.size() < kMostAtOnce;
  look_at_lag(now);
  return batch.size();
}

// Goes by what it could have taken: where the journal is what is slow, it is not behind.
void MarketDataStage::look_at_lag(TimePoint now) {
  const std::size_t waiting = events_.visible_end() - events_.released();
  if (waiting > pace_.behind_above) {
    set_behind(true, now);
  } else if (waiting < pace_.in_step_below) {
    set_behind(false, now);
  }
  const auto lasts =
      [now](std::optional<TimePoint>& since, bool is_so, std::chrono::milliseconds at_most) {
        if (!is_so) {
          since.reset();
          return false;
        }
        since = since.value_or(now);
        return now - *since >= at_most;
      };
  const bool far_behind = lasts(far_behind_since_, waiting > ring_slots_ / 2, pace_.patience);
  const bool holds = lasts(holds_since_, events_.holds_producer(), pace_.hold_at_most);
  if (far_behind || holds) {
    leave_ring(now);
  }
}

void MarketDataStage::set_behind(bool behind, TimePoint now) {
  if (std::exchange(behind_, behind) != behind) {
    core_.set_behind(behind);
    figures_.behind.set(behind ? 1 : 0);
    if (!behind) {
      untold_since_ = untold_since_.value_or(now);  // what it has noted, though nothing more comes
    }
  }
}

// ---- Away

void MarketDataStage::leave_ring(TimePoint now) {
  events_.leave();
  far_behind_since_.reset();
  holds_since_.reset();
  set_behind(true, now);
  figures_.away.set(1);
  figures_.times_away.add();
  spdlog::warn("market data is {} slots of the event ring behind: it goes on by the journal",
               events_.lag());
}

// What is committed before `place_` is read when the journal's end is reached after that was noted.
std::size_t MarketDataStage::follow_journal() {
  if (source_ == nullptr) {
    place_ = events_.visible_end();
    source_ = open_source_(core_.last_seq().next());
  }
  pause_ = false;
  for (std::size_t i = 0; i < kMostAtOnce; ++i) {
    const auto transaction = next_of_journal();
    if (!transaction) {
      come_back();
      break;
    }
    take(*transaction);
  }
  return 1;
}

std::optional<matching::TransactionView> MarketDataStage::next_of_journal() {
  try {
    return source_->next();
  } catch (const TransactionsNotKept& error) {
    spdlog::warn("market data goes on from a snapshot: {}", error.what());
  }
  const std::unique_ptr<const matching::Engine> engine = load_state_();
  if (engine->last_seq() <= core_.last_seq()) {
    throw std::runtime_error{"the journal has nothing after event " +
                             std::to_string(core_.last_seq().value()) + ", nor has a snapshot"};
  }
  core_.rebuild(*engine);
  figures_.reloads.add();
  source_ = open_source_(core_.last_seq().next());
  return source_->next();
}

void MarketDataStage::come_back() {
  if (!events_.come_back(place_)) {
    place_ = events_.visible_end();  // and reads on to there
    return;
  }
  source_.reset();
  figures_.away.set(0);
  core_.mark_all();
  spdlog::info("market data is back on the event ring, after event {}", core_.last_seq().value());
}

// ---- Turns

bool MarketDataStage::take_turn(TimePoint now) {
  const bool told_late = untold_since_ && now - *untold_since_ >= pace_.turn_every;
  const bool due =
      goes_on_ || (untold_since_ && pause_) || told_late || (deadline_ && *deadline_ <= now);
  if (!due) {
    return false;
  }
  untold_since_.reset();
  const TimePoint begin = std::chrono::steady_clock::now();
  goes_on_ = core_.turn(begin);
  deadline_ = core_.next_deadline();
  figures_.turn_times.count(std::chrono::steady_clock::now() - begin);
  figures_due_ = figures_due_.value_or(begin + kFiguresEvery);
  return true;
}

// Gathering them takes longer than a small turn.
void MarketDataStage::tell_figures(TimePoint now) {
  if (figures_due_ && *figures_due_ <= now) {
    figures_due_.reset();
    figures_.note(core_.figures());
  }
}

TimePoint MarketDataStage::next_deadline() const noexcept {
  TimePoint next = std::min(deadline_.value_or(kNoDeadline), figures_due_.value_or(kNoDeadline));
  if (untold_since_) {
    next = std::min(next, *untold_since_ + pace_.turn_every);
  }
  return next;
}

// ---- The end

void MarketDataStage::on_close() {
  const TimePoint now = std::chrono::steady_clock::now();
  while (!events_.away() && follow_ring(now) > 0) {
  }
  if (!events_.away()) {
    core_.turn(now);
    events_.leave();
  }
  mailbox_.close();
  mails_.clear();
}

void MarketDataStage::fail() noexcept {
  if (!events_.away()) {
    events_.leave();
  }
  mailbox_.close();
  mails_.clear();
  figures_.failed.set(1);
}

}  // namespace betex::gateway
