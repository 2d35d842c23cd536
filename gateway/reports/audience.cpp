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

bool follows(const AudienceMember& member, const matching::Name& account) {
  return std::ranges::find(member.accounts, account) != member.accounts.end();
}

}  // namespace

void Audience::add_session(SessionId session, const matching::Name& comp_id) {
  const auto member = std::ranges::find(members_, comp_id, &AudienceMember::comp_id);
  if (member == members_.end()) {
    return;  // it was configured once, and is not any more
  }
  if (member->role == fix::SessionRole::Broker) {
    add_once(brokers_, session);
    if (member->version == fix::FixVersion::Fixt11) {
      add_once(market_watchers_, session);
    }
  } else if (member->role == fix::SessionRole::DropCopy &&
             std::ranges::find(drop_copies_, session, &DropCopy::session) == drop_copies_.end()) {
    drop_copies_.push_back(
        {session, static_cast<std::size_t>(std::distance(members_.begin(), member))});
    for (Account& account : accounts_) {
      if (follows(*member, account.name)) {
        add_once(account.followers, session);
      }
    }
  }
}

void Audience::add_account(matching::AccountId account, const matching::Name& name) {
  if (accounts_.size() <= account.value()) {
    accounts_.resize(account.value() + std::size_t{1});
  }
  accounts_[account.value()].name = name;
  for (const DropCopy& drop_copy : drop_copies_) {
    if (follows(members_[drop_copy.member], name)) {
      add_once(accounts_[account.value()].followers, drop_copy.session);
    }
  }
}

}  // namespace betex::gateway
