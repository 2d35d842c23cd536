#include "matching/traded_volumes.h"

#include <algorithm>

namespace betex::matching {

void TradedVolumes::add_page(std::size_t page) {
  pages_.resize(std::max(pages_.size(), page + 1));
  pages_[page] = std::make_unique<Page>();
}

}  // namespace betex::matching
