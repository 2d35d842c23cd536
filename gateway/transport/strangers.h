// Takes the Logons that are no session's, or not from where they come: refuses them as it refuses a
// wrong password, after the same time, so that nobody learns which sessions there are.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/transport/connection.h"
#include "gateway/transport/logon_gate.h"

namespace betex::fix {

// *Thread-safe.*
class Strangers final : public ConnectionUser {
 public:
  // All must outlive it. `why` they are refused, for the log; static storage.
  Strangers(LogonGate& gate, TransportMetrics& metrics, RefusalLog& refusals, std::string_view why)
      : gate_{gate}, metrics_{metrics}, refusals_{refusals}, why_{why} {}

  void logon(std::shared_ptr<Connection> connection, InboundFrames frames) override;

  void receive(Connection& /*connection*/, InboundFrames /*frames*/) override {}

  // It is refused in its own time, whatever it has sent behind its Logon.
  void unreadable(Connection& /*connection*/, std::string /*why*/) override {}

  void written(Connection& /*connection*/,
               std::size_t /*bytes*/,
               std::size_t /*reports*/) override {}

  void closed(Connection& connection) override;

 private:
  LogonGate& gate_;
  TransportMetrics& metrics_;
  RefusalLog& refusals_;
  const std::string_view why_;
  std::mutex mutex_;
  std::map<const Connection*, LogonGate::Ticket> waiting_;  // guarded
};

}  // namespace betex::fix
