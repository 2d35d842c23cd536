// A session as the journal knows it, its commands to the journal, and its timer; and what joins its
// parts. README.md says where the rest of it is.
#include "gateway/session/fix_session.h"

#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "matching/engine.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::CommandBody;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr std::chrono::seconds kTick{1};

// So long between two ticks: the machine was suspended, or this process stopped.
constexpr std::chrono::nanoseconds kAbsence = std::chrono::seconds{5};

constexpr const char* kLoggedOutByOperator = "Logged out by the operator";

template <typename Body>
bool is_kind(std::uint16_t command_kind) {
  return command_kind == matching::kCommandKind<Body>;
}

}  // namespace

FixSession::FixSession(SessionSettings settings,
                       const SessionEnvironment& environment,
                       const OrderEnvironment& orders,
                       const std::optional<matching::SessionInfo>& known)
    : core_{
          std::move(settings),
          environment,
          orders,
          *this,
          [this](MsgSeqNum first, MsgSeqNum last) { return outbound_.sent_messages(first, last); },
          [this] { return shared_from_this(); }},
      outbound_{core_, *this, known},
      inbound_{core_, *this, outbound_},
      control_{core_,
               {.none_waits = [this] { run_what_waits(); },
                .retried =
                    [this] {
                      inbound_.process_frames();
                      finish_if_done();
                    }}},
      reset_{core_.settings.reset_schedule},
      reset_timer_{core_.strand},
      right_{core_, logons_},
      identification_{
          core_, logons_, [this](LogonCandidate candidate) { on_candidate(std::move(candidate)); }},
      probe_{core_, logons_, inbound_, outbound_},
      tick_timer_{core_.strand} {
  if (known) {
    core_.id = known->session;
    core_.suspended = known->suspended;
    inbound_.set_expected(known->next_in);
    take_epoch(known->epoch);
    reset_.recover(known->epoch_began);
    if (known->up) {
      standing_.was_up();
    }
  }
  publish_standing();
}

FixSession::~FixSession() = default;

void FixSession::take_epoch(matching::SessionEpoch epoch) {
  if (epoch != core_.epoch) {
    reset_.epoch_begun();
  }
  core_.epoch = epoch;
  outbound_.begin_epoch();
}

// ---- For others ---------------------------------------------------------------------------------

void FixSession::publish_standing() {
  standing_.publish({.state = core_.state,
                     .epoch = core_.epoch,
                     .next_in = inbound_.expected(),
                     .last_out = outbound_.numbers().last(),
                     .reserved_to = outbound_.numbers().reserved_to(),
                     .delivered = outbound_.delivered(),
                     .queue_bytes = outbound_.unwritten_bytes(),
                     .peer = core_.connection ? std::string_view{core_.connection->address()}
                                              : std::string_view{}});
}

CounterpartyState FixSession::counterparty() const {
  CounterpartyState state = standing_.state();
  state.comp_id = matching::Name{core_.settings.comp_id};
  state.role = core_.settings.role;
  return state;
}

// ---- From the journal ---------------------------------------------------------------------------

void FixSession::notify(gateway::SessionNotice notice) {
  asio::post(core_.strand,
             [this, self = shared_from_this(), notice = std::move(notice)] { on_notice(notice); });
}

void FixSession::on_notice(const gateway::SessionNotice& notice) {
  if (const auto* went_up = std::get_if<matching::SessionWentUp>(&notice)) {
    on_went_up(*went_up);
  } else if (const auto* reserved = std::get_if<matching::NumbersReserved>(&notice)) {
    on_numbers_reserved(*reserved);
  } else if (const auto* numbers = std::get_if<matching::SessionNumbersSet>(&notice)) {
    on_numbers_set(*numbers);
  } else if (std::holds_alternative<matching::SessionLoggedOut>(notice)) {
    on_logged_out_by_operator();
  } else if (std::holds_alternative<matching::SessionSuspended>(notice)) {
    core_.suspended = true;
  } else if (std::holds_alternative<matching::SessionResumed>(notice)) {
    core_.suspended = false;
  } else if (const auto* rejected = std::get_if<matching::CommandRejected>(&notice)) {
    on_command_rejected(*rejected);
  }
  publish_standing();
}

void FixSession::on_logged_out_by_operator() {
  spdlog::warn("session {}: logged out by an operator", core_.settings.comp_id);
  if (core_.state == SessionState::Reserving) {
    core_.ending.by_logout();
    refusal_.text = kLoggedOutByOperator;  // its Logon is answered by that
  } else if (core_.is_on()) {
    core_.ending.by_logout();
    core_.ending.note(SessionEnd::Operator);
    core_.send_logout(kLoggedOutByOperator);
    outbound_.end_turn();
  }
}

void FixSession::on_numbers_reserved(const matching::NumbersReserved& event) {
  if (event.epoch != core_.epoch) {
    return;
  }
  outbound_.numbers().set_reserved_to(event.up_to);
  outbound_.numbers().block_answered();
  if (core_.state == SessionState::Reserving) {
    answer();
  } else if (core_.is_on()) {
    outbound_.send_waiting_reports();
    outbound_.end_turn();
  }
}

// Of what the session has told of itself. An operator's request that names it, or that it has
// brought itself, is answered by a report.
void FixSession::on_command_rejected(const matching::CommandRejected& event) {
  if (!event.request_id.empty()) {
    return;
  }
  const bool up = is_kind<matching::SessionUp>(event.command);
  const bool reserve = is_kind<matching::ReserveNumbers>(event.command);
  const bool reset = is_kind<matching::SetSessionNumbers>(event.command);
  spdlog::error("session {}: command of kind {} refused by the engine: {}",
                core_.settings.comp_id,
                event.command,
                matching::to_text(event.reason));
  if (reserve) {
    outbound_.numbers().block_answered();
  }
  if (reset && core_.state == SessionState::Resetting) {
    become_off();
  } else if (!core_.connection) {
    core_.state = up && core_.state == SessionState::GoingUp ? SessionState::Off : core_.state;
    run_what_waits();
  } else if (up && core_.state == SessionState::GoingUp) {
    core_.log_refusal(*core_.connection, {.text = "the engine does not take it"});
    close_refused();
  } else if (reserve && (core_.state == SessionState::Reserving || core_.is_on())) {
    core_.ending.note(SessionEnd::NoNumbers);
    end(SessionDownReason::Disconnect);
  }
}

// ---- Once a second ------------------------------------------------------------------------------

void FixSession::start_ticking() {
  last_tick_ = core_.environment.clock.now();
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([this, self = shared_from_this()](const error_code& error) {
    if (!error) {
      tick();
    }
  });
}

void FixSession::tick() {
  if (!core_.is_on()) {
    return;
  }
  if ((core_.environment.clock.now() - last_tick_).value() > kAbsence.count() ||
      waits_for_logon()) {
    core_.quickfix.heard();  // nobody has listened: what the client said may still be unread
  }
  core_.quickfix.tick();
  outbound_.look_after_proof();
  inbound_.request_missing_again();
  core_.log_out_if_reject_is_late();
  core_.ending.disconnect_if_time_is_over(std::chrono::steady_clock::now());
  outbound_.end_turn();
  outbound_.check_slow_reader();
  if (core_.ending.is_to_disconnect()) {
    core_.ending.note(SessionEnd::NoHeartbeat);
    return end(core_.ending.down_reason());
  }
  start_ticking();
  publish_standing();
}

// ---- Session commands: never dropped, never out of order, never waited for ----------------------

void FixSession::submit_control(matching::CommandBody body) {
  control_.submit(std::move(body));
}

void FixSession::on_no_credit() {
  control_.retry_soon();
}

// ---- Between its parts, its connection and QuickFIX ---------------------------------------------

void FixSession::receive(Connection& connection, InboundFrames frames) {
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

void FixSession::unreadable(Connection& connection, std::string why) {
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

void FixSession::written(Connection& connection, std::size_t bytes, std::size_t reports) {
  asio::dispatch(core_.strand,
                 [this,
                  self = shared_from_this(),
                  connection = connection.shared_from_this(),
                  bytes,
                  reports] {
                   if (connection == core_.connection && !dropping_) {
                     outbound_.on_written(bytes, reports);
                     inbound_.process_frames();
                     outbound_.end_turn();
                     finish_if_done();
                     publish_standing();
                   }
                 });
}

// What is dropped here is made again at the next logon: the cursor has not passed it.
void FixSession::deliver(gateway::ReportDelivery delivery) {
  asio::post(core_.strand,
             [this, self = shared_from_this(), delivery = std::move(delivery)]() mutable {
               if (!outbound_.is_subscribed(delivery.subscription) || !core_.is_on() ||
                   core_.quickfix.sent_logout()) {
                 return;
               }
               if (delivery.epoch == core_.epoch) {
                 inbound_.durable(delivery.durable_in);
               }
               outbound_.deliver(std::move(delivery));
               publish_standing();
             });
}

// Of a logon that has ended nobody wants more: the word that it has may have come before its
// request did.
void FixSession::tell_again(gateway::ReplayPortion portion) {
  asio::post(core_.strand,
             [this, self = shared_from_this(), portion = std::move(portion)]() mutable {
               if (!outbound_.is_subscribed(portion.subscription) || !core_.is_on() ||
                   core_.quickfix.sent_logout()) {
                 core_.orders.replays->leave(core_.id, portion.subscription);
                 return;
               }
               outbound_.tell_again(std::move(portion));
               publish_standing();
             });
}

// A Logon that is refused brings no receipt: what was sent before it may still be on its way.
MsgSeqNum FixSession::last_processed() {
  return refusal_.text.empty() ? inbound_.last_processed() : MsgSeqNum{};
}

void FixSession::on_resend_ended(MsgSeqNum number) {
  inbound_.request_missing_below(number, false);
}

void FixSession::go_on_reading() {
  inbound_.process_frames();
}

void FixSession::on_application_message(MsgSeqNum number) {
  inbound_.on_application_message(number);
}

void FixSession::on_business_reject(const RejectFields& reject) {
  inbound_.on_business_reject(reject);
}

void FixSession::on_reject(const RejectFields& reject) {
  inbound_.on_reject(reject);
}

bool FixSession::on_number_used(MsgSeqNum number) {
  return outbound_.on_number_used(number);
}

void FixSession::on_send(const std::string& bytes) {
  outbound_.append(bytes);
}

void FixSession::on_disconnect() {
  core_.ending.disconnect();
}

}  // namespace betex::fix
