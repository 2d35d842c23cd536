#include "gateway/cluster/node_board.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "gateway/agent/thread_turns.h"
#include "gateway/cluster/lease.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;

constexpr int kLowestPriority = 19;

// The newest one. What the events were is told by the chain: who has gone on with another log, as
// after a restore, has other states by right, and what he says may be old.
std::optional<StateDifference> difference(const NodeNote& here, const NodeNote& there) {
  std::optional<StateDifference> newest;
  if (here.layout != there.layout) {
    return newest;
  }
  for (const StateNote& state : here.states) {
    const auto other = std::ranges::find(there.states, state.seq, &StateNote::seq);
    if (other != there.states.end() && other->chain == state.chain && other->hash != state.hash) {
      newest = StateDifference{.here = state, .there = *other};
    }
  }
  return newest;
}

}  // namespace

NodeBoard::NodeBoard(NodeBoardSettings settings,
                     std::uint64_t config,
                     ClusterFigures& figures,
                     MustNotLead must_not_lead)
    : settings_{std::move(settings)}, figures_{figures}, must_not_lead_{std::move(must_not_lead)} {
  self_.version = settings_.version;
  self_.config = config;
}

void NodeBoard::set_config(std::uint64_t hash) {
  const std::lock_guard lock{mutex_};
  self_.config = hash;
}

void NodeBoard::note_snapshot(const journal::SnapshotHeader& header) {
  if (header.format_version != journal::kFormatVersion) {
    return;
  }
  const StateNote state{.seq = header.last_seq, .chain = header.chain, .hash = header.state_hash};
  const std::lock_guard lock{mutex_};
  std::vector<StateNote>& states = self_.states;
  const auto place = std::ranges::lower_bound(states, state.seq, {}, &StateNote::seq);
  if (place != states.end() && place->seq == state.seq) {
    *place = state;
    return;
  }
  states.insert(place, state);
  if (states.size() > NodeNote::kMostStates) {
    states.erase(states.begin());
  }
}

void NodeBoard::look(KeyValueStore& store) {
  try {
    look_at_all(store);
    complained_ = false;
  } catch (const StoreUnknown&) {
    // Whoever needs the store says so.
  } catch (const StoreRefused& error) {
    if (!std::exchange(complained_, true)) {
      spdlog::warn("this node does not hear what the others say of themselves: {}", error.what());
    }
  }
}

void NodeBoard::look_at_all(KeyValueStore& store) {
  NodeNote self;
  {
    const std::lock_guard lock{mutex_};
    self = self_;
  }
  const std::string of_nodes = nodes_prefix(settings_.prefix);
  const std::string own = node_key(settings_.prefix, settings_.node);
  const std::string text = to_text(self);
  const std::vector<KeyValue> all = store.range(of_nodes);
  // Before anything is compared: what ends this node is to be seen by the others.
  if (std::ranges::find(all, KeyValue{.key = own, .value = text}) == all.end()) {
    store.transact({}, std::array{Put{.key = own, .value = text}}, {});
  }
  std::erase_if(told_, [&](const auto& told) {  // nodes that somebody has taken away
    return std::ranges::find(all, of_nodes + told.first, &KeyValue::key) == all.end();
  });
  bool differs = false;
  for (const KeyValue& entry : all) {
    if (entry.key == own) {
      continue;
    }
    const std::string node = entry.key.substr(of_nodes.size());
    Told& told = told_[node];
    try {
      compare(node, self, parse_node(entry.value, entry.key), told);
    } catch (const JournalError& error) {
      if (std::exchange(told.unread, entry.value) != entry.value) {
        spdlog::warn("what node {} says of itself cannot be read: {}", node, error.sentence());
      }
    }
    differs = differs || told.differing;
  }
  figures_.state_differs.store(differs, std::memory_order_relaxed);
  if (differs && !this_node_leads()) {
    stop_if_the_leader_differs(store);
  }
}

void NodeBoard::compare(const std::string& node,
                        const NodeNote& self,
                        const NodeNote& note,
                        Told& told) {
  if (note.version != self.version && told.version != note.version) {
    spdlog::info(
        "node {} runs version {} of the program, this one {}", node, note.version, self.version);
  }
  told.version = note.version;
  if (note.config == self.config) {
    told.config.reset();
  } else if (const std::pair both{self.config, note.config}; told.config != both) {
    told.config = both;
    spdlog::warn(
        "node {} has another configuration than this one: sessions, accounts, markets or settings "
        "of the exchange; make them the same, for what counts is that of who leads",
        node);
  }
  if (const std::optional<StateDifference> found = difference(self, note)) {
    if (!told.differing) {
      spdlog::error(
          "after event {} node {} has the state {:016x}, and this one {:016x}, by the same events: "
          "a fault of the program; keep the folders of both, and report it",
          found->here.seq.value(),
          node,
          found->there.hash,
          found->here.hash);
    }
    told.differing = found;
  } else if (told.differing &&
             std::ranges::find(note.states, told.differing->there) == note.states.end()) {
    told.differing.reset();
  }
}

bool NodeBoard::this_node_leads() const noexcept {
  return figures_.role.load(std::memory_order_relaxed) == Role::Leader;
}

// Where nobody leads, or a third node, this one may: a key stays when its node has ended, and two
// that differ must not both keep off for it.
void NodeBoard::stop_if_the_leader_differs(KeyValueStore& store) {
  const std::optional<std::string> lease = store.get(settings_.lease_key);
  const std::optional<Holder> holder = lease ? parse_holder(*lease) : std::nullopt;
  const auto told = holder ? told_.find(holder->node) : told_.end();
  if (told == told_.end() || !told->second.differing || this_node_leads()) {
    return;
  }
  const auto& [here, there] = *told->second.differing;
  must_not_lead_(JournalError{
      {.fault = Fault::StateDiffers,
       .what = fmt::format("after event {} this node has the state {:016x}, and node {}, which "
                           "leads, {:016x}, by the same events",
                           here.seq.value(),
                           here.hash,
                           holder->node,
                           there.hash),
       .segment = {}}});
}

NodeBoardThread::NodeBoardThread(NodeBoard& board,
                                 KeyValueStore& store,
                                 std::chrono::milliseconds between_looks)
    : board_{board},
      store_{store},
      between_looks_{between_looks},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

NodeBoardThread::~NodeBoardThread() = default;

void NodeBoardThread::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "board");
  gateway::take_turns(kLowestPriority);
  std::mutex mutex;
  std::condition_variable_any bell;  // nobody rings it but the stop
  std::string failed;
  while (!stop.stop_requested()) {
    try {
      board_.look(store_);
    } catch (const std::exception& error) {
      if (std::exchange(failed, error.what()) != error.what()) {
        spdlog::error("this node does not hear what the others say of themselves: {}", failed);
      }
    }
    std::unique_lock lock{mutex};
    bell.wait_for(lock, stop, between_looks_, [] { return false; });
  }
}

}  // namespace betex::cluster
