#include "tests/sim/clients/operator.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "gateway/client/order_entry.h"
#include "gateway/tools/answer.h"
#include "tests/sim/clients/bodies.h"

namespace betex::sim {
namespace {

using client::Message;
using tools::Progress;

constexpr std::size_t kKeptToRepeat = 4;

constexpr int kPossResend = 97;
constexpr int kCopyMsgIndicator = 797;
constexpr int kReason = 20001;
constexpr int kOpsReqId = 20012;
constexpr int kOpsResult = 20013;
constexpr int kFirstAnswer = 20017;
constexpr int kEventSeq = 20020;
constexpr int kReportId = 20068;

constexpr std::string_view kWaitsForApproval = "6";
constexpr std::string_view kKnown = "4";

// EngineReason(20001) of refusals that use no id up.
constexpr std::string_view kStale = "3";
constexpr std::array<std::string_view, 3> kIdIsLeft{kStale, "126", "128"};

// How long it waits for a second operator before it goes on.
constexpr std::chrono::seconds kForApproval{2};

// As one that came for the first time: what is marked as told again may be that to us.
Message as_first(const Message& message) {
  Message first{message.type()};
  for (const client::Field& field : message.fields()) {
    if (field.tag != kPossResend) {
      first.add(field.tag, field.value);
    }
  }
  return first;
}

bool reopens(const Message& request) {
  constexpr int kOpsCommand = 20011;
  constexpr int kPartyActionType = 2329;
  for (const std::string_view word :
       {"Open", "Reopen", "Resume", "Unhalt", "UnhaltExchange", "Approve"}) {
    if (request.has(kOpsCommand, word)) {
      return true;
    }
  }
  return request.type() == "DH" && request.has(kPartyActionType, "2");
}

}  // namespace

Operator::Operator(ClientSettings settings, Duty duty, unsigned traders, Witness& witness)
    : FixClient{std::move(settings), client::Dialect::Fixt11, witness},
      duty_{duty},
      traders_{traders} {}

bool Operator::may_act() const {
  return asked_.empty() && (!proposed_ || client::Clock::now() - proposed_at_ >= kForApproval);
}

std::string Operator::what_is_outstanding() const {
  return asked_.empty() ? "nothing" : words_of(asked_.begin()->second.request);
}

void Operator::act() {
  if (!proposals_.empty()) {
    return decide_proposal();
  }
  if (plan_.empty()) {
    if (duty_ == Duty::Approvals || random().chance(25)) {
      plan_incident();
    } else {
      plan_day();
    }
  }
  Operation next = std::move(plan_.front());
  plan_.pop_front();
  count_request();
  send(std::move(next));
}

void Operator::send(Operation operation) {
  if (operation.id.empty()) {
    operation.id = comp_id() + "-" + std::to_string(++ids_);
  }
  proposed_.reset();
  const Message request = tools::to_message(operation);
  const std::uint32_t number = next_number();
  // What only asks is lost with the connection, and nobody waits for it.
  const bool acts = operation.kind != &tools::kSystemStatus &&
                    operation.kind != &tools::kPositions && !request.has(2330, "Y");
  if (acts) {
    asked_.emplace(operation.id, Asked{.request = request, .due = 1, .numbers = {number}});
    last_.push_back(operation);
    if (last_.size() > kKeptToRepeat) {
      last_.pop_front();
    }
  }
  session().send(request);
}

// The same words under another number, with the time of now.
void Operator::send_last_again() {
  for (const Operation& operation : last_) {
    Message again{operation.kind->type};
    again.add(kPossResend, "Y");  // of the header, so it stands first
    const Message first = tools::to_message(operation);
    for (const client::Field& field : first.fields()) {
      again.add(field.tag, field.value);
    }
    const auto [asked, is_new] =
        asked_.try_emplace(operation.id, Asked{.request = first, .due = 0, .numbers = {}});
    ++asked->second.due;
    asked->second.numbers.insert(next_number());
    session().send(again);
  }
}

// ---- What it is told

void Operator::take(const Message& message) {
  witness().told(comp_id(), message);
  const std::string report_id{message.find(kReportId).value_or("")};
  const bool is_new = report_id.empty() || told_.insert(report_id).second;
  if (message.type() == "UOR" && message.has(kOpsResult, kWaitsForApproval)) {
    note_proposal(message);
  }
  if (is_new) {
    take_answer(as_first(message));
  }
}

void Operator::take_answer(const Message& message) {
  if (proposed_ && message.has(kOpsReqId, *proposed_) && !message.has(kCopyMsgIndicator, "Y") &&
      !message.has(kOpsResult, kWaitsForApproval)) {
    proposed_.reset();
  }
  const client::Report report = client::to_report(message);
  for (auto asked = asked_.begin(); asked != asked_.end(); ++asked) {
    Progress progress = Progress::Unrelated;
    if (const auto* const reject = std::get_if<client::MessageReject>(&report)) {
      progress = asked->second.numbers.erase(reject->ref_seq_num) == 0 ? Progress::Unrelated
                                                                       : Progress::Refused;
    } else {
      progress = tools::progress_of(report, asked->second.request, 0);
    }
    if (progress == Progress::Unrelated) {
      continue;
    }
    check_known(asked->first, message);
    if (progress == Progress::Underway) {
      return;
    }
    if (progress == Progress::WaitsForApproval) {
      proposed_ = asked->first;
      proposed_at_ = client::Clock::now();
    }
    const bool stale = progress == Progress::Refused && message.has(kReason, kStale) &&
                       reopens(asked->second.request);
    if (--asked->second.due == 0) {
      // What reopens and has come too late has used its id not up: it is asked for anew.
      const auto again =
          stale ? std::find_if(last_.begin(),
                               last_.end(),
                               [&](const Operation& each) { return each.id == asked->first; })
                : last_.end();
      if (again != last_.end()) {
        plan_.push_front(*again);
      }
      asked_.erase(asked);
    }
    return;
  }
}

// An id that has come again is answered with the event that has answered it first.
void Operator::check_known(const std::string& id, const Message& answer) {
  const auto event = answer.find(kEventSeq);
  if (!event) {
    return;
  }
  if (std::any_of(kIdIsLeft.begin(), kIdIsLeft.end(), [&](std::string_view reason) {
        return answer.has(kReason, reason);
      })) {
    return;
  }
  if (!answer.has(kOpsResult, kKnown)) {
    first_event_.try_emplace(id, *event);
    return;
  }
  const auto first = first_event_.find(id);
  if (first != first_event_.end() && !answer.has(kFirstAnswer, first->second)) {
    add_fault("request " + id + " was answered first by event " + first->second +
              ", and now: " + words_of(answer));
  }
}

// ---- Four eyes

void Operator::note_proposal(const Message& message) {
  if (duty_ == Duty::Approvals && message.has(kCopyMsgIndicator, "Y")) {
    proposals_.push_back(
        {.id = std::string{message.get(kOpsReqId)}, .event = std::string{message.get(kEventSeq)}});
  }
}

void Operator::decide_proposal() {
  constexpr int kOpsCommand = 20011;
  constexpr int kRefOpsReqId = 20014;
  const Proposal proposal = std::move(proposals_.front());
  proposals_.pop_front();
  Operation verdict{.kind = &tools::kOperationsCommand, .id = "", .fields = {}};
  if (random().chance(85)) {
    verdict.fields = {
        {kOpsCommand, "Approve"}, {kRefOpsReqId, proposal.id}, {kEventSeq, proposal.event}};
  } else {
    verdict.fields = {{kOpsCommand, "Decline"}, {kRefOpsReqId, proposal.id}};
  }
  count_request();
  send(std::move(verdict));
}

}  // namespace betex::sim
