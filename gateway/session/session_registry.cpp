#include "gateway/session/session_registry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "gateway/session/fix_session.h"
#include "gateway/session/market_data_session.h"
#include "gateway/transport/strangers.h"
#include "matching/engine.h"

namespace betex::fix {

namespace {

// Who waits looks up so often whether somebody has become impatient.
constexpr std::chrono::milliseconds kLookUp{20};

}  // namespace

template <typename Session>
SessionRegistry<Session>::SessionRegistry(LogonGate& gate,
                                          TransportMetrics& metrics,
                                          RefusalLog& refusals)
    : unknown_{std::make_shared<Strangers>(
          gate, metrics, refusals, "no session has this SenderCompID")},
      elsewhere_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session may not come from there (AllowFrom)")},
      misaddressed_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session has another TargetCompID")},
      other_version_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session speaks another version (BeginString)")},
      other_port_{std::make_shared<Strangers>(gate, metrics, refusals, Session::kElsewhere)} {}

template <typename Session>
std::vector<SessionSettings> SessionRegistry<Session>::take_its_own(
    std::vector<SessionSettings> configured) {
  const std::unique_lock lock{mutex_};
  std::erase_if(configured, [this](const SessionSettings& settings) {
    const bool ours =
        by_comp_id_.contains(settings.comp_id) ||
        (Session::is_for(settings.role) && !of_other_ports_.contains(settings.comp_id));
    if (!ours) {
      of_other_ports_.insert(settings.comp_id);
    }
    return !ours;
  });
  return configured;
}

template <typename Session>
std::vector<SessionSettings> SessionRegistry<Session>::take_over(
    std::vector<SessionSettings> sessions, const Reconfigure& reconfigure) {
  for (SessionSettings& gone : without(sessions)) {
    gone.allow_from.clear();
    sessions.push_back(std::move(gone));
  }
  std::erase_if(sessions, [&](const SessionSettings& settings) {
    const auto known = set_allow_from(settings.comp_id, settings.allow_from);
    if (known != nullptr) {
      reconfigure(*known, settings);
    }
    return known != nullptr;
  });
  return sessions;
}

template <typename Session>
void SessionRegistry<Session>::add(std::shared_ptr<Session> session,
                                   SessionSettings settings,
                                   const std::optional<matching::SessionInfo>& known) {
  const std::string comp_id = settings.comp_id;
  const std::unique_lock lock{mutex_};
  const std::size_t place = by_comp_id_.size();
  if (!by_comp_id_.try_emplace(comp_id, Known{session, std::move(settings), place}).second) {
    throw std::invalid_argument{"there is a FIX session " + comp_id + " already"};
  }
  if (known) {
    by_id_[known->session] = std::move(session);
  }
}

template <typename Session>
void SessionRegistry<Session>::name(matching::SessionId id,
                                    const std::shared_ptr<Session>& session) {
  const std::unique_lock lock{mutex_};
  by_id_[id] = session;
}

template <typename Session>
std::shared_ptr<Session> SessionRegistry<Session>::set_allow_from(
    const std::string& comp_id, const std::vector<gateway::AddressRange>& ranges) {
  const std::unique_lock lock{mutex_};
  const auto found = by_comp_id_.find(comp_id);
  if (found == by_comp_id_.end()) {
    return nullptr;
  }
  found->second.settings.allow_from = ranges;
  return found->second.session;
}

template <typename Session>
std::vector<SessionSettings> SessionRegistry<Session>::without(
    const std::vector<SessionSettings>& sessions) const {
  std::set<std::string_view> comp_ids;
  for (const SessionSettings& settings : sessions) {
    comp_ids.insert(settings.comp_id);
  }
  const std::shared_lock lock{mutex_};
  std::vector<SessionSettings> others;
  for (const auto& [comp_id, known] : by_comp_id_) {
    if (!comp_ids.contains(comp_id)) {
      others.push_back(known.settings);
    }
  }
  return others;
}

template <typename Session>
std::vector<gateway::AddressRange> SessionRegistry<Session>::allow_from() const {
  std::vector<gateway::AddressRange> ranges;
  const std::shared_lock lock{mutex_};
  for (const auto& [comp_id, known] : by_comp_id_) {
    const auto& of_session = known.settings.allow_from;
    ranges.insert(ranges.end(), of_session.begin(), of_session.end());
  }
  return ranges;
}

template <typename Session>
std::shared_ptr<Session> SessionRegistry<Session>::find(matching::SessionId id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

template <typename Session>
std::shared_ptr<Session> SessionRegistry<Session>::find(std::string_view comp_id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_comp_id_.find(comp_id);
  return found == by_comp_id_.end() ? nullptr : found->second.session;
}

template <typename Session>
std::shared_ptr<ConnectionUser> SessionRegistry<Session>::find(const FieldTable& logon,
                                                               const std::string& address) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_comp_id_.find(logon.sender_comp_id());
  if (found == by_comp_id_.end()) {
    return of_other_ports_.contains(logon.sender_comp_id()) ? other_port_ : unknown_;
  }
  const SessionSettings& settings = found->second.settings;
  const bool allowed = std::any_of(settings.allow_from.begin(),
                                   settings.allow_from.end(),
                                   [&](const auto& range) { return range.contains(address); });
  if (!allowed) {
    return elsewhere_;
  }
  if (logon.target_comp_id() != settings.our_comp_id) {
    return misaddressed_;
  }
  if (logon.begin_string() != begin_string(settings.version)) {
    return other_version_;
  }
  return found->second.session;
}

template <typename Session>
std::vector<std::shared_ptr<Session>> SessionRegistry<Session>::all() const {
  const std::shared_lock lock{mutex_};
  std::vector<std::shared_ptr<Session>> sessions;
  for (const auto& [comp_id, known] : by_comp_id_) {
    sessions.push_back(known.session);
  }
  return sessions;
}

template <typename Session>
std::vector<std::shared_ptr<Session>> SessionRegistry<Session>::configured() const {
  const std::shared_lock lock{mutex_};
  std::vector<std::shared_ptr<Session>> sessions(by_comp_id_.size());
  for (const auto& [comp_id, known] : by_comp_id_) {
    if (!known.settings.allow_from.empty()) {
      sessions[known.place] = known.session;
    }
  }
  std::erase(sessions, nullptr);
  return sessions;
}

template <typename Session>
void SessionRegistry<Session>::for_each_and_wait(std::chrono::milliseconds deadline,
                                                 const Impatient& impatient,
                                                 const Call& call) const {
  struct Waiting {  // shared: a session may be done after the deadline
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = 0;
  };

  const auto sessions = all();
  const auto waiting = std::make_shared<Waiting>();
  waiting->left = sessions.size();
  for (const auto& session : sessions) {
    call(*session, [waiting] {
      const std::lock_guard lock{waiting->mutex};
      --waiting->left;
      waiting->changed.notify_one();
    });
  }
  std::unique_lock lock{waiting->mutex};
  const auto end = std::chrono::steady_clock::now() + deadline;
  const auto all_done = [&] { return waiting->left == 0; };
  while (!waiting->changed.wait_for(lock, kLookUp, all_done) && !impatient() &&
         std::chrono::steady_clock::now() < end) {
  }
}

template class SessionRegistry<FixSession>;
template class SessionRegistry<MarketDataSession>;

}  // namespace betex::fix
