// What the HTTP port answers, without the sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>

#include "gateway/http/http_server.h"

namespace betex::gateway {

struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Immutable. What it refers to must outlive it.
class HttpAnswers {
 public:
  HttpAnswers(const HealthSource& health, std::vector<const prometheus::Collectable*> collectables);

  // `target` is the request's, a query included.
  [[nodiscard]] HttpAnswer get(std::string_view target) const;

 private:
  [[nodiscard]] HttpAnswer metrics() const;

  const HealthSource& health_;
  std::vector<const prometheus::Collectable*> collectables_;
};

}  // namespace betex::gateway
