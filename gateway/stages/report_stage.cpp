#include "gateway/stages/report_stage.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <type_traits>
#include <utility>

#include "fix_spec/reasons.h"
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
  const SessionId session =
      std::visit([](const auto& query) { return query.session; }, barrier.query);
  SessionFeed& its_feed = feed(session);
  if (!its_feed.listening()) {
    return;  // it has gone; a request that changes nothing is not kept
  }
  if (const auto* const order = std::get_if<OrderStatusQuery>(&barrier.query)) {
    answer(its_feed, session, maker_.status(barrier.order, barrier.asked_at, *order));
  } else if (const auto* const security = std::get_if<SecurityStatusQuery>(&barrier.query)) {
    answer(its_feed, session, maker_.status(*security, barrier.asked_at));
  } else if (const auto* const orders = std::get_if<MassStatusQuery>(&barrier.query)) {
    answer_at_length(its_feed, *orders, barrier.asked_at);
  } else {
    answer_at_length(its_feed, std::get<SecurityListQuery>(barrier.query), barrier.asked_at);
  }
}

void ReportStage::answer(SessionFeed& its_feed, SessionId session, fix::Report report) {
  if (its_feed.live()) {
    receive(session, std::move(report));
  } else {
    its_feed.answers.push_back(std::move(report));
  }
}

template <typename LongQuery>
void ReportStage::answer_at_length(SessionFeed& its_feed,
                                   const LongQuery& query,
                                   matching::Timestamp asked_at) {
  if (its_feed.long_answers.size() < kMaxLongAnswers) {
    its_feed.long_answers.push_back({.query = query, .asked_at = asked_at, .ids = {}});
    return;
  }
  constexpr bool kOfOrders = std::is_same_v<LongQuery, MassStatusQuery>;
  constexpr auto kReason = matching::Reason::Throttled;
  answer(its_feed,
         query.session,
         {.id = {},
          .body = fix::BusinessMessageReject{
              .ref_seq_num = query.msg_seq_num,
              .ref_msg_type = matching::Text<7>{kOfOrders ? "AF" : "x"},
              .business_reject_reason = fix::codes_of(kReason).business_reject_reason,
              .reason = kReason}});
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
    const SessionId session{static_cast<std::uint32_t>(next_served_)};
    if (its_feed.in_flight >= kRefillBelow) {
      continue;
    }
    if (its_feed.catch_up) {
      work += serve(session, its_feed);
    } else if (!its_feed.long_answers.empty()) {
      work += serve_long_answers(session, its_feed);
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

std::size_t ReportStage::serve_long_answers(SessionId session, SessionFeed& its_feed) {
  std::size_t made = 0;
  while (!its_feed.long_answers.empty() && made < kPortion) {
    LongAnswer& its_answer = its_feed.long_answers.front();
    if (!its_answer.begun) {
      begin(its_answer);
    }
    receive(session, next_message(its_answer));
    ++made;
    if (++its_answer.next >= its_answer.ids.size()) {
      its_feed.long_answers.pop_front();
    }
  }
  return made;
}

// Which orders or instruments it is about. One that is about none has one message, which says so.
void ReportStage::begin(LongAnswer& its_answer) const {
  its_answer.begun = true;
  std::vector<std::uint64_t>& ids = its_answer.ids;
  if (const auto* const of_orders = std::get_if<MassStatusQuery>(&its_answer.query)) {
    for (const matching::OrderId id : model_.live_orders(of_orders->account)) {
      const OrderEntry& order = model_.order(id);
      const bool meant = (of_orders->side == 0 || matching::Side{of_orders->side} == order.side) &&
                         (of_orders->symbol.empty() ||
                          of_orders->symbol == model_.instrument(order.instrument).symbol);
      if (meant) {
        ids.push_back(id.value());
      }
    }
    return;
  }
  const auto& query = std::get<SecurityListQuery>(its_answer.query);
  if (!query.symbol.empty()) {
    if (const auto id = model_.find_instrument(query.symbol); id != matching::InstrumentId{0}) {
      ids.push_back(id.value());
    }
  } else if (!query.market.empty()) {
    if (const auto market = model_.find_market(query.market); market != matching::MarketId{0}) {
      for (const matching::InstrumentId id : model_.market(market).instruments) {
        ids.push_back(id.value());
      }
    }
  } else {
    ids.resize(model_.instrument_count());
    std::iota(ids.begin(), ids.end(), 1);
  }
}

fix::Report ReportStage::next_message(LongAnswer& its_answer) const {
  const std::uint64_t id = its_answer.ids.empty() ? 0 : its_answer.ids[its_answer.next];
  const ReportMaker::Place place{.next = its_answer.next, .total = its_answer.ids.size()};
  if (const auto* const of_orders = std::get_if<MassStatusQuery>(&its_answer.query)) {
    return maker_.mass_status(matching::OrderId{id}, its_answer.asked_at, *of_orders, place);
  }
  return maker_.security(matching::InstrumentId{static_cast<std::uint32_t>(id)},
                         std::get<SecurityListQuery>(its_answer.query),
                         place);
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
