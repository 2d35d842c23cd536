#include "journal/tool/statement_printer.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <type_traits>
#include <variant>

#include "journal/quoted.h"

namespace betex::journal {
namespace {

using matching::WideMoney;

// UTC, with milliseconds: the event's sequence is what tells it from its neighbours.
std::string in_utc(Timestamp time) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  const std::time_t seconds = time.value() / kNanoseconds;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char date[32];
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
  char text[48];
  std::snprintf(text,
                sizeof(text),
                "%s.%03dZ",
                date,
                static_cast<int>(time.value() % kNanoseconds / 1'000'000));
  return text;
}

struct Columns {
  std::string seq{};
  std::string time{};
  std::string what{};
  std::string amount{};
  std::string balance{};
  std::string reference{};
  std::string details{};
};

// What is wider than its column moves the rest of its line.
void print_columns(const Columns& columns) {
  std::string line;
  const auto add = [&line](const std::string& text, std::size_t width, bool to_the_right) {
    const std::string blanks(width - std::min(width, text.size()), ' ');
    line += to_the_right ? blanks + text : text + blanks;
    line += "  ";
  };
  add(columns.seq, 10, true);
  add(columns.time, 24, false);
  add(columns.what, 15, false);
  add(columns.amount, 18, true);
  add(columns.balance, 18, true);
  add(columns.reference, 16, false);
  line += columns.details;
  line.resize(line.find_last_not_of(' ') + 1);
  print(line);
}

std::string in_words(const std::vector<AccountEntry::Detail>& details) {
  std::string words;
  for (const AccountEntry::Detail& detail : details) {
    words += (words.empty() ? "" : " ") + std::string{detail.name} + "=";
    std::visit(
        [&words]<typename Value>(const Value& value) {
          if constexpr (std::is_same_v<Value, WideMoney>) {
            words += in_units(value);
          } else if constexpr (std::is_same_v<Value, std::string>) {
            words += in_quotes(value);
          } else {
            words += std::to_string(value);
          }
        },
        detail.value);
  }
  return words;
}

// Money in mu, as everywhere in the log.
EventField field_of(const AccountEntry::Detail& detail) {
  EventField field{.name = std::string{detail.name}, .value = {}};
  std::visit(
      [&field]<typename Value>(const Value& value) {
        if constexpr (std::is_same_v<Value, WideMoney>) {
          field.value = value.value();
        } else {
          field.value = value;
        }
      },
      detail.value);
  return field;
}

Line line_of(const AccountEntry& entry) {
  Line line{{.name = "seq", .value = entry.seq.value()},
            {.name = "time", .value = entry.time.value()},
            {.name = "amount", .value = entry.amount.value()},
            {.name = "balance", .value = entry.balance.value()},
            {.name = "reference", .value = entry.reference}};
  for (const AccountEntry::Detail& detail : entry.details) {
    line.push_back(field_of(detail));
  }
  return line;
}

}  // namespace

void StatementPrinter::print_head(const Line& head) const {
  print(style_, "statement", head);
  if (style_ == OutputStyle::Text) {
    print_columns({.seq = "seq",
                   .time = "time",
                   .what = "what",
                   .amount = "amount",
                   .balance = "balance",
                   .reference = "reference",
                   .details = "details"});
  }
}

void StatementPrinter::print_brought_forward(EventSeq before, WideMoney balance) const {
  if (style_ == OutputStyle::Json) {
    print(style_,
          "brought_forward",
          {{.name = "before", .value = before.value()},
           {.name = "balance", .value = balance.value()}});
  } else {
    print_columns({.what = "brought_forward",
                   .balance = in_units(balance),
                   .details = "before=" + std::to_string(before.value())});
  }
}

void StatementPrinter::print_entry(const AccountEntry& entry) const {
  if (style_ == OutputStyle::Json) {
    print(style_, entry.what, line_of(entry));
  } else {
    print_columns({.seq = std::to_string(entry.seq.value()),
                   .time = in_utc(entry.time),
                   .what = std::string{entry.what},
                   .amount = in_units(entry.amount),
                   .balance = in_units(WideMoney{entry.balance}),
                   .reference = escaped(entry.reference),
                   .details = in_words(entry.details)});
  }
}

std::string in_units(WideMoney money) {
  constexpr std::size_t kDecimals = 4;
  const bool negative = money.value() < 0;
  std::string text = to_text(negative ? -money.value() : money.value());
  text.insert(0, kDecimals + 1 - std::min(text.size(), kDecimals + 1), '0');
  text.insert(text.size() - kDecimals, ".");
  return (negative ? "-" : "") + text;
}

}  // namespace betex::journal
