// Two gateways of one replicated cluster, "a" and "b", as processes with a journal each, whose ways
// to etcd can be cut. They never outlive the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/etcd_cluster.h"
#include "tests/support/faulty_link.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

// These lines take the place of what a gateway.toml has in its table [cluster], and of the tables
// in it.
void write_cluster(const std::filesystem::path& config, const std::vector<std::string>& lines);

struct FailoverOptions {
  std::vector<ConfigChange> changes;       // of the shipped gateway.toml, for both
  std::vector<std::string> cluster_lines;  // of [cluster]; they win over what the pair itself says
  std::vector<std::string> arguments;      // of the command line, for both
  std::string program;                     // empty: betex-gateway
};

// *Owned by one thread, which must outlive it.*
class FailoverPair {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // Nothing is started yet. Ports of the gateways are fixed here, and stay.
  FailoverPair(EtcdCluster& etcd, const FailoverOptions& options = {});
  ~FailoverPair();
  FailoverPair(const FailoverPair&) = delete;
  FailoverPair& operator=(const FailoverPair&) = delete;
  FailoverPair(FailoverPair&&) = delete;
  FailoverPair& operator=(FailoverPair&&) = delete;

  // Does not wait for anything. `environment`: NAME=value each; `arguments` after all others.
  void start(std::size_t node,
             const std::vector<std::string>& arguments = {},
             const std::vector<std::string>& environment = {});

  // It has said that it listens for FIX, and runs, or is paused. A leader that another one has
  // taken over from may listen still.
  [[nodiscard]] bool listens(std::size_t node);

  // It has said that it follows another node, and runs, and does not listen.
  [[nodiscard]] bool stands_by(std::size_t node);

  // The node that listens for FIX and is not paused; the one that began last where both do. Throws
  // std::runtime_error, with what the nodes have written, where none does within `most`. So do the
  // next two, also where the node ends.
  std::size_t wait_for_leader(Milliseconds most);
  void wait_until_leads(std::size_t node, Milliseconds most);

  // This node follows another.
  void wait_for_standby(std::size_t node, Milliseconds most);

  void kill(std::size_t node);  // SIGKILL, and waits for its end
  int terminate(std::size_t node);
  void pause(std::size_t node);
  void resume(std::size_t node);

  // Its exit code, or minus its signal, if it ends within `most`; else it goes on.
  std::optional<int> ended_within(std::size_t node, Milliseconds most);
  [[nodiscard]] bool running(std::size_t node);
  [[nodiscard]] bool was_started(std::size_t node) const;

  // Its way to every etcd member, and to one.
  void cut(std::size_t node);
  void cut_requests(std::size_t node);
  void cut_answers(std::size_t node);
  void mend(std::size_t node);
  [[nodiscard]] FaultyLink& link(std::size_t node, std::size_t member);

  [[nodiscard]] std::uint16_t fix_port(std::size_t node) const;
  [[nodiscard]] std::uint16_t http_port(std::size_t node) const;
  [[nodiscard]] const std::filesystem::path& wal(std::size_t node) const;

  // Its gateway.toml, a copy of the shipped one beside copies of all other files of config/, which
  // may be changed while it does not run.
  [[nodiscard]] const std::filesystem::path& config(std::size_t node) const;

  // Of a node that was started: what it has written to standard error since it was last.
  [[nodiscard]] std::string log(std::size_t node) const;
  [[nodiscard]] ChildProcess& process(std::size_t node);

 private:
  struct Node;
  [[nodiscard]] Node& started(std::size_t node) const;
  void look(Node& node);
  template <typename Condition>
  void wait_for(const std::string& what, Milliseconds most, Condition condition);
  [[nodiscard]] std::string logs() const;

  const FailoverOptions options_;
  TempFolder folder_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::uint64_t times_listened_ = 0;
};

}  // namespace betex::test
