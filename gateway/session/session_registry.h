// All sessions that there are, by CompID and by the number that the journal knows them by: finds
// the one that a Logon is for, and whoever refuses it where there is none.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/address_range.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/logon_gate.h"
#include "gateway/transport/refusal_log.h"
#include "matching/types.h"

namespace betex::matching {
struct SessionInfo;
}  // namespace betex::matching

namespace betex::fix {

class FixSession;

// Thread-safe, but for construction and destruction.
class SessionRegistry final : public SessionDirectory {
 public:
  // Who refuses Logons that are no session's. All must outlive the registry.
  SessionRegistry(LogonGate& gate, TransportMetrics& metrics, RefusalLog& refusals);

  // Throws std::invalid_argument when there is a session with this CompID already.
  void add(std::shared_ptr<FixSession> session,
           SessionSettings settings,
           const std::optional<matching::SessionInfo>& known);

  // The journal knows it by this number from now on.
  void name(matching::SessionId id, const std::shared_ptr<FixSession>& session);

  // Where the session may come from from now on. Null: there is none with this CompID.
  [[nodiscard]] std::shared_ptr<FixSession> set_allow_from(
      const std::string& comp_id, const std::vector<gateway::AddressRange>& ranges);

  // The settings of those that are not among `sessions`.
  [[nodiscard]] std::vector<SessionSettings> without(
      const std::vector<SessionSettings>& sessions) const;

  // From where any session may come.
  [[nodiscard]] std::vector<gateway::AddressRange> allow_from() const;

  // Null: none.
  [[nodiscard]] std::shared_ptr<FixSession> find(matching::SessionId id) const;
  [[nodiscard]] std::shared_ptr<FixSession> find(std::string_view comp_id) const;

  [[nodiscard]] std::shared_ptr<ConnectionUser> find(const FieldTable& logon,
                                                     const std::string& address) const override;

  [[nodiscard]] std::vector<std::shared_ptr<FixSession>> all() const;

  // Those that are configured, in the order in which they were added.
  [[nodiscard]] std::vector<std::shared_ptr<FixSession>> configured() const;

  using Impatient = std::function<bool()>;
  using Call = std::function<void(FixSession&, std::function<void()> done)>;

  // Calls it for each session, and waits until all are done: at most for `deadline`, and as long as
  // nobody is `impatient`. Not on an I/O thread.
  void for_each_and_wait(std::chrono::milliseconds deadline,
                         const Impatient& impatient,
                         const Call& call) const;

 private:
  // The settings are those of the last reload; the session's own follow on its strand.
  struct Known {
    std::shared_ptr<FixSession> session;
    SessionSettings settings;
    std::size_t place = 0;  // among all, in the order in which they were added
  };

  // Whoever refuses a Logon, by why.
  const std::shared_ptr<ConnectionUser> unknown_;
  const std::shared_ptr<ConnectionUser> elsewhere_;
  const std::shared_ptr<ConnectionUser> misaddressed_;
  const std::shared_ptr<ConnectionUser> other_version_;

  mutable std::shared_mutex mutex_;
  // Guarded.
  std::map<std::string, Known, std::less<>> by_comp_id_;
  std::map<matching::SessionId, std::shared_ptr<FixSession>> by_id_;
};

}  // namespace betex::fix
