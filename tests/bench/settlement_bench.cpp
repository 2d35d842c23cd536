// What a settlement of very many rows does to others: the round trip of an order in another market,
// over FIX and durable, before it and while one round follows the other; and how long a round
// takes, the first one with no orders beside it. The gateway runs in this process, with the
// repository's configuration.
//
// The log goes into a new folder in FOLDER (default: the temporary folder), which should be on the
// disk that is meant, and is removed at the end. The last line is the figures as JSON
// (json_line.h).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "matching/commands.h"
#include "matching/transaction.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/json_line.h"
#include "tests/support/broker.h"
#include "tests/support/shipped_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using namespace matching;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kMarket = "CROWD";
constexpr auto kBetweenRequests = 50ms;

class Crowd {
 public:
  explicit Crowd(const std::filesystem::path& wal) : gateway_{wal} {}

  [[nodiscard]] std::uint16_t port() const noexcept { return gateway_.ports.fix; }

  // So many accounts, each with a matched bet, in a market that is then closed.
  void bet(std::size_t rows) {
    operate(CreateMarket{.market = Name{kMarket}, .commission_bp = 500});
    for (const char runner : {'A', 'B'}) {
      operate(AddRunner{.market = Name{kMarket}, .symbol = symbol(runner)});
    }
    operate(OpenMarket{.market = Name{kMarket}});
    for (std::size_t row = 0; row < rows; ++row) {
      const Name account{"crowd-" + std::to_string(row)};
      operate(CreateAccount{.account = account});
      operate(PlaceOrder{.account = account,
                         .cl_ord_id = ClOrdId{"bet"},
                         .symbol = symbol('A'),
                         .transact_time = now(),
                         .price = Decimal{2 * kDecimalScale},
                         .quantity = Decimal{10 * kDecimalScale},
                         .side = row % 2 == 0 ? Side::Bid : Side::Ask});
    }
    operate(CloseMarket{.market = Name{kMarket}});
  }

  // The other result than before, and its round; refused while one is being paid.
  void settle_again() {
    winner_ = winner_ == 'A' ? 'B' : 'A';
    operate(
        DetermineMarket{.market = Name{kMarket},
                        .shares = {{.symbol = symbol(winner_), .numerator = 1, .denominator = 1}}});
    operate(SettleMarket{.market = Name{kMarket}});
  }

  void stop() { gateway_.stop(); }

 private:
  static Name symbol(char runner) { return Name{std::string{kMarket} + "." + runner}; }

  static Timestamp now() {
    return Timestamp{
        std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count()};
  }

  // Waits where the ring is full.
  void operate(const CommandBody& body) {
    for (;;) {
      try {
        gateway_.operate(body);
        return;
      } catch (const std::runtime_error&) {
        std::this_thread::sleep_for(1ms);
      }
    }
  }

  test::ShippedGateway gateway_;
  char winner_ = 'B';
};

// An order that takes nothing: to its New, and then its end is awaited.
double round_trip(test::Broker& broker, std::uint64_t number) {
  const client::NewOrder order{.cl_ord_id = "trip-" + std::to_string(number),
                               .symbol = "RAIN-LON",
                               .side = client::Side::BackOrBuy,
                               .quantity = "1",
                               .price = "0.01",
                               .time_in_force = client::TimeInForce::ImmediateOrCancel};
  const auto start = Clock::now();
  broker.send(order);
  (void)broker.next_execution();
  const auto end = Clock::now();
  (void)broker.next_execution();
  return std::chrono::duration<double, std::micro>{end - start}.count();
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * share)];
}

void print(const char* name, const std::vector<double>& sorted) {
  std::printf("%-28s p50 %8.0f   p99 %8.0f   p99.9 %8.0f us\n",
              name,
              percentile(sorted, 0.5),
              percentile(sorted, 0.99),
              percentile(sorted, 0.999));
}

void print_orders(std::vector<double> before, std::vector<double> meanwhile, JsonLine& line) {
  std::sort(before.begin(), before.end());
  std::sort(meanwhile.begin(), meanwhile.end());
  print("order in another market", before);
  print("the same during settlements", meanwhile);
  for (const auto& [name, share] :
       {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}, std::pair{"p99.9", 0.999}}) {
    line.add(std::string{"order in another market during settlements, "} + name,
             percentile(meanwhile, share),
             "us",
             Beside{"before them", percentile(before, share)});
  }
}

// From the journal: how long each round took, by the exchange's time.
void print_rounds(const std::filesystem::path& wal, JsonLine& line) {
  journal::EnvironmentPool pool;
  journal::JournalReader reader{wal, pool};
  std::vector<double> seconds;
  std::uint32_t rows = 0;
  Timestamp began;
  while (const auto transaction = reader.next()) {
    for_each_event(*transaction, [&](EventSeq, const auto& event) {
      using Event = std::decay_t<decltype(event)>;
      if constexpr (std::is_same_v<Event, BatchStarted>) {
        began = event.work == BatchWork::PayRows ? transaction->header.timestamp : began;
      } else if constexpr (std::is_same_v<Event, MarketSettled>) {
        seconds.push_back(static_cast<double>((transaction->header.timestamp - began).value()) /
                          1e9);
        rows = event.rows;
      }
    });
  }
  std::printf("%zu rounds of %u rows, each", seconds.size(), rows);
  for (const double each : seconds) {
    std::printf(" %.2f", each);
  }
  std::printf(" s\n");
  const std::string of = "settlement of " + std::to_string(rows) + " rows, journaled, ";
  if (!seconds.empty()) {
    line.add(of + "alone", seconds.front(), "s");
  }
  if (seconds.size() > 1) {
    line.add(of + "the next, beside orders", seconds[1], "s", Beside{"alone", seconds.front()});
  }
}

// Measures for so long before the settlements, and meanwhile.
void run(std::size_t rows, const std::filesystem::path& parent, Clock::duration measured) {
  const test::TempFolder folder{parent};
  const std::filesystem::path wal = folder.path() / "wal";
  Crowd crowd{wal};
  crowd.bet(rows);
  test::Broker broker{"BROKER3"};  // of a dialect that is not told of markets' states
  broker.log_on(crowd.port());
  std::uint64_t number = 0;
  std::vector<double> before;
  (void)round_trip(broker, ++number);  // what is on the ring from before comes first
  for (const auto end = Clock::now() + measured; Clock::now() < end;) {
    before.push_back(round_trip(broker, ++number));
  }
  crowd.settle_again();
  std::this_thread::sleep_for(measured);  // the first round has the gateway for itself
  std::vector<double> meanwhile;
  auto next = Clock::now();
  for (const auto end = next + measured; Clock::now() < end;) {
    if (Clock::now() >= next) {
      crowd.settle_again();
      next = Clock::now() + kBetweenRequests;
    }
    meanwhile.push_back(round_trip(broker, ++number));
  }
  crowd.stop();
  JsonLine line{"settlement_bench"};
  print_orders(std::move(before), std::move(meanwhile), line);
  print_rounds(wal, line);
  line.print();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  CLI::App app{"What a settlement of very many rows does to orders of another market.",
               "settlement_bench"};
  std::size_t rows = 1'000'000;
  std::string folder = std::filesystem::temp_directory_path();
  bool smoke = false;
  app.add_option("rows", rows, "Of the market that is settled")
      ->check(CLI::Range(2, 10'000'000))
      ->capture_default_str();
  app.add_option("folder", folder, "Where the log goes")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    if (smoke) {
      betex::bench::run(200, folder, 300ms);
    } else {
      betex::bench::run(rows, folder, 20s);
    }
  });
}
