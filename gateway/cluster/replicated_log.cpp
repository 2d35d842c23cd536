#include "gateway/cluster/replicated_log.h"

#include <chrono>

#include "gateway/cluster/log_position.h"

namespace betex::cluster {
namespace {

// Says that somebody waits for the quorum log. Where the call throws it stays said: nobody may take
// a node for well whose last append has failed.
class Waiting {
 public:
  explicit Waiting(ClusterFigures& figures) noexcept
      : figures_{figures}, began_{std::chrono::steady_clock::now()} {
    figures_.append_began_ns.store(std::chrono::nanoseconds{began_.time_since_epoch()}.count(),
                                   std::memory_order_relaxed);
  }

  // How long it took.
  std::chrono::nanoseconds end() noexcept {
    figures_.append_began_ns.store(0, std::memory_order_relaxed);
    return std::chrono::steady_clock::now() - began_;
  }

 private:
  ClusterFigures& figures_;
  const std::chrono::steady_clock::time_point began_;
};

}  // namespace

ReplicatedLog::ReplicatedLog(const Parts& parts) noexcept
    : parts_{parts}, committed_{without_segment(parts.journal.position())} {}

// The journal checks it and knows the chain behind it; in memory so far.
void ReplicatedLog::append(const matching::TransactionView& transaction) {
  parts_.journal.append(transaction);
  const auto* const header = reinterpret_cast<const std::byte*>(&transaction.header);
  bytes_.insert(bytes_.end(), header, header + sizeof(transaction.header));
  bytes_.insert(bytes_.end(), transaction.events.begin(), transaction.events.end());
  ++transactions_;
}

// One after the other, never at once: what is in this node's journal is in the quorum log already,
// and so never has to be taken back.
void ReplicatedLog::commit() {
  if (transactions_ == 0) {
    return;
  }
  const journal::Position after = without_segment(parts_.journal.appended());
  const std::uint64_t term = parts_.lease.term();
  Waiting waiting{parts_.figures};
  parts_.quorum.append(
      {.before = committed_, .after = after, .transactions = transactions_, .bytes = bytes_});
  led_in_term_ = term;
  parts_.figures.append_times.count(waiting.end());
  parts_.figures.append_bytes.add(bytes_.size());
  parts_.journal.commit();
  committed_ = after;
  bytes_.clear();
  transactions_ = 0;
}

// A lease that ended and was taken anew may have been another node's in between: where its term is
// not the one in which the log was this node's, the log itself is asked. (First whether it is
// valid, then the term: see Lease::term().)
void ReplicatedLog::confirm() {
  if (parts_.lease.valid() && parts_.lease.term() == led_in_term_) {
    return;
  }
  const std::uint64_t term = parts_.lease.term();
  Waiting waiting{parts_.figures};
  parts_.quorum.confirm();
  led_in_term_ = term;
  waiting.end();
}

}  // namespace betex::cluster
