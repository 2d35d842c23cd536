// Which events `betex-journal dump` shows. Names, references and order groups are looked up in the
// log itself: in the events that give them.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "journal/tool/commands.h"
#include "matching/events.h"

namespace betex::journal {

class EventFilter {
 public:
  // The options must outlive it.
  explicit EventFilter(const DumpOptions& options);

  // What it looks for may have been named near the beginning of the log.
  [[nodiscard]] bool needs_all_before() const noexcept;

  // Learns from an event what those that follow mean. Called with each one, in order.
  void learn(const matching::EventHeader& event);

  [[nodiscard]] bool shows(const matching::EventHeader& event) const;

 private:
  void learn(const matching::MarketCreated& event);
  void learn(const matching::AccountCreated& event);
  void learn(const matching::OrderAccepted& event);
  void learn(const matching::OrderGroupSet& event);

  // Of all others there is nothing to learn.
  template <typename Event>
  void learn(const Event&) {}

  [[nodiscard]] bool has_reference(const matching::EventHeader& event) const;
  [[nodiscard]] bool is_of_group(const matching::EventHeader& event) const;

  const DumpOptions& options_;
  std::optional<std::uint64_t> market_;
  std::optional<std::uint64_t> account_;
  std::unordered_set<std::uint64_t> groups_;
  std::unordered_set<std::uint64_t> orders_with_reference_;
  std::unordered_set<std::uint64_t> orders_of_group_;
};

}  // namespace betex::journal
