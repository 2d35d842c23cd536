// A stretch of network between two processes of a test, that can be cut: it listens on a loopback
// port and passes on what comes to another one, in both directions, one or none.
#pragma once

#include <cstdint>
#include <memory>

namespace betex::test {

// *Thread-safe.* It has a thread of its own.
class FaultyLink {
 public:
  explicit FaultyLink(std::uint16_t target_port);
  ~FaultyLink();
  FaultyLink(const FaultyLink&) = delete;
  FaultyLink& operator=(const FaultyLink&) = delete;
  FaultyLink(FaultyLink&&) = delete;
  FaultyLink& operator=(FaultyLink&&) = delete;

  // Where it listens.
  [[nodiscard]] std::uint16_t port() const noexcept;

  // Nothing passes, in neither direction; connections stay open, as where packets are dropped. What
  // was sent meanwhile is passed on when it is mended, late.
  void cut();

  // Requests pass, answers do not: what was asked for happens, and nobody hears of it.
  void cut_answers();

  void mend();

  // Closes every connection, as where a machine is gone; new ones are taken.
  void reset_connections();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::test
