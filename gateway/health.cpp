#include "gateway/health.h"

namespace betex::gateway {

void Health::watch(std::vector<const AgentRunner*> runners) {
  const std::lock_guard lock{mutex_};
  for (const AgentRunner* runner : runners) {
    watched_.push_back({runner, runner->ticks(), Clock::now()});
  }
}

void Health::watch(const CommandPort& commands) {
  commands_ = &commands;
}

// The commits need no check of their own: a commit that fails ends the process.
std::optional<std::string> Health::why_not_live() const {
  const std::lock_guard lock{mutex_};
  const Clock::time_point now = Clock::now();
  for (Watched& watched : watched_) {
    const std::uint64_t ticks = watched.runner->ticks();
    if (ticks != watched.ticks) {
      watched.ticks = ticks;
      watched.moved_at = now;
    } else if (now - watched.moved_at > kStuckAfter) {
      return "thread " + watched.runner->thread_name() + " has not moved since the last look";
    }
  }
  return std::nullopt;
}

std::optional<std::string> Health::why_not_ready() const {
  switch (phase_.load(std::memory_order_acquire)) {
    case Phase::Recovering:
      return "the journal is being replayed";
    case Phase::Stopping:
      return "the gateway is stopping";
    case Phase::Accepting:
      if (commands_ != nullptr && !commands_->accepts_orders()) {
        return "the disk is nearly full: new orders are refused";
      }
      break;
  }
  return why_not_live();
}

std::optional<std::string> Health::why_not_started() const {
  if (phase_.load(std::memory_order_acquire) == Phase::Recovering) {
    return "the journal is being replayed";
  }
  return std::nullopt;
}

}  // namespace betex::gateway
