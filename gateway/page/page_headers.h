// What every answer of the page tells the browser about itself.
#pragma once

#include <array>

#include "gateway/http/http_routes.h"

namespace betex::gateway {

// Nothing comes from elsewhere, nothing is run that stands in the page's text, nobody frames it or
// reads it from another site's page.
[[nodiscard]] constexpr auto page_headers() noexcept {
  return std::to_array<HttpHeader>({
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
       "require-trusted-types-for 'script'; trusted-types 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  });
}

}  // namespace betex::gateway
