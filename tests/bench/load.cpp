#include "tests/bench/load.h"

#include <algorithm>
#include <cstddef>
#include <deque>

#include <sys/prctl.h>

#include "tests/bench/session_name.h"
#include "tests/bench/session_poll.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

double percentile(Micros samples, double share) {
  const auto index = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
  std::nth_element(
      samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index), samples.end());
  return samples[index];
}

Load::Load(std::uint16_t port, int sessions) {
  prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: wake when asked to
  for (int i = 0; i < sessions; ++i) {
    sessions_.push_back(std::make_unique<TradingSession>(port, session_name(i)));
  }
}

void Load::round_trip() {
  TradingSession& session = *sessions_.front();
  session.append_order();
  session.flush();
  while (session.receive_news(TradingSession::Wait::Yes) == 0) {
  }
}

double Load::pipeline(std::uint64_t orders, std::uint64_t window) {
  const std::uint64_t each = std::max<std::uint64_t>(1, window / sessions_.size());
  std::vector<std::uint64_t> unanswered(sessions_.size(), 0);
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  // Several in one write, as a busy client does: not one for each answer.
  const auto refill = [&](std::size_t i) {
    if (unanswered[i] > each * 7 / 8) {
      return;
    }
    while (sent < orders && unanswered[i] < each) {
      sessions_[i]->append_order();
      ++unanswered[i];
      ++sent;
    }
    sessions_[i]->flush();
  };
  SessionPoll poll{sessions_};
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    refill(i);
  }
  while (answered < orders) {
    poll.wait(std::chrono::milliseconds{1}, [&](std::size_t i) {
      const std::size_t news = sessions_[i]->receive_news(TradingSession::Wait::No);
      answered += news;
      unanswered[i] -= news;
      refill(i);
    });
  }
  const std::chrono::duration<double> time = Clock::now() - begin;
  return static_cast<double>(orders) / time.count();
}

Load::SentAgain Load::settle() {
  constexpr std::chrono::milliseconds kQuiet{300};
  SessionPoll poll{sessions_};
  const auto begin = Clock::now();
  auto last = begin;
  for (bool quiet = false; !quiet;) {
    quiet = true;
    poll.wait(kQuiet, [&](std::size_t i) {
      sessions_[i]->receive_news(TradingSession::Wait::No);
      last = Clock::now();
      quiet = false;
    });
  }
  SentAgain again{.millis = std::chrono::duration<double, std::milli>(last - begin).count()};
  for (const auto& session : sessions_) {
    again.reports += session->sent_again();
  }
  return again;
}

OpenLoop Load::open_loop(std::uint64_t orders, double rate) {
  std::vector<std::deque<Clock::time_point>> due(sessions_.size());  // of unanswered orders
  OpenLoop result;
  result.times.reserve(orders);
  result.due.reserve(orders);
  SessionPoll poll{sessions_};
  const auto begin = Clock::now();
  const auto due_time = [&](std::uint64_t order) {
    return begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>{static_cast<double>(order) / rate});
  };
  std::uint64_t sent = 0;
  while (result.times.size() < orders) {
    const std::uint64_t first = sent;
    for (const auto now = Clock::now(); sent < orders && due_time(sent) <= now; ++sent) {
      const std::size_t i = sent % sessions_.size();
      sessions_[i]->append_order();
      due[i].push_back(due_time(sent));
    }
    const bool sent_something = sent != first;
    for (std::size_t i = 0; sent_something && i < sessions_.size(); ++i) {
      sessions_[i]->flush();
    }
    const auto wait = sent < orders ? due_time(sent) - Clock::now() : std::chrono::milliseconds{1};
    poll.wait(wait, [&](std::size_t i) {
      const std::size_t news = sessions_[i]->receive_news(TradingSession::Wait::No);
      const auto now = Clock::now();
      for (std::size_t n = 0; n < news; ++n) {
        using AsMicros = std::chrono::duration<double, std::micro>;
        result.times.push_back(AsMicros(now - due[i].front()).count());
        result.due.push_back(AsMicros(due[i].front() - begin).count());
        due[i].pop_front();
      }
      sessions_[i]->flush();
    });
  }
  return result;
}

}  // namespace betex::bench
