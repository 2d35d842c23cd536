// A stretch of network between two processes of a test, that can be cut: it listens on a loopback
// port and passes on what comes to another one, in both directions, one or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace betex::test {

// *Thread-safe.* It has a thread of its own.
class FaultyLink {
 public:
  // Who calls from that loopback port; none: nobody any more, and the call is ended. Asked by the
  // link's thread.
  using CallerOf = std::function<std::optional<std::size_t>(std::uint16_t port)>;

  explicit FaultyLink(std::uint16_t target_port);

  // One that tells its callers apart.
  FaultyLink(std::uint16_t target_port, CallerOf caller_of);
  ~FaultyLink();
  FaultyLink(const FaultyLink&) = delete;
  FaultyLink& operator=(const FaultyLink&) = delete;
  FaultyLink(FaultyLink&&) = delete;
  FaultyLink& operator=(FaultyLink&&) = delete;

  // Where it listens.
  [[nodiscard]] std::uint16_t port() const noexcept;

  // ---- Of all callers; each call takes the place of the one before

  // Nothing passes, in neither direction; connections stay open, as where packets are dropped. What
  // was sent meanwhile is passed on when it is mended, late.
  void cut();

  // Requests do not pass, answers do: of what is asked from now on nothing happens.
  void cut_requests();

  // Requests pass, answers do not: what was asked for happens, and nobody hears of it.
  void cut_answers();

  // Both pass until requests have had so many bytes more; then it is cut, in the midst of one.
  void cut_after(std::size_t request_bytes);

  void mend();

  // ---- Of one caller, until the next of the calls above
  void let_pass(std::size_t caller, bool requests, bool answers);

  // Closes every connection, as where a machine is gone; new ones are taken.
  void reset_connections();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::test
