#include "gateway/page/access.h"

#include <algorithm>
#include <array>

namespace betex::gateway {
namespace {

using namespace std::string_view_literals;

constexpr std::array kLoopbackHosts{"localhost"sv, "127.0.0.1"sv, "[::1]"sv};

char small(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

HttpAnswer forbidden(std::string why) {
  return {.status = 403, .body = std::move(why) + "\n"};
}

bool is_ours(std::string_view host, const std::vector<std::string>& hosts) {
  const std::string name = host_name(host);
  return std::ranges::find(kLoopbackHosts, name) != kLoopbackHosts.end() ||
         std::ranges::any_of(hosts, [&](const std::string& own) { return host_name(own) == name; });
}

bool from_our_page(std::string_view fetch_site) noexcept {
  return fetch_site.empty() || fetch_site == "same-origin" || fetch_site == "none";
}

}  // namespace

std::string host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.find(']', colon) == host.npos;
  std::string name{host.substr(0, has_port ? colon : host.npos)};
  std::ranges::transform(name, name.begin(), small);
  return name;
}

std::optional<HttpAnswer> refusal(const HttpRequest& request,
                                  const std::vector<std::string>& hosts,
                                  bool is_entry) {
  if (!request.on_loopback) {
    return forbidden(
        "the page is served on the gateway's own machine only: it has no TLS and asks for no "
        "credentials. Make a tunnel to it (ssh -L 9882:127.0.0.1:9882 MACHINE), or have a proxy "
        "there that has both (http.page_hosts)");
  }
  if (!is_ours(request.host, hosts)) {
    return forbidden(
        "the page is not served under this host's name: ask for it as 127.0.0.1 or localhost, or "
        "name the host in http.page_hosts");
  }
  if (!is_entry && !from_our_page(request.fetch_site)) {
    return forbidden("another site's page asks for this");
  }
  return std::nullopt;
}

}  // namespace betex::gateway
