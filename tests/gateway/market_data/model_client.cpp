#include "tests/gateway/market_data/model_client.h"

#include <algorithm>
#include <charconv>
#include <variant>

#include "gateway/wire/checksum.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/market_data_writer.h"

namespace betex::gateway::testing {
namespace {

using Fields = std::vector<std::pair<int, std::string_view>>;

Fields parse(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    const std::size_t end = text.find('\001');
    int tag = 0;
    std::from_chars(text.data(), text.data() + equals, tag);
    fields.emplace_back(tag, text.substr(equals + 1, end - equals - 1));
    text.remove_prefix(end + 1);
  }
  return fields;
}

// Empty: there is none.
std::string_view find(const Fields& fields, int tag) {
  const auto at = std::ranges::find(fields, tag, &Fields::value_type::first);
  return at == fields.end() ? std::string_view{} : at->second;
}

std::uint64_t number(const Fields& fields, int tag) {
  const std::string_view text = find(fields, tag);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t decimal(const Fields& fields, int tag) {
  return fix::parse_decimal(find(fields, tag)).value_or(matching::Decimal{-1}).value();
}

// The entries behind NoMDEntries(268), each from its first field on.
std::vector<Fields> entries_of(const Fields& fields, int first_tag) {
  std::vector<Fields> entries;
  auto at = std::ranges::find(fields, 268, &Fields::value_type::first);
  while (at != fields.end() && ++at != fields.end()) {
    if (at->first == first_tag) {
      entries.emplace_back();
    }
    if (!entries.empty()) {
      entries.back().push_back(*at);
    }
  }
  return entries;
}

}  // namespace

void ModelClient::fault(const Key& key, const std::string& what) {
  faults_.push_back(key.first + " " + key.second + ": " + what);
}

void ModelClient::asked(const MarketDataRequest& request) {
  const std::string id{request.id.view()};
  if (request.type == MarketDataRequest::Type::End) {
    std::erase_if(books_, [&](const auto& entry) { return entry.first.first == id; });
    requests_.erase(id);
  } else if (!requests_.contains(id)) {
    requests_[id] = request;
  }
}

void ModelClient::lost() {
  books_.clear();
  has_part_.clear();
}

void ModelClient::take(const MarketDataMessage& message) {
  if (const auto* const report = std::get_if<fix::Report>(&message)) {
    if (const auto* const status = std::get_if<fix::SecurityStatus>(&report->body)) {
      ++taken['f'];
      take(*status);
    } else if (const auto* const reject =
                   std::get_if<fix::MarketDataRequestReject>(&report->body)) {
      ++taken['Y'];
      if (reject->reason != matching::Reason::UnknownRequest) {  // it has ended by itself
        faults_.push_back("refused " + std::string{reject->request_id.view()});
      }
    }
    return;
  }
  const auto& body = std::get<MarketDataBody>(message);
  ++taken[body.msg_type];
  const Fields fields = parse(body.fields);
  if (body.sum != fix::checksum(body.fields)) {
    faults_.emplace_back("a wrong sum");
  }
  if (body.fields.size() > fix::kMaxMdBodyBytes || number(fields, 268) > fix::kMaxMdEntries) {
    faults_.emplace_back("too large a message");
  }
  if (!requests_.contains(std::string{find(fields, 262)})) {
    return;  // of a request that it has ended meanwhile
  }
  if (body.msg_type == 'W') {
    take_image(fields);
  } else {
    take_update(fields);
  }
}

void ModelClient::take_image(const Fields& fields) {
  const Key key{find(fields, 262), find(fields, 55)};
  const std::uint64_t rpt_seq = number(fields, 83);
  Book& book = books_[key];
  if (rpt_seq < book.rpt_seq) {
    fault(key, "83 runs backwards");
  }
  if (!has_part_[key]) {
    book = Book{.image_seq = rpt_seq, .has_missed = find(fields, 814) == "2"};
  } else if (rpt_seq != book.rpt_seq) {
    fault(key, "an image of two states");
  }
  book.rpt_seq = rpt_seq;
  book.status = static_cast<std::uint8_t>(number(fields, 1682));
  book.version = number(fields, 20005);
  const std::vector<Fields> entries = entries_of(fields, 269);
  if (entries.size() != number(fields, 268)) {
    fault(key, "another number of entries than it says");
  }
  for (const Fields& entry : entries) {
    apply_entry(key, book, entry, true);
  }
  const bool whole = find(fields, 893) == "Y";
  has_part_[key] = !whole;
  book.in_step = whole;
  if (whole) {
    end_block(key);
  }
}

void ModelClient::take_update(const Fields& fields) {
  const std::vector<Fields> entries = entries_of(fields, 279);
  const std::string request{find(fields, 262)};
  if (entries.size() != number(fields, 268)) {
    fault({request, ""}, "another number of entries than it says");
  }
  const bool resolved = find(fields, 814) == "2";
  Key key;
  Book* book = nullptr;
  for (const Fields& entry : entries) {
    if (const std::string_view symbol = find(entry, 55); !symbol.empty()) {
      if (book != nullptr) {
        end_block(key);
      }
      key = {request, std::string{symbol}};
      book = &books_[key];
      if (has_part_[key]) {
        fault(key, "an update in the middle of an image");
      }
      if (book->in_step && number(entry, 20050) != book->rpt_seq) {
        fault(key,
              "an update from " + std::string{find(entry, 20050)} + " on, and it is at " +
                  std::to_string(book->rpt_seq));
      }
      if (number(entry, 83) < book->rpt_seq) {
        fault(key, "83 runs backwards");
      }
      if (book->in_step) {
        book->rpt_seq = number(entry, 83);
        book->has_missed = book->has_missed || resolved;
      }
    }
    if (book == nullptr) {
      fault({request, ""}, "entries of no instrument");
      return;
    }
    if (book->in_step) {
      apply_entry(key, *book, entry, false);
    }
  }
  if (book != nullptr) {
    end_block(key);
  }
}

void ModelClient::apply_entry(const Key& key, Book& book, const Fields& entry, bool of_image) {
  const std::string_view type = find(entry, 269);
  if (type == "0" || type == "1") {
    apply_level(key, book, entry, of_image);
  } else if (type == "2") {
    if (of_image) {
      book.last_trade = number(entry, 1003);
    } else {
      book.trades.push_back(number(entry, 1003));
    }
  } else if (type == "B") {
    if (find(entry, 270).empty()) {
      book.state.traded = decimal(entry, 271);
    } else {
      book.state.ladder[decimal(entry, 270)] = decimal(entry, 271);
    }
  } else if (type == "C") {
    book.state.open_interest = decimal(entry, 271) / matching::kDecimalScale;
  } else {
    fault(key, "an entry of no type");
  }
}

void ModelClient::apply_level(const Key& key, Book& book, const Fields& entry, bool of_image) {
  const bool bid = find(entry, 269) == "0";
  BookState::Levels& levels = bid ? book.state.bids : book.state.offers;
  const std::int64_t price = decimal(entry, 270);
  const bool lower_is_better = is_odds_(key.second) == bid;
  const auto at = std::ranges::find_if(levels, [&](const auto& level) {
    return lower_is_better ? level.first >= price : level.first <= price;
  });
  const bool known = at != levels.end() && at->first == price;
  const std::string_view action = of_image ? "0" : find(entry, 279);
  if ((action == "0") == known) {
    fault(key, known ? "a new level that it has" : "a change of a level that it does not have");
    return;
  }
  if (action == "2") {
    levels.erase(at);
    return;
  }
  if (known) {
    at->second = decimal(entry, 271);
  } else {
    levels.insert(at, {price, decimal(entry, 271)});
  }
  // What is outside the window is dropped at once, as a client may that is not told of it.
  const MarketDataRequest& request = requests_.at(key.first);
  if (!request.deletes_outside && request.depth != 0 && levels.size() > request.depth) {
    levels.pop_back();
  }
}

void ModelClient::end_block(const Key& key) {
  const Book& book = books_.at(key);
  if (!book.in_step) {
    return;
  }
  const BookState& state = book.state;
  if (!state.bids.empty() && !state.offers.empty()) {
    const std::int64_t bid = state.bids.front().first;
    const std::int64_t offer = state.offers.front().first;
    if (is_odds_(key.second) ? bid <= offer : bid >= offer) {
      fault(key, "a crossed book");
    }
  }
  const MarketDataRequest request = requests_.at(key.first);
  check_(key, request, book);
  constexpr std::uint8_t kSettled = 101;
  constexpr std::uint8_t kVoided = 102;
  if (request.type == MarketDataRequest::Type::Image) {
    books_.erase(key);
  } else if (book.status == kSettled || book.status == kVoided ||
             is_removed_(key.second, book.version)) {
    end(key.second);
  }
}

void ModelClient::take(const fix::SecurityStatus& status) {
  const std::string symbol{status.symbol.view()};
  for (auto& [key, book] : books_) {
    if (key.second == symbol) {
      book.status = static_cast<std::uint8_t>(status.status);
    }
  }
  if (status.status == fix::TradingStatus::Settled || status.status == fix::TradingStatus::Voided ||
      is_removed_(symbol, status.market_version)) {
    end(symbol);
  }
}

void ModelClient::end(std::string_view symbol) {
  std::erase_if(books_, [&](const auto& entry) { return entry.first.second == symbol; });
}

}  // namespace betex::gateway::testing
