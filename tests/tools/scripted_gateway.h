// The other side of a desk's session, played by a function of the test's: for what a gateway does
// only when it fails.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gateway/client/message.h"

namespace betex::tools {

// One connection after the other. Whoever is connected to it must be gone before it is.
class ScriptedGateway {
 public:
  struct Reply {
    std::vector<client::Message> messages;
    bool hang_up = false;  // behind them
  };

  // What it says to a message, on a thread of its own; nothing: as a gateway that lets everybody
  // in, answers TestRequests and Logouts, and is silent about all else.
  using Script = std::function<std::optional<Reply>(const client::Message& message)>;

  explicit ScriptedGateway(Script script);
  ~ScriptedGateway();
  ScriptedGateway(const ScriptedGateway&) = delete;
  ScriptedGateway& operator=(const ScriptedGateway&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void run();
  void serve(int connection);
  bool answer(int connection, const client::Message& message);

  const Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::uint32_t next_out_ = 1;
  std::thread thread_;
};

}  // namespace betex::tools
