// A market data session as the journal and md know it, its timer, and what joins its parts. The
// header says where the rest of it is.
#include "gateway/session/market_data_session.h"

#include <numeric>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/transport_limits.h"
#include "matching/engine.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using gateway::MarketDataMessage;
using matching::MsgSeqNum;

namespace {

constexpr std::chrono::seconds kTick{1};

// So long between two ticks: the machine was suspended, or this process stopped.
constexpr std::chrono::nanoseconds kAbsence = std::chrono::seconds{5};

constexpr const char* kLoggedOutByOperator = "Logged out by the operator";

// In bytes, about: its exact size only its encoding tells.
std::size_t size_of(const MarketDataMessage& message) noexcept {
  constexpr std::size_t kReport = 512;
  const auto* const body = std::get_if<gateway::MarketDataBody>(&message);
  return body == nullptr ? kReport : body->fields.size();
}

}  // namespace

// One logon, as md has it. What md sends after its end is dropped.
class MarketDataSession::Outlet final : public gateway::MarketDataOutlet,
                                        public std::enable_shared_from_this<Outlet> {
 public:
  Outlet(const std::shared_ptr<MarketDataSession>& session, std::shared_ptr<UnsentBytes> unsent)
      : session_{session}, unsent_{std::move(unsent)} {}

  void send(std::vector<MarketDataMessage> messages) override {
    const auto session = session_.lock();
    if (session == nullptr) {
      return;
    }
    const std::size_t bytes = std::accumulate(
        messages.begin(),
        messages.end(),
        std::size_t{0},
        [](std::size_t sum, const MarketDataMessage& message) { return sum + size_of(message); });
    unsent_->given(bytes);
    asio::post(session->core_.strand,
               [session, self = shared_from_this(), bytes, messages = std::move(messages)] {
                 session->take(self, bytes, messages);
               });
  }

  [[nodiscard]] std::size_t unsent_bytes() const noexcept override { return unsent_->value(); }

  void log_out(std::string text) override {
    if (const auto session = session_.lock()) {
      asio::post(session->core_.strand,
                 [session, self = shared_from_this(), text = std::move(text)] {
                   if (session->outlet_ == self) {
                     session->log_out_now(SessionEnd::SlowReader, text);
                   }
                 });
    }
  }

  void taken(std::size_t bytes) noexcept { unsent_->taken(bytes); }

 private:
  const std::weak_ptr<MarketDataSession> session_;  // md may outlive the server
  const std::shared_ptr<UnsentBytes> unsent_;
};

MarketDataSession::MarketDataSession(SessionSettings settings,
                                     const SessionEnvironment& environment,
                                     const MarketDataEnvironment& market_data,
                                     const std::optional<matching::SessionInfo>& known)
    : core_{std::move(settings),
            environment,
            *this,
            [](MsgSeqNum /*first*/, MsgSeqNum /*last*/) {
              return std::vector<SessionCache::Message>{};  // nothing is kept
            },
            [this] { return shared_from_this(); }},
      market_data_{market_data},
      outbound_{core_},
      inbound_{core_, *this, outbound_},
      control_{
          core_,
          {.none_waits = [this] { run_what_waits(); }, .retried = [this] { finish_if_done(); }}},
      up_timer_{core_.strand},
      right_{core_, logons_},
      identification_{
          core_, logons_, [this](LogonCandidate candidate) { on_candidate(std::move(candidate)); }},
      probe_{core_, logons_, inbound_, outbound_},
      tick_timer_{core_.strand} {
  if (known) {
    core_.id = known->session;
    core_.epoch = known->epoch;
    core_.suspended = known->suspended;
    if (known->up) {
      standing_.was_up();
    }
  }
  publish_standing();
}

MarketDataSession::~MarketDataSession() = default;

// ---- For others ---------------------------------------------------------------------------------

void MarketDataSession::publish_standing() {
  standing_.publish({.state = core_.state,
                     .epoch = core_.epoch,
                     .next_in = inbound_.expected(),
                     .last_out = outbound_.last(),
                     .reserved_to = {},
                     .delivered = {},
                     .queue_bytes = outbound_.unwritten_bytes(),
                     .peer = core_.connection ? std::string_view{core_.connection->address()}
                                              : std::string_view{}});
}

CounterpartyState MarketDataSession::counterparty() const {
  CounterpartyState state = standing_.state();
  state.comp_id = matching::Name{core_.settings.comp_id};
  state.role = core_.settings.role;
  return state;
}

// ---- From the journal ---------------------------------------------------------------------------

void MarketDataSession::notify(gateway::SessionNotice notice) {
  asio::post(core_.strand,
             [this, self = shared_from_this(), notice = std::move(notice)] { on_notice(notice); });
}

void MarketDataSession::on_notice(const gateway::SessionNotice& notice) {
  if (const auto* went_up = std::get_if<matching::SessionWentUp>(&notice)) {
    on_went_up(*went_up);
  } else if (const auto* numbers = std::get_if<matching::SessionNumbersSet>(&notice)) {
    core_.epoch = numbers->epoch;  // of the numbers there is nothing to set
  } else if (std::holds_alternative<matching::SessionLoggedOut>(notice)) {
    log_out_now(SessionEnd::Operator, kLoggedOutByOperator);
  } else if (std::holds_alternative<matching::SessionSuspended>(notice)) {
    core_.suspended = true;
    on_suspended();
  } else if (std::holds_alternative<matching::SessionResumed>(notice)) {
    core_.suspended = false;
  } else if (const auto* rejected = std::get_if<matching::CommandRejected>(&notice)) {
    on_command_rejected(*rejected);
  }
  publish_standing();
}

// It has nothing that it could still do.
void MarketDataSession::on_suspended() {
  log_out_now(SessionEnd::Operator, why_not_now());
}

// Unless it is not on, or was told already.
void MarketDataSession::log_out_now(SessionEnd cause, const std::string& text) {
  if (!core_.is_on() || core_.quickfix.sent_logout()) {
    return;
  }
  spdlog::warn("session {}: logged out: {}", core_.settings.comp_id, text);
  core_.ending.by_logout();
  core_.ending.note(cause);
  core_.send_logout(text);
  outbound_.end_turn();
}

// Of what the session has told of itself.
void MarketDataSession::on_command_rejected(const matching::CommandRejected& event) {
  if (!event.request_id.empty()) {
    return;
  }
  spdlog::error("session {}: command of kind {} refused by the engine: {}",
                core_.settings.comp_id,
                event.command,
                matching::to_text(event.reason));
  const bool up = event.command == matching::kCommandKind<matching::SessionUp>;
  if (!up || core_.state != SessionState::GoingUp || !std::exchange(up_asked_, false)) {
    return;
  }
  if (core_.connection) {
    core_.log_refusal(*core_.connection, {.text = "the engine does not take it"});
    return close_refused();
  }
  become_off();
}

// ---- Once a second ------------------------------------------------------------------------------

void MarketDataSession::start_ticking() {
  last_tick_ = core_.environment.clock.now();
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([this, self = shared_from_this()](const error_code& error) {
    if (!error) {
      tick();
    }
  });
}

void MarketDataSession::tick() {
  if (!core_.is_on()) {
    return;
  }
  if ((core_.environment.clock.now() - last_tick_).value() > kAbsence.count()) {
    core_.quickfix.heard();  // nobody has listened: what the client said may still be unread
  }
  core_.quickfix.tick();
  core_.ending.disconnect_if_time_is_over(std::chrono::steady_clock::now());
  outbound_.end_turn();
  if (outbound_.close_who_reads_nothing()) {
    return;
  }
  if (core_.ending.is_to_disconnect()) {
    core_.ending.note(SessionEnd::NoHeartbeat);
    return end(core_.ending.down_reason());
  }
  start_ticking();
  publish_standing();
}

// ---- From and to md -----------------------------------------------------------------------------

void MarketDataSession::join() {
  outlet_ = std::make_shared<Outlet>(shared_from_this(), outbound_.unsent());
  subscriber_ = market_data_.feed.join(outlet_);
}

void MarketDataSession::take(const std::shared_ptr<Outlet>& from,
                             std::size_t bytes,
                             const std::vector<MarketDataMessage>& messages) {
  const bool of_this_logon = from == outlet_;
  if (of_this_logon) {
    outbound_.send(messages);
    outbound_.end_turn();
  }
  from->taken(bytes);
  if (of_this_logon && core_.ending.is_to_disconnect()) {
    end(core_.ending.down_reason());
  }
}

void MarketDataSession::ask(gateway::MarketDataRequest request) {
  market_data_.feed.ask(subscriber_, std::move(request));
}

void MarketDataSession::ask(const gateway::SecurityListQuery& query) {
  market_data_.feed.ask(subscriber_, query);
}

void MarketDataSession::on_resend_filled() {
  market_data_.feed.resend_was_filled(subscriber_);
}

void MarketDataSession::give_up(std::string text) {
  asio::post(core_.strand, [this, self = shared_from_this(), text = std::move(text)] {
    given_up_ = text;
    log_out_now(SessionEnd::NoMarketData, text);
  });
}

// ---- The right to be on -------------------------------------------------------------------------

void MarketDataSession::reconfigure(const SessionSettings& settings,
                                    std::shared_ptr<asio::ssl::context> tls) {
  asio::post(core_.strand, [this, self = shared_from_this(), settings, tls = std::move(tls)] {
    core_.settings.take_over(settings);
    inbound_.set_throttle(settings.throttle);
    right_.set_tls(tls);
    if (right_.is_taken_from_who_is_on()) {
      outbound_.end_turn();
      end(matching::SessionDownReason::Logout);
    }
  });
}

// ---- Between its parts, its connection and QuickFIX ---------------------------------------------

void MarketDataSession::receive(Connection& connection, InboundFrames frames) {
  asio::post(core_.strand,
             [this,
              self = shared_from_this(),
              connection = connection.shared_from_this(),
              frames = std::move(frames)]() mutable {
               if (connection == core_.connection && core_.is_on()) {
                 standing_.heard(core_.environment.clock.now());
                 inbound_.receive(std::move(frames));
                 publish_standing();
               }
             });
}

void MarketDataSession::unreadable(Connection& connection, std::string why) {
  asio::post(core_.strand,
             [this,
              self = shared_from_this(),
              connection = connection.shared_from_this(),
              why = std::move(why)] {
               if (connection == core_.connection && core_.is_on()) {
                 core_.end_by_logout(why);
                 inbound_.process_frames();
               }
             });
}

void MarketDataSession::written(Connection& connection,
                                std::size_t bytes,
                                std::size_t /*reports*/) {
  asio::dispatch(
      core_.strand,
      [this, self = shared_from_this(), connection = connection.shared_from_this(), bytes] {
        if (connection == core_.connection) {
          outbound_.on_written(bytes);
          inbound_.process_frames();
          finish_if_done();
        }
      });
}

void MarketDataSession::on_reject(const RejectFields& /*reject*/) {
  core_.environment.metrics.messages_refused.add();
}

bool MarketDataSession::on_number_used(MsgSeqNum number) {
  outbound_.on_number_used(number);
  return true;
}

void MarketDataSession::on_send(const std::string& bytes) {
  outbound_.append(bytes);
}

void MarketDataSession::on_disconnect() {
  core_.ending.disconnect();
}

}  // namespace betex::fix
