// What a session may make us keep: reports that its client does not prove to have are kept until it
// does, so at its bound it gets no further one; and answers that wait in memory are counted.
#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"

namespace betex::fix {

using matching::EventSeq;

namespace {

// Beyond it a session's requests are refused until some are answered. Nobody who reads what he is
// sent comes near it.
constexpr std::size_t kMaxUnanswered = 4096;

}  // namespace

// What an earlier logon has sent, but of its last event, of which there may be more: the answer to
// the first question proves it.
void FixSession::begin_proof() {
  proof_.begin(delivered_, outbound_.sent.event);
  unproven_.proven(delivered_);
  if (outbound_.sent.event > delivered_) {
    proof_.complete(outbound_.last_number, EventSeq{outbound_.sent.event.value() - 1});
  }
  held_since_.reset();
  unanswered_ = 0;
}

// Between two deliveries, so that the question can be about something whole.
bool FixSession::waits_for_proof() {
  unproven_.proven(proof_.proven());
  if (!unproven_.at_bound()) {
    held_since_.reset();
    return false;
  }
  if (!held_since_) {
    held_since_ = std::chrono::steady_clock::now();
    environment_.metrics.reports_held.add();
    environment_.refusals.write(
        RefusalKind::NothingProven,
        spdlog::level::warn,
        "session {}: {} bytes of reports are not proven to have arrived: it gets no further one",
        settings_.comp_id,
        unproven_.bytes());
  }
  ask_for_proof_at_once();
  return true;
}

void FixSession::check_held_reports() {
  if (!held_since_ || quickfix_.sent_logout()) {
    return;
  }
  if (!resends_.empty()) {
    held_since_ = std::chrono::steady_clock::now();  // while one goes on nothing can be proven
  }
  send_waiting_reports();
  if (held_since_ &&
      std::chrono::steady_clock::now() - *held_since_ >= environment_.limits.proof_patience) {
    note_end(SessionEnd::NothingProven);
    logout_received_ = true;  // not the loss of a connection: the session ends by a Logout
    send_logout(
        "Too many reports are not proven to have arrived: answer our TestRequests(1) in sequence");
  }
}

// Answers to requests that change nothing are neither journaled nor bounded by anything else.
bool FixSession::has_too_many_answers() const noexcept {
  return held_since_ || unanswered_ >= kMaxUnanswered;
}

void FixSession::note_answers_made(const gateway::ReportDelivery& delivery) noexcept {
  const auto answers = std::ranges::count_if(
      delivery.reports, [](const Report& report) { return report.id.event == EventSeq{}; });
  unanswered_ -= std::min(unanswered_, static_cast<std::size_t>(answers));
}

}  // namespace betex::fix
