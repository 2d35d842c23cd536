#include "gateway/http/http_answers.h"

#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace betex::gateway {

namespace {

HttpAnswer probe(const std::optional<std::string>& why_not) {
  HttpAnswer answer;
  if (why_not) {
    answer.status = 503;
  }
  answer.body = why_not.value_or("ok") + "\n";
  return answer;
}

}  // namespace

HttpAnswers::HttpAnswers(const HealthSource& health,
                         std::vector<const prometheus::Collectable*> collectables)
    : health_{health}, collectables_{std::move(collectables)} {}

HttpAnswer HttpAnswers::get(std::string_view target) const {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/livez") {
    return probe(health_.why_not_live());
  }
  if (path == "/readyz") {
    HttpAnswer answer = probe(health_.why_not_ready());
    if (const auto remark = health_.remark(); remark && answer.status == 200) {
      answer.body = "ok, " + *remark + "\n";
    }
    return answer;
  }
  if (path == "/startupz") {
    return probe(health_.why_not_started());
  }
  if (path == "/metrics") {
    return metrics();
  }
  return {.status = 404, .body = "there are /livez, /readyz, /startupz and /metrics\n"};
}

HttpAnswer HttpAnswers::metrics() const {
  std::vector<prometheus::MetricFamily> families;
  try {
    for (const prometheus::Collectable* const collectable : collectables_) {
      auto collected = collectable->Collect();
      std::move(collected.begin(), collected.end(), std::back_inserter(families));
    }
  } catch (const std::exception& error) {
    return {.status = 500, .body = std::string{"cannot collect: "} + error.what() + "\n"};
  }
  return {.status = 200,
          .content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = prometheus::TextSerializer{}.Serialize(families)};
}

}  // namespace betex::gateway
