// The live page: markets, a ladder, sessions, the pipeline's figures and alarms, for a browser on
// this machine. Its files are compiled in; what moves comes by streams of server-sent events, which
// live on a thread that nothing else of the gateway waits for.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <prometheus/collectable.h>

#include "gateway/http/http_routes.h"
#include "gateway/http/http_server.h"
#include "gateway/link/market_data_link.h"
#include "gateway/link/network_view.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace betex::gateway {

struct PageOptions {
  std::vector<std::string> hosts;                // it is served under, besides loopback's
  std::chrono::milliseconds patience{10'000};    // a browser that takes nothing for so long is gone
  std::size_t max_streams = 16;                  // one more is refused
  std::chrono::milliseconds sample_every{1000};  // figures, sessions and alarms
};

// get() and stream() as HttpRoutes says, by the HTTP port; all else on `io`.
class Page final : public HttpRoutes {
 public:
  // The streams run on `io`, which outlives this. While the journal is replayed the page has what
  // `health` and `collectables` say. Both must outlive the last run of `io`.
  Page(boost::asio::io_context& io,
       const PageOptions& options,
       const HealthSource& health,
       std::vector<const prometheus::Collectable*> collectables);

  // As stop().
  ~Page() override;

  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // There are prices and sessions now. Once, on any thread. Both must outlive the last run of `io`.
  void connect(PictureFeed& pictures, const NetworkView& network);

  // Ends all streams, soon and on `io`; from any thread.
  void stop();

  [[nodiscard]] std::optional<HttpAnswer> get(const HttpRequest& request) override;
  void stream(const HttpRequest& request, boost::asio::ip::tcp::socket socket) override;

 private:
  class Streams;

  const PageOptions options_;
  const std::shared_ptr<Streams> streams_;
};

}  // namespace betex::gateway
