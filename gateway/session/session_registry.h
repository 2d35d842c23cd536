// All sessions of a server's ports, by CompID and by the number that the journal knows them by:
// finds the one that a Logon is for, and whoever refuses it where there is none.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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

// Thread-safe, but for construction and destruction. `Session` is a FixSession or a
// MarketDataSession.
template <typename Session>
class SessionRegistry final : public SessionDirectory {
 public:
  // Who refuses Logons that are no session's. All must outlive the registry.
  SessionRegistry(LogonGate& gate, TransportMetrics& metrics, RefusalLog& refusals);

  // Of all that are configured those that are on at these ports; the Logons of the others are
  // refused from now on. Whoever has been configured once stays at his ports until the process
  // ends, whatever role a reload gives him: his numbers and reports follow from it.
  [[nodiscard]] std::vector<SessionSettings> take_its_own(std::vector<SessionSettings> configured);

  // Throws std::invalid_argument when there is a session with this CompID already.
  void add(std::shared_ptr<Session> session,
           SessionSettings settings,
           const std::optional<matching::SessionInfo>& known);

  // The journal knows it by this number from now on.
  void name(matching::SessionId id, const std::shared_ptr<Session>& session);

  // As take_its_own() gave them: they may come from where these say, the others from nowhere, and
  // `reconfigure` is called for each that there is. Returns those that there is none for yet.
  using Reconfigure = std::function<void(Session&, const SessionSettings&)>;
  [[nodiscard]] std::vector<SessionSettings> take_over(std::vector<SessionSettings> sessions,
                                                       const Reconfigure& reconfigure);

  // From where any session may come.
  [[nodiscard]] std::vector<gateway::AddressRange> allow_from() const;

  // Null: none.
  [[nodiscard]] std::shared_ptr<Session> find(matching::SessionId id) const;
  [[nodiscard]] std::shared_ptr<Session> find(std::string_view comp_id) const;

  [[nodiscard]] std::shared_ptr<ConnectionUser> find(const FieldTable& logon,
                                                     const std::string& address) const override;

  [[nodiscard]] std::vector<std::shared_ptr<Session>> all() const;

  // Those that are configured, in the order in which they were added.
  [[nodiscard]] std::vector<std::shared_ptr<Session>> configured() const;

  using Impatient = std::function<bool()>;
  using Call = std::function<void(Session&, std::function<void()> done)>;

  // Calls it for each session, and waits until all are done: at most for `deadline`, and as long as
  // nobody is `impatient`. Not on an I/O thread.
  void for_each_and_wait(std::chrono::milliseconds deadline,
                         const Impatient& impatient,
                         const Call& call) const;

 private:
  // The settings are those of the last reload; the session's own follow on its strand.
  struct Known {
    std::shared_ptr<Session> session;
    SessionSettings settings;
    std::size_t place = 0;  // among all, in the order in which they were added
  };

  [[nodiscard]] std::shared_ptr<Session> set_allow_from(
      const std::string& comp_id, const std::vector<gateway::AddressRange>& ranges);
  [[nodiscard]] std::vector<SessionSettings> without(
      const std::vector<SessionSettings>& sessions) const;

  // Whoever refuses a Logon, by why.
  const std::shared_ptr<ConnectionUser> unknown_;
  const std::shared_ptr<ConnectionUser> elsewhere_;
  const std::shared_ptr<ConnectionUser> misaddressed_;
  const std::shared_ptr<ConnectionUser> other_version_;
  const std::shared_ptr<ConnectionUser> other_port_;

  mutable std::shared_mutex mutex_;
  // Guarded.
  std::map<std::string, Known, std::less<>> by_comp_id_;
  std::map<matching::SessionId, std::shared_ptr<Session>> by_id_;
  std::set<std::string, std::less<>> of_other_ports_;  // CompIDs
};

}  // namespace betex::fix
