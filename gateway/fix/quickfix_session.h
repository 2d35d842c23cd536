// One FIX::Session and all that is peculiar about it, behind calls and callbacks in our own terms.
// QuickFIX does the session layer: it checks, counts, heartbeats, asks for resends and serves them.
// It neither transports nor stores, nor decides about numbers at a logon.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/fix/quickfix.h"
#include "gateway/fix/quickfix_log.h"
#include "gateway/fix/sending_time.h"
#include "gateway/fix/session_settings.h"
#include "gateway/fix/session_store.h"
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

  // Before a Logon is given to receive().
  void start(matching::MsgSeqNum next_out, matching::MsgSeqNum next_in);

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

  [[nodiscard]] matching::MsgSeqNum next_in();
  void set_next_in(matching::MsgSeqNum number);

  // Something has come that does not go through QuickFIX: the client lives.
  void heard();

  // `number` is the one that it will have.
  void test_request(matching::MsgSeqNum number);

  // Asks for everything from the expected number on.
  void request_resend();

  // The number before it was used by a message that does not go through QuickFIX.
  void set_next_out(matching::MsgSeqNum number);

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

  [[nodiscard]] FIX::SessionState& state();

  QuickfixEvents& events_;
  const SendingTimeCheck sending_time_;
  bool connected_ = false;
  QuickfixLogFactory logs_;
  std::unique_ptr<StoreFactory> stores_;
  std::unique_ptr<FIX::Session> session_;  // last: it uses all of the above until it is destroyed
};

}  // namespace betex::fix
