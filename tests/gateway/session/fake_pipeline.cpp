#include "tests/gateway/session/fake_pipeline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "matching/assert.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::test {

using gateway::RingCommand;
using matching::Command;
using matching::SessionId;

namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;  // clang 14 needs it

SessionId session_of(const gateway::Query& query) {
  return std::visit(Overloaded{[](const gateway::DryRunQuery& dry_run) {
                                 return dry_run.command->origin.session;
                               },
                               [](const auto& any) { return any.session; }},
                    query);
}

std::string comp_id_of(const matching::Engine& engine, SessionId session) {
  std::string comp_id;
  engine.visit_sessions([&](const matching::SessionInfo& info) {
    if (info.session == session) {
      comp_id = info.comp_id.view();
    }
  });
  return comp_id;
}

decltype(fix::Report::body) refusal_of(const matching::InboundRefused& event) {
  if (event.answer == matching::RefuseInbound::Answer::SessionReject) {
    return fix::Reject{.ref_seq_num = event.msg_seq_num,
                       .ref_msg_type = event.msg_type,
                       .ref_tag_id = event.tag,
                       .session_reject_reason = event.fix_reason};
  }
  return fix::BusinessMessageReject{.ref_seq_num = event.msg_seq_num,
                                    .ref_msg_type = event.msg_type,
                                    .business_reject_ref_id = event.cl_ord_id,
                                    .business_reject_reason = event.fix_reason,
                                    .retry_after_ms = event.retry_after_ms,
                                    .reason = event.reason};
}

}  // namespace

FakePipeline::FakePipeline() = default;

void FakePipeline::set_sink(gateway::SessionSink* sink) {
  const std::lock_guard lock{mutex_};
  sink_ = sink;
  subscribers_.clear();
}

void FakePipeline::hold() {
  const std::lock_guard lock{mutex_};
  held_ = true;
}

void FakePipeline::go_on() {
  const std::lock_guard lock{mutex_};
  held_ = false;
  for (const RingCommand& command : std::exchange(waiting_, {})) {
    process(command);
  }
}

void FakePipeline::go_on_with_one() {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(!waiting_.empty());
  const RingCommand command = std::move(waiting_.front());
  waiting_.pop_front();
  process(command);
}

void FakePipeline::set_clock(const gateway::Clock& clock) {
  const std::lock_guard lock{mutex_};
  clock_ = &clock;
}

matching::Timestamp FakePipeline::next_time() {
  time_ = std::max(time_ + 1, clock_ != nullptr ? clock_->now().value() : 0);
  return matching::Timestamp{time_};
}

void FakePipeline::set_full(bool full) {
  const std::lock_guard lock{mutex_};
  full_ = full;
}

void FakePipeline::set_full_of_orders(bool full) {
  const std::lock_guard lock{mutex_};
  full_of_orders_ = full;
}

void FakePipeline::set_disk_low(bool low) {
  const std::lock_guard lock{mutex_};
  disk_low_ = low;
}

bool FakePipeline::accepts_orders() const {
  const std::lock_guard lock{mutex_};
  return !disk_low_;
}

void FakePipeline::crash() {
  const std::lock_guard lock{mutex_};
  sink_ = nullptr;
  held_ = false;
  full_ = false;
  waiting_.clear();
  submitted_.clear();
  credits_out_ = 0;
  std::vector<matching::SessionInfo> up;
  engine_.visit_sessions([&](const matching::SessionInfo& info) {
    if (info.up) {
      up.push_back(info);
    }
  });
  for (const matching::SessionInfo& info : up) {
    Command command;
    command.body = matching::SessionDown{.session = info.session,
                                         .epoch = info.epoch,
                                         .next_in = {},
                                         .reason = matching::SessionDownReason::Restart};
    process(command);
  }
}

void FakePipeline::command(matching::CommandBody body) {
  const std::lock_guard lock{mutex_};
  Command command;
  command.body = std::move(body);
  process(command);
}

void FakePipeline::make_reports(SessionId session, std::size_t count) {
  const std::lock_guard lock{mutex_};
  std::vector<fix::Report> made;
  for (std::size_t i = 0; i < count; ++i) {
    Command command;
    command.timestamp = next_time();
    command.body =
        matching::CreateAccount{.account = matching::Name{"ACCOUNT" + std::to_string(time_)}};
    engine_.decide(command);
    fix::ExecutionReport body;
    body.order_id = matching::OrderId{engine_.last_seq().value()};
    body.cl_ord_id = matching::ClOrdId{"N" + std::to_string(time_)};
    made.push_back({.id = {.event = engine_.last_seq()}, .body = body});
  }
  reports_[session].insert(reports_[session].end(), made.begin(), made.end());
  deliver(session, std::move(made));
}

std::vector<Command> FakePipeline::submitted() const {
  const std::lock_guard lock{mutex_};
  return submitted_;
}

std::vector<gateway::Query> FakePipeline::queries() const {
  const std::lock_guard lock{mutex_};
  return queries_;
}

bool FakePipeline::wait_for_submitted(std::size_t count) const {
  return comes_to([&] { return submitted().size() >= count; });
}

bool FakePipeline::wait_for_held() const {
  return comes_to([&] {
    const std::lock_guard lock{mutex_};
    return !waiting_.empty();
  });
}

bool FakePipeline::wait_for_session(
    const std::string& comp_id,
    const std::function<bool(const matching::SessionInfo&)>& wanted) const {
  return comes_to([&] {
    const auto all = sessions();
    return std::any_of(all.begin(), all.end(), [&](const auto& info) {
      return info.comp_id.view() == comp_id && wanted(info);
    });
  });
}

std::vector<matching::SessionInfo> FakePipeline::sessions() const {
  const std::lock_guard lock{mutex_};
  std::vector<matching::SessionInfo> all;
  engine_.visit_sessions([&](const matching::SessionInfo& info) { all.push_back(info); });
  return all;
}

matching::EventSeq FakePipeline::last_seq() const {
  const std::lock_guard lock{mutex_};
  return engine_.last_seq();
}

std::size_t FakePipeline::times_down() const {
  const std::lock_guard lock{mutex_};
  return times_down_;
}

std::size_t FakePipeline::credits_out() const {
  const std::lock_guard lock{mutex_};
  return credits_out_;
}

std::size_t FakePipeline::consumed() const {
  const std::lock_guard lock{mutex_};
  return consumed_;
}

std::optional<fix::ReportId> FakePipeline::last_subscription(SessionId session) const {
  const std::lock_guard lock{mutex_};
  const auto found = subscribed_from_.find(session);
  return found == subscribed_from_.end() ? std::nullopt : std::optional{found->second};
}

bool FakePipeline::try_reserve(std::size_t count, gateway::RingShare share) {
  const std::lock_guard lock{mutex_};
  if (full_ || (full_of_orders_ && share != gateway::RingShare::Operators)) {
    return false;
  }
  credits_out_ += count;
  return true;
}

void FakePipeline::release(std::size_t count) {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(count <= credits_out_);
  credits_out_ -= count;
}

void FakePipeline::take(RingCommand command) {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(credits_out_ > 0);
  --credits_out_;
  if (const auto* engine_command = std::get_if<Command>(&command);
      engine_command != nullptr && engine_command->origin.session != SessionId{}) {
    submitted_.push_back(*engine_command);
  }
  if (held_) {
    waiting_.push_back(std::move(command));
  } else {
    process(command);
  }
}

void FakePipeline::process(const RingCommand& ring_command) {
  if (const auto* query = std::get_if<gateway::Query>(&ring_command)) {
    fix::ExecutionReport status;
    status.exec_type = fix::ExecType::OrderStatus;
    if (const auto* order = std::get_if<gateway::OrderStatusQuery>(query)) {
      status.cl_ord_id = order->cl_ord_id;
    }
    queries_.push_back(*query);
    if (const auto* replay = std::get_if<gateway::ReplayQuery>(query)) {
      const fix::ReplayAck promise{.request_id = replay->request_id,
                                   .response = fix::ReplayResponse::Begins,
                                   .first = replay->first,
                                   .last = replay->last,
                                   .available_from = {}};
      return report(replay->session, {.id = {}, .body = promise});
    }
    report(session_of(*query), {.id = {}, .body = status});
    return;
  }
  Command command = std::get<Command>(ring_command);
  command.timestamp = next_time();
  const auto transaction = engine_.decide(command);
  if (command.origin.session != SessionId{}) {
    newest_in_[command.origin.session] = command.origin;
  }
  if (!transaction.events.empty()) {
    tell(command, transaction);
  }
}

void FakePipeline::tell(const Command& command, const matching::TransactionView& transaction) {
  if (const auto* place = std::get_if<matching::PlaceOrder>(&command.body)) {
    fix::ExecutionReport accepted;
    accepted.order_id = matching::OrderId{transaction.first_seq.value()};
    accepted.cl_ord_id = place->cl_ord_id;
    accepted.account = place->account;
    accepted.symbol = place->symbol;
    accepted.side = place->side;
    accepted.price = place->price;
    accepted.order_qty = place->quantity;
    accepted.leaves_qty = place->quantity;
    accepted.format = {.price_decimals = 2, .quantity_decimals = 0};
    report(command.origin.session, {.id = {.event = transaction.first_seq}, .body = accepted});
  }
  matching::for_each_event(
      transaction,
      Overloaded{[this](matching::EventSeq seq, const matching::InboundRefused& e) {
                   report(e.session, {.id = {.event = seq}, .body = refusal_of(e)});
                 },
                 [](matching::EventSeq, const auto&) {}});
  if (sink_ == nullptr) {
    return;
  }
  const auto notify = [&](SessionId session, gateway::SessionNotice notice) {
    sink_->notify(matching::Name{comp_id_of(engine_, session)}, std::move(notice));
  };
  matching::for_each_event(
      transaction,
      Overloaded{
          [&](matching::EventSeq, const matching::SessionWentUp& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::SessionWentDown& e) {
            ++times_down_;
            notify(e.session, e);
          },
          [&](matching::EventSeq, const matching::NumbersReserved& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::SessionNumbersSet& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::SessionLoggedOut& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::SessionSuspended& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::SessionResumed& e) { notify(e.session, e); },
          [&](matching::EventSeq, const matching::CommandRejected& e) {
            sink_->notify(e.subject, e);
          },
          [](matching::EventSeq, const auto&) {}});
}

void FakePipeline::report(SessionId session, fix::Report report) {
  if (report.id.event != matching::EventSeq{}) {
    reports_[session].push_back(report);
  }
  deliver(session, {std::move(report)});
}

void FakePipeline::deliver(SessionId session, std::vector<fix::Report> reports) {
  const auto subscriber = subscribers_.find(session);
  if (sink_ != nullptr && subscriber != subscribers_.end()) {
    sink_->deliver(session,
                   {.subscription = subscriber->second.subscription,
                    .reports = std::move(reports),
                    .complete_to = engine_.last_seq(),
                    .epoch = newest_in_[session].epoch,
                    .durable_in = newest_in_[session].msg_seq_num});
  }
}

void FakePipeline::subscribe(SessionId session,
                             gateway::SubscriptionId subscription,
                             fix::ReportId sent) {
  const std::lock_guard lock{mutex_};
  subscribers_[session] = {.subscription = subscription, .sent = sent};
  subscribed_from_[session] = sent;
  std::vector<fix::Report> missing;
  for (const fix::Report& report : reports_[session]) {
    if (report.id > sent) {
      missing.push_back(report);
    }
  }
  deliver(session, std::move(missing));
}

void FakePipeline::unsubscribe(SessionId session, gateway::SubscriptionId subscription) {
  const std::lock_guard lock{mutex_};
  const auto subscriber = subscribers_.find(session);
  if (subscriber != subscribers_.end() && subscriber->second.subscription == subscription) {
    subscribers_.erase(subscriber);
  }
}

void FakePipeline::consumed(SessionId, gateway::SubscriptionId, std::size_t count) {
  const std::lock_guard lock{mutex_};
  consumed_ += count;
}

}  // namespace betex::test
