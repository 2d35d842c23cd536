#include "gateway/session/cache_flusher.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace betex::fix {

CacheFlusher::CacheFlusher(boost::asio::io_context& io,
                           MessageCache& cache,
                           SessionMetrics& metrics)
    : strand_{io.get_executor()}, cache_{cache}, metrics_{metrics} {}

// The flush is posted, so it runs after the handlers that are ready now: what they make goes into
// the same transaction.
void CacheFlusher::commit(std::shared_ptr<const OutboundBlock> block,
                          std::function<void()> committed) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    first = blocks_.empty();
    blocks_.push_back(std::move(block));
    committed_.push_back(std::move(committed));
  }
  if (first) {
    boost::asio::post(strand_, [this] { flush(); });
  }
}

void CacheFlusher::flush() {
  std::vector<std::shared_ptr<const OutboundBlock>> blocks;
  std::vector<std::function<void()>> committed;
  {
    const std::lock_guard lock{mutex_};
    blocks.swap(blocks_);
    committed.swap(committed_);
  }
  cache_.write(blocks);
  metrics_.cache_commits.add();
  for (const auto& notify : committed) {
    notify();
  }
}

}  // namespace betex::fix
