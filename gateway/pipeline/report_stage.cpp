#include "gateway/pipeline/report_stage.h"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "fix_spec/reasons.h"
#include "gateway/pipeline/event_slot.h"
#include "gateway/reports/security_lists.h"

namespace betex::gateway {

using matching::SessionId;
using matching::TransactionView;

namespace {

// A request whose answer may be long, as a refusal names it.
struct Request {
  std::string_view msg_type;
  std::string_view id;
};

Request request_of(const MassStatusQuery& query) {
  return {.msg_type = "AF", .id = query.mass_status_req_id.view()};
}

Request request_of(const SecurityListQuery& query) {
  return {.msg_type = "x", .id = query.security_req_id.view()};
}

Request request_of(const PositionsQuery& query) {
  return {.msg_type = "AN", .id = query.pos_req_id.view()};
}

}  // namespace

ReportStage::ReportStage(EventConsumer& events,
                         WaitStrategy& wait,
                         ReportState recovered,
                         OpenTransactionSource open_source)
    : events_{events},
      state_{std::move(recovered)},
      told_to_{state_.last_seq},
      counts_{state_.model},
      feeds_{state_, wait, std::move(open_source)} {}

void ReportStage::connect(SessionSink& sink) noexcept {
  sink_ = &sink;
  feeds_.connect(sink);
}

void ReportStage::connect(ReportKeeper& keeper) noexcept {
  keeper_ = &keeper;
  feeds_.connect(keeper);
}

std::size_t ReportStage::do_work() {
  std::size_t work = feeds_.take_requests();
  const EventBatch batch = events_.poll();
  for (const EventSlot& slot : batch) {
    switch (SlotTag{slot.tag}) {
      case SlotTag::Transaction:
        take(read_transaction(slot));
        answers_.note(read_prefix(slot).header, read_prefix(slot).submitted_at);
        break;
      case SlotTag::StatusBarrier:
        answer(read_status_barrier(slot));
        break;
      case SlotTag::Positions: {
        const PositionsPart part = read_positions_part(slot);
        answer(part, runners_of(slot, part));
        break;
      }
      case SlotTag::NetworkBarrier:
        answer(read_network_query(slot));
        break;
      case SlotTag::DryRun:
        answer(read_dry_run_part(slot));
        break;
    }
  }
  if (!batch.empty()) {
    events_.release(batch.end_seq());
  }
  work += batch.size() + feeds_.serve_waiting();
  feeds_.deliver_all();
  answers_.delivered();
  tell_keeper(batch.empty() || finished());
  return work;
}

// It gets a copy of all sessions' cursors: when nothing is to be done or so much has happened that
// the copy does not count, and never before reports. What it knows meanwhile is older, by which it
// keeps more.
void ReportStage::tell_keeper(bool idle) {
  constexpr std::uint64_t kEventsUntold = 1024;
  const std::uint64_t untold = state_.last_seq.value() - told_to_.value();
  if (keeper_ == nullptr || untold == 0 || (!idle && untold < kEventsUntold)) {
    return;
  }
  told_to_ = state_.last_seq;
  keeper_->reports_taken(state_.cursors, state_.last_seq, state_.last_time);
}

bool ReportStage::finished() const noexcept {
  return events_.drained();
}

void ReportStage::take(const TransactionView& transaction) {
  const matching::TransactionHeader& header = transaction.header;
  if (header.origin_session != SessionId{}) {
    feeds_.came_in({header.origin_session, header.origin_epoch, header.origin_msg_seq_num});
  }
  state_.take(transaction, *this, [this](const auto& event) { notify(event); });
  counts_.take(transaction, state_.model);
}

bool ReportStage::wants(SessionId session, fix::ReportId /*id*/) {
  return feeds_.live(session);
}

void ReportStage::receive(SessionId session, fix::Report report) {
  feeds_.report(session, std::move(report));
}

void ReportStage::answer(const StatusBarrier& barrier) {
  const SessionId session =
      std::visit([](const auto& query) { return query.session; }, barrier.query);
  if (!feeds_.listening(session)) {
    return;  // it has gone; a request that changes nothing is not kept
  }
  if (const auto* const order = std::get_if<OrderStatusQuery>(&barrier.query)) {
    feeds_.answer(session, state_.maker().status(barrier.order, barrier.asked_at, *order));
  } else if (const auto* const security = std::get_if<SecurityStatusQuery>(&barrier.query)) {
    feeds_.answer(session, security_status(state_.model.securities(), *security, barrier.asked_at));
  } else if (const auto* const orders = std::get_if<MassStatusQuery>(&barrier.query)) {
    answer_at_length(*orders, barrier.asked_at);
  } else if (const auto* const securities = std::get_if<SecurityListQuery>(&barrier.query)) {
    answer_at_length(*securities, barrier.asked_at);
  } else if (const auto* const replay = std::get_if<ReplayQuery>(&barrier.query)) {
    answer(*replay);
  }
}

// What is told again comes by a way of its own, from whoever has promised it.
void ReportStage::answer(const ReplayQuery& query) {
  const std::uint32_t number = feeds_.replays_promised(query.session) + 1;
  const ReplayRequest request{
      .query = query, .subscription = feeds_.subscription(query.session), .number = number};
  const fix::ReplayAck ack = replays_ != nullptr
                                 ? replays_->ask(request, state_.last_seq)
                                 : fix::ReplayAck{.request_id = query.request_id,
                                                  .response = fix::ReplayResponse::Unavailable,
                                                  .first = query.first,
                                                  .last = query.last,
                                                  .available_from = {}};
  if (ack.response == fix::ReplayResponse::Begins) {
    feeds_.replay_promised(query.session);
  }
  feeds_.answer(query.session, fix::Report{.id = {}, .body = ack});
}

void ReportStage::answer(const PositionsPart& part, std::span<const matching::RunnerBets> runners) {
  const SessionId session = part.query.session;
  if (!feeds_.listening(session)) {
    return;  // as above
  }
  if (part.kind == PositionsPart::Kind::TooMany) {
    return refuse_one_too_many(part.query);
  }
  state_.maker().positions(
      part, runners, [&](fix::Report message) { feeds_.answer(session, std::move(message)); });
}

void ReportStage::answer(const NetworkStatusQuery& query) {
  if (!feeds_.listening(query.session)) {
    return;  // as above
  }
  std::vector<fix::CounterpartyState> sessions;
  fix::NodeState node;
  if (network_ != nullptr) {
    sessions = network_->counterparties(query.comp_ids);
    node = network_->node();
  }
  state_.maker().network_status(
      query.network_request_id, std::move(sessions), node, [&](fix::Report message) {
        feeds_.answer(query.session, std::move(message));
      });
}

void ReportStage::answer(const DryRunPart& part) {
  if (feeds_.listening(part.session)) {
    feeds_.answer(part.session, state_.maker().dry_run(part));
  }
}

template <typename Query>
void ReportStage::answer_at_length(const Query& query, matching::Timestamp asked_at) {
  if (feeds_.answer(query.session, LongAnswer{query, asked_at})) {
    return;
  }
  refuse_one_too_many(query);
}

template <typename Query>
void ReportStage::refuse_one_too_many(const Query& query) {
  const Request request = request_of(query);
  constexpr auto kReason = matching::Reason::Throttled;
  feeds_.answer(
      query.session,
      fix::Report{.id = {},
                  .body = fix::BusinessMessageReject{
                      .ref_seq_num = query.msg_seq_num,
                      .ref_msg_type = matching::Text<7>{request.msg_type},
                      .business_reject_ref_id = matching::ClOrdId{request.id},
                      .business_reject_reason = fix::codes_of(kReason).business_reject_reason,
                      .reason = kReason}});
}

template <typename Event>
void ReportStage::notify(const Event& event) {
  if constexpr (std::is_same_v<Event, matching::SessionWentUp>) {
    if (keeper_ != nullptr) {
      keeper_->name_session(event.session, event.comp_id);
    }
    sink_->notify(event.comp_id, event);
  } else if constexpr (std::is_same_v<Event, matching::SessionWentDown> ||
                       std::is_same_v<Event, matching::NumbersReserved> ||
                       std::is_same_v<Event, matching::SessionNumbersSet> ||
                       std::is_same_v<Event, matching::SessionLoggedOut> ||
                       std::is_same_v<Event, matching::SessionSuspended> ||
                       std::is_same_v<Event, matching::SessionResumed>) {
    sink_->notify(state_.model.comp_id(event.session), event);
  } else if constexpr (std::is_same_v<Event, matching::StopAnnounced>) {
    if (on_stop_) {
      on_stop_(event);
    }
  } else if constexpr (std::is_same_v<Event, matching::WatermarkMoved>) {
    if (keeper_ != nullptr) {
      keeper_->watermark_moved(event.watermark);
    }
  } else if constexpr (std::is_same_v<Event, matching::CommandRejected>) {
    if (!event.request_id.empty()) {
      return;  // an operator's, who is told by a report
    }
    if (event.session != SessionId{0}) {
      sink_->notify(state_.model.comp_id(event.session), event);
    } else {
      sink_->notify(event.subject, event);  // a SessionUp refused bears the CompID
    }
  }
}

}  // namespace betex::gateway
