// A queue in which addresses take turns: whoever sends many from one address waits behind himself,
// and an address that has sent one waits for one of each other at most.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace betex::fix {

// Owned by one thread, or guarded.
template <typename Job>
class TurnsByAddress {
 public:
  // `id` is the caller's, of no job that waits.
  void push(const std::string& address, std::uint64_t id, Job job) {
    auto found = by_address_.find(address);
    if (found == by_address_.end()) {
      turns_.push_back({.address = address, .jobs = {}});
      found = by_address_.emplace(address, std::prev(turns_.end())).first;
    }
    found->second->jobs.emplace_back(id, std::move(job));
    by_id_.emplace(id, found->second);
  }

  // The next in turn; nothing waits: none.
  std::optional<Job> pop() {
    if (turns_.empty()) {
      return std::nullopt;
    }
    const auto turn = turns_.begin();
    auto [id, job] = std::move(turn->jobs.front());
    turn->jobs.pop_front();
    by_id_.erase(id);
    if (!remove_if_empty(turn)) {
      turns_.splice(turns_.end(), turns_, turn);
    }
    return std::move(job);
  }

  // False: it does not wait any more.
  bool erase(std::uint64_t id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      return false;
    }
    const auto turn = found->second;
    std::erase_if(turn->jobs, [id](const auto& waiting) { return waiting.first == id; });
    by_id_.erase(found);
    remove_if_empty(turn);
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }

 private:
  struct Turn {
    std::string address;
    std::deque<std::pair<std::uint64_t, Job>> jobs;  // never empty between the calls
  };

  using Place = typename std::list<Turn>::iterator;

  bool remove_if_empty(Place turn) {
    if (!turn->jobs.empty()) {
      return false;
    }
    by_address_.erase(turn->address);
    turns_.erase(turn);
    return true;
  }

  std::list<Turn> turns_;  // the next first
  std::unordered_map<std::string, Place> by_address_;
  std::unordered_map<std::uint64_t, Place> by_id_;
};

}  // namespace betex::fix
