// Who is told without having asked: drop-copy sessions of the accounts that they follow, brokers of
// what happens to markets and to their accounts, operators of what other operators do. Follows from
// the configuration and from which sessions and accounts the journal knows. *Owned by the report
// thread.*
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "fix_spec/dialect.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

// A configured session.
struct AudienceMember {
  matching::Name comp_id;
  fix::FixVersion version = fix::FixVersion::Fixt11;
  fix::SessionRole role = fix::SessionRole::Broker;
  std::vector<matching::Name> accounts;
};

class Audience {
 public:
  Audience() = default;

  explicit Audience(std::vector<AudienceMember> members);

  // As the journal makes them known; again is harmless. Each costs what concerns it, however many
  // sessions and accounts there are.
  void add_session(matching::SessionId session, const matching::Name& comp_id);
  void add_account(matching::AccountId account, const matching::Name& name);

  // The drop-copy sessions that follow the account. Valid until the next add.
  [[nodiscard]] std::span<const matching::SessionId> followers(
      matching::AccountId account) const noexcept {
    return account.value() < accounts_.size()
               ? std::span<const matching::SessionId>{accounts_[account.value()].followers}
               : std::span<const matching::SessionId>{};
  }

  // The brokers that trade for the account: they are told what happens to it without an order of
  // theirs. Valid until the next add.
  [[nodiscard]] std::span<const matching::SessionId> brokers_of(
      matching::AccountId account) const noexcept {
    return account.value() < accounts_.size()
               ? std::span<const matching::SessionId>{accounts_[account.value()].brokers}
               : std::span<const matching::SessionId>{};
  }

  // Valid until the next add, as the three below.
  [[nodiscard]] std::span<const matching::SessionId> brokers() const noexcept { return brokers_; }

  // Whatever one of them is answered the others are told too.
  [[nodiscard]] std::span<const matching::SessionId> operators() const noexcept {
    return operators_;
  }

  // Those who are told news.
  [[nodiscard]] std::span<const matching::SessionId> everybody() const noexcept {
    return everybody_;
  }

  // Those who are told how markets change without asking: brokers, but those of FIX.4.4, which is
  // for order entry alone. Operators ask for it (MarketWatches).
  [[nodiscard]] std::span<const matching::SessionId> market_watchers() const noexcept {
    return market_watchers_;
  }

  [[nodiscard]] bool is_broker(matching::SessionId session) const noexcept;
  [[nodiscard]] bool is_operator(matching::SessionId session) const noexcept;

  // It knows messages that only FIXT.1.1 has.
  [[nodiscard]] bool speaks_fixt(matching::SessionId session) const noexcept;

 private:
  struct Account {
    std::vector<matching::SessionId> brokers;
    std::vector<matching::SessionId> followers;
  };

  // Whoever is configured, and the session that the journal knows it by.
  struct Member {
    AudienceMember configured;
    matching::SessionId session;  // 0: the journal does not know it yet
    std::size_t known = 0;        // as the how many-th session that became known
  };

  void connect(const Member& member, Account& account) const;
  // Null: it is not configured, or not known.
  [[nodiscard]] const AudienceMember* member(matching::SessionId session) const noexcept;

  std::vector<Member> members_;
  std::unordered_map<matching::Name, std::size_t> members_by_comp_id_;               // index
  std::unordered_map<matching::Name, std::vector<std::size_t>> members_by_account_;  // indices
  std::vector<std::size_t> members_by_session_;  // index + 1 by session id; 0: none
  std::vector<Account> accounts_;                // by id
  std::unordered_map<matching::Name, matching::AccountId> account_ids_;  // of those that are named
  std::vector<matching::SessionId> brokers_;
  std::vector<matching::SessionId> operators_;
  std::vector<matching::SessionId> everybody_;
  std::vector<matching::SessionId> market_watchers_;
};

}  // namespace betex::gateway
