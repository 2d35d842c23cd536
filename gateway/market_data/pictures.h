// What a page shows of the books: pictures for those who look, some times a second. *Owned by one
// thread.*
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/market_data/market_books.h"

namespace betex::gateway {

// Between two pictures for the same eyes.
inline constexpr std::chrono::milliseconds kPictureInterval{200};

// Levels of a side.
inline constexpr std::size_t kPictureDepth = 10;

// Its runners are those of `market`, as far as there is such a market.
[[nodiscard]] MarketsPicture picture_of(const MarketBooks& books, const std::string& market);

class Pictures {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void watch(std::weak_ptr<PictureOutlet> outlet, std::string market);

  // Shows what has changed to whom it is due. One picture is for all who look at the same market.
  void show(const MarketBooks& books, Instant now);

  // When the next picture is due; none while nobody waits for one.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  struct Watcher {
    std::weak_ptr<PictureOutlet> outlet;
    std::string market;
    Instant due;
    std::uint64_t shown = 0;  // the revision of the books; 0: nothing yet
  };

  std::vector<Watcher> watchers_;
  std::uint64_t revision_ = 1;  // of the books, as of the last call
};

}  // namespace betex::gateway
