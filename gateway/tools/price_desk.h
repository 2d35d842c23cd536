// A market data session for people and scripts: asks for prices, and shows them as they come. Its
// numbers live as long as its connection, so it has no state file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/client/gateways.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "gateway/client/subscription.h"
#include "gateway/tools/interrupts.h"
#include "gateway/tools/request.h"
#include "gateway/tools/screen.h"

namespace betex::tools {

struct PriceDeskSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9883;
  std::vector<client::GatewayAddress> cluster{};  // of its nodes, in place of host and port
  std::optional<client::TlsFiles> tls{};          // none: plain
  std::string sender = "MD1";
  std::string target = "BETEX";
  // Read at each logon: in memory it would stay as long as the prompt. Empty: as read_password().
  std::filesystem::path password_file{};
  std::chrono::milliseconds patience{5000};
  bool raw = false;  // the FIX messages of both directions instead
};

// One thread; one request each.
class PriceDesk {
 public:
  enum class Outcome { Done, Refused };

  // Both must outlive it. Throws PasswordError.
  PriceDesk(const PriceDeskSettings& settings, Screen& screen);

  // From now on a signal ends what is shown. `interrupts` must outlive it.
  void heed(Interrupts& interrupts) noexcept { interrupts_ = &interrupts; }

  // Called several times a second while prices are shown; false ends it, as a signal does.
  void meanwhile(std::function<bool()> other) { other_ = std::move(other); }

  // Throws client::ClientError.
  void log_on();

  // Returns when all has come, when the request's time, which begins with the first answer, is
  // over, when a signal has come, or when standard output cannot be written. Throws
  // client::ClientError.
  Outcome carry_out(PricesRequest request);

  // Throws client::ClientError.
  void log_out();

 private:
  void ask_for_list();
  void subscribe();
  void begin_anew();
  void wait_for_more();
  void expect_answer_in_time();
  void take(const client::Message& message);
  void take_listed(const client::Message& message);
  void show(const client::BookChange& change);
  void show_lines(const client::Message& message);
  void draw();
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool answered() const;
  [[nodiscard]] bool time_is_over() const;
  [[nodiscard]] bool everything_is_over() const;
  [[nodiscard]] bool has_all_images() const;
  [[nodiscard]] std::string next_id();

  const PriceDeskSettings& settings_;
  Screen& screen_;
  Interrupts* interrupts_ = nullptr;
  std::function<bool()> other_ = [] { return true; };
  client::SessionStore store_;
  client::Gateways gateways_;
  client::Session session_;

  PricesRequest request_;
  client::Clock::time_point asked_;
  std::optional<client::Clock::time_point> answered_;  // since when there is something to show
  std::uint32_t number_ = 0;                           // of the message that asks
  int ids_ = 0;
  std::optional<client::Subscription> subscription_;
  bool listed_ = false;  // the whole list has come
  bool refused_ = false;
  bool interrupted_ = false;
  bool undrawn_ = false;  // the ladder has changed since it was drawn
  client::Clock::time_point drawn_;
};

}  // namespace betex::tools
