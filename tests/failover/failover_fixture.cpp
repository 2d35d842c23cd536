#include "tests/failover/failover_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "tests/crash/journal_account.h"
#include "tests/crash/trading_checks.h"

namespace betex::test {
namespace {

constexpr std::uint64_t kTimesWhenLong = 10;
constexpr std::chrono::milliseconds kPollInterval{5};
constexpr std::chrono::milliseconds kToolTimeout{60'000};

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// What betex-journal prints with these arguments.
std::string journal_tool(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), BETEX_JOURNAL_PROGRAM);
  ChildProcess tool{arguments, input};
  const int code = tool.wait(kToolTimeout);
  if (code != 0) {
    throw std::runtime_error{"betex-journal " + arguments[1] + " ended with " +
                             std::to_string(code) + ": " + tool.standard_error()};
  }
  return tool.standard_output();
}

}  // namespace

FailoverTest::FailoverTest()
    : seed_{number_from_environment("BETEX_FAILOVER_SEED", std::random_device{}())},
      random_{seed_} {
  std::cout << "BETEX_FAILOVER_SEED=" << seed_ << "\n";
}

FailoverTest::~FailoverTest() {
  stop_trading();
}

void FailoverTest::SetUp() {
  if (!etcd_is_installed()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "etcd is not installed; the package is etcd-server";
    GTEST_SKIP() << "etcd is not installed";
  }
}

int FailoverTest::rounds(int in_ci) {
  const bool is_long = number_from_environment("BETEX_LONG", 0) != 0;
  return in_ci * static_cast<int>(is_long ? kTimesWhenLong : 1);
}

FailoverTest::Milliseconds FailoverTest::between(Milliseconds least, Milliseconds most) {
  const auto choices = static_cast<std::uint64_t>((most - least).count()) + 1;
  return least + Milliseconds{pick(choices)};
}

// The accounts are unlimited: what the clients may still bet is not the question.
void FailoverTest::make_cluster(FailoverOptions options, const EtcdOptions& etcd) {
  options.changes.push_back({.shipped = "accounts = \"accounts.toml\"\n", .value = ""});
  options.changes.push_back(
      {.shipped = "max_segment_events = 1_000_000",
       .value = "max_segment_events = " + std::to_string(clients_.segment_events)});
  etcd_ = std::make_unique<EtcdCluster>(etcd);
  pair_ = std::make_unique<FailoverPair>(*etcd_, options);
  address_.port = pair_->fix_port(0);
  address_.other_port = pair_->fix_port(1);
}

void FailoverTest::start_cluster(FailoverOptions options, const EtcdOptions& etcd) {
  make_cluster(std::move(options), etcd);
  pair().start(0, {"--init-quorum-log"});
  pair().wait_until_leads(0, kFailoverPatience);
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
}

void FailoverTest::start_trading() {
  if (traders_.empty()) {
    for (const std::string& comp_id : clients_.comp_ids) {
      traders_.push_back(std::make_unique<CrashTrader>(comp_id, random_(), clients_.day_file));
    }
  }
  address_.pace = clients_.pace;
  address_.closing = false;
  for (const auto& trader : traders_) {
    threads_.emplace_back([this, client = trader.get()] { client->trade(address_); });
  }
  wait_for_reports();
}

void FailoverTest::stop_trading() {
  address_.closing = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

std::uint64_t FailoverTest::messages_told() const {
  std::uint64_t sum = 0;
  for (const auto& trader : traders_) {
    sum += trader->messages_told();
  }
  return sum;
}

void FailoverTest::wait_until(const std::string& what, const std::function<bool()>& done) const {
  const auto deadline = std::chrono::steady_clock::now() + kFailoverPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      std::string text = "in vain it was waited until " + what;
      for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
        if (pair_->was_started(node)) {
          text += "\nnode " + std::to_string(node) + " wrote:\n" + pair_->log(node);
        }
      }
      throw std::runtime_error{text};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

void FailoverTest::wait_for_reports(std::uint64_t count) {
  const std::uint64_t goal = messages_told() + count;
  wait_until("the clients are told more", [&] { return messages_told() >= goal; });
}

std::size_t FailoverTest::make_whole() {
  std::size_t leader = 0;
  const auto is_whole = [&] {
    for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
      if (const auto code = pair().ended_within(node, Milliseconds{0})) {
        if (*code != kDemoted) {
          throw std::runtime_error{"node " + std::to_string(node) + " ended with " +
                                   std::to_string(*code) + ":\n" + pair().log(node)};
        }
        pair().start(node);
      }
    }
    leader = pair().listens(0) ? 0 : 1;
    return pair().listens(leader) && pair().stands_by(other(leader));
  };
  // A leader that has lost the log already, and does not know it yet, serves nobody.
  do {
    wait_until("one node leads and the other one stands by", is_whole);
    wait_for_reports();
  } while (!is_whole());
  return leader;
}

void FailoverTest::expect_refused(std::size_t node, int code, const std::string& fault) {
  EXPECT_EQ(pair().ended_within(node, kFailoverPatience), code) << pair().log(node);
  EXPECT_THAT(pair().log(node), ::testing::HasSubstr(fault));
}

client::ExecutionReport FailoverTest::execution_of(Broker& broker, const std::string& cl_ord_id) {
  client::ExecutionReport report = broker.next_execution();
  while (report.cl_ord_id != cl_ord_id) {
    report = broker.next_execution();
  }
  return report;
}

template <typename Action>
void FailoverTest::each_trader(Action action) {
  for (const auto& trader : traders_) {
    try {
      action(*trader);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what() << "\n" << trader->recent_traffic();
    }
  }
}

void FailoverTest::finish() {
  const std::size_t leader = make_whole();
  stop_trading();
  each_trader([&](CrashTrader& trader) { trader.settle(pair().fix_port(leader)); });
  each_trader([](CrashTrader& trader) { trader.check_statuses(); });
  each_trader([](CrashTrader& trader) { trader.cancel_all(); });
  if (HasFailure()) {
    std::cout << "the node that leads wrote:\n" << pair().log(leader);
  }
  EXPECT_EQ(pair().terminate(other(leader)), 0) << pair().log(other(leader));
  EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
  expect_all_agree();
}

void FailoverTest::expect_all_agree() {
  const std::size_t survivor = expect_equal_journals();
  const JournalAccount journal = read_journal(pair().wal(survivor));
  const ToldInAll told = expect_told_as_journaled(traders_, journal);
  std::cout << told.reports << " execution reports, " << journal.transactions << " transactions; "
            << told.messages_resent << " messages sent again, " << told.repeated
            << " reports repeated\n";
}

std::vector<FailoverTest::TransactionEnd> FailoverTest::transactions_of(std::size_t node) {
  journal::EnvironmentPool pool;
  journal::JournalReader reader{pair().wal(node), pool};
  std::vector<TransactionEnd> ends;
  while (reader.next()) {
    const journal::Position end = reader.position();
    ends.push_back({.seq = end.last_seq, .chain = end.chain, .time = end.last_timestamp});
  }
  return ends;
}

std::size_t FailoverTest::expect_equal_journals() {
  const std::vector<TransactionEnd> first = transactions_of(0);
  const std::vector<TransactionEnd> second = transactions_of(1);
  const std::size_t common = std::min(first.size(), second.size());
  EXPECT_GT(common, 0U) << "a node has nothing";
  for (std::size_t i = 0; i < common; ++i) {
    if (first[i].seq != second[i].seq || first[i].chain != second[i].chain) {
      ADD_FAILURE() << "the journals differ from event " << first[i].seq.value() << " on";
      break;
    }
  }
  const std::size_t longer = first.size() >= second.size() ? 0 : 1;
  const std::vector<TransactionEnd>& all = longer == 0 ? first : second;
  EXPECT_TRUE(std::is_sorted(all.begin(),
                             all.end(),
                             [](const TransactionEnd& left, const TransactionEnd& right) {
                               return left.time < right.time;
                             }))
      << "time goes back";
  return longer;
}

void FailoverTest::seed(std::size_t to, std::size_t from) {
  const std::vector<TransactionEnd> there = transactions_of(to);
  const std::uint64_t after = there.empty() ? 0 : there.back().seq.value();
  const std::string events =
      journal_tool({"export", "--after", std::to_string(after), pair().wal(from).string()});
  journal_tool({"import", pair().wal(to).string()}, events);
}

std::string FailoverTest::seed_command(std::size_t from) const {
  const std::string tool = BETEX_JOURNAL_PROGRAM;
  return tool + " export --after \"$2\" " + pair_->wal(from).string() + " | " + tool +
         " import \"$1\"";
}

}  // namespace betex::test
