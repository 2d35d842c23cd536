#include "gateway/agent/agent_runner.h"

#include <algorithm>
#include <utility>

#include <pthread.h>

#include "gateway/agent/thread_turns.h"
#include "matching/assert.h"

namespace betex::gateway {

namespace {

bool is_thread_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= Agent::kMaxNameLength;
}

}  // namespace

AgentRunner::AgentRunner(AgentRunnerConfig config, WaitStrategy& wait, FailStopHandler on_failure)
    : config_(std::move(config)),
      wait_(wait),
      on_failure_(std::move(on_failure)),
      live_(config_.agents) {
  BETEX_ASSERT(is_thread_name(config_.thread_name) && !live_.empty() && on_failure_);
  for (const Agent* const agent : live_) {
    BETEX_ASSERT(is_thread_name(agent->name()));
  }
}

AgentRunner::~AgentRunner() {
  stop();
  join();
}

void AgentRunner::start() {
  BETEX_ASSERT(!thread_.joinable());
  thread_ = std::thread([this] { run(); });
}

void AgentRunner::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  wait_.signal();
}

void AgentRunner::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void AgentRunner::run() noexcept {
  ::pthread_setname_np(::pthread_self(), config_.thread_name.c_str());
  take_turns(config_.niceness);
  try {
    run_agents();
  } catch (...) {
    on_failure_(current_->name(), std::current_exception());
  }
  ended_.store(true, std::memory_order_release);
}

void AgentRunner::run_agents() {
  for (Agent* const agent : live_) {
    current_ = agent;
    agent->on_start();
  }
  const auto done = [this] { return stopping_.load(std::memory_order_acquire) || live_.empty(); };
  Courtesy courtesy;
  while (!done()) {
    if (config_.niceness > 0) {
      courtesy.make_room();
    }
    if (duty_cycle() == 0) {
      wait_.wait_until([&] { return done() || duty_cycle() > 0; }, next_deadline());
    }
  }
  close_all();
}

std::size_t AgentRunner::duty_cycle() {
  ticks_.store(ticks_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  std::size_t work = 0;
  for (auto at = live_.begin(); at != live_.end();) {
    current_ = *at;
    work += current_->do_work();
    if (current_->finished()) {
      current_->on_close();
      at = live_.erase(at);
      ++work;  // closing feeds the end to the next agent
    } else {
      ++at;
    }
  }
  return work;
}

TimePoint AgentRunner::next_deadline() const {
  TimePoint deadline = std::chrono::steady_clock::now() + config_.max_idle;
  for (const Agent* const agent : live_) {
    deadline = std::min(deadline, agent->next_deadline());
  }
  return deadline;
}

void AgentRunner::close_all() {
  for (Agent* const agent : live_) {
    current_ = agent;
    agent->on_close();
  }
  live_.clear();
}

}  // namespace betex::gateway
