#include "gateway/reports/catch_up.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "gateway/reports/report_maker.h"
#include "matching/assert.h"

namespace betex::gateway {
namespace {

using fix::ReportId;
using matching::EventSeq;
using matching::SessionId;
using matching::TransactionView;
using Place = SessionFeed::CatchUp;

// Together the scans cost live reports at most so many transactions' reading in a turn, each at
// most a fourth of it.
constexpr std::size_t kMaxTransactionsPerTurn = 1024;
constexpr std::size_t kMaxTransactionsPerRun = kMaxTransactionsPerTurn / 4;

constexpr unsigned kShortestDistanceBits = 10;

// Gives each member of a scan the reports that it lacks, up to a portion.
class Members final : public ReportReceiver {
 public:
  explicit Members(std::vector<SessionFeed>& feeds) noexcept : feeds_{feeds} {}

  [[nodiscard]] bool wants(SessionId session, ReportId id) override {
    if (session.value() >= feeds_.size()) {
      return false;
    }
    SessionFeed& feed = feeds_[session.value()];
    if (!feed.catch_up || feed.catch_up->member != Place::Member::Yes || id <= feed.position ||
        id.event <= feed.catch_up->read_to) {
      return false;
    }
    if (feed.outgoing.size() >= kPortion) {
      // Of the last report's event this may be another one.
      feed.catch_up->read_to = EventSeq{id.event.value() - 1};
      feed.catch_up->member = Place::Member::Full;
      ++full_;
      return false;
    }
    return true;
  }

  void receive(SessionId session, fix::Report report) override {
    feeds_[session.value()].take_late(std::move(report));
  }

  // Members for which a report was left.
  [[nodiscard]] std::size_t full() const noexcept { return full_; }

 private:
  std::vector<SessionFeed>& feeds_;
  std::size_t full_ = 0;
};

void make_reports(const ReportState& state,
                  const TransactionView& transaction,
                  ReportReceiver& receiver) {
  const ReportMaker maker = state.maker();
  const EventSeq given_up_to = state.model.given_up_to();
  matching::for_each_event(transaction, [&](EventSeq seq, const auto& event) {
    if (seq > given_up_to) {
      maker.make(transaction.header, seq, event, receiver);
    }
  });
}

void become_live(SessionFeed& feed) {
  feed.catch_up.reset();
  feed.tell_progress = true;
  feed.hand_over_answers();
}

}  // namespace

CatchUp::CatchUp(const ReportState& state, OpenTransactionSource open_source)
    : state_{state}, open_source_{std::move(open_source)} {}

void CatchUp::rest() {
  std::ranges::for_each(scans_, &JournalScan::close);
}

std::size_t CatchUp::class_of(const SessionFeed& feed) const {
  const std::uint64_t distance = state_.last_seq.value() - feed.catch_up->read_to.value();
  return std::bit_width(distance >> kShortestDistanceBits);
}

std::size_t CatchUp::serve(std::vector<SessionFeed>& feeds,
                           std::span<const SessionId> waiting,
                           EventSeq kept_from) {
  find_ready(feeds, waiting, kept_from);
  std::size_t work = 0;
  std::size_t left = kClasses;  // whose turn has not been
  while (work < kMaxTransactionsPerTurn) {
    const Next next = next_to_run();
    if (next.last == nullptr || next.steps > left) {
      break;
    }
    left -= next.steps;
    last_class_ = (last_class_ + next.steps) % kClasses;
    work += run(scans_[last_class_], next.last->catch_up->read_to.next(), feeds);
  }
  return work;
}

// Also closes the scans that nobody waits for.
void CatchUp::find_ready(std::vector<SessionFeed>& feeds,
                         std::span<const SessionId> waiting,
                         EventSeq kept_from) {
  ready_.clear();
  std::array<bool, kClasses> waited_for{};
  const EventSeq given_up = std::max(state_.model.given_up_to(), EventSeq{kept_from.value() - 1});
  for (const SessionId session : waiting) {
    SessionFeed& feed = feeds[session.value()];
    if (!feed.catch_up || feed.catch_up->read_to < state_.begins_after) {
      continue;  // what those lack is made elsewhere (EarlierReports)
    }
    // The orders of what the client has proven to have may be forgotten.
    feed.catch_up->read_to =
        std::max({feed.catch_up->read_to, given_up, state_.cursors.needed_after(session)});
    if (feed.in_flight >= kRefillBelow) {
      waited_for[class_of(feed)] = true;
    } else if (feed.catch_up->read_to >= state_.last_seq) {
      become_live(feed);
    } else {
      feed.catch_up->member = Place::Member::No;
      waited_for[class_of(feed)] = true;
      ready_.push_back(&feed);
    }
  }
  for (std::size_t i = 0; i < kClasses; ++i) {
    if (!waited_for[i]) {
      scans_[i].close();
    }
  }
  std::ranges::sort(ready_, {}, [](const SessionFeed* feed) { return feed->catch_up->read_to; });
}

// One look at those that are ready, however many classes they are in.
CatchUp::Next CatchUp::next_to_run() const {
  Next next;
  for (const SessionFeed* const feed : ready_) {
    if (!feed->catch_up || feed->catch_up->member == Place::Member::Full) {
      continue;
    }
    const std::size_t steps = (class_of(*feed) + kClasses - last_class_ - 1) % kClasses + 1;
    if (next.last == nullptr || steps < next.steps) {
      next = {.last = feed, .steps = steps};
    }
  }
  return next;
}

std::size_t CatchUp::run(JournalScan& scan, EventSeq from, std::vector<SessionFeed>& feeds) {
  std::vector<EventSeq> places;  // of the members, the furthest behind first
  for (SessionFeed* const feed : ready_) {
    if (feed->catch_up && feed->catch_up->member != Place::Member::Full) {
      const bool ahead = feed->catch_up->read_to.next() >= from;
      feed->catch_up->member = ahead ? Place::Member::Yes : Place::Member::No;
      if (ahead) {
        places.push_back(feed->catch_up->read_to);
      }
    }
  }
  std::ranges::sort(places);
  Members members{feeds};
  EventSeq read_to{from.value() - 1};
  std::size_t joined = 0;
  scan.go_to(from, open_source_);
  for (std::size_t transactions = 0; transactions < kMaxTransactionsPerRun; ++transactions) {
    const auto& transaction = scan.here();
    // What is committed but not yet taken from the ring comes live; what was taken is committed, so
    // a journal that ends before it would lose reports.
    BETEX_ASSERT(transaction || read_to >= state_.last_seq);
    if (!transaction || transaction->first_seq > state_.last_seq) {
      move_members_to(state_.last_seq);
      return transactions;
    }
    read_to = transaction->last_seq();
    make_reports(state_, *transaction, members);
    while (joined < places.size() && places[joined] < read_to) {
      ++joined;
    }
    if (members.full() == joined) {
      move_members_to(read_to);
      return transactions + 1;
    }
    scan.pass();
  }
  move_members_to(read_to);
  return kMaxTransactionsPerRun;
}

// The scan has gone through all events up to `read_to`.
void CatchUp::move_members_to(EventSeq read_to) {
  for (SessionFeed* const feed : ready_) {
    if (!feed->catch_up) {
      continue;
    }
    Place& place = *feed->catch_up;
    if (place.member == Place::Member::Yes) {
      place.read_to = std::max(place.read_to, read_to);
      if (place.read_to >= state_.last_seq) {
        become_live(*feed);
      }
    }
  }
}

}  // namespace betex::gateway
