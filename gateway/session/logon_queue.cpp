#include "gateway/session/logon_queue.h"

#include <algorithm>
#include <utility>

#include "gateway/transport/connection.h"

namespace betex::fix {

namespace {

template <typename Predicate>
std::optional<LogonCandidate> take_if(std::vector<LogonCandidate>& candidates,
                                      const Predicate& predicate) {
  const auto found = std::ranges::find_if(candidates, predicate);
  if (found == candidates.end()) {
    return std::nullopt;
  }
  std::optional<LogonCandidate> taken{std::move(*found)};
  candidates.erase(found);
  return taken;
}

}  // namespace

void LogonQueue::add_unknown(LogonCandidate candidate) {
  unknown_.push_back(std::move(candidate));
}

std::optional<LogonCandidate> LogonQueue::take_unknown(std::uint64_t attempt) {
  return take_if(unknown_, [&](const LogonCandidate& c) { return c.attempt == attempt; });
}

std::optional<LogonCandidate> LogonQueue::take_unknown(const Connection& connection) {
  return take_if(unknown_,
                 [&](const LogonCandidate& c) { return c.connection.get() == &connection; });
}

std::vector<LogonCandidate> LogonQueue::take_all_unknown() {
  return std::exchange(unknown_, {});
}

std::optional<LogonCandidate> LogonQueue::set_next(LogonCandidate candidate) {
  return std::exchange(next_, std::move(candidate));
}

std::optional<LogonCandidate> LogonQueue::take_next() {
  return std::exchange(next_, std::nullopt);
}

bool LogonQueue::drop_next(const Connection& connection) {
  if (!next_ || next_->connection.get() != &connection) {
    return false;
  }
  next_.reset();
  return true;
}

void LogonQueue::close_all() const {
  if (next_) {
    next_->connection->close();
  }
  for (const LogonCandidate& candidate : unknown_) {
    candidate.connection->close();
  }
}

void LogonQueue::probe_sent(matching::MsgSeqNum number, TimePoint now) noexcept {
  probe_ = number;
  probed_at_ = now;
}

bool LogonQueue::is_answer(std::string_view test_req_id) const {
  return probing() && test_req_id == std::to_string(probe_.value());
}

}  // namespace betex::fix
