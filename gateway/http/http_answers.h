// What the HTTP port answers by itself, without the sockets.
#pragma once

#include <string_view>
#include <vector>

#include <prometheus/collectable.h>

#include "gateway/http/http_routes.h"
#include "gateway/http/http_server.h"

namespace betex::gateway {

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
