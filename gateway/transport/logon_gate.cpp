#include "gateway/transport/logon_gate.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

namespace betex::fix {

namespace asio = boost::asio;

namespace {

// Of one origin. A client that is impatient connects again; what it has given up is closed and
// does not count. More are refused unheard, though not sooner than others.
constexpr std::size_t kMaxWaiting = 4;

constexpr std::size_t kMaxIdle = 10'000;
constexpr std::chrono::minutes kRemembered{15};

constexpr std::chrono::minutes kAlarmWindow{10};
constexpr std::uint32_t kAlarmAt = 5;

}  // namespace

std::chrono::milliseconds refusal_delay(std::uint32_t refusals, const TransportLimits& limits) {
  constexpr std::uint32_t kMaxDoublings = 20;
  const std::uint32_t doublings = std::min(refusals == 0 ? 0 : refusals - 1, kMaxDoublings);
  return std::min(limits.first_refusal_delay * (std::uint32_t{1} << doublings),
                  limits.max_refusal_delay);
}

LogonGate::LogonGate(asio::io_context& io,
                     const TransportLimits& limits,
                     Authenticator& authenticator,
                     TransportMetrics& metrics)
    : limits_{limits},
      authenticator_{authenticator},
      metrics_{metrics},
      strand_{io.get_executor()} {}

LogonGate::Ticket LogonGate::enter(Attempt attempt) {
  const Ticket ticket = ++last_ticket_;
  asio::post(strand_, [this, ticket, attempt = std::move(attempt)]() mutable {
    on_enter(ticket, std::move(attempt));
  });
  return ticket;
}

void LogonGate::leave(Ticket ticket) {
  asio::post(strand_, [this, ticket] { on_leave(ticket); });
}

void LogonGate::on_enter(Ticket ticket, Attempt attempt) {
  const Origin origin{.known = attempt.known,
                      .session = std::move(attempt.session),
                      .address = attempt.credentials.address};
  const auto source = sources_.try_emplace(origin, strand_).first;
  std::deque<Waiting>& waiting = source->second.waiting;
  if (waiting.size() >= kMaxWaiting) {
    return refuse_unheard(std::move(attempt.done));
  }
  by_ticket_.emplace(ticket, source);
  waiting.push_back({.ticket = ticket,
                     .credentials = std::move(attempt.credentials),
                     .done = std::move(attempt.done)});
  if (!source->second.busy) {
    begin_next(source);
  }
}

void LogonGate::refuse_unheard(std::function<void(bool right)> done) {
  const auto timer = std::make_shared<asio::steady_timer>(strand_, limits_.first_refusal_delay);
  timer->async_wait([timer, done = std::move(done)](const boost::system::error_code& error) {
    if (!error) {
      done(false);
    }
  });
}

void LogonGate::begin_next(Sources::iterator source) {
  Source& from = source->second;
  from.busy = !from.waiting.empty();
  if (!from.busy) {
    return become_idle(source);
  }
  if (from.idle_place) {
    idle_[source->first.known].erase(*std::exchange(from.idle_place, std::nullopt));
  }
  from.begun = Clock::now();
  const Ticket ticket = from.waiting.front().ticket;
  from.job = authenticator_.authenticate(
      std::move(from.waiting.front().credentials),
      [this, strand = strand_, ticket](const PasswordVerdict& verdict) {
        asio::post(strand, [this, ticket, verdict] { on_checked(ticket, verdict); });
      });
}

void LogonGate::on_checked(Ticket ticket, const PasswordVerdict& verdict) {
  const auto found = by_ticket_.find(ticket);
  const Sources::iterator source = found->second;
  Source& from = source->second;
  from.job.reset();
  if (verdict.right) {
    from.refusals = 0;
    return end_first(source, true);
  }
  ++from.refusals;
  note_refusal(source->first);
  // By when the check began, not by how long it took: who is not checked at all waits as long.
  Clock::time_point time = std::max(from.begun + refusal_delay(from.refusals, limits_),
                                    verdict.turn + limits_.first_refusal_delay);
  for (const auto now = Clock::now(); time < now;) {
    time += limits_.first_refusal_delay;
  }
  from.timer.expires_at(time);
  from.timer.async_wait([this, source](const boost::system::error_code& error) {
    if (!error) {
      end_first(source, false);
    }
  });
}

void LogonGate::end_first(Sources::iterator source, bool right) {
  const auto done = std::move(source->second.waiting.front().done);
  by_ticket_.erase(source->second.waiting.front().ticket);
  source->second.waiting.pop_front();
  if (done) {
    done(right);
  }
  begin_next(source);
}

// What is being hashed, or has been found wrong, takes its time all the same: closing a connection
// is no way to try faster.
void LogonGate::on_leave(Ticket ticket) {
  const auto found = by_ticket_.find(ticket);
  if (found == by_ticket_.end()) {
    return;
  }
  const Sources::iterator source = found->second;
  Source& from = source->second;
  const auto place = std::ranges::find(from.waiting, ticket, &Waiting::ticket);
  const bool under_way = place == from.waiting.begin();
  if (under_way && (!from.job || !authenticator_.drop(*from.job))) {
    place->done = nullptr;
    return;
  }
  from.waiting.erase(place);
  by_ticket_.erase(found);
  if (under_way) {
    begin_next(source);
  }
}

void LogonGate::become_idle(Sources::iterator source) {
  if (source->second.refusals == 0) {
    sources_.erase(source);
    return;
  }
  std::list<Origin>& idle = idle_[source->first.known];
  source->second.idle_since = Clock::now();
  source->second.idle_place = idle.insert(idle.end(), source->first);
  const auto too_old = source->second.idle_since - kRemembered;
  for (auto oldest = sources_.find(idle.front());
       idle.size() > kMaxIdle || oldest->second.idle_since < too_old;
       oldest = sources_.find(idle.front())) {
    sources_.erase(oldest);
    idle.pop_front();
  }
}

void LogonGate::note_refusal(const Origin& origin) {
  metrics_.logons_unproven.add();
  if (!origin.known) {
    return;
  }
  Alarm& alarm = alarms_[origin.session];
  const auto now = Clock::now();
  if (alarm.refusals == 0 || now - alarm.begin > kAlarmWindow) {
    alarm = {.begin = now, .refusals = 0, .next = kAlarmAt};
  }
  if (++alarm.refusals < alarm.next) {
    return;
  }
  alarm.next *= 2;
  metrics_.logon_alarms.add();
  spdlog::error(
      "ALARM: session {}: {} logons within {} minutes with a wrong password or certificate, the "
      "last from {}: somebody guesses, or a client has an old one",
      origin.session,
      alarm.refusals,
      kAlarmWindow.count(),
      origin.address);
}

}  // namespace betex::fix
