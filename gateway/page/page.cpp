#include "gateway/page/page.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/page/access.h"
#include "gateway/page/assets.h"
#include "gateway/page/page_headers.h"
#include "gateway/page/page_streams.h"
#include "gateway/page/query.h"

namespace betex::gateway {
namespace {

constexpr std::string_view kEntry = "/";
constexpr std::string_view kStream = "/events";

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

const Asset* asset_at(std::string_view path) {
  const std::string_view name = path == kEntry ? "index.html" : path.substr(1);
  const auto all = assets();
  const auto found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? nullptr : &*found;
}

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".html")) {
    return "text/html; charset=utf-8";
  }
  if (name.ends_with(".css")) {
    return "text/css; charset=utf-8";
  }
  return name.ends_with(".svg") ? "image/svg+xml" : "text/javascript; charset=utf-8";
}

HttpAnswer with_headers(HttpAnswer answer) {
  const auto headers = page_headers();
  answer.headers.assign(headers.begin(), headers.end());
  return answer;
}

}  // namespace

Page::Page(boost::asio::io_context& io,
           const PageOptions& options,
           const HealthSource& health,
           std::vector<const prometheus::Collectable*> collectables)
    : options_{options},
      streams_{std::make_shared<Streams>(io, options, health, std::move(collectables))} {
  streams_->start();
}

Page::~Page() {
  stop();
}

void Page::connect(PictureFeed& pictures, const NetworkView& network) {
  streams_->connect(pictures, network);
}

void Page::stop() {
  streams_->stop();
}

std::optional<HttpAnswer> Page::get(const HttpRequest& request) {
  const std::string_view path = path_of(request.target);
  const Asset* const asset = path.starts_with('/') ? asset_at(path) : nullptr;
  if (asset == nullptr && path != kStream) {
    return std::nullopt;
  }
  if (std::optional<HttpAnswer> refused = refusal(request, options_.hosts, path == kEntry)) {
    return with_headers(*std::move(refused));
  }
  if (asset != nullptr) {
    return with_headers(
        {.content_type = content_type(asset->name), .body = std::string{asset->text}});
  }
  if (!market_of(request.target)) {
    return with_headers({.status = 400, .body = "market is no name of a market\n"});
  }
  if (streams_->count() >= options_.max_streams) {
    return with_headers({.status = 503,
                         .body = "as many pages as are possible are open (" +
                                 std::to_string(options_.max_streams) + "): close one\n"});
  }
  HttpAnswer answer = with_headers({.content_type = "text/event-stream"});
  answer.streams = !request.head_only;
  return answer;
}

void Page::stream(const HttpRequest& request, boost::asio::ip::tcp::socket socket) {
  streams_->open(std::move(socket), market_of(request.target).value_or(""));
}

}  // namespace betex::gateway
