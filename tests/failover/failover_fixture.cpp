#include "tests/failover/failover_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "journal/segment_catalog.h"
#include "tests/crash/journal_account.h"
#include "tests/support/environment.h"

namespace betex::test {
namespace {

constexpr std::uint64_t kTimesWhenLong = 10;
constexpr std::chrono::milliseconds kPollInterval{5};
constexpr std::chrono::milliseconds kToolTimeout{60'000};

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

void FailoverTest::SetUp() {
  if (!etcd_is_installed()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "etcd is not installed; the package is etcd-server";
    GTEST_SKIP() << "etcd is not installed";
  }
}

int FailoverTest::rounds(int in_ci) {
  return in_ci * static_cast<int>(is_long_run() ? kTimesWhenLong : 1);
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
  traders_.address().port = pair_->fix_port(0);
  traders_.address().other_port = pair_->fix_port(1);
}

void FailoverTest::start_cluster(FailoverOptions options, const EtcdOptions& etcd) {
  make_cluster(std::move(options), etcd);
  pair().start(0, {"--init-quorum-log"});
  pair().wait_until_leads(0, kFailoverPatience);
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
}

void FailoverTest::start_trading(std::optional<std::chrono::microseconds> pace) {
  if (traders_.empty()) {
    for (const std::string& comp_id : clients_.comp_ids) {
      traders_.add(comp_id, random_(), clients_.day_file);
    }
  }
  traders_.address().pace = pace.value_or(clients_.pace);
  traders_.start();
  wait_for_reports();
}

void FailoverTest::stop_trading() {
  traders_.stop();
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
  const std::uint64_t goal = traders_.messages_told() + count;
  wait_until("the clients are told more", [&] { return traders_.messages_told() >= goal; });
}

std::optional<std::size_t> FailoverTest::leader_if_whole() {
  for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
    if (const auto code = pair().ended_within(node, Milliseconds{0})) {
      if (*code != kDemoted) {
        throw std::runtime_error{"node " + std::to_string(node) + " ended with " +
                                 std::to_string(*code) + ":\n" + pair().log(node)};
      }
      pair().start(node);
    }
  }
  const std::size_t leader = pair().listens(0) ? 0 : 1;
  return pair().listens(leader) && pair().stands_by(other(leader)) ? std::optional{leader}
                                                                   : std::nullopt;
}

std::size_t FailoverTest::make_whole() {
  std::optional<std::size_t> leader;
  do {
    wait_until("one node leads and the other one stands by",
               [&] { return (leader = leader_if_whole()).has_value(); });
    wait_for_reports();
    leader = leader_if_whole();
  } while (!leader);
  return *leader;
}

void FailoverTest::expect_demotion_of(std::size_t node) {
  pair().wait_until_leads(other(node), kFailoverPatience);
  wait_for_reports();
  EXPECT_EQ(pair().ended_within(node, kFailoverPatience), kDemoted) << pair().log(node);
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

void FailoverTest::finish() {
  const std::size_t leader = make_whole();
  stop_trading();
  traders_.settle(pair().fix_port(leader));
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
  const Told told = traders_.expect_agreement(journal);
  std::cout << told.reports << " execution reports, " << journal.transactions << " transactions; "
            << told.resent << " messages sent again, " << told.repeated << " reports repeated\n";
}

std::vector<FailoverTest::TransactionEnd> FailoverTest::transactions_of(std::size_t node) {
  const std::vector<journal::SegmentName> segments =
      journal::list_segments(pair().wal(node) / journal::kSegmentsFolder);
  journal::EnvironmentPool pool;
  journal::JournalReader reader{
      pair().wal(node), pool, segments.empty() ? journal::EventSeq{1} : segments.front().first_seq};
  std::vector<TransactionEnd> ends;
  while (reader.next()) {
    const journal::Position end = reader.position();
    ends.push_back({.seq = end.last_seq, .chain = end.chain, .time = end.last_timestamp});
  }
  return ends;
}

std::size_t FailoverTest::expect_equal_journals() {
  std::vector<TransactionEnd> first = transactions_of(0);
  std::vector<TransactionEnd> second = transactions_of(1);
  if (first.empty() || second.empty()) {
    ADD_FAILURE() << "a node has nothing";
    return first.empty() ? 1 : 0;
  }
  const journal::EventSeq from = std::max(first.front().seq, second.front().seq);
  for (std::vector<TransactionEnd>* const ends : {&first, &second}) {
    std::erase_if(*ends, [&](const TransactionEnd& end) { return end.seq < from; });
  }
  const std::size_t common = std::min(first.size(), second.size());
  EXPECT_GT(common, 0U) << "one begins where the other one has ended";
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

void FailoverTest::seed_anew(std::size_t to, std::size_t from) {
  journal_tool({"import", pair().wal(to).string()},
               journal_tool({"export", "--with-snapshot", pair().wal(from).string()}));
}

// Whose journal this is says its path, ROOT/NODE/wal.
std::string FailoverTest::seed_command_line() {
  const std::string tool = BETEX_JOURNAL_PROGRAM;
  return "seed_command = 'root=\"${1%/?/wal}\"; "
         "case \"$1\" in */a/wal) from=b ;; *) from=a ;; esac; "
         "case \"$2\" in 0) what=--with-snapshot ;; *) what=\"--after $2\" ;; esac; " +
         tool + " export $what \"$root/$from/wal\" | " + tool + " import \"$1\"'";
}

}  // namespace betex::test
