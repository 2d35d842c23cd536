// Places in the quorum log: those of a journal, which is a copy of it, without the segment, which
// is the journal's own business.
#pragma once

#include <optional>

#include "journal/position.h"

namespace betex::cluster {

[[nodiscard]] inline journal::Position without_segment(journal::Position position) noexcept {
  position.segment = std::nullopt;
  return position;
}

}  // namespace betex::cluster
