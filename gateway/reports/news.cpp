#include "gateway/reports/news.h"

#include <string>

namespace betex::gateway {

fix::News news_of(const matching::Announced& event, matching::Timestamp at) {
  return {.orig_time = at,
          .subject = event.subject,
          .headline = event.headline,
          .urgent = event.urgent};
}

fix::News news_of(const matching::StopAnnounced& event, matching::Timestamp at) {
  return {
      .orig_time = at, .subject = {}, .headline = stop_headline(event.notice_s), .urgent = true};
}

fix::News news_of_loss(ReportCursors::Range lost, Loss loss, matching::Timestamp at) {
  const std::string which = "Reports of events " + std::to_string(lost.first.value()) + " to " +
                            std::to_string(lost.last.value());
  const std::string why = loss == Loss::ForEver
                              ? " are not kept any more and do not come: ask for your orders"
                              : ", and all later ones, do not come before the gateway's next start";
  return {.orig_time = at, .subject = {}, .headline = matching::Remark{which + why}};
}

matching::Remark stop_headline(std::uint32_t seconds) {
  std::string when = "now";
  if (seconds != 0) {
    when = "in " + std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
  }
  return matching::Remark{"The exchange stops for maintenance " + when};
}

}  // namespace betex::gateway
