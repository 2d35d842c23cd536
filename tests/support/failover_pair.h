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

struct FailoverOptions {
  std::vector<ConfigChange> changes;       // of the shipped gateway.toml, for both
  std::vector<std::string> cluster_lines;  // of [cluster], after what the pair itself says
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

  // The node that listens for FIX; throws std::runtime_error where none does within `most`.
  std::size_t wait_for_leader(Milliseconds most);

  // This node follows another, and is at the log's end.
  void wait_for_standby(std::size_t node, Milliseconds most);

  void kill(std::size_t node);  // SIGKILL, and waits for its end
  int terminate(std::size_t node);
  void pause(std::size_t node);
  void resume(std::size_t node);

  // Its exit code, or minus its signal, if it ends within `most`.
  std::optional<int> ended_within(std::size_t node, Milliseconds most);
  [[nodiscard]] bool running(std::size_t node);

  // Its way to every etcd member.
  void cut(std::size_t node);
  void cut_answers(std::size_t node);
  void mend(std::size_t node);

  [[nodiscard]] std::uint16_t fix_port(std::size_t node) const;
  [[nodiscard]] std::uint16_t http_port(std::size_t node) const;
  [[nodiscard]] const std::filesystem::path& wal(std::size_t node) const;
  [[nodiscard]] ChildProcess& process(std::size_t node);

 private:
  struct Node;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace betex::test
