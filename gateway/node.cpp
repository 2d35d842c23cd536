#include "gateway/node.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "journal/format.h"

namespace betex::gateway {
namespace {

template <typename Ring>
std::uint32_t percent_full(const Ring& ring) noexcept {
  constexpr std::size_t kPercent = 100;
  return static_cast<std::uint32_t>(ring.fill() * kPercent / ring.capacity());
}

std::uint32_t segments_in(const std::filesystem::path& wal_root) {
  std::error_code error;
  std::uint32_t count = 0;
  std::filesystem::directory_iterator entry{wal_root / journal::kSegmentsFolder, error};
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

std::vector<fix::CounterpartyState> Node::counterparties(
    std::span<const matching::Name> comp_ids) const {
  return sources_.server.counterparties(comp_ids);
}

fix::NodeState Node::node() const {
  std::error_code error;  // what cannot be looked at is told as 0
  const auto disk = std::filesystem::space(sources_.wal_root, error);
  return {
      .durable = sources_.journal.durable_seq(),
      .ring_fill_percent = std::max(percent_full(sources_.commands), percent_full(sources_.events)),
      .journal_lag = sources_.journal_stage.lag(),
      .segments = segments_in(sources_.wal_root),
      .disk_free_bytes = error ? 0 : disk.available,
      .watermark = sources_.retention.watermark()};
}

}  // namespace betex::gateway
