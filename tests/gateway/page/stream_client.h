// A browser's stream, as far as a test reads it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "tests/support/patience.h"

namespace betex::gateway {

class StreamClient {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit StreamClient(std::uint16_t port, std::string_view target = "/events") : socket_{io_} {
    socket_.open(tcp::v4());
    // One that does not read is noticed soon.
    socket_.set_option(boost::asio::socket_base::receive_buffer_size{4096});
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    const std::string request =
        "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    boost::asio::write(socket_, boost::asio::buffer(request));
    socket_.non_blocking(true);
  }

  // Reads until `text` has come, and returns what came up to its end. Throws where it does not.
  std::string read_until(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    for (;;) {
      if (const std::size_t found = unread_.find(text); found != unread_.npos) {
        std::string taken = unread_.substr(0, found + text.size());
        unread_.erase(0, taken.size());
        return taken;
      }
      if (is_closed_ || std::chrono::steady_clock::now() > deadline) {
        throw std::runtime_error{"it has not come: " + std::string{text} + "; but: " + unread_};
      }
      read_some();
    }
  }

  // The data of the next event of this name.
  std::string next(std::string_view event) {
    read_until("event: " + std::string{event} + "\ndata: ");
    std::string data = read_until("\n\n");
    data.resize(data.size() - 2);
    return data;
  }

  // Reads until the other end closes; returns how many bytes came.
  std::size_t read_to_end() {
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    while (!is_closed_) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw std::runtime_error{"it stays open"};
      }
      read_some();
    }
    return unread_.size();
  }

  [[nodiscard]] const std::string& unread() const noexcept { return unread_; }

 private:
  void read_some() {
    char bytes[4096];
    boost::system::error_code error;
    unread_.append(bytes, socket_.read_some(boost::asio::buffer(bytes), error));
    if (error == boost::asio::error::would_block) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    } else if (error) {
      is_closed_ = true;
    }
  }

  boost::asio::io_context io_;
  tcp::socket socket_;
  std::string unread_;
  bool is_closed_ = false;
};

}  // namespace betex::gateway
