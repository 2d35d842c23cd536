#include "tests/bench/price_parties.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <future>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/agent/thread_turns.h"
#include "gateway/client/message.h"
#include "gateway/client/utc_time.h"
#include "tests/bench/loopback.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr char kSoh = '\x01';
constexpr std::size_t kReadAtOnce = 256 * 1024;

// Readers have machines of their own in life. Here they share the gateway's processors, and take a
// good part of them at some 200 MB/s; as nice as md and its I/O, which they are the other end of,
// they take it after the orders, and not in turns with them.
constexpr int kNiceness = 5;

// Of offers, so that all of the three levels that are told change.
constexpr std::array<const char*, 3> kPrices{"2.00", "2.02", "2.04"};

double micros_since(Moment begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

std::string with_soh(std::string text) {
  std::ranges::replace(text, '|', kSoh);
  return text;
}

// The number behind `what`, at or after `from`; 0: there is none.
std::size_t number_behind(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t found = text.find(what, from);
  std::size_t number = 0;
  if (found != std::string_view::npos) {
    const char* const begin = text.data() + found + what.size();
    std::from_chars(begin, text.data() + text.size(), number);
  }
  return number;
}

}  // namespace

// ---- PricedMarkets ------------------------------------------------------------------------------

std::string PricedMarkets::market(int index) {
  return fmt::format("P{:03}", index);
}

std::string PricedMarkets::symbol(int index) const {
  return fmt::format("{}.{}", market(index / runners), index % runners + 1);
}

// ---- PriceMaker ---------------------------------------------------------------------------------

PriceMaker::PriceMaker(std::uint16_t port,
                       const std::string& name,
                       PricedMarkets markets,
                       Pace pace,
                       std::size_t& resting)
    : session_{port, name},
      markets_{markets},
      pace_{pace},
      resting_{resting},
      before_{resting},
      sent_{std::make_unique<std::atomic<std::int64_t>[]>(kMostMarks)} {
  for (int i = 0; i < markets_.symbols(); ++i) {
    symbols_.push_back(markets_.symbol(i));
  }
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void PriceMaker::finish() {
  thread_.request_stop();
  thread_.join();
  resting_ += marks();
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

Moment PriceMaker::sent(std::size_t number) const noexcept {
  return Moment{std::chrono::nanoseconds{sent_[number].load(std::memory_order_relaxed)}};
}

void PriceMaker::run(const std::stop_token& stop) {
  try {
    prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: wake when asked to
    gateway::take_turns(0);
    trade(stop);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void PriceMaker::append_next() {
  const bool mark = orders_++ % static_cast<std::uint64_t>(pace_.mark_every) == 0;
  if (mark) {
    session_.append_order({.symbol = symbols_.front(), .price = kPrices.front()});
    return;
  }
  random_ = random_ * 1'664'525U + 1'013'904'223U;
  const std::uint32_t chosen = random_ >> 8U;
  session_.append_order({.symbol = symbols_[1 + chosen % (symbols_.size() - 1)],
                         .price = kPrices[chosen / 1024 % kPrices.size()]});
}

void PriceMaker::trade(const std::stop_token& stop) {
  const auto interval =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{1 / pace_.rate});
  std::deque<Moment> unanswered;  // of each order when it was due; the least moment: no mark
  Moment next = Clock::now();
  while (!stop.stop_requested() || !unanswered.empty()) {
    for (const Moment now = Clock::now(); !stop.stop_requested() && next <= now; next += interval) {
      const bool mark = orders_ % static_cast<std::uint64_t>(pace_.mark_every) == 0;
      append_next();
      unanswered.push_back(mark ? next : Moment::min());
      const std::size_t number = marks_.load(std::memory_order_relaxed) + 1;
      if (mark && number < kMostMarks) {
        const auto nanos = std::chrono::nanoseconds{next.time_since_epoch()}.count();
        sent_[number].store(nanos, std::memory_order_relaxed);
        marks_.store(number, std::memory_order_release);
      }
    }
    session_.flush();
    const std::chrono::nanoseconds timeout = stop.stop_requested() ? 1ms : next - Clock::now();
    const timespec time{.tv_sec = 0, .tv_nsec = std::clamp<long>(timeout.count(), 0, 999'999'999)};
    pollfd readable{.fd = session_.descriptor(), .events = POLLIN, .revents = 0};
    ppoll(&readable, 1, &time, nullptr);
    for (std::size_t news = session_.receive_news(TradingSession::Wait::No); news > 0; --news) {
      if (unanswered.front() != Moment::min()) {
        answers_.push_back(micros_since(unanswered.front()));
      }
      unanswered.pop_front();
    }
  }
}

// ---- PriceReader --------------------------------------------------------------------------------

PriceReader::PriceReader(std::uint16_t port,
                         std::string name,
                         PricedMarkets markets,
                         Request request)
    : name_{std::move(name)},
      markets_{markets},
      request_{std::move(request)},
      descriptor_{connect_to_loopback(port)},
      received_(2 * kReadAtOnce) {
  // The kernel holds no more than this for one that does not read.
  const int bytes = 64 * 1024;
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  send("A", with_soh("98=0|108=3600|141=Y|553=" + name_ + "|554=demo|1137=9|"));
}

PriceReader::~PriceReader() {
  close(descriptor_);
}

void PriceReader::send(std::string_view type, const std::string& body) {
  const std::string rest =
      with_soh(fmt::format(
          "35={}|34={}|49={}|52={}|56=BETEX|", type, next_number_++, name_, client::utc_now())) +
      body;
  std::string message = with_soh(fmt::format("8=FIXT.1.1|9={}|", rest.size())) + rest;
  unsigned sum = 0;
  for (const char c : message) {
    sum += static_cast<unsigned char>(c);
  }
  message += with_soh(fmt::format("10={:03}|", sum % 256));
  const ssize_t sent = ::send(descriptor_, message.data(), message.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(message.size())) {
    throw std::system_error{errno, std::generic_category(), "send"};
  }
}

void PriceReader::ask() {
  std::string body = fmt::format(
      "262=all|263=1|264={}|20051={}|267=2|269=0|269=1|", request_.depth, request_.conflate_ms);
  if (!request_.market.empty()) {
    body += "1310=1|1300=" + request_.market + "|";
  } else {
    body += fmt::format("1310={}|", markets_.markets);
    for (int i = 0; i < markets_.markets; ++i) {
      body += "1300=" + PricedMarkets::market(i) + "|";
    }
  }
  send("V", with_soh(body));
}

void PriceReader::receive(const Seen& seen) {
  if (received_.size() - end_ < kReadAtOnce) {
    std::memmove(received_.data(), received_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const ssize_t count =
      recv(descriptor_, received_.data() + end_, received_.size() - end_, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) {
    return;
  }
  if (count <= 0) {
    throw std::runtime_error{"the gateway has closed the connection of " + name_};
  }
  end_ += static_cast<std::size_t>(count);
  counts_.bytes += static_cast<std::uint64_t>(count);
  while (const std::size_t length = frame_length()) {
    take({received_.data() + begin_, length}, seen);
    begin_ += length;
  }
}

std::size_t PriceReader::frame_length() const {
  constexpr std::string_view kBegin{
      "8=FIXT.1.1\x01"
      "9="};
  constexpr std::size_t kTrailer = 7;
  const std::string_view rest{received_.data() + begin_, end_ - begin_};
  const std::size_t length_ends = rest.find(kSoh, std::min(rest.size(), kBegin.size()));
  if (length_ends == std::string_view::npos) {
    return 0;
  }
  const std::size_t length =
      length_ends + 1 + number_behind(rest, kBegin.substr(kBegin.size() - 2), 0) + kTrailer;
  return length <= rest.size() ? length : 0;
}

void PriceReader::take(std::string_view frame, const Seen& seen) {
  const std::size_t number = number_behind(frame,
                                           "\x01"
                                           "34=",
                                           0);
  if (number != expected_) {
    throw std::runtime_error{
        fmt::format("{} was told {} after {}", name_, client::readable(frame), expected_ - 1)};
  }
  ++expected_;
  constexpr std::string_view kType{
      "\x01"
      "35="};
  const std::size_t at = frame.find(kType) + kType.size();
  const std::string_view type = frame.substr(at, frame.find(kSoh, at) - at);
  if (type == "X") {
    ++counts_.updates;
    static const std::string kMarked = with_soh("|55=" + markets_.symbol(0) + "|");
    const std::size_t block = frame.find(kMarked);
    if (block != std::string_view::npos) {
      seen(number_behind(frame,
                         "\x01"
                         "271=",
                         block));
    }
  } else if (type == "W") {
    counts_.images += frame.find(
                          "\x01"
                          "893=Y\x01") != std::string_view::npos
                          ? 1U
                          : 0U;
  } else if (type == "f") {
    ++counts_.statuses;
  } else if (type == "A") {
    ask();
  } else if (type == "1") {
    constexpr std::string_view kId{
        "\x01"
        "112="};
    const std::size_t id = frame.find(kId) + kId.size();
    send("0", "112=" + std::string{frame.substr(id, frame.find(kSoh, id) - id)} + kSoh);
  } else if (type != "0") {
    throw std::runtime_error{name_ + " was told " + client::readable(frame)};
  }
}

// ---- PriceReaders -------------------------------------------------------------------------------

PriceReaders::PriceReaders(std::uint16_t port,
                           int count,
                           const PricedMarkets& markets,
                           const PriceReader::Request& request)
    : poll_{epoll_create1(EPOLL_CLOEXEC)}, seen_(static_cast<std::size_t>(count)) {
  for (int i = 0; i < count; ++i) {
    readers_.push_back(std::make_unique<PriceReader>(port, reader_name(i), markets, request));
    watch_descriptor(readers_.size() - 1, EPOLL_CTL_ADD);
  }
}

PriceReaders::~PriceReaders() {
  close(poll_);
}

void PriceReaders::watch_descriptor(std::size_t index, int operation) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  epoll_ctl(poll_, operation, readers_[index]->descriptor(), &event);
}

void PriceReaders::receive(std::size_t index) {
  readers_[index]->receive([&](std::size_t quantity) {
    if (maker_ == nullptr) {
      return;
    }
    const std::size_t known = std::min(maker_->newest_in(quantity), maker_->marks());
    std::size_t& newest = seen_[index];
    for (std::size_t each = newest + 1; each <= known; ++each) {
      times_.push_back(micros_since(maker_->sent(each)));
    }
    newest = std::max(newest, known);
  });
}

bool PriceReaders::read_until(const std::function<bool()>& done, Moment end) {
  return std::async(std::launch::async,
                    [&] {
                      gateway::take_turns(kNiceness);
                      return read_here(done, end);
                    })
      .get();
}

bool PriceReaders::read_here(const std::function<bool()>& done, Moment end) {
  gateway::Courtesy courtesy;
  std::array<epoll_event, 256> events;
  while (!done()) {
    if (Clock::now() >= end) {
      return false;
    }
    const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 1);
    if (count < 0 && errno != EINTR) {
      throw std::system_error{errno, std::generic_category(), "epoll_wait"};
    }
    for (int i = 0; i < count; ++i) {
      courtesy.make_room();
      receive(events[static_cast<std::size_t>(i)].data.u64);
    }
  }
  return true;
}

void PriceReaders::read_for(std::chrono::milliseconds time) {
  static_cast<void>(read_until([] { return false; }, Clock::now() + time));
}

std::chrono::nanoseconds PriceReaders::wait_for_images(std::uint64_t each,
                                                       std::chrono::seconds patience) {
  std::vector<std::uint64_t> before;
  for (const auto& reader : readers_) {
    before.push_back(reader->counts().images);
  }
  const Moment begin = Clock::now();
  std::size_t first_without = 0;
  const auto all_have = [&] {
    while (first_without < readers_.size() &&
           readers_[first_without]->counts().images >= before[first_without] + each) {
      ++first_without;
    }
    return first_without == readers_.size();
  };
  if (!read_until(all_have, begin + patience)) {
    throw std::runtime_error{fmt::format("after {} s {} of {} sessions had their images",
                                         patience.count(),
                                         first_without,
                                         readers_.size())};
  }
  return Clock::now() - begin;
}

void PriceReaders::watch(const PriceMaker& maker) {
  maker_ = &maker;
  std::ranges::fill(seen_, maker.marks());
  times_.clear();
}

Micros PriceReaders::take_times() {
  maker_ = nullptr;
  return std::exchange(times_, {});
}

void PriceReaders::stop_reading(int index) {
  watch_descriptor(static_cast<std::size_t>(index), EPOLL_CTL_DEL);
}

void PriceReaders::go_on_reading(int index) {
  watch_descriptor(static_cast<std::size_t>(index), EPOLL_CTL_ADD);
}

PriceReader::Counts PriceReaders::counts() const {
  PriceReader::Counts all;
  for (const auto& reader : readers_) {
    const PriceReader::Counts& one = reader->counts();
    all.bytes += one.bytes;
    all.updates += one.updates;
    all.images += one.images;
    all.statuses += one.statuses;
  }
  return all;
}

}  // namespace betex::bench
