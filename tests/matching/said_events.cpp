#include "tests/matching/said_events.h"

#include <array>
#include <string_view>
#include <type_traits>

namespace betex::matching::testing {
namespace {

std::string_view name_of(EventKind kind) {
  switch (kind) {
#define BETEX_EVENT(name, number) \
  case EventKind::name:           \
    return #name;
#include "matching/events.def"
  }
  return "?";
}

std::string number(Int128 value) {
  if (value < 0) {
    return "-" + number(-value);
  }
  const char digit = static_cast<char>('0' + static_cast<int>(value % 10));
  return value < 10 ? std::string{digit} : number(value / 10) + digit;
}

// Collects "name=value" for each field, those of nested structs as "outer.name".
class FieldText {
 public:
  explicit FieldText(std::string& text, std::string prefix = "")
      : text_{text}, prefix_{std::move(prefix)} {}

  template <typename Value>
  void operator()(std::string_view name, const Value& value) const {
    if constexpr (HasFields<Value>) {
      visit_fields(value, FieldText{text_, prefix_ + std::string{name} + "."});
    } else if constexpr (std::is_same_v<Value, EventHeader>) {
      add("market", value.market.value());
      add("market_seq", static_cast<Int128>(value.market_seq));
    } else if constexpr (std::is_enum_v<Value>) {
      add(name, static_cast<Int128>(static_cast<std::underlying_type_t<Value>>(value)));
    } else if constexpr (std::is_integral_v<Value> || std::is_same_v<Value, Flag>) {
      add(name, static_cast<Int128>(value));
    } else if constexpr (requires { value.view(); }) {
      if (!value.empty()) {
        text_ += " " + prefix_ + std::string{name} + "=" + std::string{value.view()};
      }
    } else if constexpr (requires { value.value(); }) {
      add(name, static_cast<Int128>(value.value()));
    }
  }

 private:
  void add(std::string_view name, Int128 value) const {
    if (value != 0) {
      text_ += " " + prefix_ + std::string{name} + "=" + number(value);
    }
  }

  std::string& text_;
  std::string prefix_;
};

// Its first parts, and how many there are more.
template <HasTail Event>
std::string tail_text(const Event& event) {
  constexpr std::size_t kShown = 8;
  const auto tail = tail_of(event);
  std::string text;
  for (std::size_t i = 0; i < tail.size() && i < kShown; ++i) {
    FieldText{text}(Event::kTailName, tail[i]);
    text += ";";
  }
  return tail.size() > kShown ? text + " +" + std::to_string(tail.size() - kShown) : text;
}

}  // namespace

SaidEvents events_of(const TransactionView& transaction) {
  SaidEvents events;
  const std::byte* at = transaction.events.data();
  const std::byte* const end = at + transaction.events.size();
  while (at != end) {
    const auto size = reinterpret_cast<const EventHeader*>(at)->size;
    events.emplace_back(std::span{at, size});
    at += size;
  }
  return events;
}

std::string to_string(const SaidEvent& said) {
  std::string text{name_of(said.kind())};
  said.visit([&text](const auto& event) {
    visit_fields(event, FieldText{text});
    if constexpr (HasTail<std::decay_t<decltype(event)>>) {
      text += tail_text(event);
    }
  });
  return text;
}

std::string to_string(const SaidEvents& events) {
  std::string text;
  for (const SaidEvent& event : events) {
    text += "  " + to_string(event) + "\n";
  }
  return text;
}

std::uint32_t outcome_of(const SaidEvent& said) {
  std::uint32_t outcome = 0;
  said.visit([&outcome](const auto& event) {
    using Event = std::decay_t<decltype(event)>;
    if constexpr (std::is_same_v<Event, MarketSuspended>) {
      outcome = static_cast<std::uint32_t>(event.state.value());
    } else if constexpr (std::is_same_v<Event, OperationDropped>) {
      outcome = event.decliner == SessionId{} ? 0 : 1;
    } else if constexpr (std::is_same_v<Event, OrderGroupTripped>) {
      outcome = event.cl_ord_id.empty() ? 0 : 1;
    } else if constexpr (requires { event.cause; }) {
      outcome = static_cast<std::uint32_t>(event.cause);
    } else if constexpr (requires { event.reason; }) {
      outcome = static_cast<std::uint32_t>(event.reason);
    } else if constexpr (requires { event.entry; }) {
      outcome = static_cast<std::uint32_t>(event.entry);
    } else if constexpr (std::is_same_v<Event, FundsMoved>) {
      outcome = static_cast<std::uint32_t>(event.kind);
    }
  });
  return outcome;
}

}  // namespace betex::matching::testing
