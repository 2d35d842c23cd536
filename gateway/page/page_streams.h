// All browsers that look at the page, and what they are told.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <prometheus/collectable.h>

#include "gateway/http/http_server.h"
#include "gateway/link/market_data_link.h"
#include "gateway/link/network_view.h"
#include "gateway/page/alarms.h"
#include "gateway/page/event_stream.h"
#include "gateway/page/figures.h"
#include "gateway/page/page.h"
#include "gateway/page/picture_box.h"

namespace betex::gateway {

// What is public is thread-safe; all else runs on its strand.
class Page::Streams : public std::enable_shared_from_this<Page::Streams> {
 public:
  Streams(boost::asio::io_context& io,
          const PageOptions& options,
          const HealthSource& health,
          std::vector<const prometheus::Collectable*> collectables);

  void start();
  void stop();
  void connect(PictureFeed& pictures, const NetworkView& network);

  // Those that have been opened and have not ended, on whatever thread they are.
  [[nodiscard]] std::size_t count() const noexcept {
    return count_.load(std::memory_order_relaxed);
  }

  // Takes over a connection from another thread. `market`: whose ladder it shows; empty: none.
  void open(boost::asio::ip::tcp::socket socket, std::string market);

 private:
  struct Viewer;

  void add(boost::asio::ip::tcp::socket socket, std::string market);
  void watch(Viewer& viewer);
  void take_picture(Viewer& viewer);
  void tick();
  void guarded(std::string_view what, const std::function<void()>& act);
  void wait_for_tick();
  void remove_ended();
  void look();
  void look_at_sessions();
  [[nodiscard]] std::optional<double> segments();
  void send_to_all(FrameKind kind, const Frame& frame);

  const boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::steady_timer timer_;
  const PageOptions options_;
  const HealthSource& health_;
  const std::vector<const prometheus::Collectable*> collectables_;
  PictureFeed* pictures_ = nullptr;       // null: not there yet
  const NetworkView* network_ = nullptr;  // null: not there yet
  std::list<std::shared_ptr<Viewer>> viewers_;
  std::atomic<std::size_t> count_{0};  // any thread adds, the strand takes away: relaxed, a count
  Figures figures_;
  Alarms alarms_;
  Frame alarms_frame_;    // what was sent last
  Frame sessions_frame_;  // what was sent last
  std::optional<double> segments_;
  unsigned ticks_ = 0;
  bool stopped_ = false;
};

}  // namespace betex::gateway
