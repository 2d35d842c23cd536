// A market data session as a test has it: it keeps what it is sent, and reads it or does not.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/link/market_data_link.h"

namespace betex::gateway::testing {

inline std::size_t size_of(const MarketDataMessage& message) {
  constexpr std::size_t kAnyOther = 300;
  const auto* const body = std::get_if<MarketDataBody>(&message);
  return body == nullptr ? kAnyOther : body->fields.size();
}

class RecordedOutlet final : public MarketDataOutlet {
 public:
  void send(std::vector<MarketDataMessage> messages) override {
    ++sends;
    for (MarketDataMessage& message : messages) {
      unsent_ += reads ? 0 : size_of(message);
      most_unsent = unsent_ > most_unsent ? unsent_ : most_unsent;
      messages_.push_back(std::move(message));
    }
  }

  [[nodiscard]] std::size_t unsent_bytes() const noexcept override { return unsent_; }

  void log_out(std::string text) override { logged_out.push_back(std::move(text)); }

  // Reads all that was sent since the last call.
  std::vector<MarketDataMessage> take() {
    unsent_ = 0;
    return std::exchange(messages_, {});
  }

  bool reads = true;  // else what is sent waits until it is taken
  std::size_t sends = 0;
  std::size_t most_unsent = 0;
  std::vector<std::string> logged_out;

 private:
  std::vector<MarketDataMessage> messages_;
  std::size_t unsent_ = 0;
};

}  // namespace betex::gateway::testing
