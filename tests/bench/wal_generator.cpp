// Writes a WAL that an engine has made, to try betex-journal and recovery on: two accounts lay and
// back in an odds market, and cancel now and then; about two events a command, 20 commands a second
// of journaled time, 1 000 transactions a commit.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>

#include "journal/journal.h"
#include "matching/engine.h"
#include "tests/bench/bench_program.h"

namespace betex::journal {
namespace {

using matching::Name;

constexpr std::uint64_t kSegmentEvents = 1'000'000;  // as in the shipped configuration
constexpr std::size_t kTransactionsPerCommit = 1000;
constexpr std::int64_t kNanosPerCommand = 50'000'000;

class Generator {
 public:
  explicit Generator(const std::filesystem::path& folder)
      : journal_{{.wal_root = folder,
                  .max_segment_events = kSegmentEvents,
                  .sync = JournalConfig::Sync::Never},
                 pool_} {
    journal_.recover(EventSeq{0}, [](const auto&) {});
    run(matching::CreateAccount{.account = Name{"alice"}});
    run(matching::CreateAccount{.account = Name{"bob"}});
    run(matching::CreateMarket{.market = Name{"MKT"}});
    run(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{"ONE"}});
    run(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{"TWO"}});
    run(matching::OpenMarket{.market = Name{"MKT"}});
  }

  void write(std::uint64_t events) {
    while (engine_.last_seq().value() < events) {
      time_ += kNanosPerCommand;
      while (engine_.is_due(matching::Timestamp{time_}) && run(matching::AdvanceTime{})) {
      }
      const bool lays = random_() % 2 == 0;
      const std::string id = "order-" + std::to_string(++orders_);
      run(order(lays, id));
      if (orders_ % 4 == 0) {
        run(matching::CancelOrder{.account = Name{lays ? "alice" : "bob"},
                                  .cl_ord_id = matching::ClOrdId{"cancel-" + id},
                                  .orig_cl_ord_id = matching::ClOrdId{id}});
      }
      while (engine_.batch_pending() != matching::PendingBatch::None) {
        run(matching::ContinueBatch{});
      }
    }
    journal_.commit();
    journal_.close();
  }

 private:
  matching::PlaceOrder order(bool lays, const std::string& id) {
    const auto odds = static_cast<std::int64_t>(200 + random_() % 6 * 2);
    return {
        .account = Name{lays ? "alice" : "bob"},
        .cl_ord_id = matching::ClOrdId{id},
        .symbol = Name{random_() % 2 == 0 ? "ONE" : "TWO"},
        .transact_time = matching::Timestamp{time_},
        .price = matching::Decimal{odds * 10'000},
        .quantity = matching::Decimal{static_cast<std::int64_t>(1 + random_() % 5) * 10'000'000},
        .side = lays ? matching::Side::Ask : matching::Side::Bid,
        .time_in_force = matching::TimeInForce::Day};
  }

  bool run(matching::CommandBody body) {
    const auto transaction =
        engine_.decide({.timestamp = matching::Timestamp{time_}, .body = std::move(body)});
    if (transaction.events.empty()) {
      return false;
    }
    journal_.append(transaction);
    if (++transactions_ % kTransactionsPerCommit == 0) {
      journal_.commit();
    }
    return true;
  }

  EnvironmentPool pool_;
  Journal journal_;
  matching::Engine engine_;
  std::mt19937_64 random_{20261122};
  std::int64_t time_ = 1'800'000'000'000'000'000;
  std::uint64_t orders_ = 0;
  std::uint64_t transactions_ = 0;
};

}  // namespace
}  // namespace betex::journal

int main(int argc, char** argv) {
  CLI::App app{"Writes a WAL that an engine has made, to try things on.", "wal_generator"};
  std::string folder;
  std::uint64_t events = 0;
  app.add_option("folder", folder, "Which must not hold a WAL yet")->required();
  app.add_option("events", events, "So many")->required()->check(CLI::PositiveNumber);
  return betex::bench::run_program(
      app, argc, argv, [&] { betex::journal::Generator{folder}.write(events); });
}
