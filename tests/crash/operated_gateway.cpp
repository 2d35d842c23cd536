// The gateway as shipped, with an operator in the same process who works through one day after the
// other: a market is made, traded on, closed, settled, its result corrected, and settled again.
// Every request bears an id of its day, so after a kill the day is gone through again from its
// beginning, and what had been done is not done twice.
//
// Started like betex-gateway. BETEX_DAY_FILE names a file that holds the number of the day.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>

#include "gateway/config/command_line.h"
#include "gateway/config/config.h"
#include "gateway/gateway.h"
#include "gateway/log/log.h"
#include "gateway/process/signals.h"
#include "matching/commands.h"
#include "tests/crash/day_file.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using namespace matching;

constexpr auto kTradingTime = 60ms;
constexpr auto kPause = 2ms;
constexpr Decimal kDeposit{100'000 * kDecimalScale};
constexpr std::array kBrokers{"BROKER1", "BROKER2", "BROKER3", "BROKER4"};

std::uint64_t read_day(const std::filesystem::path& file) {
  std::uint64_t day = 0;
  return std::ifstream{file} >> day ? day : 1;
}

class Operator {
 public:
  Operator(gateway::Gateway& gateway, std::filesystem::path file)
      : gateway_{gateway}, file_{std::move(file)}, day_{read_day(file_)} {}

  // Until the process is asked to end.
  void work() {
    while (work_a_day()) {
      write_day(file_, ++day_);
    }
  }

 private:
  [[nodiscard]] Name market() const { return Name{"DAY-" + std::to_string(day_)}; }

  [[nodiscard]] Name runner(char letter) const {
    return Name{"DAY-" + std::to_string(day_) + "." + letter};
  }

  [[nodiscard]] bool binary() const { return day_ % 2 == 0; }

  // Sends the request under the next id of the day. False where the process is to end.
  template <typename Request>
  bool ask(Request request, std::chrono::milliseconds pause = kPause) {
    request.request_id = Name{"day-" + std::to_string(day_) + "-" + std::to_string(++requests_)};
    request.transact_time = Timestamp{
        std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count()};
    for (;;) {
      try {
        gateway_.operate(request);
        return gateway::wait_for_signal(pause) != gateway::Signal::Terminate;
      } catch (const std::runtime_error&) {  // the ring is full
        if (gateway::wait_for_signal(kPause) == gateway::Signal::Terminate) {
          return false;
        }
      }
    }
  }

  bool determine(char winner) {
    DetermineMarket request{.market = market()};
    if (binary()) {
      request.shares = {{.symbol = market(),
                         .numerator = static_cast<std::uint16_t>(winner == 'A' ? 1 : 0),
                         .denominator = 1}};
    } else {
      request.shares = {{.symbol = runner(winner), .numerator = 1, .denominator = 1}};
    }
    return ask(request) && ask(SettleMarket{.market = market()});
  }

  bool make_market() {
    CreateMarket create{.market = market(), .commission_bp = 500};
    if (binary()) {
      create.kind = MarketKind::Binary;
      create.ladder = LadderKind::LinearCent;
      return ask(create) && ask(OpenMarket{.market = market()}, kTradingTime);
    }
    bool goes_on = ask(create);
    for (const char letter : {'A', 'B', 'C'}) {
      goes_on = goes_on && ask(AddRunner{.market = market(), .symbol = runner(letter)});
    }
    return goes_on && ask(OpenMarket{.market = market()}, kTradingTime);
  }

  // Every third day of an odds market one runner does not run.
  bool remove_a_runner() {
    if (binary() || day_ % 3 != 0) {
      return true;
    }
    return ask(RemoveRunner{.market = market(), .symbol = runner('C')}) &&
           ask(ResumeMarket{.market = market()}, kTradingTime);
  }

  bool void_some() {
    return day_ % 5 != 0 ||
           ask(VoidMarket{.market = market(),
                          .price = binary() ? Decimal{kDecimalScale / 4} : Decimal{}});
  }

  bool work_a_day() {
    requests_ = 0;
    for (const char* broker : kBrokers) {
      if (!ask(
              MoveFunds{.account = Name{broker}, .kind = FundsKind::Deposit, .amount = kDeposit})) {
        return false;
      }
    }
    return make_market() && remove_a_runner() && ask(CloseMarket{.market = market()}) &&
           determine('A') && determine('B') && void_some() &&
           (day_ % 4 != 0 || ask(ArchiveMarket{.market = market()}));
  }

  gateway::Gateway& gateway_;
  std::filesystem::path file_;
  std::uint64_t day_;
  std::uint64_t requests_ = 0;
};

int run(const gateway::CommandLine& command_line, const char* day_file) {
  const gateway::Config config =
      gateway::load_config(command_line.config_file, command_line.overrides);
  gateway::set_up_logging(config.log);
  gateway::Gateway gateway{config};
  std::printf("listening fix=%u\n", static_cast<unsigned>(gateway.start().fix));
  std::fflush(stdout);
  Operator{gateway, day_file}.work();
  gateway.stop([] { return false; });
  gateway::shut_down_logging();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace betex::test

int main(int argc, char** argv) {
  betex::gateway::block_signals();
  const auto parsed = betex::gateway::parse_command_line(argc, argv);
  const auto* const command_line = std::get_if<betex::gateway::CommandLine>(&parsed);
  const char* const day_file = std::getenv("BETEX_DAY_FILE");
  if (command_line == nullptr || day_file == nullptr) {
    std::fputs("usage: BETEX_DAY_FILE=FILE operated_gateway OPTION...\n", stderr);
    return 2;
  }
  try {
    return betex::test::run(*command_line, day_file);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
