#include "gateway/session/session_registry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "gateway/session/fix_session.h"
#include "gateway/transport/strangers.h"
#include "matching/engine.h"

namespace betex::fix {

namespace {

// Who waits looks up so often whether somebody has become impatient.
constexpr std::chrono::milliseconds kLookUp{20};

}  // namespace

SessionRegistry::SessionRegistry(LogonGate& gate, TransportMetrics& metrics, RefusalLog& refusals)
    : unknown_{std::make_shared<Strangers>(
          gate, metrics, refusals, "no session has this SenderCompID")},
      elsewhere_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session may not come from there (AllowFrom)")},
      misaddressed_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session has another TargetCompID")},
      other_version_{std::make_shared<Strangers>(
          gate, metrics, refusals, "the session speaks another version (BeginString)")} {}

void SessionRegistry::add(std::shared_ptr<FixSession> session,
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

void SessionRegistry::name(matching::SessionId id, const std::shared_ptr<FixSession>& session) {
  const std::unique_lock lock{mutex_};
  by_id_[id] = session;
}

std::shared_ptr<FixSession> SessionRegistry::set_allow_from(
    const std::string& comp_id, const std::vector<gateway::AddressRange>& ranges) {
  const std::unique_lock lock{mutex_};
  const auto found = by_comp_id_.find(comp_id);
  if (found == by_comp_id_.end()) {
    return nullptr;
  }
  found->second.settings.allow_from = ranges;
  return found->second.session;
}

std::vector<SessionSettings> SessionRegistry::without(
    const std::vector<SessionSettings>& sessions) const {
  const std::shared_lock lock{mutex_};
  std::vector<SessionSettings> others;
  for (const auto& [comp_id, known] : by_comp_id_) {
    if (std::ranges::count(sessions, comp_id, &SessionSettings::comp_id) == 0) {
      others.push_back(known.settings);
    }
  }
  return others;
}

std::vector<gateway::AddressRange> SessionRegistry::allow_from() const {
  std::vector<gateway::AddressRange> ranges;
  const std::shared_lock lock{mutex_};
  for (const auto& [comp_id, known] : by_comp_id_) {
    const auto& of_session = known.settings.allow_from;
    ranges.insert(ranges.end(), of_session.begin(), of_session.end());
  }
  return ranges;
}

std::shared_ptr<FixSession> SessionRegistry::find(matching::SessionId id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<FixSession> SessionRegistry::find(std::string_view comp_id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_comp_id_.find(comp_id);
  return found == by_comp_id_.end() ? nullptr : found->second.session;
}

std::shared_ptr<ConnectionUser> SessionRegistry::find(const FieldTable& logon,
                                                      const std::string& address) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_comp_id_.find(logon.sender_comp_id());
  if (found == by_comp_id_.end()) {
    return unknown_;
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

std::vector<std::shared_ptr<FixSession>> SessionRegistry::all() const {
  const std::shared_lock lock{mutex_};
  std::vector<std::shared_ptr<FixSession>> sessions;
  for (const auto& [comp_id, known] : by_comp_id_) {
    sessions.push_back(known.session);
  }
  return sessions;
}

std::vector<std::shared_ptr<FixSession>> SessionRegistry::configured() const {
  const std::shared_lock lock{mutex_};
  std::vector<std::shared_ptr<FixSession>> sessions(by_comp_id_.size());
  for (const auto& [comp_id, known] : by_comp_id_) {
    if (!known.settings.allow_from.empty()) {
      sessions[known.place] = known.session;
    }
  }
  std::erase(sessions, nullptr);
  return sessions;
}

void SessionRegistry::for_each_and_wait(std::chrono::milliseconds deadline,
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

}  // namespace betex::fix
