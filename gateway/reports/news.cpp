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

matching::Remark stop_headline(std::uint32_t seconds) {
  std::string when = "now";
  if (seconds != 0) {
    when = "in " + std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
  }
  return matching::Remark{"The exchange stops for maintenance " + when};
}

}  // namespace betex::gateway
