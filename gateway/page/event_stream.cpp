#include "gateway/page/event_stream.h"

#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "gateway/page/page_headers.h"

namespace betex::gateway {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// Of the system's, for what it has not sent: more would be frames that are old when they arrive.
constexpr int kSendBufferBytes = 64 * 1024;
// A browser says nothing after its request.
constexpr std::size_t kMaxIgnoredBytes = 64 * 1024;

Frame opening() {
  std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n";
  for (const HttpHeader& header : page_headers()) {
    text.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  text += "\r\nretry: 1000\n\n";  // ms after which it comes again
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

EventStream::EventStream(tcp::socket socket, std::chrono::milliseconds patience)
    : socket_{std::move(socket)}, patience_{patience} {
  error_code ignored;  // it is only slower then to notice that it is slow
  socket_.set_option(boost::asio::socket_base::send_buffer_size{kSendBufferBytes}, ignored);
  socket_.set_option(tcp::no_delay{true}, ignored);
}

void EventStream::start() {
  under_way_.push_back(opening());
  write();
  read();
}

void EventStream::send(FrameKind kind, Frame frame) {
  waiting_[static_cast<std::size_t>(kind)] = std::move(frame);
  if (under_way_.empty() && socket_.is_open()) {
    write();
  }
}

bool EventStream::is_over(Steady::time_point now) const noexcept {
  return !socket_.is_open() || (!under_way_.empty() && now - write_began_ > patience_);
}

void EventStream::close() {
  error_code ignored;
  socket_.close(ignored);
}

void EventStream::read() {
  socket_.async_read_some(boost::asio::buffer(ignored_),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            self->ignored_bytes_ += size;
                            if (error || self->ignored_bytes_ > kMaxIgnoredBytes) {
                              self->close();
                            } else {
                              self->read();
                            }
                          });
}

void EventStream::write() {
  for (Frame& frame : waiting_) {
    if (frame) {
      under_way_.push_back(std::exchange(frame, nullptr));
    }
  }
  std::vector<boost::asio::const_buffer> buffers;
  for (const Frame& frame : under_way_) {
    buffers.push_back(boost::asio::buffer(*frame));
  }
  write_began_ = Steady::now();
  boost::asio::async_write(
      socket_, buffers, [self = shared_from_this()](error_code error, std::size_t) {
        self->on_written(error);
      });
}

void EventStream::on_written(error_code error) {
  under_way_.clear();
  if (error) {
    close();
    return;
  }
  for (const Frame& frame : waiting_) {
    if (frame) {
      write();
      return;
    }
  }
}

}  // namespace betex::gateway
