// A server that says what the test tells it to, whatever it is asked: for answers that no etcd
// gives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace betex::test {

// What it does when a request has come; it listens for the next connection after all but KeepOpen.
struct StandInStep {
  enum class Then : std::uint8_t {
    KeepOpen,  // waits for the next request on the same connection
    Close,
    Hang,     // says nothing more, and closes nothing, until the other side does
    Drip,     // says `answer` byte by byte, slowly, again and again
    Endless,  // says `answer` and then the last byte of it for ever
  };

  std::string answer;
  Then then = Then::KeepOpen;
};

// An answer with this body.
[[nodiscard]] std::string http_answer(const std::string& body,
                                      const std::string& status = "200 OK");

// *Thread-safe.* It has a thread of its own, and serves one connection at a time.
class StandIn {
 public:
  // The last step is done again for every further request.
  explicit StandIn(std::vector<StandInStep> steps);
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  StandIn(StandIn&&) = delete;
  StandIn& operator=(StandIn&&) = delete;

  // "http://127.0.0.1:PORT".
  [[nodiscard]] std::string endpoint() const;

  // All so far, header and body.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::test
