#include "gateway/config/accounts_file.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "gateway/config/decimal_text.h"
#include "gateway/config/names.h"
#include "gateway/config/section_reader.h"
#include "gateway/config/toml_file.h"
#include "gateway/config/words.h"

namespace betex::gateway {
namespace {

constexpr std::size_t kMoneyDecimals = 4;  // an amount is a whole number of mu
constexpr std::int64_t kMaxDiscountBp = 10'000;
constexpr std::int64_t kMaxOpenOrders = std::numeric_limits<std::uint32_t>::max();

void read_amount(SectionReader& reader, const std::string& key, matching::Decimal& value) {
  std::string text;
  reader.text(key, text);
  if (text.empty()) {
    return;
  }
  if (const auto amount = parse_decimal(text, kMoneyDecimals)) {
    value = *amount;
    return;
  }
  reader.complain(key,
                  {"'" + text + "' is not an amount",
                   "give one as in \"1000.00\", of at most 4 decimals, without a sign"});
}

// `before`: the names of those above it, to which this one comes.
void check_name(SectionReader& reader, const std::string& name, std::set<std::string>& before) {
  if (name.empty()) {
    return;
  }
  if (const auto wrong = wrong_name(name)) {
    reader.complain("name", *wrong);
  } else if (is_the_exchanges(name)) {
    reader.complain("name", exchanges_account_complaint(name));
  } else if (!before.insert(name).second) {
    reader.complain("name", {"'" + name + "' is there already", "remove one of the two"});
  }
}

AccountConfig read_account(SectionReader& reader) {
  AccountConfig account;
  reader.require("name", "a name");
  reader.text("name", account.name);
  reader.require("kind", "unlimited or collateralised");
  reader.choice("kind", account.kind, kAccountKinds);
  read_amount(reader, "balance", account.balance);
  read_amount(reader, "credit", account.credit);
  read_amount(reader, "exposure_limit", account.exposure_limit);
  read_amount(reader, "market_exposure_limit", account.market_exposure_limit);
  reader.integer("max_open_orders", account.max_open_orders, {0, kMaxOpenOrders});
  reader.integer("commission_discount_bp", account.commission_discount_bp, {0, kMaxDiscountBp});
  reader.finish();
  return account;
}

}  // namespace

Complaint exchanges_account_complaint(std::string_view account) {
  return {"'" + std::string{account} + "' begins with $, as the exchange's own accounts do",
          "give another name"};
}

std::vector<AccountConfig> load_accounts(const std::filesystem::path& file,
                                         std::vector<Finding>& findings) {
  std::vector<AccountConfig> accounts;
  const auto table = load_toml(file, findings);
  if (!table) {
    return accounts;
  }
  SectionReader reader{*table, file, findings};
  std::set<std::string> names;
  for (SectionReader& section : reader.sections("account")) {
    AccountConfig account = read_account(section);
    check_name(section, account.name, names);
    accounts.push_back(std::move(account));
  }
  reader.finish();
  return accounts;
}

}  // namespace betex::gateway
