#include "tests/soak/price_reader.h"

#include <chrono>
#include <exception>
#include <thread>

#include "gateway/client/error.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 10ms;

}  // namespace

const std::vector<std::string>& soak_symbols() {
  static const std::vector<std::string> kSymbols{"EPL-ARS-CHE.HOME", "RAIN-LON"};
  return kSymbols;
}

void PriceReader::watch(const std::atomic<std::uint16_t>& port, const std::atomic<bool>& closing) {
  while (!closing.load(std::memory_order_relaxed)) {
    try {
      read_on(port.load(std::memory_order_relaxed));
    } catch (const client::ProtocolError& error) {
      fault_ = error.what();
      return;
    } catch (const client::ClientError&) {
      drop_connection();  // the gateway was killed, or is not there yet
    } catch (const std::exception& error) {
      fault_ = error.what();
      return;
    }
    std::this_thread::sleep_for(kPause);
  }
}

// And what had come by it: the next one begins with images.
void PriceReader::drop_connection() {
  watcher_.session().disconnect();
  try {
    while (watcher_.session().receive(0ms)) {
    }
  } catch (const client::ClientError&) {  // that was all
  }
}

void PriceReader::read_on(std::uint16_t port) {
  if (watcher_.session().logged_on()) {
    watcher_.take_what_is_here();
  } else if (port != 0) {
    be_on(port);
  }
  messages_ += watcher_.messages().size();
  watcher_.clear();
}

// All levels, so that the whole book can be held against the engine's.
void PriceReader::be_on(std::uint16_t port) {
  if (!watcher_.session().logged_on()) {
    watcher_.log_on(port);
    watcher_.subscribe(client::MarketDataRequest{.depth = 0, .symbols = soak_symbols()});
  }
}

}  // namespace betex::test
