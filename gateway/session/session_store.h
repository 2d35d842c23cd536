// FIX::MessageStore over our own state: QuickFIX asks it for numbers and for what was sent, but
// decides neither. Numbers come from the journal and the session cache.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/session/quickfix.h"
#include "gateway/session/session_cache.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class SessionStore final : public FIX::MessageStore {
 public:
  struct Callbacks {
    // The reports that were sent with numbers in [first, last], in order, those that the cache does
    // not have yet included.
    std::function<std::vector<SessionCache::Message>(matching::MsgSeqNum first,
                                                     matching::MsgSeqNum last)>
        sent_messages;

    // QuickFIX uses the next outbound number for an administrative message. False refuses it.
    std::function<bool(matching::MsgSeqNum number)> use_number;
  };

  SessionStore(const FIX::SessionID& session_id, Callbacks callbacks);

  // Only administrative messages come this way, and no report: their bytes are never needed again.
  bool set(int number, const std::string& message) override;

  // QuickFIX sends no administrative message again, and FIX wants a Reject(3) to be: it is given
  // one as a message of this type, which is nobody's. Whoever sends that on gives it back its own.
  static constexpr const char* kRejectToResend = "U3";

  // The bytes that were sent with numbers from `begin` to `end`. Always one for the last number, or
  // QuickFIX fills the gap with a wrong one: a Heartbeat in place of what is not sent again.
  void get(int begin, int end, std::vector<std::string>& messages) const override;

  int getNextSenderMsgSeqNum() const override { return next_out_; }

  int getNextTargetMsgSeqNum() const override { return next_in_; }

  void setNextSenderMsgSeqNum(int number) override { next_out_ = number; }

  void setNextTargetMsgSeqNum(int number) override { next_in_ = number; }

  void incrNextSenderMsgSeqNum() override { ++next_out_; }

  void incrNextTargetMsgSeqNum() override { ++next_in_; }

  // QuickFIX resets a session whose store was made on another day than the one it works on: ours is
  // as old as what it works on.
  FIX::UtcTimeStamp getCreationTime() const override { return created_; }

  void set_creation_time(const FIX::UtcTimeStamp& time) { created_ = time; }

  // Nothing: a reset is a journaled command (SessionUp{reset}), and both numbers are 1 already when
  // QuickFIX sees the Logon that asked for it. What else may call this has no right to.
  void reset() override {}

  void refresh() override {}

  // What a callback has thrown, once; null: nothing. No exception but QuickFIX's own gets through
  // its functions: it would end the process without a word. Whoever has called QuickFIX throws it
  // on.
  [[nodiscard]] std::exception_ptr take_failure() noexcept {
    return std::exchange(failure_, nullptr);
  }

 private:
  template <typename Action>
  auto guarded(Action action) const -> decltype(action());
  [[nodiscard]] std::string stand_in(int number) const;

  FIX::SessionID session_id_;
  Callbacks callbacks_;
  int next_out_ = 1;
  int next_in_ = 1;
  FIX::UtcTimeStamp created_;
  mutable std::exception_ptr failure_;
};

}  // namespace betex::fix
