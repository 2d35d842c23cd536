// A market data session that is on, and its requests. *Owned by one thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data/figures.h"
#include "gateway/market_data/must.h"
#include "gateway/market_data/request_rate.h"
#include "gateway/market_data/view_spec.h"
#include "gateway/wire/market_data_writer.h"
#include "matching/types.h"

namespace betex::gateway {

// The answer to a SecurityListRequest(x) that is under way.
struct ListAnswer {
  SecurityListQuery query;
  bool begun = false;
  std::vector<matching::InstrumentId> instruments;  // that it is about, once it has begun
  std::size_t next = 0;                             // index of the message
};

// Who wants to know how the list changes.
struct ListUpdates {
  // An instrument that was told later than the look began, with what had changed until then.
  struct Ahead {
    matching::InstrumentId instrument;
    matching::EventSeq told_to;
  };

  SecurityListQuery query;     // that began it
  matching::EventSeq told_to;  // of changes since then it is not told yet
  bool behind = true;          // there may be some
  std::size_t next = 0;        // index of the instrument that is looked at next
  matching::EventSeq looked;   // when that began with the first one
  // Of the look before, as far as this one is not there yet, and then of this one, both ascending:
  // what they were told is not told again.
  std::deque<Ahead> ahead;
};

struct Subscriber {
  Subscriber(SubscriberId its_id, std::shared_ptr<MarketDataOutlet> its_outlet)
      : id{its_id}, outlet{std::move(its_outlet)} {}

  SubscriberId id;
  std::shared_ptr<MarketDataOutlet> outlet;
  RequestRate rate;
  std::vector<std::uint32_t> requests;  // slots of its live requests, the oldest first
  std::size_t subscriptions = 0;        // of them all
  std::size_t marked = 0;               // of these

  // What it is given at the end of the turn.
  std::vector<MarketDataMessage> out;
  std::size_t out_bytes = 0;

  // What it may still be given in this round before it is slow.
  std::int64_t room = 0;
  std::uint64_t room_of_round = 0;

  bool slow = false;       // updates are left out
  bool pauses = false;     // images wait until it has read those that it was given
  bool over = false;       // logged out
  bool is_listed = false;  // among those that wait for images
  std::uint64_t told = 0;  // the last status that it was told of, as whoever tells counts them

  std::deque<ListAnswer> answers;
  std::optional<ListUpdates> list_updates;
};

// One instrument of a request.
class Subscription {
 public:
  Subscription() = default;

  Subscription(std::uint32_t view, ImageCause cause) noexcept : view_{view} { set_cause(cause); }

  // A slot; 0: it has ended.
  [[nodiscard]] std::uint32_t view() const noexcept { return view_; }

  // Its index among the view's readers.
  [[nodiscard]] std::uint32_t reader() const noexcept { return reader_and_cause_ >> kCauseBits; }

  void set_reader(std::uint32_t reader) {
    must(reader < 1U << (32 - kCauseBits), "md: too many readers of an instrument");
    reader_and_cause_ = reader << kCauseBits | (reader_and_cause_ & kCauseMask);
  }

  // Why it waits for an image; None: it is in step.
  [[nodiscard]] ImageCause cause() const noexcept {
    return static_cast<ImageCause>(reader_and_cause_ & kCauseMask);
  }

  void set_cause(ImageCause cause) noexcept {
    reader_and_cause_ = (reader_and_cause_ & ~kCauseMask) | static_cast<std::uint32_t>(cause);
  }

 private:
  static constexpr unsigned kCauseBits = 3;
  static constexpr std::uint32_t kCauseMask = (1U << kCauseBits) - 1;
  static_assert(kImageCauses <= kCauseMask + 1);

  std::uint32_t view_ = 0;
  std::uint32_t reader_and_cause_ = 0;
};

static_assert(sizeof(Subscription) == 8, "with its Reader it is 16 bytes of memory");

// A MarketDataRequest(V) that is served.
struct LiveRequest {
  LiveRequest(Subscriber& whose, const MarketDataRequest& request)
      : subscriber{&whose},
        id{request.id},
        prefix{request.id},
        spec{spec_of(request)},
        once{request.type == MarketDataRequest::Type::Image},
        log_out_when_slow{request.log_out_when_slow} {}

  Subscriber* subscriber;
  matching::Name id;
  fix::MdRequestPrefix prefix;
  ViewSpec spec;
  bool once;  // images, and that is all
  bool log_out_when_slow;
  std::vector<Subscription> subscriptions;
  std::vector<matching::MarketId> markets;  // of which it gets later runners too
  std::uint32_t live = 0;                   // subscriptions that have not ended
  std::uint32_t marked = 0;                 // of these
  std::uint32_t next_marked = 0;            // where the search for one goes on

  // Updates of the present round that it gets.
  std::vector<std::uint32_t> gathered;
};

}  // namespace betex::gateway
