#include "gateway/process/replay_metrics.h"

#include <utility>

#include "gateway/process/metric_families.h"

namespace betex::gateway {
namespace {

using metric::counter;
using metric::gauge;
using metric::Labelled;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily results(const ReplayFigures& from) {
  Labelled family{{"betex_replays_total",
                   "Requests for reports to be told again (BW), by what became of them: done, "
                   "replaced by a later one, left by a session that has ended, cut because "
                   "segments were retired meanwhile, unavailable, for an unknown application, "
                   "failed with the thread."},
                  MetricType::Counter,
                  "result"};
  for (const auto& [count, name] : {std::pair{&from.done, "done"},
                                    std::pair{&from.replaced, "replaced"},
                                    std::pair{&from.left, "left"},
                                    std::pair{&from.cut, "cut"},
                                    std::pair{&from.unavailable, "unavailable"},
                                    std::pair{&from.unknown, "unknown"},
                                    std::pair{&from.failed, "failed"}}) {
    family.add(name, count->value());
  }
  return family.take();
}

}  // namespace

std::vector<MetricFamily> replay_metrics(const ReplayFigures& from, const ReplayFigures& late) {
  return {
      gauge({"betex_replay_up",
             "1 while reports are told again, and late ones of before the snapshot that the start "
             "began with are made; 0: one of these has ended by a failure."},
            from.lost.value() == 0 && late.lost.value() == 0 ? 1 : 0),
      results(from),
      counter({"betex_replay_reports_total", "Reports that were told again."},
              from.reports.value()),
      gauge({"betex_replay_running", "Requests for reports to be told again that are not done."},
            from.running.value()),
  };
}

}  // namespace betex::gateway
