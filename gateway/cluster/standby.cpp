#include "gateway/cluster/standby.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/log_position.h"
#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/record.h"
#include "matching/assert.h"
#include "matching/commands.h"

namespace betex::cluster {
namespace {

using journal::EventSeq;
using journal::Fault;
using journal::JournalError;
using journal::Position;
using matching::TransactionHeader;
using matching::TransactionView;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// Between two looks at a log to which nothing comes; and at the lease, which costs as much again.
constexpr milliseconds kBetweenLooks{20};
constexpr milliseconds kBetweenLeaseLooks{50};
// In the midst of work: so often it is asked whether the process is to end.
constexpr milliseconds kBetweenPauses{100};
constexpr milliseconds kBetweenFigures{1000};
// After a store that has not answered.
constexpr milliseconds kAfterFailure{200};
// Of batches that come to the journal by one commit.
constexpr std::size_t kMostUnsettled = 64;
constexpr std::size_t kMostUnsettledBytes = std::size_t{4} << 20U;

[[noreturn]] void throw_damaged(const Position& before, const std::string& what) {
  throw JournalError{
      {.fault = Fault::QuorumLogDamaged,
       .what = "the batch behind event " + std::to_string(before.last_seq.value()) + ": " + what,
       .segment = {},
       .key = before.last_seq.next().value()}};
}

std::string text_of(const Position& position) {
  return "event " + std::to_string(position.last_seq.value()) + ", transaction " +
         std::to_string(position.last_tx_id.value()) + ", chain " +
         std::to_string(position.chain.value());
}

// The transaction at the beginning of `rest`, which is of whole words; `at` is the log's end before
// it, and behind it afterwards.
TransactionView next_transaction(std::span<const std::byte> rest, Position& at) {
  if (rest.size() < sizeof(TransactionHeader)) {
    throw_damaged(at, "no room for a transaction's header");
  }
  TransactionView view;
  std::memcpy(&view.header, rest.data(), sizeof(view.header));
  const TransactionHeader& header = view.header;
  const std::size_t size = journal::stored_size(header);
  if (size > rest.size() || size % journal::kAlignment != 0) {
    throw_damaged(at,
                  "a transaction's events_size " + std::to_string(header.events_size) +
                      " does not fit the batch");
  }
  if (header.tx_id != at.last_tx_id.next()) {
    throw_damaged(at,
                  "transaction " + std::to_string(header.tx_id.value()) +
                      " comes after transaction " + std::to_string(at.last_tx_id.value()));
  }
  if (header.timestamp < at.last_timestamp) {
    throw_damaged(
        at, "the time of transaction " + std::to_string(header.tx_id.value()) + " runs backwards");
  }
  if (header.event_count == 0 || header.reserved != 0 ||
      header.command_kind > std::variant_size_v<matching::CommandBody>) {
    throw_damaged(at,
                  "the header of transaction " + std::to_string(header.tx_id.value()) +
                      " is no transaction's");
  }
  view.first_seq = at.last_seq.next();
  view.events = rest.subspan(sizeof(header), header.events_size);
  if (const auto problem = journal::find_malformed(header, view.events)) {
    throw_damaged(at, "transaction " + std::to_string(header.tx_id.value()) + ": " + *problem);
  }
  at.last_seq = view.last_seq();
  at.last_tx_id = header.tx_id;
  at.last_timestamp = header.timestamp;
  at.chain = journal::extend(at.chain, rest.first(size));
  return view;
}

// The batch's transactions, which live as long as its bytes. Nothing of it is taken over before all
// of it has been found to follow `end` and to be what its writer had: the journal asserts what is
// thrown here.
std::vector<TransactionView> checked(const OwnedBatch& batch, const Position& end) {
  if (without_segment(batch.before) != end) {
    throw_damaged(end,
                  "it says that it comes after " + text_of(batch.before) +
                      ", and this node's journal ends at " + text_of(end));
  }
  const std::span<const std::byte> bytes{batch.bytes};
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % journal::kAlignment != 0) {
    throw_damaged(end, "its bytes are not aligned");
  }
  std::vector<TransactionView> transactions;
  Position at = end;
  for (std::size_t done = 0; done < bytes.size();) {
    transactions.push_back(next_transaction(bytes.subspan(done), at));
    done += journal::stored_size(transactions.back().header);
  }
  if (transactions.empty() || transactions.size() != batch.transactions) {
    throw_damaged(end,
                  "it counts " + std::to_string(batch.transactions) +
                      " transactions where there are " + std::to_string(transactions.size()));
  }
  if (at != without_segment(batch.after)) {
    throw_damaged(end,
                  "it says that the log ends at " + text_of(batch.after) + " behind it, and " +
                      text_of(at) + " is what its bytes make of it");
  }
  return transactions;
}

std::chrono::nanoseconds wall_time() {
  return std::chrono::system_clock::now().time_since_epoch();
}

// How far the follower is behind, in what is cheap to know: its slot is known only where it is at
// the log's end, and each batch behind that has one slot at least.
class WindowFigures {
 public:
  explicit WindowFigures(std::uint64_t window_slots) noexcept : window_slots_{window_slots} {}

  void took_batch() noexcept { ++slot_; }

  // The slots that are left of the window before the one that is needed next, at least.
  std::uint64_t left(const Head& head, bool at_end) noexcept {
    wraps_ = wraps_ || (oldest_ != 0 && head.oldest != oldest_);
    oldest_ = head.oldest;
    slot_ = at_end ? head.slot : std::clamp(slot_, least_slot(head), head.slot);
    const std::uint64_t kept = slot_ + 1 - std::min(slot_ + 1, head.oldest);
    const std::uint64_t behind = head.slot - slot_;
    return wraps_ ? kept : window_slots_ - std::min(window_slots_, behind);
  }

 private:
  // What is needed next is there: else next() says so.
  static std::uint64_t least_slot(const Head& head) noexcept {
    return std::min(head.oldest - std::min<std::uint64_t>(head.oldest, 1), head.slot);
  }

  const std::uint64_t window_slots_;
  std::uint64_t slot_ = 0;    // of the last batch that was taken, or an older one
  std::uint64_t oldest_ = 0;  // of the head that was seen last
  bool wraps_ = false;        // the oldest entries go: the window is full
};

class Standby {
 public:
  explicit Standby(const StandbyParts& parts)
      : parts_{parts},
        end_{without_segment(parts.journal.appended())},
        window_{parts.window_slots} {}

  std::optional<QuorumLog::TakenOver> run() {
    parts_.figures.role.store(Role::Standby, std::memory_order_relaxed);
    for (;;) {
      milliseconds rest = kBetweenLooks;
      try {
        if (!take_what_is_there()) {
          return std::nullopt;
        }
        if (is_due(lease_looked_at_, kBetweenLeaseLooks) && is_free()) {
          Attempt attempt = try_to_lead();
          if (attempt.asked_to_end) {
            return std::nullopt;
          }
          if (attempt.taken_over) {
            return std::move(attempt.taken_over);
          }
        }
      } catch (const StoreUnknown& error) {
        tell_failure("the store does not answer", error.what());
        rest = kAfterFailure;
      } catch (const StoreRefused& error) {
        tell_failure("the store refuses to answer", error.what());
        rest = kAfterFailure;
      } catch (const JournalError& error) {
        // Who does not lead has no authority to lose: nobody has answered for long, or another node
        // was faster.
        if (error.fault() != Fault::AuthorityLost) {
          throw;
        }
        tell_failure("this node does not lead", error.sentence());
        rest = kAfterFailure;
      }
      if (!parts_.pause(rest)) {
        return std::nullopt;
      }
    }
  }

 private:
  struct Attempt {
    std::optional<QuorumLog::TakenOver> taken_over;
    bool asked_to_end = false;
  };

  // True at most that often; the first time at once.
  static bool is_due(std::optional<Steady::time_point>& last, milliseconds interval) {
    const Steady::time_point now = Steady::now();
    if (last && now - *last < interval) {
      return false;
    }
    last = now;
    return true;
  }

  void tell(const std::string& what) {
    if (what != told_) {
      told_ = what;
      parts_.waiting(what);
    }
  }

  void tell_failure(const std::string& what, const std::string& why) {
    lease_looked_at_.reset();  // the next thing to know is who leads
    tell(what + ": " + why);
  }

  // Up to the log's end as it is by now. False: asked to end.
  bool take_what_is_there() {
    return and_settle([this] { return read_to_the_end(); });
  }

  bool read_to_the_end() {
    while (std::optional<OwnedBatch> batch = parts_.quorum.next(end_)) {
      take(*std::move(batch));
      if (is_due(figures_made_, kBetweenFigures)) {
        note_figures(parts_.quorum.head());
      }
      if (is_due(paused_, kBetweenPauses) && !parts_.pause(milliseconds{0})) {
        return false;
      }
    }
    if (is_due(figures_made_, kBetweenFigures)) {
      note_figures(parts_.quorum.head());
    }
    return true;
  }

  // Whatever becomes of the work: what it has taken is not left half done.
  template <typename Work>
  std::invoke_result_t<const Work&> and_settle(const Work& work) {
    try {
      const auto result = work();
      settle();
      return result;
    } catch (...) {
      settle();  // where that fails, too, it is what counts
      throw;
    }
  }

  // Not durable here before settle(): a commit for each batch would cost as much as the leader's.
  void take(OwnedBatch batch) {
    std::vector<TransactionView> transactions = checked(batch, end_);
    for (const TransactionView& transaction : transactions) {
      parts_.journal.append(transaction);
    }
    end_ = without_segment(parts_.journal.appended());
    BETEX_ASSERT(end_ == without_segment(batch.after));  // checked() has found it so
    window_.took_batch();
    unsettled_bytes_ += batch.bytes.size();
    unsettled_.push_back({.batch = std::move(batch), .transactions = std::move(transactions)});
    if (unsettled_.size() >= kMostUnsettled || unsettled_bytes_ >= kMostUnsettledBytes) {
      settle();
    }
  }

  // What was taken is in the journal, and everybody who wants to know is told.
  void settle() {
    if (unsettled_.empty()) {
      return;
    }
    parts_.journal.commit();
    for (const Unsettled& taken : unsettled_) {
      for (const TransactionView& transaction : taken.transactions) {
        parts_.taken(transaction);
      }
    }
    unsettled_.clear();
    unsettled_bytes_ = 0;
    note_lag(newest_seq_);
  }

  void note_lag(EventSeq newest) {
    newest_seq_ = std::max(newest, end_.last_seq);
    parts_.figures.lag_events.store(newest_seq_.value() - end_.last_seq.value(),
                                    std::memory_order_relaxed);
  }

  void note_figures(const Head& head) {
    note_lag(head.position.last_seq);
    parts_.figures.epoch.store(head.epoch.value(), std::memory_order_relaxed);
    parts_.figures.window_left_slots.store(
        window_.left(head, head.position.last_seq == end_.last_seq), std::memory_order_relaxed);
  }

  // Nobody has the lease.
  bool is_free() {
    const std::optional<Holder> holder = parts_.lease.holder();
    if (!holder) {
      return true;
    }
    note_clock(*holder);
    tell("node " + holder->node + " leads");
    return false;
  }

  // What the holder has written is of the moment when it has renewed: only what is new says
  // something of the two clocks.
  void note_clock(const Holder& holder) {
    const bool is_new = leader_clock_ && *leader_clock_ != holder.wall_clock;
    leader_clock_ = holder.wall_clock;
    if (!is_new) {
      return;
    }
    const std::chrono::nanoseconds offset = holder.wall_clock - wall_time();
    parts_.figures.clock_offset_ns.store(offset.count(), std::memory_order_relaxed);
    const bool is_far = offset > parts_.max_clock_lead || -offset > parts_.max_clock_lead;
    if (is_far && !clocks_differ_) {
      spdlog::warn(
          "the clock of node {}, which leads, is {} ms {} this machine's: set the one that "
          "is wrong",
          holder.node,
          std::chrono::duration_cast<milliseconds>(std::chrono::abs(offset)).count(),
          offset.count() > 0 ? "ahead of" : "behind");
    }
    clocks_differ_ = is_far;
  }

  [[nodiscard]] Holder self() const {
    Holder holder = parts_.self;
    holder.wall_clock = wall_time();
    return holder;
  }

  // The lease, then the log, then what has come to it meanwhile. Where that does not succeed this
  // node has neither, and follows on.
  Attempt try_to_lead() {
    if (!parts_.lease.try_take(self())) {
      lease_looked_at_.reset();
      return {};
    }
    renewed_ = Steady::now();
    std::optional<QuorumLog::TakenOver> taken_over;
    Tail tail = Tail::Lost;
    try {
      taken_over = parts_.quorum.take_over(parts_.journal.epoch().next());
      spdlog::info("this node has the lease and, with epoch {}, the quorum log",
                   taken_over->epoch.value());
      tail = and_settle([&] { return take_tail(taken_over->before.position); });
    } catch (...) {
      parts_.lease.give_back();
      throw;
    }
    if (tail != Tail::Taken) {
      parts_.lease.give_back();
      return {.taken_over = std::nullopt, .asked_to_end = tail == Tail::AskedToEnd};
    }
    parts_.journal.raise_epoch(taken_over->epoch);
    lead(*taken_over);
    return {.taken_over = std::move(taken_over), .asked_to_end = false};
  }

  void lead(const QuorumLog::TakenOver& taken_over) {
    ClusterFigures& figures = parts_.figures;
    note_lag(end_.last_seq);
    figures.window_left_slots.store(parts_.window_slots, std::memory_order_relaxed);
    figures.clock_offset_ns.store(0, std::memory_order_relaxed);
    figures.epoch.store(taken_over.epoch.value(), std::memory_order_relaxed);
    figures.role.store(Role::Leader, std::memory_order_relaxed);
  }

  enum class Tail : std::uint8_t { Taken, Lost, AskedToEnd };

  // Nobody who led before can append any more, so the log ends at `end`, unless somebody takes it
  // over from this node.
  Tail take_tail(const Position& last) {
    const Position end = without_segment(last);
    while (end_ != end) {
      std::optional<OwnedBatch> batch = parts_.quorum.next(end_);
      if (!batch || end_.last_seq >= end.last_seq) {
        throw_damaged(
            end_,
            "the log's head says that it ends at " + text_of(end) + ", and its entries end before");
      }
      take(*std::move(batch));
      if (!renew_in_time()) {
        return Tail::Lost;
      }
      if (is_due(paused_, kBetweenPauses) && !parts_.pause(milliseconds{0})) {
        return Tail::AskedToEnd;
      }
    }
    return still_ours() ? Tail::Taken : Tail::Lost;
  }

  // A long tail takes longer than a lease lives. False: somebody else has it.
  bool renew_in_time() {
    if (Steady::now() - renewed_ < parts_.lease.settings().ttl / 4.0) {
      return true;
    }
    renewed_ = Steady::now();
    return parts_.lease.renew(self()) != Lease::Renewal::Lost;
  }

  bool still_ours() {
    return parts_.lease.valid() || parts_.lease.renew(self()) == Lease::Renewal::Renewed;
  }

  // What was taken, and is not in the journal's file yet.
  struct Unsettled {
    OwnedBatch batch;
    std::vector<TransactionView> transactions;  // in its bytes
  };

  const StandbyParts& parts_;
  std::vector<Unsettled> unsettled_;
  std::size_t unsettled_bytes_ = 0;
  Position end_;         // of the journal, and of what was taken of the quorum log
  EventSeq newest_seq_;  // of the quorum log, as far as this node knows
  WindowFigures window_;
  std::string told_;
  std::optional<Steady::time_point> lease_looked_at_;
  std::optional<Steady::time_point> figures_made_;
  std::optional<Steady::time_point> paused_;
  std::optional<std::chrono::nanoseconds> leader_clock_;
  bool clocks_differ_ = false;
  Steady::time_point renewed_;
};

}  // namespace

std::optional<QuorumLog::TakenOver> follow_until_leader(const StandbyParts& parts) {
  return Standby{parts}.run();
}

}  // namespace betex::cluster
