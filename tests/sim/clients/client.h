// The users of a simulated exchange, each a process with one fiber that uses the project's own
// client (gateway/client), which knows nothing of the simulation, and keeps its own record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace betex::sim {

// What a client is asked to do out of turn, by its plan's faults.
enum class Whim : std::uint8_t { HangUp, Resend, Duplicate, Reorder, GoBack };

inline constexpr std::size_t kWhims = 5;

// What all users share with the run. Written by the run, read by the fibers.
struct Exchange {
  std::uint16_t fix_port = 0;
  std::uint16_t market_data_port = 0;
  bool closing = false;  // no new requests; take what is owed
};

class Client {
 public:
  virtual ~Client() = default;

  // The body of its fiber: logs on, does `requests` things, hangs up and logs on again as it must,
  // and returns when it is closing and nothing is outstanding.
  virtual void live(const Exchange& exchange) = 0;

  virtual void ask(Whim whim) = 0;

  // How often it has done that: not where there was nothing to do it with, or it was leaving.
  [[nodiscard]] virtual std::uint64_t followed(Whim whim) const = 0;

  // What contradicts the rules by now, from its own messages alone; empty: nothing.
  [[nodiscard]] virtual std::vector<std::string> faults() const = 0;

  [[nodiscard]] virtual std::uint64_t requests_sent() const = 0;
  [[nodiscard]] virtual std::uint64_t messages_told() const = 0;

  // Everything that it has asked for was answered.
  [[nodiscard]] virtual bool settled() const = 0;

  [[nodiscard]] virtual const std::string& comp_id() const = 0;

  // The newest messages of both directions, a line each, for whoever looks for a fault.
  [[nodiscard]] virtual std::vector<std::string> recent_traffic() const = 0;
};

}  // namespace betex::sim
