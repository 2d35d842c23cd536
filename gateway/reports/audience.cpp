#include "gateway/reports/audience.h"

#include <algorithm>
#include <iterator>

namespace betex::gateway {
namespace {

using matching::SessionId;

void add_once(std::vector<SessionId>& sessions, SessionId session) {
  if (std::ranges::find(sessions, session) == sessions.end()) {
    sessions.push_back(session);
  }
}

bool has(const AudienceMember& member, const matching::Name& account) {
  return std::ranges::find(member.accounts, account) != member.accounts.end();
}

}  // namespace

// Where the member's accounts have this one among them.
void Audience::connect(const Known& known, Account& account) const {
  const AudienceMember& member = members_[known.member];
  if (!has(member, account.name)) {
    return;
  }
  switch (member.role) {
    case fix::SessionRole::Broker:
      add_once(account.brokers, known.session);
      break;
    case fix::SessionRole::DropCopy:
      add_once(account.followers, known.session);
      break;
    case fix::SessionRole::Ops:
    case fix::SessionRole::MarketData:
      break;
  }
}

const AudienceMember* Audience::member(SessionId session) const noexcept {
  const auto found = std::ranges::find(known_, session, &Known::session);
  return found == known_.end() ? nullptr : &members_[found->member];
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
  const auto member = std::ranges::find(members_, comp_id, &AudienceMember::comp_id);
  if (member == members_.end() || member->role == fix::SessionRole::MarketData ||
      std::ranges::find(known_, session, &Known::session) != known_.end()) {
    return;  // it was configured once, and is not any more; it gets no reports; or it is known
  }
  everybody_.push_back(session);
  if (member->role == fix::SessionRole::Ops) {
    operators_.push_back(session);
  }
  if (member->role == fix::SessionRole::Broker) {
    brokers_.push_back(session);
    if (member->version == fix::FixVersion::Fixt11) {
      market_watchers_.push_back(session);
    }
  }
  const Known& known = known_.emplace_back(
      Known{session, static_cast<std::size_t>(std::distance(members_.begin(), member))});
  for (Account& account : accounts_) {
    connect(known, account);
  }
}

void Audience::add_account(matching::AccountId account, const matching::Name& name) {
  if (accounts_.size() <= account.value()) {
    accounts_.resize(account.value() + std::size_t{1});
  }
  accounts_[account.value()].name = name;
  for (const Known& known : known_) {
    connect(known, accounts_[account.value()]);
  }
}

}  // namespace betex::gateway
