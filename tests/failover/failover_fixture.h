// A replicated cluster under load, and the judges of what becomes of it: the clients' own records,
// and both nodes' journals.
//
// BETEX_FAILOVER_SEED=N repeats a run's random choices; BETEX_LONG=1 does everything ten times as
// often.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "journal/format.h"
#include "tests/crash/crash_traders.h"
#include "tests/support/broker.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/failover_pair.h"

namespace betex::test {

// How long things take that must happen, on a machine that is busy with other tests and members.
inline constexpr std::chrono::seconds kFailoverPatience{120};

// Of each client, from one request to the next: the two nodes and three members may have two
// processors together, and a leader that gets none loses its lease.
inline constexpr std::chrono::microseconds kPace{4'000};

// What a demoted leader ends with.
inline constexpr int kDemoted = 69;

// What a node ends with that will not start: its journal and the quorum log are not what they
// should be; or what it was asked for is not.
inline constexpr int kCorrupt = 65;
inline constexpr int kConfiguration = 78;

class FailoverTest : public testing::Test {
 public:
  using Milliseconds = std::chrono::milliseconds;

 protected:
  FailoverTest();

  // Skips where etcd is not installed, and CI is not set.
  void SetUp() override;

  // Three members; nothing of a gateway is started.
  void make_cluster(FailoverOptions options = {}, const EtcdOptions& etcd = {});

  // The same, and node 0 leads and node 1 stands by.
  void start_cluster(FailoverOptions options = {}, const EtcdOptions& etcd = {});

  // ---- Clients, each a thread, that know both nodes' ports

  // To be changed before the cluster is made.
  struct Clients {
    std::vector<std::string> comp_ids{"BROKER1", "BROKER2", "BROKER3", "BROKER4"};
    // Of each, from one request to the next: the two nodes and three members may have two
    // processors together, and a leader that gets none loses its lease.
    std::chrono::microseconds pace = kPace;
    std::filesystem::path day_file;      // of CrashTrader; empty: there is none
    std::uint64_t segment_events = 500;  // a few batches, so that failovers meet rotations, too
  };

  Clients clients_;

  // They may stop, and go on later. `pace`: another one than clients_ has.
  void start_trading(std::optional<std::chrono::microseconds> pace = std::nullopt);
  void stop_trading();

  // To all of them together, so far.
  [[nodiscard]] std::uint64_t messages_told() const { return traders_.messages_told(); }

  // Returns when the clients have been told so many messages more: somebody serves them.
  void wait_for_reports(std::uint64_t count = 200);

  // ---- The cluster, in disorder

  // Starts what has been demoted again, as systemd does; a node that has ended otherwise is an
  // exception. The node that leads, if the other one stands by; it may be one that has lost the log
  // and does not know it yet.
  std::optional<std::size_t> leader_if_whole();

  // The same until there is one, and it serves. Only while the clients trade.
  std::size_t make_whole();

  // Another node leads and serves, and this one, which did, has been demoted.
  void expect_demotion_of(std::size_t node);

  // Returns when `done` is true; throws, with `what`, where it does not become so.
  void wait_until(const std::string& what, const std::function<bool()>& done) const;

  // It ends with this code and names this fault of the journal's.
  void expect_refused(std::size_t node, int code, const std::string& fault);

  // The report of an order or a request, behind what else is told, also again.
  [[nodiscard]] static client::ExecutionReport execution_of(Broker& broker,
                                                            const std::string& cl_ord_id);

  // ---- At the end

  // Stops trading on a cluster that is whole, has the clients settle with the node that leads,
  // stops both nodes, and judges: see expect_all_agree().
  void finish();

  // No client has a reason to complain; what they were told is what the surviving journal has, no
  // more and no less; no order acted twice; the nodes' journals agree as far as both go. Both nodes
  // have ended.
  void expect_all_agree();

  // Each transaction's end in the journal of a node that has ended.
  struct TransactionEnd {
    journal::EventSeq seq;
    journal::Chain chain;
    journal::Timestamp time;
  };

  [[nodiscard]] std::vector<TransactionEnd> transactions_of(std::size_t node);

  // As far as both go they are the same, and times never go back; one that was seeded with a
  // snapshot begins later. Returns the node whose journal goes on longer. Both have ended.
  std::size_t expect_equal_journals();

  // ---- Moving a journal's end from one node to another that has ended, as an operator does

  void seed(std::size_t to, std::size_t from);

  // The same for a node that has nothing yet: a snapshot, and what comes behind it.
  void seed_anew(std::size_t to, std::size_t from);

  // The line of [cluster] by which a node does either from the other one's journal.
  [[nodiscard]] static std::string seed_command_line();

  // ---- Chance

  [[nodiscard]] std::uint64_t pick(std::uint64_t count) { return random_() % count; }

  Milliseconds between(Milliseconds least, Milliseconds most);

  // So many in CI, ten times as many with BETEX_LONG=1.
  [[nodiscard]] static int rounds(int in_ci);

  [[nodiscard]] EtcdCluster& etcd() { return *etcd_; }

  [[nodiscard]] FailoverPair& pair() { return *pair_; }

  [[nodiscard]] const CrashTraders& traders() const { return traders_; }

  [[nodiscard]] static std::size_t other(std::size_t node) { return 1 - node; }

 private:
  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::unique_ptr<EtcdCluster> etcd_;
  std::unique_ptr<FailoverPair> pair_;
  CrashTraders traders_;
};

}  // namespace betex::test
