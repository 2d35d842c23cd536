#include "gateway/page/page_streams.h"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "gateway/page/frames.h"
#include "gateway/page/metric_values.h"

namespace betex::gateway {

using boost::asio::ip::tcp;
using boost::system::error_code;

// A browser that looks.
struct Page::Streams::Viewer : std::enable_shared_from_this<Page::Streams::Viewer> {
  Viewer(std::shared_ptr<EventStream> its_stream, std::string shown_market)
      : stream{std::move(its_stream)}, market{std::move(shown_market)} {}

  std::shared_ptr<EventStream> stream;
  std::string market;                           // whose ladder it shows; empty: none
  std::shared_ptr<PictureBox> box;              // null: no picture was asked for yet
  std::shared_ptr<const MarketsPicture> shown;  // null: none was
};

namespace {

std::int64_t ms_since_1970() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

bool same(const Frame& left, const Frame& right) {
  return left && right && *left == *right;
}

}  // namespace

Page::Streams::Streams(boost::asio::io_context& io,
                       const PageOptions& options,
                       const HealthSource& health,
                       std::vector<const prometheus::Collectable*> collectables)
    : strand_{boost::asio::make_strand(io)},
      timer_{strand_},
      options_{options},
      health_{health},
      collectables_{std::move(collectables)} {}

void Page::Streams::start() {
  boost::asio::post(strand_, [self = shared_from_this()] { self->tick(); });
}

void Page::Streams::stop() {
  boost::asio::post(strand_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->timer_.cancel();
    for (const auto& viewer : self->viewers_) {
      viewer->stream->close();
    }
    self->remove_ended();
  });
}

void Page::Streams::connect(PictureFeed& pictures, const NetworkView& network) {
  boost::asio::post(strand_, [self = shared_from_this(), &pictures, &network] {
    self->pictures_ = &pictures;
    self->network_ = &network;
    for (const auto& viewer : self->viewers_) {
      self->watch(*viewer);
    }
  });
}

void Page::Streams::open(tcp::socket socket, std::string market) {
  // Its thread is not to be the one that asked.
  error_code error;
  const tcp protocol = socket.local_endpoint(error).protocol();
  const auto handle = error ? -1 : socket.release(error);
  if (error) {
    return;  // it has gone
  }
  tcp::socket own{strand_};
  own.assign(protocol, handle, error);
  if (error) {
    ::close(handle);  // the browser comes again
    return;
  }
  count_.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(
      strand_,
      [self = shared_from_this(), own = std::move(own), market = std::move(market)]() mutable {
        self->guarded("opening a stream", [&] { self->add(std::move(own), std::move(market)); });
      });
}

void Page::Streams::add(tcp::socket socket, std::string market) {
  const auto viewer = std::make_shared<Viewer>(
      std::make_shared<EventStream>(std::move(socket), options_.patience), std::move(market));
  viewers_.push_back(viewer);
  if (stopped_) {
    viewer->stream->close();
    remove_ended();
    return;
  }
  viewer->stream->start();
  viewer->stream->send(FrameKind::History, history_frame(figures_.samples()));
  if (alarms_frame_) {
    viewer->stream->send(FrameKind::Alarms, alarms_frame_);
  }
  if (pictures_ != nullptr) {
    watch(*viewer);
    look_at_sessions();
    viewer->stream->send(FrameKind::Sessions, sessions_frame_);
  }
}

void Page::Streams::watch(Viewer& viewer) {
  // md's thread leaves a picture and is gone: what is made of it is made here.
  viewer.box = std::make_shared<PictureBox>(
      [strand = strand_, self = weak_from_this(), looking = viewer.weak_from_this()] {
        boost::asio::post(strand, [self, looking] {
          const auto streams = self.lock();
          const auto viewer_now = looking.lock();
          if (streams && viewer_now) {
            streams->guarded("showing prices", [&] { streams->take_picture(*viewer_now); });
          }
        });
      });
  pictures_->watch(viewer.box, viewer.market);
}

void Page::Streams::take_picture(Viewer& viewer) {
  const std::shared_ptr<const MarketsPicture> picture = viewer.box->take();
  if (!picture) {
    return;
  }
  const auto before = std::exchange(viewer.shown, picture);
  if (!before || before->markets != picture->markets) {
    viewer.stream->send(FrameKind::Markets, markets_frame(picture->markets));
  }
  if (!picture->market.empty() && (!before || before->runners != picture->runners)) {
    viewer.stream->send(FrameKind::Ladder, ladder_frame(*picture));
  }
}

void Page::Streams::tick() {
  if (stopped_) {
    return;
  }
  wait_for_tick();  // first: whatever comes of this look, there is another one
  remove_ended();
  guarded("looking at the figures", [this] { look(); });
}

// Market data sessions share the thread: what goes wrong with the page is not to reach them.
void Page::Streams::guarded(std::string_view what, const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    spdlog::error("the live page, {}: {}", what, error.what());
  }
}

void Page::Streams::wait_for_tick() {
  timer_.expires_after(options_.sample_every);
  timer_.async_wait([self = shared_from_this()](error_code) { self->tick(); });
}

void Page::Streams::remove_ended() {
  const auto now = EventStream::Steady::now();
  const std::size_t ended = viewers_.remove_if([now](const std::shared_ptr<Viewer>& viewer) {
    const bool is_over = viewer->stream->is_over(now);
    if (is_over) {
      viewer->stream->close();
    }
    return is_over;
  });
  count_.fetch_sub(ended, std::memory_order_relaxed);
}

void Page::Streams::look() {
  const MetricValues metrics{collectables_};
  const auto now = std::chrono::steady_clock::now();
  figures_.add(metrics, segments(), {.time_ms = ms_since_1970(), .steady = now});
  send_to_all(FrameKind::Figures, figures_frame(figures_.samples().back()));
  const Frame alarms = alarms_frame(alarms_.look(health_, metrics, now));
  if (!same(alarms, alarms_frame_)) {
    alarms_frame_ = alarms;
    send_to_all(FrameKind::Alarms, alarms);
  }
  if (network_ != nullptr && !viewers_.empty()) {
    look_at_sessions();
  }
}

void Page::Streams::look_at_sessions() {
  const Frame sessions = sessions_frame(network_->counterparties({}));
  if (!same(sessions, sessions_frame_)) {
    sessions_frame_ = sessions;
    send_to_all(FrameKind::Sessions, sessions);
  }
}

// They change rarely, and counting them is a look into a folder.
std::optional<double> Page::Streams::segments() {
  constexpr unsigned kEvery = 10;
  if (network_ != nullptr && (!segments_ || ticks_ % kEvery == 0)) {
    segments_ = network_->node().segments;
  }
  ++ticks_;
  return segments_;
}

void Page::Streams::send_to_all(FrameKind kind, const Frame& frame) {
  for (const auto& viewer : viewers_) {
    viewer->stream->send(kind, frame);
  }
}

}  // namespace betex::gateway
