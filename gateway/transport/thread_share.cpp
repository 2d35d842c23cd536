#include "gateway/transport/thread_share.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace betex::fix {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kRestPerWork = 3;

}  // namespace

ThreadShare::ThreadShare(asio::io_context& io) : strand_{io.get_executor()}, timer_{strand_} {}

void ThreadShare::enter(const Peer& peer, asio::any_io_executor executor, Step step) {
  wait_in_line(peer.known ? 1 : 0,
               peer.address.peer().text(),
               {.executor = std::move(executor), .step = std::move(step)});
}

void ThreadShare::enter(const std::string& comp_id, asio::any_io_executor executor, Step step) {
  wait_in_line(1, comp_id, {.executor = std::move(executor), .step = std::move(step)});
}

void ThreadShare::wait_in_line(std::size_t line, std::string who, Waiting waiting) {
  asio::post(strand_, [this, line, who = std::move(who), waiting = std::move(waiting)]() mutable {
    lines_[line].push(who, ++last_id_, std::move(waiting));
    next();
  });
}

void ThreadShare::next() {
  if (busy_) {
    return;
  }
  const std::size_t line = lines_[next_line_].empty() ? 1 - next_line_ : next_line_;
  auto turn = lines_[line].pop();
  if (!turn) {
    return;
  }
  busy_ = true;
  next_line_ = 1 - line;
  asio::post(turn->executor, [this, step = std::move(turn->step)] {
    const auto begin = Clock::now();
    step();
    const auto used = Clock::now() - begin;
    asio::post(strand_, [this, used] { rest_after(used); });
  });
}

void ThreadShare::rest_after(Clock::duration used) {
  timer_.expires_after(used * kRestPerWork);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      busy_ = false;
      next();
    }
  });
}

}  // namespace betex::fix
