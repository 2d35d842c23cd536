#include "gateway/stages/report_stage.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "gateway/stages/event_slot.h"
#include "matching/assert.h"

namespace betex::gateway {
namespace {

using fix::ReportId;
using matching::SessionId;
using matching::TransactionView;

// A lagging session gets at most so many reports at a time; all of them together cost the others at
// most so many transactions' reading in a turn, each at most a fourth of it.
constexpr std::size_t kPortion = 64;
constexpr std::size_t kMaxTransactionsPerTurn = 4096;
constexpr std::size_t kMaxTransactionsPerSession = kMaxTransactionsPerTurn / 4;

template <typename Value>
Value& grow_to(std::vector<Value>& table, SessionId session) {
  if (table.size() <= session.value()) {
    table.resize(session.value() + std::size_t{1});
  }
  return table[session.value()];
}

// Wants no report, but remembers which there were.
class ReportNotes final : public ReportReceiver {
 public:
  explicit ReportNotes(ReportCursors& cursors) noexcept : cursors_{cursors} {}

  [[nodiscard]] bool wants(SessionId session, ReportId id) override {
    cursors_.reported(session, id);
    return false;
  }

  void receive(SessionId /*session*/, fix::Report /*report*/) override { BETEX_ASSERT(false); }

 private:
  ReportCursors& cursors_;
};

// Takes one session's reports after a position, until a portion is full.
class Portion final : public ReportReceiver {
 public:
  Portion(SessionId session, SessionFeed& feed) noexcept : session_{session}, feed_{feed} {}

  [[nodiscard]] bool wants(SessionId session, ReportId id) override {
    if (session != session_ || id <= feed_.position) {
      return false;
    }
    full_ = full_ || feed_.outgoing.size() >= kPortion;
    return !full_;
  }

  void receive(SessionId /*session*/, fix::Report report) override {
    feed_.position = report.id;
    feed_.outgoing.push_back(std::move(report));
  }

  // A wanted report was left for the next portion.
  [[nodiscard]] bool full() const noexcept { return full_; }

 private:
  SessionId session_;
  SessionFeed& feed_;
  bool full_ = false;
};

void make_reports(const ReportMaker& maker,
                  const TransactionView& transaction,
                  ReportReceiver& receiver) {
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    maker.make(seq, transaction.header.timestamp, event, receiver);
  });
}

}  // namespace

void RecoveredReports::take(const TransactionView& transaction) {
  ReportNotes notes{cursors};
  const ReportMaker maker{model};
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    model.apply(event);
    cursors.apply(event);
    maker.make(seq, transaction.header.timestamp, event, notes);
  });
  last_seq = transaction.last_seq();
}

ReportStage::ReportStage(EventConsumer& events,
                         WaitStrategy& wait,
                         RecoveredReports recovered,
                         OpenTransactionSource open_source)
    : events_{events},
      wait_{wait},
      open_source_{std::move(open_source)},
      model_{std::move(recovered.model)},
      maker_{model_},
      taken_{recovered.last_seq},
      cursors_{std::move(recovered.cursors)} {}

std::size_t ReportStage::do_work() {
  std::size_t work = take_requests();
  const EventBatch batch = events_.poll();
  const matching::EventSeq taken_before = taken_;
  for (const EventSlot& slot : batch) {
    if (slot.tag == static_cast<std::uint32_t>(SlotTag::Transaction)) {
      take_transaction(read_transaction(slot));
    } else {
      answer(slot);
    }
  }
  if (!batch.empty()) {
    events_.release(batch.end_seq());
  }
  if (keeper_ != nullptr && taken_ != taken_before) {
    keeper_->reports_taken(cursors_, taken_, taken_time_);
  }
  work += batch.size() + serve_lagging();
  deliver_all();
  return work;
}

bool ReportStage::finished() const noexcept {
  return events_.drained();
}

void ReportStage::take_transaction(const TransactionView& transaction) {
  const matching::TransactionHeader& header = transaction.header;
  if (header.origin_session != SessionId{}) {
    grow_to(newest_in_, header.origin_session) = {
        header.origin_session, header.origin_epoch, header.origin_msg_seq_num};
  }
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    model_.apply(event);
    cursors_.apply(event);
    maker_.make(seq, transaction.header.timestamp, event, *this);
    notify(event);
  });
  taken_ = transaction.last_seq();
  taken_time_ = transaction.header.timestamp;
}

bool ReportStage::wants(SessionId session, ReportId id) {
  cursors_.reported(session, id);
  return feed(session).live();
}

void ReportStage::receive(SessionId session, fix::Report report) {
  SessionFeed& its_feed = feed(session);
  if (its_feed.outgoing.empty()) {
    touched_.push_back(session);
  }
  if (report.id != ReportId{}) {
    its_feed.position = report.id;
  }
  its_feed.outgoing.push_back(std::move(report));
}

void ReportStage::answer(const EventSlot& slot) {
  const StatusBarrier barrier = read_status_barrier(slot);
  SessionFeed& its_feed = feed(barrier.query.session);
  if (!its_feed.listening()) {
    return;  // it has gone; a status request changes nothing and is not kept
  }
  fix::Report report = maker_.status(barrier.order, barrier.asked_at, barrier.query);
  if (its_feed.live()) {
    receive(barrier.query.session, std::move(report));
  } else {
    its_feed.answers.push_back(std::move(report));
  }
}

template <typename Event>
void ReportStage::notify(const Event& event) {
  if constexpr (std::is_same_v<Event, matching::SessionWentUp>) {
    sink_->notify(event.comp_id, event);
  } else if constexpr (std::is_same_v<Event, matching::SessionWentDown> ||
                       std::is_same_v<Event, matching::NumbersReserved> ||
                       std::is_same_v<Event, matching::SessionNumbersSet> ||
                       std::is_same_v<Event, matching::SessionLoggedOut>) {
    sink_->notify(model_.comp_id(event.session), event);
  } else if constexpr (std::is_same_v<Event, matching::InboundRefused>) {
    if (event.answer == matching::RefuseInbound::Answer::SessionReject) {
      sink_->notify(model_.comp_id(event.session), RejectDurable{event.msg_seq_num});
    }
  } else if constexpr (std::is_same_v<Event, matching::CommandRejected>) {
    if (event.session != SessionId{0}) {
      sink_->notify(model_.comp_id(event.session), event);
    } else {
      sink_->notify(event.subject, event);  // a SessionUp refused bears the CompID
    }
  }
}

std::size_t ReportStage::serve_lagging() {
  std::size_t work = 0;
  for (std::size_t i = 0; i < feeds_.size() && work < kMaxTransactionsPerTurn; ++i) {
    next_served_ = (next_served_ + 1) % feeds_.size();
    SessionFeed& its_feed = feeds_[next_served_];
    if (its_feed.catch_up && its_feed.in_flight < kRefillBelow) {
      work += serve(SessionId{static_cast<std::uint32_t>(next_served_)}, its_feed);
    }
  }
  return work;
}

std::size_t ReportStage::serve(SessionId session, SessionFeed& its_feed) {
  SessionFeed::CatchUp& place = *its_feed.catch_up;
  Portion portion{session, its_feed};
  std::size_t transactions = 0;
  bool at_the_end = false;
  while (!portion.full() && transactions < kMaxTransactionsPerSession) {
    if (!place.current) {
      place.current = place.source->next();
      ++transactions;
    }
    // What is committed but not yet taken from the ring comes live; what was taken is committed, so
    // a source that ends before it would lose reports.
    BETEX_ASSERT(place.current || place.read_to >= taken_);
    if (!place.current || place.current->first_seq > taken_) {
      at_the_end = true;
      break;
    }
    place.read_to = place.current->last_seq();
    make_reports(maker_, *place.current, portion);
    if (portion.full()) {  // of the last report's event there may be more
      its_feed.complete_to =
          matching::EventSeq{std::max<std::uint64_t>(its_feed.position.event.value(), 1) - 1};
    } else {
      its_feed.complete_to = place.read_to;
      place.current.reset();
    }
  }
  if (at_the_end) {
    its_feed.catch_up.reset();
    its_feed.tell_progress = true;
    std::move(
        its_feed.answers.begin(), its_feed.answers.end(), std::back_inserter(its_feed.outgoing));
    its_feed.answers.clear();
  }
  if (!its_feed.outgoing.empty() || its_feed.tell_progress) {
    touched_.push_back(session);
  }
  return transactions;
}

void ReportStage::deliver_all() {
  for (const SessionId session : touched_) {
    deliver(session, feed(session));
  }
  touched_.clear();
}

void ReportStage::deliver(SessionId session, SessionFeed& its_feed) {
  const bool tell_progress = std::exchange(its_feed.tell_progress, false);
  if (its_feed.outgoing.empty() && !tell_progress) {
    return;
  }
  const matching::Origin& newest_in = grow_to(newest_in_, session);
  its_feed.in_flight += its_feed.outgoing.size();
  sink_->deliver(session,
                 {.subscription = its_feed.subscription,
                  .reports = std::exchange(its_feed.outgoing, {}),
                  .complete_to = its_feed.live() ? taken_ : its_feed.complete_to,
                  .epoch = newest_in.epoch,
                  .durable_in = newest_in.msg_seq_num});
  if (its_feed.live() && its_feed.in_flight > kMaxReportsInFlight) {
    start_catch_up(its_feed);
  }
}

void ReportStage::start_catch_up(SessionFeed& its_feed) {
  // What is not kept any more needs nobody, or is older than the horizon.
  const matching::EventSeq kept_from =
      keeper_ != nullptr ? keeper_->kept_from() : matching::EventSeq{1};
  const matching::EventSeq first = std::max(its_feed.position.event, kept_from);
  its_feed.catch_up.emplace(
      SessionFeed::CatchUp{.source = open_source_(first), .current = {}, .read_to = {}});
}

SessionFeed& ReportStage::feed(SessionId session) {
  return grow_to(feeds_, session);
}

void ReportStage::subscribe(SessionId session, SubscriptionId subscription, ReportId sent) {
  post(Subscribe{session, subscription, sent});
}

void ReportStage::unsubscribe(SessionId session, SubscriptionId subscription) {
  post(Unsubscribe{session, subscription});
}

void ReportStage::consumed(SessionId session, SubscriptionId subscription, std::size_t count) {
  post(Consumed{session, subscription, count});
}

void ReportStage::post(Request request) {
  {
    const std::lock_guard lock{requests_mutex_};
    requests_.push_back(request);
  }
  wait_.signal();
}

std::size_t ReportStage::take_requests() {
  taken_requests_.clear();
  {
    const std::lock_guard lock{requests_mutex_};
    std::swap(requests_, taken_requests_);
  }
  for (const Request& request : taken_requests_) {
    std::visit([this](const auto& which) { on(which); }, request);
  }
  return taken_requests_.size();
}

void ReportStage::on(const Subscribe& request) {
  SessionFeed& its_feed = feed(request.session);
  if (request.subscription <= its_feed.subscription) {
    return;  // a later logon was faster
  }
  its_feed = SessionFeed{};
  its_feed.subscription = request.subscription;
  its_feed.position = request.sent;
  if (request.sent < cursors_.last(request.session)) {
    start_catch_up(its_feed);
  } else {
    its_feed.tell_progress = true;
    touched_.push_back(request.session);
  }
}

void ReportStage::on(const Unsubscribe& request) {
  SessionFeed& its_feed = feed(request.session);
  if (its_feed.subscription == request.subscription) {
    its_feed = SessionFeed{};
  }
}

void ReportStage::on(const Consumed& request) {
  SessionFeed& its_feed = feed(request.session);
  if (its_feed.subscription == request.subscription) {
    BETEX_ASSERT(request.count <= its_feed.in_flight);
    its_feed.in_flight -= request.count;
  }
}

}  // namespace betex::gateway
