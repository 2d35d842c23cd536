// What nodes of a replicated cluster tell each other besides the log: each has a key in the store
// that says which program it runs, a hash of the configuration that all must have alike, and what
// its engine had come to after its newest snapshots. Nobody waits for it: it may be late, or dead.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/log_texts.h"
#include "journal/errors.h"
#include "journal/format.h"

namespace betex::cluster {

struct NodeBoardSettings {
  std::string prefix;  // "/betex/SHARD/"
  std::string node;
  std::string lease_key;  // says who leads
  std::string version;    // of this program; without blanks
};

// After the same events.
struct StateDifference {
  StateNote here;
  StateNote there;
};

// look() by one thread; the rest by any.
class NodeBoard {
 public:
  // Another node, which leads, has come to another state by the same events: this one must not
  // lead. On the thread of look(), again each time.
  using MustNotLead = std::function<void(const journal::JournalError&)>;

  // `config`: hash of what all nodes must have alike. `figures`, which must outlive it, says
  // whether this node leads, and is told whether a state differs.
  NodeBoard(NodeBoardSettings settings,
            std::uint64_t config,
            ClusterFigures& figures,
            MustNotLead must_not_lead);

  // It has been read anew.
  void set_config(std::uint64_t hash);

  // There is this snapshot. In whichever order; those of other versions of the format don't count.
  void note_snapshot(const journal::SnapshotHeader& header);

  // Puts this node's key where that does not say what it should, reads the others', and tells what
  // does not fit together, each thing once. What the store throws is not passed on: it is tried
  // again next time.
  void look(KeyValueStore& store);

 private:
  // What was told of another node.
  struct Told {
    std::string unread;                                             // its value
    std::string version;                                            // its
    std::optional<std::pair<std::uint64_t, std::uint64_t>> config;  // this node's, and its
    // Until it does not say so any more: this node forgets its own state sooner.
    std::optional<StateDifference> differing;
  };

  void look_at_all(KeyValueStore& store);
  void compare(const std::string& node, const NodeNote& self, const NodeNote& note, Told& told);
  [[nodiscard]] bool this_node_leads() const noexcept;
  void stop_if_the_leader_differs(KeyValueStore& store);

  const NodeBoardSettings settings_;
  ClusterFigures& figures_;
  const MustNotLead must_not_lead_;
  std::mutex mutex_;  // guards self_
  NodeNote self_;

  // ---- Of look()
  std::map<std::string, Told> told_;  // by node
  bool complained_ = false;           // of a refusal, since the last look that succeeded
};

// The thread "board", of the lowest priority: looks at once, and then every few seconds.
class NodeBoardThread {
 public:
  // Both must outlive it; the store is this thread's alone.
  NodeBoardThread(NodeBoard& board,
                  KeyValueStore& store,
                  std::chrono::milliseconds between_looks = std::chrono::seconds{3});

  // Ends the thread, within the deadline of the store's calls.
  ~NodeBoardThread();
  NodeBoardThread(const NodeBoardThread&) = delete;
  NodeBoardThread& operator=(const NodeBoardThread&) = delete;
  NodeBoardThread(NodeBoardThread&&) = delete;
  NodeBoardThread& operator=(NodeBoardThread&&) = delete;

  // Does not wait for its end.
  void ask_to_end() noexcept { thread_.request_stop(); }

 private:
  void run(const std::stop_token& stop);

  NodeBoard& board_;
  KeyValueStore& store_;
  const std::chrono::milliseconds between_looks_;
  std::jthread thread_;
};

}  // namespace betex::cluster
