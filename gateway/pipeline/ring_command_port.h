// The command ring as sessions see it.
#pragma once

#include <chrono>
#include <cstddef>
#include <variant>

#include "gateway/link/session_link.h"
#include "gateway/ring/command_ring.h"
#include "journal/journal.h"
#include "matching/cl_ord_id_key.h"
#include "matching/commands.h"

namespace betex::gateway {

// *Thread-safe.* The ring and the journal must outlive it.
class RingCommandPort final : public CommandPort {
 public:
  // Of the ring's slots one of so many is kept for operators: a desk that halts never waits until a
  // broker leaves it a slot.
  static constexpr std::size_t kOnePartForOperators = 16;

  // `key` is the engine's.
  RingCommandPort(CommandRing<RingCommand>& ring,
                  const journal::Journal& journal,
                  const matching::ClOrdIdKey& key) noexcept
      : ring_{ring}, journal_{journal}, key_{key} {}

  [[nodiscard]] bool try_reserve(std::size_t count, RingShare share) override {
    const std::size_t kept = ring_.capacity() / kOnePartForOperators;
    return ring_.try_reserve(count, share == RingShare::Operators ? 0 : kept);
  }

  void release(std::size_t count) override { ring_.release(count); }

  [[nodiscard]] bool accepts_orders() const override { return !journal_.disk_is_low(); }

 private:
  [[nodiscard]] Place claim() override {
    const auto place = ring_.claim();
    return {.command = place.value, .number = place.seq};
  }

  void publish(const Place& place) override {
    if (auto* const for_engine = std::get_if<matching::Command>(place.command)) {
      matching::take_hashes(key_, for_engine->body);
      for_engine->timestamp = now();
    }
    ring_.publish({.value = place.command, .seq = place.number});
  }

  // CLOCK_MONOTONIC, until the match stage has read it and puts exchange time in its place.
  [[nodiscard]] static matching::Timestamp now() noexcept {
    const std::chrono::nanoseconds since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return matching::Timestamp{since_boot.count()};
  }

  CommandRing<RingCommand>& ring_;
  const journal::Journal& journal_;
  const matching::ClOrdIdKey key_;
};

}  // namespace betex::gateway
