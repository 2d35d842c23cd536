#include "tests/sim/clients/fix_client.h"

#include <charconv>
#include <thread>
#include <utility>

#include "gateway/client/error.h"
#include "tests/sim/clients/bodies.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::Clock;
using std::chrono::milliseconds;

constexpr milliseconds kLogonTimeout{5'000};
constexpr milliseconds kIdle{200};    // how long one who asks for nothing looks for messages
constexpr milliseconds kClosing{20};  // and then for the end
constexpr milliseconds kMostUntilRetry{300};
constexpr std::size_t kTrafficKept = 100;  // messages
constexpr std::size_t kBodiesKept = 64;

std::uint32_t number_of(std::string_view frame) {
  constexpr std::string_view kTag =
      "\x01"
      "34=";
  const std::size_t at = frame.find(kTag) + kTag.size();
  std::uint32_t number = 0;
  std::from_chars(frame.data() + at, frame.data() + frame.size(), number);
  return number;
}

}  // namespace

FixClient::FixClient(ClientSettings settings, client::Dialect dialect, Witness& witness)
    : settings_{std::move(settings)},
      witness_{witness},
      random_{settings_.seed, settings_.comp_id},
      session_{{.dialect = dialect,
                .sender = settings_.comp_id,
                .password = client::Password{kPassword}},
               store_} {
  session_.observe(
      [this](client::Traffic traffic, std::string_view frame) { note(traffic, frame); });
  witness_.joins(settings_.comp_id);
}

std::vector<std::string> FixClient::recent_traffic() const {
  std::vector<std::string> lines;
  for (const std::string& line : traffic_) {
    lines.push_back(comp_id() + " " + line.substr(0, 1) + " " +
                    client::readable(std::string_view{line}.substr(1)));
  }
  return lines;
}

void FixClient::add_fault(std::string what) {
  witness_.fault(comp_id(), what);
  faults_.push_back(std::move(what));
}

void FixClient::live(const Exchange& exchange) {
  while (!ended_ && !may_leave(exchange)) {
    bool lost = false;
    try {
      step(exchange);
    } catch (const client::HistoryMismatch& error) {
      add_fault(error.what());
      ended_ = true;
    } catch (const client::ProtocolError& error) {
      add_fault(error.what());
      ended_ = true;
    } catch (const client::ClientError&) {
      lost = true;  // the gateway is gone, or not there yet, or the network is
    }
    if (lost) {
      session_.disconnect();
      lost_connection();
      std::this_thread::sleep_for(milliseconds{random_.between(1, kMostUntilRetry.count())});
    }
  }
  session_.disconnect();
}

bool FixClient::may_leave(const Exchange& exchange) {
  if (!exchange.closing) {
    return false;
  }
  if (!closing_since_) {
    closing_since_ = Clock::now();
  }
  if (all_is_answered()) {
    witness_.is_settled(comp_id());
    if (witness_.may_leave(comp_id())) {
      witness_.leaves(comp_id(), its_record());
      return true;
    }
  }
  if (Clock::now() - *closing_since_ > settings_.patience) {
    add_fault(all_is_answered() ? "cannot leave: " + witness_.why_it_stays(comp_id())
                                : "waits for answers: " + what_is_outstanding());
    ended_ = true;
  }
  return false;
}

void FixClient::step(const Exchange& exchange) {
  if (!session_.logged_on()) {
    log_on(exchange);
  } else if (!whims_.empty()) {
    const Whim whim = whims_.front();
    whims_.pop_front();
    follow(whim, exchange);
  } else if (exchange.closing || (requests_sent_ >= settings_.requests && !must_act())) {
    take_for(exchange.closing ? kClosing : kIdle);
  } else {
    if (may_act()) {
      act();
    }
    take_for(milliseconds{random_.between(0, 2 * settings_.pace.count())});
  }
}

// Half of the time it goes on at once, with the gaps of both sides still open.
void FixClient::log_on(const Exchange& exchange) {
  while (session_.waiting() > 0) {  // of the connection before
    take_for(milliseconds{0});
  }
  session_.logon(line_.open(port_of(exchange), kLogonTimeout), reset(), kLogonTimeout);
  was_on_ = true;
  logged_on();
  if (random_.chance(50)) {
    session_.synchronise(kLogonTimeout);
  }
}

void FixClient::take_for(milliseconds time) {
  const Clock::time_point deadline = Clock::now() + time;
  do {
    while (const auto message = session_.receive(deadline - Clock::now())) {
      take_one(*message);
    }
  } while (Clock::now() < deadline);
}

void FixClient::take_one(const client::Message& message) {
  ++messages_told_;
  take(message);
}

// ---- Its messages, as they go over the line

void FixClient::note(client::Traffic traffic, std::string_view frame) {
  traffic_.push_back((traffic == client::Traffic::Sent ? ">" : "<") + std::string{frame});
  if (traffic_.size() > kTrafficKept) {
    traffic_.pop_front();
  }
  if (traffic == client::Traffic::Received || traffic == client::Traffic::ReceivedAboveGap) {
    bodies_.insert_or_assign(number_of(frame), body_of(frame));
    if (bodies_.size() > kBodiesKept) {
      bodies_.erase(bodies_.begin());
    }
  } else if (traffic == client::Traffic::ReceivedDuplicate) {
    compare_with_first(frame);
  }
}

// A message that is sent again says what it said; a gap fill may take its place.
void FixClient::compare_with_first(std::string_view frame) {
  const std::uint32_t number = number_of(frame);
  const auto first = bodies_.find(number);
  const std::string body = body_of(frame);
  if (first != bodies_.end() && body != first->second && !body.starts_with("35=4")) {
    add_fault("message " + std::to_string(number) + " says another thing when it is sent again: " +
              client::readable(body) + " and not " + client::readable(first->second));
  }
}

}  // namespace betex::sim
