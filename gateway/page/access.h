// Who may see the page. It has no TLS and asks for no credentials, so it is for whoever is on this
// machine, and not for the pages of others that are open in the same browser.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/http_routes.h"

namespace betex::gateway {

// Nothing: the request may be answered. Else the refusal, which says what to do.
//
// * Both ends of the connection are on loopback: a tunnel, or a proxy on this machine that has TLS
//   and asks for credentials, comes from there too.
// * Host is this machine's loopback, or one of `hosts` (without a port): a name of somebody else's
//   that leads here (DNS rebinding) is refused.
// * A browser that says whose page asks (Sec-Fetch-Site) says ours; `is_entry`: or it follows a
//   link, from wherever.
[[nodiscard]] std::optional<HttpAnswer> refusal(const HttpRequest& request,
                                                const std::vector<std::string>& hosts,
                                                bool is_entry);

// What Host names, without its port, in small letters.
[[nodiscard]] std::string host_name(std::string_view host);

}  // namespace betex::gateway
