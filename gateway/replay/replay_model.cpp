#include "gateway/replay/replay_model.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace betex::gateway {
namespace {

using matching::EventSeq;

// As the report stage does it (ReportState).
constexpr std::size_t kForgottenAtOnce = 512;
constexpr std::uint64_t kEventsBetween = 256;

constexpr EventSeq kEver{std::numeric_limits<std::uint64_t>::max()};

}  // namespace

void ReplayModel::take(const matching::TransactionView& transaction, ReportReceiver& receiver) {
  matching::for_each_event(transaction, [&](EventSeq seq, const auto& event) {
    model_.apply(transaction.header.origin_session, seq, event);
  });
  const ReportMaker maker{model_, watches_};
  matching::for_each_event(transaction, [&](EventSeq seq, const auto& event) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(event)>, matching::MarketsWatched>) {
      watches_.forget(event.session, EventSeq{seq.value() - 1});
      watches_.note({.session = event.session, .seq = seq, .on = event.on});
    }
    maker.make(transaction.header, seq, event, receiver);
  });
  const EventSeq before = last_seq_;
  last_seq_ = transaction.last_seq();
  forget_finished(before);
}

// Reports are made when their event is passed, so an order is needed no longer than the engine
// knows it.
void ReplayModel::forget_finished(EventSeq before) {
  if (last_seq_.value() / kEventsBetween != before.value() / kEventsBetween) {
    model_.forget_finished(nobody_, kEver, kForgottenAtOnce);
  }
}

}  // namespace betex::gateway
