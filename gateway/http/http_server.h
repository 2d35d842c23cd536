// The read-only HTTP port: GET or HEAD of /livez, /readyz, /startupz (200, or 503 with the reason
// in one line) and /metrics in Prometheus's text format, one request a connection; and what further
// routes there are. It changes nothing: every change goes by FIX, so that it is journaled.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <prometheus/collectable.h>

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace betex::gateway {

class HttpRoutes;

// What the probes ask. Each answers nothing when all is well, else in one line what is not. Called
// on an I/O thread at any time: thread-safe, and quick.
class HealthSource {
 public:
  virtual ~HealthSource() = default;

  // The loops tick.
  [[nodiscard]] virtual std::optional<std::string> why_not_live() const = 0;

  // The lock is held, recovery is done, the last commit succeeded and orders are accepted.
  [[nodiscard]] virtual std::optional<std::string> why_not_ready() const = 0;

  // The start, with its replay, is over.
  [[nodiscard]] virtual std::optional<std::string> why_not_started() const = 0;

  // What is said of a gateway though it is ready; none: nothing.
  [[nodiscard]] virtual std::optional<std::string> remark() const { return std::nullopt; }
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            // 0: any free one
  std::size_t max_connections = 64;  // one more takes the place of one that has been there long
  std::chrono::milliseconds deadline{5000};  // from accepting a connection to its end
};

// Accepts and answers on `io`, from construction on. Owned by the thread that wires the gateway.
class HttpServer {
 public:
  // `health`, `collectables` and `routes` must outlive the last run of `io`, and `io` this.
  // Collect() is called on an I/O thread. Throws std::system_error, with address and port, when it
  // cannot listen.
  HttpServer(boost::asio::io_context& io,
             const HttpServerOptions& options,
             const HealthSource& health,
             std::vector<const prometheus::Collectable*> collectables,
             HttpRoutes* routes = nullptr);

  // As stop().
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that it listens on.
  [[nodiscard]] std::uint16_t port() const;

  // Closes the port and all connections, soon and on `io`; from any thread.
  void stop();

 private:
  class Listener;
  std::shared_ptr<Listener> listener_;
};

}  // namespace betex::gateway
