#include "gateway/client/market_data.h"

#include <algorithm>
#include <span>
#include <utility>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

namespace field {
constexpr int kSymbol = 55;
constexpr int kTransactTime = 60;
constexpr int kRptSeq = 83;
constexpr int kNoRelatedSym = 146;
constexpr int kMdReqId = 262;
constexpr int kSubscriptionRequestType = 263;
constexpr int kMarketDepth = 264;
constexpr int kMdUpdateType = 265;
constexpr int kNoMdEntryTypes = 267;
constexpr int kNoMdEntries = 268;
constexpr int kMdEntryType = 269;
constexpr int kMdEntryPx = 270;
constexpr int kMdEntrySize = 271;
constexpr int kMdEntryDate = 272;
constexpr int kMdEntryTime = 273;
constexpr int kMdUpdateAction = 279;
constexpr int kMdReqRejReason = 281;
constexpr int kSecurityTradingStatus = 326;
constexpr int kMdImplicitDelete = 547;
constexpr int kLastUpdateTime = 779;
constexpr int kApplQueueResolution = 814;
constexpr int kApplQueueAction = 815;
constexpr int kLastFragment = 893;
constexpr int kTradeId = 1003;
constexpr int kMdPriceLevel = 1023;
constexpr int kRefreshIndicator = 1187;
constexpr int kMarketSegmentId = 1300;
constexpr int kNoMarketSegments = 1310;
constexpr int kMdSecurityTradingStatus = 1682;
constexpr int kAggressorSide = 2446;
constexpr int kReason = 20001;
constexpr int kMarketVersion = 20005;
constexpr int kSuspendReason = 20032;
constexpr int kInPlay = 20033;
constexpr int kPrevRptSeq = 20050;
constexpr int kConflateMs = 20051;
constexpr int kTradedLadder = 20052;
}  // namespace field

std::string text(const Message& message, int tag) {
  return std::string{message.find(tag).value_or("")};
}

// One field as a message's get_int() reads it.
std::int64_t number(const Message& message, const Field& field) {
  return Message{message.type()}.add(field.tag, field.value).get_int(field.tag);
}

char letter(const Field& field) {
  if (field.value.size() != 1) {
    throw ProtocolError{"field " + std::to_string(field.tag) +
                        " is not one character: " + field.value};
  }
  return field.value.front();
}

EntryType entry_type(const Field& field) {
  constexpr std::string_view kKnown = "012BC";
  const char type = letter(field);
  if (kKnown.find(type) == std::string_view::npos) {
    throw ProtocolError{"MDEntryType(269) is none of ours: " + field.value};
  }
  return static_cast<EntryType>(type);
}

UpdateAction update_action(const Field& field) {
  const char action = letter(field);
  if (action < '0' || action > '2') {
    throw ProtocolError{"MDUpdateAction(279) is none of ours: " + field.value};
  }
  return static_cast<UpdateAction>(action);
}

// Takes a field of an entry; false: it is none.
bool take(BookEntry& entry, const Message& message, const Field& field) {
  switch (field.tag) {
    case field::kMdEntryType:
      entry.type = entry_type(field);
      return true;
    case field::kMdEntryPx:
      entry.price = field.value;
      return true;
    case field::kMdEntrySize:
      entry.size = field.value;
      return true;
    case field::kMdPriceLevel:
      entry.level = number(message, field);
      return true;
    case field::kMdEntryDate:
      entry.trade_time = field.value;
      return true;
    case field::kMdEntryTime:
      entry.trade_time += "-" + field.value;
      return true;
    case field::kTradeId:
      entry.trade_id = field.value;
      return true;
    case field::kAggressorSide:
      entry.aggressor = letter(field);
      return true;
    default:
      return false;
  }
}

bool is_level(const BookEntry& entry) {
  return entry.type == EntryType::Bid || entry.type == EntryType::Offer;
}

void check(const BookEntry& entry) {
  const bool needs_price = is_level(entry) || entry.type == EntryType::Trade;
  if (entry.type == EntryType{} || (needs_price && entry.price.empty()) ||
      (entry.action != UpdateAction::Delete && entry.size.empty())) {
    throw ProtocolError{"an entry of NoMDEntries(268) lacks its type, price or size"};
  }
}

// A group of one field each: its count, then the values.
template <typename Values, typename Text>
void add_group(Message& message, int count_tag, int tag, const Values& values, Text text_of) {
  if (!values.empty()) {
    message.add(count_tag, static_cast<std::int64_t>(values.size()));
    for (const auto& value : values) {
      message.add(tag, text_of(value));
    }
  }
}

// The fields of each entry, which begins with a field of this tag. Behind the last one's stand
// those of the message that follow.
std::vector<std::span<const Field>> split_entries(const Message& message, int first) {
  const std::vector<Field>& fields = message.fields();
  const auto next = [&](auto from) {
    return std::find_if(
        from, fields.end(), [first](const Field& field) { return field.tag == first; });
  };
  std::vector<std::span<const Field>> entries;
  for (auto begin = next(fields.begin()); begin != fields.end();) {
    const auto end = next(begin + 1);
    entries.emplace_back(begin, end);
    begin = end;
  }
  if (message.get_int(field::kNoMdEntries) != static_cast<std::int64_t>(entries.size())) {
    throw ProtocolError{"NoMDEntries(268) is " + std::string{message.get(field::kNoMdEntries)} +
                        ", and there are " + std::to_string(entries.size())};
  }
  return entries;
}

// Takes what an X says once for all entries of an instrument; false: it is no such field.
bool take(MarketUpdate& update, const Message& message, const Field& field) {
  switch (field.tag) {
    case field::kSymbol:
      update.symbol = field.value;
      return true;
    case field::kRptSeq:
      update.rpt_seq = number(message, field);
      return true;
    case field::kPrevRptSeq:
      update.prev_rpt_seq = number(message, field);
      return true;
    case field::kTransactTime:
      update.time = field.value;
      return true;
    default:
      return false;
  }
}

bool has(std::span<const Field> fields, int tag) {
  return std::any_of(
      fields.begin(), fields.end(), [tag](const Field& field) { return field.tag == tag; });
}

}  // namespace

Message to_message(const MarketDataRequest& request) {
  const auto same = [](const std::string& value) { return value; };
  Message message{"V"};
  message.add(field::kMdReqId, request.id);
  message.add(field::kSubscriptionRequestType, std::string(1, static_cast<char>(request.type)));
  message.add(field::kMarketDepth, request.depth);
  if (request.type == MarketDataRequest::Type::Subscribe) {
    message.add(field::kMdUpdateType, request.full_refresh ? "0" : "1");
  }
  if (request.deletes_outside) {
    message.add(field::kMdImplicitDelete, "N");
  }
  if (request.log_out_when_slow) {
    message.add(field::kApplQueueAction, "3");
  }
  add_group(
      message, field::kNoMdEntryTypes, field::kMdEntryType, request.entries, [](EntryType type) {
        return std::string(1, static_cast<char>(type));
      });
  add_group(message, field::kNoRelatedSym, field::kSymbol, request.symbols, same);
  add_group(message, field::kNoMarketSegments, field::kMarketSegmentId, request.markets, same);
  if (request.conflate_ms != 0) {
    message.add(field::kConflateMs, request.conflate_ms);
  }
  if (request.traded_ladder) {
    message.add(field::kTradedLadder, "Y");
  }
  return message;
}

MarketImage to_market_image(const Message& message) {
  if (!message.has(field::kRefreshIndicator, "Y")) {
    throw ProtocolError{"a W without RefreshIndicator(1187)=Y"};
  }
  MarketImage image{
      .request_id = std::string{message.get(field::kMdReqId)},
      .symbol = std::string{message.get(field::kSymbol)},
      .market = std::string{message.get(field::kMarketSegmentId)},
      .rpt_seq = message.get_int(field::kRptSeq),
      .time = std::string{message.get(field::kLastUpdateTime)},
      .depth = message.get_int(field::kMarketDepth),
      .stands_for_more = message.has(field::kApplQueueResolution, "2"),
      .last_fragment = message.get(field::kLastFragment) == "Y",
      .status = {.trading_status = std::string{message.get(field::kMdSecurityTradingStatus)},
                 .suspend_reason = text(message, field::kSuspendReason),
                 .market_version = text(message, field::kMarketVersion),
                 .in_play = message.has(field::kInPlay, "Y")},
      .entries = {}};
  for (const std::span<const Field> fields : split_entries(message, field::kMdEntryType)) {
    BookEntry& entry = image.entries.emplace_back();
    for (const Field& each : fields) {
      take(entry, message, each);
    }
    check(entry);
  }
  return image;
}

MarketUpdates to_market_updates(const Message& message) {
  MarketUpdates updates{.request_id = std::string{message.get(field::kMdReqId)},
                        .conflated = message.has(field::kApplQueueResolution, "2"),
                        .instruments = {}};
  for (const std::span<const Field> fields : split_entries(message, field::kMdUpdateAction)) {
    if (has(fields, field::kSymbol)) {
      // A chain begins at 0 where the market had not changed since it was created.
      if (!has(fields, field::kRptSeq) || !has(fields, field::kPrevRptSeq)) {
        throw ProtocolError{"an X lacks RptSeq(83) or PrevRptSeq(20050) of an instrument"};
      }
      updates.instruments.emplace_back();
    } else if (updates.instruments.empty()) {
      throw ProtocolError{"the first entry of an X names no instrument"};
    }
    MarketUpdate& update = updates.instruments.back();
    BookEntry entry;
    for (const Field& each : fields) {
      if (each.tag == field::kMdUpdateAction) {
        entry.action = update_action(each);
      } else if (!take(entry, message, each)) {
        take(update, message, each);
      }
    }
    check(entry);
    update.entries.push_back(std::move(entry));
  }
  return updates;
}

MarketDataReject to_market_data_reject(const Message& message) {
  const std::string symbol = text(message, field::kSymbol);
  MarketDataReject reject{
      .request_id = std::string{message.get(field::kMdReqId)},
      .code = message.get(field::kMdReqRejReason).front(),
      .subject = symbol.empty() ? text(message, field::kMarketSegmentId) : symbol,
      .reason = std::nullopt,
      .text = text(message, tag::kText)};
  if (message.find(field::kReason)) {
    reject.reason = message.get_int(field::kReason);
  }
  return reject;
}

// The state is absent where the market's terms alone have changed.
MarketStatus changed_by(const Message& security_status, MarketStatus before) {
  if (const auto status = security_status.find(field::kSecurityTradingStatus)) {
    before.trading_status = *status;
    before.suspend_reason = text(security_status, field::kSuspendReason);
  }
  if (const auto version = security_status.find(field::kMarketVersion)) {
    before.market_version = *version;
  }
  if (const auto in_play = security_status.find(field::kInPlay)) {
    before.in_play = *in_play == "Y";
  }
  return before;
}

}  // namespace betex::client
