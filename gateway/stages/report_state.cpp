#include "gateway/stages/report_state.h"

#include "matching/assert.h"

namespace betex::gateway {
namespace {

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

}  // namespace betex::gateway
