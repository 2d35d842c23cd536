#include "gateway/reports/audience.h"

#include <algorithm>
#include <utility>

#include "gateway/reports/dense_ids.h"

namespace betex::gateway {
namespace {

using matching::SessionId;

void add_once(std::vector<SessionId>& sessions, SessionId session) {
  if (std::ranges::find(sessions, session) == sessions.end()) {
    sessions.push_back(session);
  }
}

}  // namespace

Audience::Audience(std::vector<AudienceMember> members) {
  members_.reserve(members.size());
  for (AudienceMember& member : members) {
    const std::size_t index = members_.size();
    members_by_comp_id_.try_emplace(member.comp_id, index);
    for (const matching::Name& account : member.accounts) {
      std::vector<std::size_t>& of_account = members_by_account_[account];
      if (of_account.empty() || of_account.back() != index) {
        of_account.push_back(index);
      }
    }
    members_.push_back({.configured = std::move(member), .session = {}});
  }
}

void Audience::connect(const Member& member, Account& account) const {
  switch (member.configured.role) {
    case fix::SessionRole::Broker:
      add_once(account.brokers, member.session);
      break;
    case fix::SessionRole::DropCopy:
      add_once(account.followers, member.session);
      break;
    case fix::SessionRole::Ops:
    case fix::SessionRole::MarketData:
      break;
  }
}

const AudienceMember* Audience::member(SessionId session) const noexcept {
  const std::size_t place =
      session.value() < members_by_session_.size() ? members_by_session_[session.value()] : 0;
  return place == 0 ? nullptr : &members_[place - 1].configured;
}

bool Audience::is_broker(SessionId session) const noexcept {
  const AudienceMember* const its = member(session);
  return its != nullptr && its->role == fix::SessionRole::Broker;
}

bool Audience::is_operator(SessionId session) const noexcept {
  const AudienceMember* const its = member(session);
  return its != nullptr && its->role == fix::SessionRole::Ops;
}

bool Audience::speaks_fixt(SessionId session) const noexcept {
  const AudienceMember* const its = member(session);
  return its != nullptr && its->version == fix::FixVersion::Fixt11;
}

void Audience::add_session(SessionId session, const matching::Name& comp_id) {
  const auto found = members_by_comp_id_.find(comp_id);
  if (found == members_by_comp_id_.end()) {
    return;  // it was configured once, and is not any more
  }
  Member& its = members_[found->second];
  const AudienceMember& configured = its.configured;
  if (configured.role == fix::SessionRole::MarketData || member(session) != nullptr) {
    return;  // it gets no reports; or it is known
  }
  its.session = session;
  its.known = everybody_.size();
  grow_to(members_by_session_, session) = found->second + 1;
  everybody_.push_back(session);
  if (configured.role == fix::SessionRole::Ops) {
    operators_.push_back(session);
  }
  if (configured.role == fix::SessionRole::Broker) {
    brokers_.push_back(session);
    if (configured.version == fix::FixVersion::Fixt11) {
      market_watchers_.push_back(session);
    }
  }
  for (const matching::Name& name : configured.accounts) {
    const auto account = account_ids_.find(name);
    if (account != account_ids_.end()) {
      connect(its, accounts_[account->second.value()]);
    }
  }
}

// Those that are told of it stand in the order in which they became known.
void Audience::add_account(matching::AccountId account, const matching::Name& name) {
  Account& its = grow_to(accounts_, account);
  const auto named_by = members_by_account_.find(name);
  if (named_by == members_by_account_.end()) {
    return;
  }
  account_ids_[name] = account;
  std::vector<const Member*> known;
  for (const std::size_t member : named_by->second) {
    if (members_[member].session != SessionId{}) {
      known.push_back(&members_[member]);
    }
  }
  std::ranges::sort(known, {}, &Member::known);
  for (const Member* const member : known) {
    connect(*member, its);
  }
}

}  // namespace betex::gateway
