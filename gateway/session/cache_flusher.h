// Commits what all sessions have made in one turn of the I/O threads to the session cache in one
// transaction: the second gate. Only then may the bytes go to the sockets.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/session/message_cache.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/outbound_block.h"

namespace betex::fix {

// Thread-safe. A failed commit is an exception out of the io_context's run(): fail-stop, and
// nothing that was in the transaction is ever released.
class CacheFlusher {
 public:
  // All three must outlive the flusher, and the flusher all handlers of the io_context.
  CacheFlusher(boost::asio::io_context& io, MessageCache& cache, SessionMetrics& metrics);

  // Takes a sealed block; `committed` runs on an I/O thread once the block is in the cache. Blocks
  // of one session are committed, and said to be, in the order in which they come.
  void commit(std::shared_ptr<const OutboundBlock> block, std::function<void()> committed);

 private:
  void flush();

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  MessageCache& cache_;
  SessionMetrics& metrics_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const OutboundBlock>> blocks_;  // guarded by mutex_
  std::vector<std::function<void()>> committed_;              // guarded by mutex_
};

}  // namespace betex::fix
