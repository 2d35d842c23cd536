#include "gateway/wire/account_reports.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "fix_spec/reasons.h"
#include "gateway/wire/decimal.h"
#include "matching/reason.h"

namespace betex::fix {
namespace {

using matching::MarketKind;
using matching::Money;
using matching::Quantity;

constexpr unsigned kPriceDecimals = 2;

std::string in_words(Money money) {
  std::array<char, kMaxMoney> text;
  return {text.data(), write_money(text.data(), matching::WideMoney{money})};
}

std::string in_words(matching::Decimal price) {
  std::array<char, kMaxNumber> text;
  return {text.data(), write_decimal(text.data(), price, kPriceDecimals)};
}

// With a blank in front; nothing where the log does not say.
std::string in_words(const matching::Currency& currency) {
  return currency.empty() ? std::string{} : " " + std::string{currency.view()};
}

std::string_view in_words(AccountChange change) {
  switch (change) {
    case AccountChange::Deposit:
      return "deposit";
    case AccountChange::Withdrawal:
      return "withdrawal";
    case AccountChange::Correction:
      return "correction";
    case AccountChange::WriteOff:
      return "write-off";
    case AccountChange::BetsVoid:
      return "bets void";
  }
  return "change";
}

std::string sentence(const SettlementReport& report) {
  std::string text = "Account " + std::string{report.account.view()} + ": settlement of " +
                     std::string{report.market.view()} + ", round " + std::to_string(report.round) +
                     (report.is_void ? ", void" : ", determined");
  if (report.kind == MarketKind::Binary) {
    text += ", YES at " + in_words(report.price) + ", position " +
            std::to_string(report.position.value());
  }
  return text + ": gross " + in_words(report.gross) + ", commission " +
         in_words(report.commission) + ", balance " + in_words(report.balance) +
         in_words(report.currency);
}

std::string sentence(const AccountReport& report) {
  const std::string text = "Account " + std::string{report.account.view()} + ": ";
  if (report.change == AccountChange::BetsVoid) {
    return text + "bets on " + std::string{report.symbol.view()} + " are void: if it won " +
           in_words(report.if_won) + ", if it lost " + in_words(report.if_lost) +
           in_words(report.currency);
  }
  return text + std::string{in_words(report.change)} + " of " + in_words(report.amount) +
         ", balance " + in_words(report.balance) + in_words(report.currency);
}

// The longest names and amounts may be more than a headline holds: its end is cut off.
template <typename AReport>
News news_of(const AReport& report) {
  return {.orig_time = report.transact_time,
          .subject = report.market,
          .headline = matching::Remark{
              std::string_view{sentence(report)}.substr(0, matching::Remark::kCapacity)}};
}

// Of a position one of the two is 0.
void write_position(FieldWriter& out, Quantity position) {
  out.contracts("704=", std::max(position, Quantity{0}));
  out.contracts("705=", std::max(Quantity{0} - position, Quantity{0}));
}

// One account in each message: the group, and those in it, have one entry.
void write_party(FieldWriter& out, const SettlementReport& report) {
  constexpr char kExchangeFees = '4';
  constexpr std::uint64_t kAbsolute = 0;
  out.integer("20108=", 1);
  out.text("20109=", report.account.view());
  if (report.kind == MarketKind::Binary) {
    write_position(out, report.position);
  }
  out.integer("1703=", 1);
  out.money("1704=", report.gross);
  out.text_if("1705=", report.currency.view());
  out.integer("136=", 1);
  out.money("137=", report.commission);
  out.text_if("138=", report.currency.view());
  out.character("139=", kExchangeFees);
  out.integer("891=", kAbsolute);
}

}  // namespace

void write_settlement(FieldWriter& out, const ReportId& id, const SettlementReport& report) {
  constexpr std::uint64_t kDetermined = 1;
  constexpr std::uint64_t kVoid = 2;
  out.time("60=", report.transact_time);
  out.date("715=", report.transact_time);
  if (report.kind == MarketKind::Binary) {
    out.decimal("730=", report.price, kPriceDecimals);
  }
  if (report.copy) {
    out.flag("797=", true);
  }
  out.text("1300=", report.market.view());
  out.money("20023=", report.balance);
  out.integer("20089=", report.round);
  out.report_id("20105=", id);
  out.integer("20107=", report.is_void ? kVoid : kDetermined);
  write_party(out, report);
}

void write_account_report(FieldWriter& out, const ReportId& id, const AccountReport& report) {
  const bool bets = report.change == AccountChange::BetsVoid;
  out.text("1=", report.account.view());
  out.text_if("15=", report.currency.view());
  out.text_if("55=", report.symbol.view());
  out.time("60=", report.transact_time);
  if (report.copy) {
    out.flag("797=", true);
  }
  out.text_if("1300=", report.market.view());
  if (!bets) {
    out.money("20022=", report.amount);
    out.money("20023=", report.balance);
  }
  out.report_id("20068=", id);
  out.integer("20091=", static_cast<std::uint64_t>(report.change));
  if (bets) {
    out.money("20093=", report.if_won);
    out.money("20094=", report.if_lost);
  }
}

void write_positions(FieldWriter& out, const PositionReport& report, FixVersion version) {
  const bool fix44 = version == FixVersion::Fix44;
  const bool refused = report.reason != matching::Reason::None;
  const bool of_market = !report.symbol.empty();
  const bool binary = of_market && report.kind == MarketKind::Binary;
  out.text("1=", report.account.view());
  out.text_if("15=", report.currency.view());
  out.text_if("55=", report.symbol.view());
  out.text_if("58=", matching::to_text(report.reason));
  if (fix44) {
    out.integer("581=", 1);
  }
  if (binary) {
    out.integer("702=", 1);
    out.text("703=", "TQ");
    write_position(out, report.position);
  }
  out.text("710=", report.request_id.view());
  out.date("715=", report.as_of);
  out.text_and_number("721=", report.request_id.view(), report.number);
  out.integer("724=", 0);
  out.integer("728=", refused ? 1 : 0);
  if (fix44) {  // required there
    out.integer("730=", 0);
    out.integer("731=", 1);
    out.integer("734=", 0);
  }
  if (refused) {
    out.integer("20001=", static_cast<std::uint64_t>(report.reason));
    out.character("20002=", static_cast<char>(codes_of(report.reason).retry));
    return;
  }
  if (!of_market) {
    out.money("20023=", report.balance);
  }
  out.money("20024=", report.exposure);
  if (!of_market) {
    out.money("20025=", report.available);
    out.money("20028=", report.credit);
    return;
  }
  out.text("20092=", report.market.view());
  if (!binary) {
    out.money("20093=", report.if_won);
    out.money("20094=", report.if_lost);
  }
}

News in_words(const SettlementReport& report) {
  return news_of(report);
}

News in_words(const AccountReport& report) {
  return news_of(report);
}

}  // namespace betex::fix
