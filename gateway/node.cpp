#include "gateway/node.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <system_error>
#include <vector>

#include "journal/format.h"
#include "journal/segment_catalog.h"

namespace betex::gateway {
namespace {

template <typename Ring>
std::uint32_t percent_full(const Ring& ring) noexcept {
  constexpr std::size_t kPercent = 100;
  return static_cast<std::uint32_t>(ring.fill() * kPercent / ring.capacity());
}

// None where they can't be looked at.
std::vector<journal::SegmentName> segments_in(const std::filesystem::path& wal_root) {
  try {
    return journal::list_segments(wal_root / journal::kSegmentsFolder);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

std::vector<fix::CounterpartyState> Node::counterparties(
    std::span<const matching::Name> comp_ids) const {
  return sources_.sessions.counterparties(comp_ids);
}

fix::NodeState Node::node() const {
  std::error_code error;  // what cannot be looked at is told as 0
  const auto disk = std::filesystem::space(sources_.wal_root, error);
  const std::vector<journal::SegmentName> segments = segments_in(sources_.wal_root);
  const auto oldest_ends = journal::end_of_oldest(segments);
  return {
      .durable = sources_.journal.durable_seq(),
      .ring_fill_percent = std::max(percent_full(sources_.commands), percent_full(sources_.events)),
      .journal_lag = sources_.journal_stage.lag(),
      .segments = static_cast<std::uint32_t>(segments.size()),
      .disk_free_bytes = error ? 0 : disk.available,
      .watermark = sources_.retention.watermark(),
      .held_back_by =
          oldest_ends ? sources_.retention.held_back_by(*oldest_ends) : fix::HeldBackBy{}};
}

}  // namespace betex::gateway
