// One FIX::Session and all that is peculiar about it, behind calls and callbacks in our own terms.
// QuickFIX does the session layer: it checks, counts, heartbeats, asks for resends and serves them.
// It neither transports nor stores, nor decides about numbers at a logon.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/session/quickfix.h"
#include "gateway/session/quickfix_log.h"
#include "gateway/session/sending_time.h"
#include "gateway/session/session_settings.h"
#include "gateway/session/session_store.h"
#include "gateway/wire/logon_check.h"
#include "matching/types.h"

namespace betex::fix {

// A Reject(3), QuickFIX's or ours, or a BusinessMessageReject(j) of QuickFIX's.
struct RejectFields {
  matching::MsgSeqNum ref_seq_num;  // 45
  std::string ref_msg_type;         // 372
  std::uint32_t ref_tag_id = 0;     // 371; 0: none
  std::uint16_t reason = 0;         // 373 or 380
  std::string text;                 // 58
};

// What QuickFIX does while it is called; on the session's strand, from within the call.
class QuickfixEvents {
 public:
  virtual ~QuickfixEvents() = default;

  // An application message in sequence: its number is used up when this returns.
  virtual void on_application_message(matching::MsgSeqNum number) = 0;

  // QuickFIX would refuse an application message, whose number it has used up, with a j of its own.
  virtual void on_business_reject(const RejectFields& reject) = 0;

  // A Reject(3) is about to use the next outbound number: on_number_used and on_send follow.
  virtual void on_reject(const RejectFields& reject) = 0;

  // 369 of an administrative message that is about to be sent; 0: absent.
  [[nodiscard]] virtual matching::MsgSeqNum last_processed() = 0;

  // The next outbound number is used for an administrative message. False refuses it: the message
  // is not sent.
  virtual bool on_number_used(matching::MsgSeqNum number) = 0;

  virtual void on_send(const std::string& bytes) = 0;

  // QuickFIX wants the connection closed, once what was sent has left.
  virtual void on_disconnect() = 0;
};

// Owned by its session's strand.
class QuickfixSession final : private FIX::Application, private FIX::Responder {
 public:
  // `events` must outlive this object. `sent_messages`: as in SessionStore.
  QuickfixSession(const SessionSettings& settings,
                  const SendingTimeCheck& sending_time,
                  const FIX::DataDictionaryProvider& dictionaries,
                  QuickfixEvents& events,
                  decltype(SessionStore::Callbacks::sent_messages) sent_messages);
  ~QuickfixSession() override;

  // At each connection, before the Logon.
  void start(matching::MsgSeqNum next_out, matching::MsgSeqNum next_in);

  // Answers a Logon that was checked. QuickFIX sees none of it but what it must know, in sequence
  // and sent now: it has nothing left to refuse. `next_in` goes into our 789, where theirs had one.
  // False: the session is not on all the same.
  [[nodiscard]] bool log_on(const Logon& logon, matching::MsgSeqNum next_in);

  // Sends a Logout to a client that is not logged on.
  void refuse_logon(const std::string& text);

  // The client's request for everything from `first` on, as it would send it, for receive().
  // `number` is its own.
  [[nodiscard]] std::string resend_request_for(matching::MsgSeqNum first,
                                               matching::MsgSeqNum number) const;

  // False: QuickFIX could not parse the frame and has done nothing with it.
  [[nodiscard]] bool receive(const std::string& frame);

  // Heartbeats, test requests and time-outs; about once a second.
  void tick();

  // Says that the connection is gone.
  void connection_lost();

  // Starts a Logout; the next tick would, too late for a quick stop.
  void log_out(const std::string& text);

  void reject(const RejectFields& reject);

  [[nodiscard]] bool logged_on();
  [[nodiscard]] bool sent_logout();

  [[nodiscard]] matching::MsgSeqNum next_in() const noexcept;
  void set_next_in(matching::MsgSeqNum number) noexcept;

  // Something has come that does not go through QuickFIX: the client lives.
  void heard() noexcept { heard_ = true; }

  // `number` is the one that it will have.
  void test_request(matching::MsgSeqNum number);

  // Asks for everything from the expected number on.
  void request_resend();

  // The number before it was used by a message that does not go through QuickFIX.
  void set_next_out(matching::MsgSeqNum number) noexcept;

  // Tells QuickFIX, whose timers go by it, when something was heard or sent last that did not go
  // through it: now, if anything was since the last turn. Telling takes a lock and a calendar, too
  // much for each message.
  void end_turn();

 private:
  void onCreate(const FIX::SessionID&) override {}

  void onLogon(const FIX::SessionID&) override {}

  void onLogout(const FIX::SessionID&) override {}

  void toAdmin(FIX::Message& message, const FIX::SessionID&) override;
  void toApp(FIX::Message& message, const FIX::SessionID&) override;

  void fromAdmin(const FIX::Message&, const FIX::SessionID&) override {}

  void fromApp(const FIX::Message& message, const FIX::SessionID&) override;

  bool send(const std::string& bytes) override;
  void disconnect() override;

  class StoreFactory;

  // A failure of ours within the call of QuickFIX that has just returned.
  void throw_what_failed();
  [[nodiscard]] FIX::SessionState& state();

  // The time of a call into QuickFIX that looks at its day: the store's too, or a call in the
  // moment of midnight would find the store to be of another day.
  [[nodiscard]] FIX::UtcTimeStamp now();
  [[nodiscard]] FIX::Message from_client(const char* msg_type, matching::MsgSeqNum number) const;

  QuickfixEvents& events_;
  const SendingTimeCheck sending_time_;
  matching::MsgSeqNum next_expected_;  // 789 of our Logon; 0: absent
  bool connected_ = false;
  bool heard_ = false;  // in this turn, and QuickFIX not told yet
  bool sent_ = false;   // the same
  QuickfixLogFactory logs_;
  std::unique_ptr<StoreFactory> stores_;
  std::unique_ptr<FIX::Session> session_;  // last: it uses all of the above until it is destroyed
};

}  // namespace betex::fix
