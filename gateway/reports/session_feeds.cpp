#include "gateway/reports/session_feeds.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/reports/news.h"
#include "matching/assert.h"

namespace betex::gateway {
namespace {

// Long answers cost live reports at most so much in a turn, all of them together: orders that are
// looked at, of which a message costs as much as some more.
constexpr std::size_t kLooksPerTurn = 1024;
constexpr std::size_t kLooksPerMessage = 8;

using fix::ReportId;
using matching::SessionId;

template <typename Value>
Value& grow_to(std::vector<Value>& table, SessionId session) {
  if (table.size() <= session.value()) {
    table.resize(session.value() + std::size_t{1});
  }
  return table[session.value()];
}

}  // namespace

SessionFeeds::SessionFeeds(const ReportState& state,
                           WaitStrategy& wait,
                           OpenTransactionSource open_source)
    : state_{state}, wait_{wait}, earlier_{state}, catch_up_{state, std::move(open_source)} {}

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
  wait_for_turns(session);
  return true;
}

// ---- Sessions that lag --------------------------------------------------------------------------

std::size_t SessionFeeds::serve_waiting() {
  if (waiting_.empty()) {
    return 0;
  }
  const matching::EventSeq kept_from =
      keeper_ != nullptr ? keeper_->kept_from() : matching::EventSeq{1};
  earlier_.serve(feeds_, waiting_, kept_from);
  std::size_t work = catch_up_.serve(feeds_, waiting_, kept_from);
  std::size_t looks = kLooksPerTurn;
  std::size_t served = 0;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const SessionId session = waiting_[i];
    SessionFeed& its_feed = feed(session);
    greet(session, its_feed);
    if (its_feed.gets_answers() && its_feed.in_flight < kRefillBelow && looks > 0) {
      serve_long_answers(session, its_feed, looks);
      served = i + 1;
    }
    if (!its_feed.outgoing.empty() || its_feed.tell_progress) {
      touched_.push_back(session);
    }
    its_feed.waits_for_turns = its_feed.catch_up || !its_feed.long_answers.empty();
  }
  work += kLooksPerTurn - looks;
  // The next turn begins with those that this one had nothing left for.
  std::rotate(
      waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(served), waiting_.end());
  std::erase_if(waiting_, [this](SessionId session) { return !feed(session).waits_for_turns; });
  if (waiting_.empty()) {
    catch_up_.rest();
  }
  return work;
}

void SessionFeeds::wait_for_turns(SessionId session) {
  if (!std::exchange(feed(session).waits_for_turns, true)) {
    waiting_.push_back(session);
  }
}

void SessionFeeds::start_catch_up(SessionId session, matching::EventSeq read_to) {
  feed(session).catch_up.emplace(SessionFeed::CatchUp{.read_to = read_to});
  wait_for_turns(session);
}

// What was on its way to an earlier logon is dropped; a place among the waiting ones stays.
SessionFeed& SessionFeeds::reset(SessionId session) {
  SessionFeed& its_feed = feed(session);
  const bool waits = its_feed.waits_for_turns;
  earlier_.leave(session, its_feed);
  its_feed = SessionFeed{};
  its_feed.waits_for_turns = waits;
  return its_feed;
}

void SessionFeeds::serve_long_answers(SessionId session,
                                      SessionFeed& its_feed,
                                      std::size_t& looks) {
  AnswerBudget budget{.messages = std::min(kPortion, looks / kLooksPerMessage + 1), .looks = looks};
  const std::size_t messages = budget.messages;
  while (!its_feed.long_answers.empty() && budget.messages > 0 && budget.looks > 0) {
    LongAnswer& its_answer = its_feed.long_answers.front();
    its_answer.go_on(state_.model, budget, [this, session](fix::Report message) {
      report(session, std::move(message));
    });
    if (its_answer.done()) {
      its_feed.long_answers.pop_front();
    }
  }
  const std::size_t made = (messages - budget.messages) * kLooksPerMessage;
  looks = budget.looks - std::min(budget.looks, made);
}

// At each logon until its client has proven to have what came after.
void SessionFeeds::tell_of_loss(SessionId session) {
  const matching::EventSeq kept_from =
      std::max(keeper_ != nullptr ? keeper_->kept_from() : matching::EventSeq{1},
               state_.model.given_up_to().next());
  SessionFeed& its_feed = feed(session);
  const auto lost = state_.cursors.lost(session, its_feed.position.event, kept_from);
  if (!lost) {
    return;
  }
  spdlog::error("session {}: reports of events {} to {} are not kept any more, it is told so",
                state_.model.comp_id(session).view(),
                lost->first.value(),
                lost->last.value());
  its_feed.outgoing.push_back(
      {.id = {}, .body = news_of_loss(*lost, Loss::ForEver, state_.last_time)});
}

// Behind the reports that it lacked, so that the last that it hears is how things are.
void SessionFeeds::greet(SessionId session, SessionFeed& its_feed) {
  if (!its_feed.live() || !std::exchange(its_feed.greet, false)) {
    return;
  }
  const HeardSinceLogon heard = std::exchange(its_feed.heard, {});
  state_.maker().at_logon(session, state_.last_time, heard, [&its_feed](fix::Report report) {
    its_feed.outgoing.push_back(std::move(report));
  });
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
                  .complete_to = its_feed.live() ? state_.last_seq : its_feed.catch_up->read_to,
                  .epoch = newest_in.epoch,
                  .durable_in = newest_in.msg_seq_num});
  if (its_feed.live() && its_feed.in_flight > kMaxReportsInFlight) {
    start_catch_up(session, state_.last_seq);
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
  post(Consumed{session, subscription, count}, Wake::WhereAwaited);
}

void SessionFeeds::tell_again(SessionId session, ReplayPortion portion) {
  post(Earlier{session, std::move(portion)});
}

// That a session keeps up is not worth a wake-up for each of its reports: the thread sees it when
// it is woken for something. No more such requests can lie here than reports are in flight.
void SessionFeeds::post(Request request, Wake wake) {
  bool signal = true;
  {
    const std::lock_guard lock{requests_mutex_};
    requests_.push_back(std::move(request));
    signal = wake == Wake::Always || consumption_awaited_;
  }
  if (signal) {
    wait_.signal();
  }
}

std::size_t SessionFeeds::take_requests() {
  taken_requests_.clear();
  {
    // Always before the thread sleeps, so what comes later sees who waits.
    const std::lock_guard lock{requests_mutex_};
    std::swap(requests_, taken_requests_);
    consumption_awaited_ = !waiting_.empty();
  }
  for (Request& request : taken_requests_) {
    std::visit([this](auto& which) { on(which); }, request);
  }
  return taken_requests_.size();
}

void SessionFeeds::on(const Subscribe& request) {
  if (request.subscription <= feed(request.session).subscription) {
    return;  // a later logon was faster
  }
  SessionFeed& anew = reset(request.session);
  anew.subscription = request.subscription;
  anew.position = request.sent;
  anew.greet = true;
  if (request.sent < state_.cursors.last(request.session)) {
    // Of the last report's event there may be more; what the client has proven to have it has.
    const matching::EventSeq before{std::max<std::uint64_t>(request.sent.event.value(), 1) - 1};
    start_catch_up(request.session, std::max(before, state_.cursors.needed_after(request.session)));
    tell_of_loss(request.session);
  } else {
    anew.tell_progress = true;
    greet(request.session, anew);
    touched_.push_back(request.session);
  }
}

void SessionFeeds::on(const Unsubscribe& request) {
  if (feed(request.session).subscription == request.subscription) {
    reset(request.session);
  }
}

void SessionFeeds::on(const Consumed& request) {
  SessionFeed& its_feed = feed(request.session);
  if (its_feed.subscription == request.subscription) {
    BETEX_ASSERT(request.count <= its_feed.in_flight);
    its_feed.in_flight -= request.count;
  }
}

void SessionFeeds::on(Earlier& request) {
  earlier_.take(request.session, feed(request.session), std::move(request.portion));
}

}  // namespace betex::gateway
