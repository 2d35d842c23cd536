// Every script of this folder against the built gateway, in each dialect that it is for.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/decimal.h"
#include "tests/conformance/player.h"
#include "tests/support/gateway_process.h"
#include "tests/support/shipped_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::conformance {
namespace {

const std::filesystem::path kFolder = std::filesystem::path{BETEX_SOURCE_DIR} / "tests/conformance";

struct Case {
  std::string script;  // as "session/logon.script"
  std::string dialect;
};

Script read(const Case& tested) {
  std::ifstream stream{kFolder / tested.script, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return Script::parse("tests/conformance/" + tested.script, text, tested.dialect);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{kFolder}) {
    if (entry.path().extension() != ".script") {
      continue;
    }
    for (const char* const dialect : {"FIXT.1.1", "FIX.4.4"}) {
      Case tested{std::filesystem::relative(entry.path(), kFolder).string(), dialect};
      if (read(tested).applies()) {
        all.push_back(std::move(tested));
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) {
    return a.script + a.dialect < b.script + b.dialect;
  });
  return all;
}

Identity demo(const std::string& sender, const std::string& dialect) {
  return {.dialect = dialect,
          .sender = sender,
          .target = "BETEX",
          .username = sender,
          .password = "demo"};
}

std::map<std::string, Identity> identities(const std::string& dialect) {
  const bool fixt = dialect == "FIXT.1.1";
  return {{"A", demo(fixt ? "BROKER1" : "BROKER3", dialect)},
          {"B", demo(fixt ? "BROKER2" : "BROKER4", dialect)},
          {"OPS", demo("OPS1", "FIXT.1.1")},
          {"DESK", demo("OPS2", "FIXT.1.1")},
          {"DROP", demo("DROP1", "FIXT.1.1")},
          {"MD", demo("MD1", "FIXT.1.1")},
          {"STRAY", demo("MD1", "FIXT.1.1")},
          {"LOST", demo("BROKER1", "FIXT.1.1")}};
}

// The gateway in this process, with the repository's configuration, and its operator.
class OperatedGateway {
 public:
  explicit OperatedGateway(const std::filesystem::path& wal) : gateway_{wal} {}

  ~OperatedGateway() { gateway_.stop(); }

  OperatedGateway(const OperatedGateway&) = delete;
  OperatedGateway& operator=(const OperatedGateway&) = delete;

  [[nodiscard]] std::uint16_t fix_port() const noexcept { return gateway_.ports.fix; }

  [[nodiscard]] std::uint16_t market_data_port() const noexcept {
    return *gateway_.ports.market_data;
  }

  void operate(const std::string& operation, const std::string& subject, const std::string& value) {
    const matching::Name name{subject};
    if (operation == "suspend") {
      gateway_.operate(matching::SuspendMarket{.market = name});
    } else if (operation == "pause") {
      gateway_.operate(matching::SuspendMarket{
          .market = name, .reason = matching::SuspendReason::Pause, .request_id = {}});
    } else if (operation == "resume") {
      gateway_.operate(matching::ResumeMarket{.market = name});
    } else if (operation == "in-play") {
      gateway_.operate(matching::TurnInPlay{.market = name});
    } else if (operation == "close") {
      gateway_.operate(matching::CloseMarket{.market = name});
    } else if (operation == "determine") {
      const auto numerator = static_cast<std::uint16_t>(value == "yes" ? 1 : 0);
      gateway_.operate(matching::DetermineMarket{
          .market = name, .shares = {{.symbol = name, .numerator = numerator, .denominator = 1}}});
    } else if (operation == "settle") {
      gateway_.operate(matching::SettleMarket{.market = name});
    } else if (operation == "void") {
      gateway_.operate(matching::VoidMarket{.market = name, .price = decimal(value)});
    } else if (operation == "deposit") {
      gateway_.operate(matching::MoveFunds{.account = name, .amount = decimal(value)});
    } else {
      throw std::invalid_argument{"no such operation: " + operation};
    }
  }

 private:
  static matching::Decimal decimal(const std::string& text) {
    const auto value = fix::parse_decimal(text);
    if (!value) {
      throw std::invalid_argument{"no number: " + text};
    }
    return *value;
  }

  test::ShippedGateway gateway_;
};

// STRAY and LOST are at the port that is not theirs.
template <typename Gateway>
PlaySettings settings_for(const std::string& dialect, const Gateway& gateway) {
  return {.endpoint = {.port = gateway.fix_port()},
          .identities = identities(dialect),
          .ports = {{"MD", gateway.market_data_port()}, {"LOST", gateway.market_data_port()}},
          .patience = std::chrono::seconds{40}};
}

// What others do before a script is played: a trade, of which the drop copy has not heard.
template <typename Gateway>
void trade(const std::string& dialect, const Gateway& gateway) {
  const Script trade = Script::parse("a trade",
                                     R"(
fresh order taker cancel
logon
B logon
> 35=D|11=@order|55=RAIN-LON|54=1|38=100|40=2|44=0.40|59=1|60=@now|
< 35=8|11=@order|150=0|
B > 35=D|11=@taker|55=RAIN-LON|54=2|38=30|40=2|44=0.40|59=3|60=@now|
B < 35=8|11=@taker|150=0|
B < 35=8|11=@taker|150=F|39=2|
< 35=8|11=@order|150=F|39=1|
> 35=F|11=@cancel|41=@order|55=RAIN-LON|54=1|60=@now|
< 35=8|11=@cancel|41=@order|150=4|
)",
                                     dialect);
  ASSERT_EQ(Player{settings_for(dialect, gateway)}.play(trade), "");
}

class Conformance : public testing::TestWithParam<Case> {};

// Twice in a row, and where others have traded: there are copies that the drop-copy session has not
// been sent, and the kill has left numbers that are reserved and will be skipped.
TEST_P(Conformance, GoesAsTheScriptSays) {
  const test::TempFolder wal;
  const Script script = read(GetParam());
  ASSERT_FALSE(script.statements().empty());
  const std::string& dialect = GetParam().dialect;
  if (script.needs_operator()) {  // what it does to its market can be done once
    OperatedGateway gateway{wal.path()};
    trade(dialect, gateway);
    PlaySettings settings = settings_for(dialect, gateway);
    settings.operate = [&gateway](const std::string& operation,
                                  const std::string& subject,
                                  const std::string& value) {
      gateway.operate(operation, subject, value);
    };
    EXPECT_EQ(Player{settings}.play(script), "");
    return;
  }
  {
    test::GatewayProcess before{wal.path()};
    trade(dialect, before);
    before.kill();
  }
  const test::GatewayProcess gateway{wal.path()};
  for (const char* const time : {"first", "second"}) {
    EXPECT_EQ(Player{settings_for(dialect, gateway)}.play(script), "") << time;
  }
}

INSTANTIATE_TEST_SUITE_P(Scripts, Conformance, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param.script + "_" + tested.param.dialect;
  name.erase(name.find(".script"), 7);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace betex::conformance
