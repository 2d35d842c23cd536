// From a connection with a Logon to a market data session that is on; and a second one for a
// session that is on.
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/market_data_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_places.h"
#include "gateway/session/session_right.h"
#include "gateway/transport/transport_limits.h"
#include "matching/assert.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr MsgSeqNum kFirst{1};

}  // namespace

// ---- Who is there -------------------------------------------------------------------------------

void MarketDataSession::logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  asio::post(core_.strand,
             [this,
              self = shared_from_this(),
              connection = std::move(connection),
              frames = std::move(frames)]() mutable {
               if (core_.reading_stopped) {
                 return core_.refuse(*connection, {.text = "the gateway is stopping"});
               }
               identification_.begin(std::move(connection), std::move(frames));
             });
}

// As with other sessions: the newest connection of a client that is known is the one that it uses.
// Whether the one before is dead, a TestRequest tells.
void MarketDataSession::on_candidate(LogonCandidate candidate) {
  candidate.connection->authenticated();
  if (core_.state == SessionState::Off) {
    return begin_logon(std::move(candidate));
  }
  const auto waited = std::chrono::steady_clock::now() - candidate.arrived;
  if (const auto logon = judge(candidate.frames.front(), waited); !logon) {
    return core_.refuse(*candidate.connection, logon.error());
  }
  if (const auto earlier = logons_.set_next(std::move(candidate))) {
    core_.refuse(*earlier->connection, {.text = "a later logon has come"});
  }
  probe_.begin_if_one_waits();
}

void MarketDataSession::on_heartbeat(std::string_view test_req_id) {
  probe_.on_heartbeat(test_req_id);
}

// ---- From its Logon to the answer ---------------------------------------------------------------

void MarketDataSession::begin_logon(LogonCandidate candidate) {
  BETEX_ASSERT(outbound_.unwritten_bytes() == 0 && control_.empty() && !has_place_);
  core_.connection = std::move(candidate.connection);
  inbound_.set_logon_frames(std::move(candidate.frames));
  attempt_ = candidate.attempt;
  right_.set_username(std::move(candidate.username));
  core_.ending = {};
  outbound_.begin();
  const auto logon =
      judge(inbound_.logon_frame(), std::chrono::steady_clock::now() - candidate.arrived);
  if (const std::string why = right_.why_not_let_in(); !why.empty()) {
    core_.log_refusal(*core_.connection, {.text = why});  // the settings are new
    return close_refused();
  }
  if (!logon) {
    return turn_away(logon.error());
  }
  if (const std::string why = why_not_now(); !why.empty()) {
    return turn_away({.text = why});
  }
  has_place_ = market_data_.places.take();
  has_place_ ? go_up(*logon) : turn_away({.text = "too many market data sessions are on"});
}

// All that a Logon must be, whatever the session is like.
tl::expected<Logon, LogonRefusal> MarketDataSession::judge(std::string_view frame,
                                                           std::chrono::nanoseconds waited) {
  core_.fields.read(frame, core_.environment.limits.fields);
  auto logon = check_logon(core_.fields,
                           {.version = core_.settings.version,
                            .limits = core_.settings.logon,
                            .longest_message = kLongestMarketDataBytes,
                            .reset_allowed = true,
                            .reset_required = true});
  if (logon && !core_.sending_time.passes(core_.fields.sending_time(), waited)) {
    return tl::make_unexpected(LogonRefusal{.text = "SendingTime(52) is too far from our clock"});
  }
  return logon;
}

// Why nobody is on at the moment; empty: who has the right may be.
std::string MarketDataSession::why_not_now() const {
  if (!given_up_.empty()) {
    return given_up_;
  }
  return core_.suspended ? "the session is suspended by an operator" : std::string{};
}

// A client that comes and goes all the time takes no more of the log than one that comes once a
// second: it waits.
void MarketDataSession::go_up(const Logon& logon) {
  logon_ = logon;
  core_.state = SessionState::GoingUp;
  publish_standing();
  const auto now = std::chrono::steady_clock::now();
  const auto next = last_up_.value_or(now) + core_.environment.limits.logon_interval;
  if (!last_up_ || now >= next) {
    return submit_up();
  }
  up_timer_.expires_at(next);
  up_timer_.async_wait(
      [this, self = shared_from_this(), attempt = attempt_](const error_code& error) {
        if (!error && attempt == attempt_ && waits_to_go_up()) {
          submit_up();
        }
      });
}

void MarketDataSession::submit_up() {
  last_up_ = std::chrono::steady_clock::now();
  up_asked_ = true;
  control_.submit(matching::SessionUp{.comp_id = matching::Name{core_.settings.comp_id},
                                      .username = matching::Name{right_.username()},
                                      .number = kFirst,
                                      .reset = true});
}

void MarketDataSession::on_went_up(const matching::SessionWentUp& event) {
  if (core_.state != SessionState::GoingUp || !std::exchange(up_asked_, false)) {
    spdlog::error("session {}: went up without having been asked to", core_.settings.comp_id);
    return;
  }
  core_.up = true;
  core_.id = event.session;
  core_.epoch = event.epoch;
  if (!core_.connection || core_.reading_stopped) {
    return end(core_.connection ? SessionDownReason::Shutdown : SessionDownReason::Disconnect);
  }
  if (const std::string why = why_not_now(); !why.empty()) {  // an operator has been quicker
    core_.log_refusal(*core_.connection, {.text = why});
    return answer_by_logout(why);
  }
  answer_logon();
}

void MarketDataSession::answer_logon() {
  inbound_.begin();
  core_.quickfix.start(kFirst, kFirst);
  if (!core_.quickfix.log_on(logon_, kFirst.next()) || core_.ending.is_to_disconnect()) {
    spdlog::error("session {}: QuickFIX refuses a Logon that was checked", core_.settings.comp_id);
    outbound_.end_turn();
    return end(SessionDownReason::Disconnect);
  }
  core_.state = SessionState::On;
  standing_.heard(core_.environment.clock.now());
  publish_standing();
  core_.environment.metrics.logons.add();
  core_.environment.metrics.sessions_on.add();
  spdlog::info("session {}: on, from {}", core_.settings.comp_id, core_.connection->address());
  start_ticking();
  join();
  outbound_.end_turn();
  inbound_.process_frames();
  probe_.begin_if_one_waits();
}

// ---- A Logon that is refused --------------------------------------------------------------------

// Who is known is told why, but not all the time. Nothing is journaled.
void MarketDataSession::turn_away(const LogonRefusal& refusal) {
  core_.log_refusal(*core_.connection, refusal);
  const auto now = std::chrono::steady_clock::now();
  const bool just_answered =
      refusal_answered_ && now - *refusal_answered_ < core_.environment.limits.logon_interval;
  if (just_answered || core_.reading_stopped) {
    return close_refused();
  }
  refusal_answered_ = now;
  answer_by_logout(refusal.text);
}

void MarketDataSession::answer_by_logout(const std::string& text) {
  core_.state = SessionState::GoingUp;
  core_.quickfix.start(kFirst, kFirst);
  core_.quickfix.refuse_logon(text);
  outbound_.end_turn();
  end(core_.ending.down_reason());
}

void MarketDataSession::close_refused() {
  std::exchange(core_.connection, nullptr)->close();
  inbound_.drop_frames();
  become_off();
}

}  // namespace betex::fix
