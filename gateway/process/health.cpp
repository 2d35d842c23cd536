#include "gateway/process/health.h"

#include <algorithm>
#include <utility>

namespace betex::gateway {

void Health::watch(std::vector<const AgentRunner*> runners) {
  const std::lock_guard lock{mutex_};
  for (const AgentRunner* runner : runners) {
    watched_.push_back({runner, nullptr, Movement{runner->ticks(), now_()}});
  }
}

void Health::watch_while_there(const AgentRunner& runner, const EventConsumer& consumer) {
  const std::lock_guard lock{mutex_};
  watched_.push_back({&runner, &consumer, Movement{runner.ticks(), now_()}});
}

void Health::watch(const CommandPort& commands) {
  commands_ = &commands;
}

void Health::watch(const gateway::Clock& clock) {
  clock_ = &clock;
}

void Health::watch_commits(std::function<std::optional<std::string>()> why_stalled) {
  why_stalled_ = std::move(why_stalled);
}

void Health::wait_for(std::string why) {
  const std::lock_guard lock{mutex_};
  waits_for_ = std::move(why);
}

std::string Health::why_recovering() const {
  const std::lock_guard lock{mutex_};
  return waits_for_.empty() ? "the journal is being replayed" : waits_for_;
}

std::string Health::why_standby() const {
  const std::lock_guard lock{mutex_};
  return waits_for_.empty() ? "standby" : "standby: " + waits_for_;
}

// The commits need no check of their own: a commit that fails ends the process.
std::optional<std::string> Health::why_not_live() const {
  const std::lock_guard lock{mutex_};
  const Movement::Steady::time_point now = now_();
  for (Watched& watched : watched_) {
    const bool stuck = watched.movement.is_stuck(watched.runner->ticks(), now);
    if (stuck && (watched.consumer == nullptr || !watched.consumer->away())) {
      return "thread " + watched.runner->thread_name() + " has not moved since the last look";
    }
  }
  return std::nullopt;
}

std::optional<std::string> Health::why_not_ready() const {
  switch (phase_.load(std::memory_order_acquire)) {
    case Phase::Recovering:
      return why_recovering();
    case Phase::Standby:
      return why_standby();
    case Phase::Stopping:
      return "the gateway is stopping";
    case Phase::Accepting:
      if (commands_ != nullptr && !commands_->accepts_orders()) {
        return "the disk is nearly full: new orders are refused";
      }
      if (clock_ != nullptr && !clock_->certain()) {
        return "the machine's clock was set far from session time: new orders are refused, cancels "
               "are not; the log says what to do";
      }
      if (auto why = why_stalled_ ? why_stalled_() : std::nullopt) {
        return why;
      }
      break;
  }
  return why_not_live();
}

std::optional<std::string> Health::why_not_started() const {
  if (phase_.load(std::memory_order_acquire) == Phase::Recovering) {
    return why_recovering();
  }
  return std::nullopt;
}

std::optional<std::string> Health::remark() const {
  using Steady = Movement::Steady;
  const Steady::duration stops_at{stops_at_.load(std::memory_order_relaxed)};
  if (stops_at == Steady::duration{} || phase() != Phase::Accepting) {
    return std::nullopt;
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(Steady::time_point{stops_at} - now_());
  return "stopping in " + std::to_string(std::max<std::int64_t>(left.count(), 0)) + " s";
}

}  // namespace betex::gateway
