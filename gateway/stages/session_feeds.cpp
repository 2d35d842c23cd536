#include "gateway/stages/session_feeds.h"

#include <algorithm>
#include <iterator>
#include <utility>

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

// Of events whose reports nobody needs any more the orders may be forgotten.
void make_reports(const ReportState& state,
                  const TransactionView& transaction,
                  ReportReceiver& receiver) {
  const ReportMaker maker = state.maker();
  const matching::EventSeq forgotten_to = state.model.forgotten_to();
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    if (seq > forgotten_to) {
      maker.make(seq, transaction.header.timestamp, event, receiver);
    }
  });
}

}  // namespace

SessionFeeds::SessionFeeds(const ReportState& state,
                           WaitStrategy& wait,
                           OpenTransactionSource open_source)
    : state_{state}, wait_{wait}, open_source_{std::move(open_source)} {}

SessionFeed& SessionFeeds::feed(SessionId session) {
  return grow_to(feeds_, session);
}

void SessionFeeds::came_in(const matching::Origin& origin) {
  grow_to(newest_in_, origin.session) = origin;
}

void SessionFeeds::report(SessionId session, fix::Report report) {
  SessionFeed& its_feed = feed(session);
  if (its_feed.outgoing.empty()) {
    touched_.push_back(session);
  }
  if (report.id != ReportId{}) {
    its_feed.position = report.id;
  }
  its_feed.outgoing.push_back(std::move(report));
}

void SessionFeeds::answer(SessionId session, fix::Report report) {
  SessionFeed& its_feed = feed(session);
  if (its_feed.live()) {
    this->report(session, std::move(report));
  } else {
    its_feed.answers.push_back(std::move(report));
  }
}

bool SessionFeeds::answer(SessionId session, LongAnswer answer) {
  SessionFeed& its_feed = feed(session);
  if (its_feed.long_answers.size() >= kMaxLongAnswers) {
    return false;
  }
  its_feed.long_answers.push_back(std::move(answer));
  return true;
}

// ---- Sessions that lag --------------------------------------------------------------------------

std::size_t SessionFeeds::serve_lagging() {
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

std::size_t SessionFeeds::serve(SessionId session, SessionFeed& its_feed) {
  SessionFeed::CatchUp& place = *its_feed.catch_up;
  Portion portion{session, its_feed};
  const matching::EventSeq taken = state_.last_seq;
  std::size_t transactions = 0;
  bool at_the_end = false;
  while (!portion.full() && transactions < kMaxTransactionsPerSession) {
    if (!place.current) {
      place.current = place.source->next();
      ++transactions;
    }
    // What is committed but not yet taken from the ring comes live; what was taken is committed, so
    // a source that ends before it would lose reports.
    BETEX_ASSERT(place.current || place.read_to >= taken);
    if (!place.current || place.current->first_seq > taken) {
      at_the_end = true;
      break;
    }
    place.read_to = place.current->last_seq();
    make_reports(state_, *place.current, portion);
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

std::size_t SessionFeeds::serve_long_answers(SessionId session, SessionFeed& its_feed) {
  std::size_t made = 0;
  while (!its_feed.long_answers.empty() && made < kPortion) {
    LongAnswer& its_answer = its_feed.long_answers.front();
    report(session, its_answer.next_message(state_.model));
    ++made;
    if (its_answer.done()) {
      its_feed.long_answers.pop_front();
    }
  }
  return made;
}

void SessionFeeds::start_catch_up(SessionFeed& its_feed) {
  // What is not kept any more needs nobody, or is older than the horizon.
  const matching::EventSeq kept_from =
      keeper_ != nullptr ? keeper_->kept_from() : matching::EventSeq{1};
  const matching::EventSeq first =
      std::max({its_feed.position.event, kept_from, state_.model.forgotten_to().next()});
  its_feed.catch_up.emplace(
      SessionFeed::CatchUp{.source = open_source_(first), .current = {}, .read_to = {}});
}

// ---- Handing over -------------------------------------------------------------------------------

void SessionFeeds::deliver_all() {
  for (const SessionId session : touched_) {
    deliver(session, feed(session));
  }
  touched_.clear();
}

void SessionFeeds::deliver(SessionId session, SessionFeed& its_feed) {
  const bool tell_progress = std::exchange(its_feed.tell_progress, false);
  if (its_feed.outgoing.empty() && !tell_progress) {
    return;
  }
  const matching::Origin& newest_in = grow_to(newest_in_, session);
  its_feed.in_flight += its_feed.outgoing.size();
  sink_->deliver(session,
                 {.subscription = its_feed.subscription,
                  .reports = std::exchange(its_feed.outgoing, {}),
                  .complete_to = its_feed.live() ? state_.last_seq : its_feed.complete_to,
                  .epoch = newest_in.epoch,
                  .durable_in = newest_in.msg_seq_num});
  if (its_feed.live() && its_feed.in_flight > kMaxReportsInFlight) {
    start_catch_up(its_feed);
  }
}

// ---- What sessions ask for ----------------------------------------------------------------------

void SessionFeeds::subscribe(SessionId session, SubscriptionId subscription, ReportId sent) {
  post(Subscribe{session, subscription, sent});
}

void SessionFeeds::unsubscribe(SessionId session, SubscriptionId subscription) {
  post(Unsubscribe{session, subscription});
}

void SessionFeeds::consumed(SessionId session, SubscriptionId subscription, std::size_t count) {
  post(Consumed{session, subscription, count});
}

void SessionFeeds::post(Request request) {
  {
    const std::lock_guard lock{requests_mutex_};
    requests_.push_back(request);
  }
  wait_.signal();
}

std::size_t SessionFeeds::take_requests() {
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

void SessionFeeds::on(const Subscribe& request) {
  SessionFeed& its_feed = feed(request.session);
  if (request.subscription <= its_feed.subscription) {
    return;  // a later logon was faster
  }
  its_feed = SessionFeed{};
  its_feed.subscription = request.subscription;
  its_feed.position = request.sent;
  if (request.sent < state_.cursors.last(request.session)) {
    start_catch_up(its_feed);
  } else {
    its_feed.tell_progress = true;
    touched_.push_back(request.session);
  }
}

void SessionFeeds::on(const Unsubscribe& request) {
  SessionFeed& its_feed = feed(request.session);
  if (its_feed.subscription == request.subscription) {
    its_feed = SessionFeed{};
  }
}

void SessionFeeds::on(const Consumed& request) {
  SessionFeed& its_feed = feed(request.session);
  if (its_feed.subscription == request.subscription) {
    BETEX_ASSERT(request.count <= its_feed.in_flight);
    its_feed.in_flight -= request.count;
  }
}

}  // namespace betex::gateway
