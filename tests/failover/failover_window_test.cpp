// The smallest window that a log can have, and batches that need several parts of it: an order that
// takes so many others that what it has led to is no single entry. The leader is stopped when some
// of the parts are there; they count for nothing, and it is decided once.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/client/order_entry.h"
#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/log_texts.h"
#include "tests/crash/journal_account.h"
#include "tests/failover/failover_fixture.h"
#include "tests/support/broker.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

constexpr const char* kPrefix = "/betex/main/";

// One trade is 20 to 40 bytes of an entry, which has 4096 in one part: five parts at least.
constexpr int kOrders = 1'000;
constexpr std::uint64_t kLeastParts = 5;

// A request with a part of the largest size has 6 KB and a half: one of them passes, and a piece of
// the next one.
constexpr std::size_t kOnePartAndAHalf = 10'000;

// What stands in the store of the quorum log.
class LogKeys {
 public:
  explicit LogKeys(EtcdCluster& etcd)
      : store_{cluster::EtcdSettings{.endpoints = etcd.endpoints(), .deadline = kPatience}} {}

  [[nodiscard]] cluster::StoredHead head() {
    const std::string key = cluster::head_key(kPrefix);
    return cluster::parse_head(store_.get(key).value_or(std::string{}), key);
  }

  // None: something else stands in its place.
  [[nodiscard]] std::optional<cluster::SlotNote> note_of(std::uint64_t slot, std::uint64_t ring) {
    const std::string key = cluster::SlotKeys{kPrefix, ring}.note(slot);
    const std::optional<std::string> text = store_.get(key);
    if (!text) {
      return std::nullopt;
    }
    const cluster::SlotNote note = cluster::parse_note(*text, key);
    return note.slot == slot ? std::optional{note} : std::nullopt;
  }

  // Of the batches whose ends are among the newest entries.
  [[nodiscard]] std::uint64_t most_parts() {
    constexpr std::uint64_t kNewest = 32;
    const cluster::StoredHead stored = head();
    std::uint64_t most = 0;
    for (std::uint64_t i = 0; i < std::min(kNewest, stored.head.slot); ++i) {
      const auto note = note_of(stored.head.slot - i, stored.ring);
      most = std::max(most, note ? note->part + 1 : 0);
    }
    return most;
  }

  // Parts of a batch whose last one is not there: they stand behind the log's end.
  [[nodiscard]] bool has_parts_behind_its_end() {
    const cluster::StoredHead stored = head();
    return note_of(stored.head.slot + 1, stored.ring).has_value();
  }

 private:
  cluster::EtcdClient store_;
};

// What one of the two was told of its trades; again, by whoever leads next, is once.
struct Told {
  std::set<std::string> exec_ids;
  std::int64_t quantity = 0;
};

class FailoverWindowTest : public FailoverTest {
 protected:
  void start() {
    start_cluster({.cluster_lines = {"append_bytes = 4_096",
                                     "window_bytes = 262_144",
                                     "window_slots = 1_024",
                                     "stall_exit_ms = 4_000",
                                     seed_command_line()}});
    log_on(0);
  }

  // Where they are not on with that node already.
  void log_on(std::size_t node) {
    for (Broker* const broker : {&maker_, &taker_}) {
      if (node_ != node) {
        broker->session().disconnect();
        broker->log_on(pair().fix_port(node));
      }
    }
    node_ = node;
  }

  // Of different quantities, which compress less well than the same ones.
  void rest_many_orders() {
    ++sweeps_;
    quantity_ = 0;
    for (int i = 0; i < kOrders; ++i) {
      const int quantity = 1 + static_cast<int>(pick(5'000));
      quantity_ += quantity;
      maker_.send(order("M" + std::to_string(sweeps_) + "-" + std::to_string(i),
                        client::Side::BackOrBuy,
                        quantity));
    }
    for (int accepted = 0; accepted < kOrders;) {
      const client::ExecutionReport report = maker_.next_execution();
      ASSERT_NE(report.exec_type, '8') << report.text;
      accepted += report.exec_type == '0' && is_of_this_sweep(report) ? 1 : 0;
    }
  }

  // By one order, that is one transaction.
  void take_them_all() {
    taker_.send(order("T" + std::to_string(sweeps_), client::Side::LayOrSell, quantity_));
  }

  // Both are told of each trade, once, by whoever leads by then. Returns the node that leads.
  std::size_t expect_all_taken() {
    const auto deadline = std::chrono::steady_clock::now() + kFailoverPatience;
    Told maker;
    Told taker;
    for (;;) {
      std::optional<std::size_t> leader;
      wait_until("one node leads and the other one stands by",
                 [&] { return (leader = leader_if_whole()).has_value(); });
      try {
        log_on(*leader);
        hear(maker_, maker);
        hear(taker_, taker);
        return *leader;
      } catch (const client::ClientError&) {  // it had lost the log, and did not know it yet
        node_.reset();
        if (std::chrono::steady_clock::now() >= deadline) {
          throw;
        }
        std::this_thread::sleep_for(milliseconds{10});
      }
    }
  }

  // The window moves on over such batches, and whoever follows comes along. Returns the node that
  // leads.
  std::size_t fill_the_window(LogKeys& keys) {
    constexpr int kMost = 20;
    std::size_t leader = 0;
    for (int i = 0; i < kMost && keys.head().head.oldest == 1; ++i) {
      rest_many_orders();
      take_them_all();
      leader = expect_all_taken();
      EXPECT_GE(keys.most_parts(), kLeastParts) << "the batch is too small for what is tested";
    }
    EXPECT_GT(keys.head().head.oldest, 1U);
    return leader;
  }

  void end(std::size_t leader) {
    EXPECT_EQ(pair().terminate(other(leader)), 0) << pair().log(other(leader));
    EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
    const JournalAccount journal = read_journal(pair().wal(expect_equal_journals()));
    EXPECT_TRUE(journal.accepted_twice.empty()) << *journal.accepted_twice.begin();
    EXPECT_EQ(journal.orders.size(), static_cast<std::size_t>(sweeps_) * (kOrders + 1));
    for (const auto& [id, order] : journal.orders) {
      EXPECT_FALSE(order.live) << id;
    }
  }

 private:
  static client::NewOrder order(std::string id, client::Side side, std::int64_t quantity) {
    return {.cl_ord_id = std::move(id),
            .symbol = "RAIN-LON",
            .side = side,
            .quantity = std::to_string(quantity),
            .price = "0.40",
            .time_in_force = client::TimeInForce::GoodTillCancel};
  }

  // "M3-17" rests in the third one, and "T3" takes.
  [[nodiscard]] bool is_of_this_sweep(const client::ExecutionReport& report) const {
    const std::string number = std::to_string(sweeps_);
    return report.cl_ord_id == "T" + number || report.cl_ord_id.starts_with("M" + number + "-");
  }

  // Up to the last trade of this sweep.
  void hear(Broker& broker, Told& told) const {
    while (told.quantity < quantity_) {
      const client::ExecutionReport report = broker.next_execution();
      if (report.exec_type == 'F' && is_of_this_sweep(report) &&
          told.exec_ids.insert(report.exec_id).second) {
        told.quantity += std::stoll(report.last_qty);
      }
    }
    EXPECT_EQ(told.quantity, quantity_);
    EXPECT_EQ(told.exec_ids.size(), static_cast<std::size_t>(kOrders));
  }

  Broker maker_{"BROKER1"};
  Broker taker_{"BROKER2"};
  std::optional<std::size_t> node_;  // that both are on with
  int sweeps_ = 0;
  std::int64_t quantity_ = 0;  // of the orders that rest
};

TEST_F(FailoverWindowTest, ALeaderIsStoppedBetweenThePartsOfABatch) {
  enum class Then : std::uint8_t { Killed, CutOff, Mended };
  constexpr std::array kThen{Then::Killed, Then::Mended, Then::CutOff};
  start();
  LogKeys keys{etcd()};
  std::size_t leader = fill_the_window(keys);
  int between_parts = 0;  // so often it was stopped there
  const int wanted = rounds(2);
  for (int round = 0; between_parts < wanted && round < 4 * wanted; ++round) {
    rest_many_orders();
    for (std::size_t member = 0; member < etcd().size(); ++member) {
      pair().link(leader, member).cut_after(kOnePartAndAHalf);
    }
    take_them_all();
    // By each member it comes a part or two farther, and by none to the end; when the lease is
    // over, the other node takes their place.
    wait_until("some parts are there, or another node leads",
               [&] { return keys.has_parts_behind_its_end() || pair().listens(other(leader)); });
    between_parts += keys.has_parts_behind_its_end() ? 1 : 0;
    switch (kThen.at(static_cast<std::size_t>(round) % kThen.size())) {
      case Then::Killed:
        pair().kill(leader);
        // What is on its way comes late, or never.
        if (pick(2) == 0) {
          pair().mend(leader);
        }
        pair().wait_until_leads(other(leader), kFailoverPatience);
        pair().start(leader);
        break;
      case Then::CutOff:
        pair().wait_until_leads(other(leader), kFailoverPatience);
        break;
      case Then::Mended:
        std::this_thread::sleep_for(between(milliseconds{0}, milliseconds{2'500}));
        break;
    }
    pair().mend(leader);
    leader = expect_all_taken();
  }
  EXPECT_EQ(between_parts, wanted) << "the leader was stopped before the first part, or behind all";
  end(leader);
}

}  // namespace
}  // namespace betex::test
