#include "gateway/tools/known_names.h"

#include <algorithm>
#include <variant>

#include "gateway/tools/report_line.h"

namespace betex::tools {
namespace {

// What each field names.
Takes kind_of(int tag) {
  constexpr int kAccount = 1;
  constexpr int kSymbol = 55;
  constexpr int kRefCompId = 930;
  constexpr int kMarketSegmentId = 1300;
  constexpr int kOrderGroup = 20080;
  constexpr int kSettlementParty = 20109;
  switch (tag) {
    case kAccount:
    case kSettlementParty:
      return Takes::Account;
    case kSymbol:
      return Takes::Symbol;
    case kRefCompId:
      return Takes::Session;
    case kMarketSegmentId:
      return Takes::Market;
    case kOrderGroup:
      return Takes::Group;
    default:
      return Takes::Nothing;
  }
}

// The word that a line would be completed with is typed as it is.
bool is_word(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\'' && c != '#';
  });
}

}  // namespace

void KnownNames::learn(const client::Report& report) {
  if (const auto* execution = std::get_if<client::ExecutionReport>(&report)) {
    learn(Takes::Account, execution->account);
    if (execution->order_id != "NONE") {
      learn(Takes::Symbol, execution->symbol);
      learn(Takes::Group, execution->order_group);
    }
  }
  const auto* message = std::get_if<client::Message>(&report);
  if (message == nullptr || refused(report)) {  // it may be the name that is unknown
    return;
  }
  for (const client::Field& field : message->fields()) {
    learn(kind_of(field.tag), field.value);
  }
}

void KnownNames::learn(Takes kind, std::string_view name) {
  if (!is_word(name)) {
    return;
  }
  if (kind == Takes::Symbol) {
    symbols_.emplace(name);
  } else if (kind == Takes::Market) {
    markets_.emplace(name);
  } else if (kind == Takes::Account) {
    accounts_.emplace(name);
  } else if (kind == Takes::Session) {
    sessions_.emplace(name);
  } else if (kind == Takes::Group) {
    groups_.emplace(name);
  }
}

const std::set<std::string, std::less<>>& KnownNames::of(Takes kind) const {
  static const std::set<std::string, std::less<>> kNone;
  switch (kind) {
    case Takes::Symbol:
      return symbols_;
    case Takes::Market:
      return markets_;
    case Takes::Account:
      return accounts_;
    case Takes::Session:
      return sessions_;
    case Takes::Group:
      return groups_;
    default:
      return kNone;
  }
}

}  // namespace betex::tools
