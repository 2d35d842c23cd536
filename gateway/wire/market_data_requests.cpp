#include "gateway/wire/market_data_requests.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/wire/tags.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {
namespace {

using gateway::MarketDataRequest;
using matching::Name;
using Type = MarketDataRequest::Type;

constexpr std::uint32_t kMaxDepth = 10;
constexpr std::size_t kMaxSymbols = 200;
constexpr std::size_t kMaxMarkets = 100;
constexpr std::array<std::uint32_t, 7> kConflations{0, 50, 100, 250, 500, 1000, 5000};

// What is of the right form, but not served: the first of it.
class Refused {
 public:
  void because_of(MarketDataRefusal refusal) noexcept {
    if (!first_) {
      first_ = refusal;
    }
  }

  [[nodiscard]] const std::optional<MarketDataRefusal>& first() const noexcept { return first_; }

 private:
  std::optional<MarketDataRefusal> first_;
};

Type read_type(const RequestFields& request, Refused& refused) {
  const std::string_view text = request.text(tag::kSubscriptionRequestType);
  if (text == "1") {
    return Type::Subscribe;
  }
  if (text == "2") {
    return Type::End;
  }
  if (text != "0") {
    refused.because_of(MarketDataRefusal::SubscriptionType);
  }
  return Type::Image;
}

std::uint16_t read_depth(RequestFields& request, Refused& refused) {
  const std::uint32_t depth = request.integer(tag::kMarketDepth);
  if (depth > kMaxDepth) {
    refused.because_of(MarketDataRefusal::Depth);
  }
  return static_cast<std::uint16_t>(std::min(depth, kMaxDepth));
}

// Whether it wants an image at each change, which would be long where it is of all levels.
bool read_full_refresh(RequestFields& request, std::uint16_t depth, Refused& refused) {
  if (!request.has(tag::kMdUpdateType)) {
    return false;
  }
  const std::uint32_t type = request.integer(tag::kMdUpdateType);
  if (type > 1 || (type == 0 && depth == 0)) {
    refused.because_of(MarketDataRefusal::UpdateType);
  }
  return type == 0;
}

void read_entry_types(RequestFields& request, MarketDataRequest& read, Refused& refused) {
  bool bids = false;
  bool offers = false;
  const auto wanted = [&](std::string_view type) -> bool* {
    return type == "0"   ? &bids
           : type == "1" ? &offers
           : type == "2" ? &read.trades
           : type == "B" ? &read.volume
           : type == "C" ? &read.open_interest
                         : nullptr;
  };
  bool any = false;
  request.for_each_entry(tag::kNoMdEntryTypes, [&](const GroupEntry& entry) {
    any = true;
    bool* const flag = wanted(entry.text(tag::kMdEntryType));
    if (flag == nullptr || *flag) {
      refused.because_of(MarketDataRefusal::EntryType);
    } else {
      *flag = true;
    }
  });
  if (!any) {
    request.refuse_value(tag::kNoMdEntryTypes);
  }
  if (bids != offers) {
    refused.because_of(MarketDataRefusal::EntryType);
  }
  read.levels = bids;
}

bool read_log_out_when_slow(RequestFields& request) {
  enum class Action : std::uint8_t { OverlayLast = 2, EndSession = 3 };
  return request.enumerator<Action::OverlayLast, Action::EndSession>(
             tag::kApplQueueAction, Action::OverlayLast) == Action::EndSession;
}

std::uint32_t read_conflation(RequestFields& request) {
  const std::uint32_t asked_for = request.integer(tag::kConflateMs);
  const auto* const served = std::ranges::lower_bound(kConflations, asked_for);
  if (served == kConflations.end()) {
    request.refuse_value(tag::kConflateMs);
    return 0;
  }
  return *served;
}

// 1 to `most` of them, each once.
std::vector<Name> read_names(RequestFields& request,
                             FieldIndex count,
                             FieldIndex field,
                             std::size_t most) {
  std::vector<Name> names;
  request.for_each_entry(count, [&](const GroupEntry& entry) {
    const Name name = request.name(entry, field);
    if (std::ranges::find(names, name) != names.end()) {
      request.refuse_value(field);
    }
    if (names.size() < most) {
      names.push_back(name);
    } else {
      request.refuse_value(count);
    }
  });
  if (request.has(count) && names.empty()) {
    request.refuse_value(count);
  }
  return names;
}

// What is to end needs none.
void read_subjects(RequestFields& request, MarketDataRequest& read) {
  if (read.type == Type::End) {
    request.forbid(tag::kNoRelatedSym);
    request.forbid(tag::kNoMarketSegments);
    return;
  }
  request.only_if(tag::kNoRelatedSym, !request.has(tag::kNoMarketSegments));
  read.symbols = read_names(request, tag::kNoRelatedSym, tag::kSymbol, kMaxSymbols);
  read.markets = read_names(request, tag::kNoMarketSegments, tag::kMarketSegmentId, kMaxMarkets);
}

}  // namespace

Decoded read_market_data_request(RequestFields& request, const Sender& /*sender*/) {
  Refused refused;
  MarketDataRequest read{.msg_seq_num = request.number(), .id = request.name(tag::kMdReqId)};
  read.type = read_type(request, refused);
  read_subjects(request, read);
  read.depth = read_depth(request, refused);
  read.full_refresh = read_full_refresh(request, read.depth, refused);
  if (request.has(tag::kAggregatedBook) && !request.flag(tag::kAggregatedBook)) {
    refused.because_of(MarketDataRefusal::Aggregation);
  }
  read_entry_types(request, read, refused);
  read.deletes_outside =
      request.has(tag::kMdImplicitDelete) && !request.flag(tag::kMdImplicitDelete);
  if (read.deletes_outside && read.full_refresh) {
    refused.because_of(MarketDataRefusal::ImplicitDelete);
  }
  read.log_out_when_slow = read_log_out_when_slow(request);
  read.conflate_ms = read_conflation(request);
  read.traded_ladder = request.flag(tag::kTradedLadder);
  if (read.traded_ladder && !read.volume) {
    refused.because_of(MarketDataRefusal::EntryType);
  }
  if (refused.first()) {
    return MarketDataRequestReject{.request_id = read.id,
                                   .refusal = *refused.first(),
                                   .reason = matching::Reason::InvalidParameter};
  }
  return read;
}

}  // namespace betex::fix
