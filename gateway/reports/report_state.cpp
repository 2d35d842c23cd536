#include "gateway/reports/report_state.h"

#include "matching/assert.h"

namespace betex::gateway {
namespace {

// So much is forgotten at a time, and so often. An order takes more than one event, so what is
// forgotten keeps up with what finishes.
constexpr std::size_t kForgottenAtOnce = 512;
constexpr std::uint64_t kEventsBetween = 256;

class Nobody final : public ReportReceiver {
 public:
  [[nodiscard]] bool wants(matching::SessionId /*session*/, fix::ReportId /*id*/) override {
    return false;
  }

  void receive(matching::SessionId /*session*/, fix::Report /*report*/) override {
    BETEX_ASSERT(false);
  }
};

}  // namespace

void ReportState::take(const matching::TransactionView& transaction) {
  Nobody nobody;
  take(transaction, nobody, [](const auto& /*event*/) {});
}

// Reports that their clients have, or that are older than the horizon, are not made again.
void ReportState::forget_finished(matching::EventSeq before) {
  if (last_seq.value() / kEventsBetween == before.value() / kEventsBetween) {
    return;
  }
  times.note(last_seq, last_time);
  const matching::EventSeq too_old =
      times.last_at(matching::Timestamp{last_time.value() - kReportHorizonNanos});
  model.forget_finished(cursors, too_old, kForgottenAtOnce);
}

}  // namespace betex::gateway
