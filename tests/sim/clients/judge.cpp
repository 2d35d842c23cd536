#include "tests/sim/clients/judge.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "gateway/reports/audience.h"
#include "tests/crash/trading_faults.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using matching::Name;
using matching::TransactionView;

// So many of one kind say no more than the first ones.
constexpr std::size_t kMostFaults = 20;

std::vector<gateway::AudienceMember> members_of(unsigned traders) {
  std::vector<gateway::AudienceMember> members;
  gateway::AudienceMember copies{
      .comp_id = Name{kDropCopy}, .role = fix::SessionRole::DropCopy, .accounts = {}};
  for (unsigned number = 1; number <= traders; ++number) {
    const Name name{trader_name(number)};
    members.push_back({.comp_id = name,
                       .version = version_of_trader(number),
                       .role = fix::SessionRole::Broker,
                       .accounts = {name}});
    copies.accounts.push_back(name);
  }
  members.push_back(std::move(copies));
  for (const std::string_view name : {kOperator, kSecondOperator}) {
    members.push_back({.comp_id = Name{name}, .role = fix::SessionRole::Ops, .accounts = {}});
  }
  return members;
}

}  // namespace

Judge::Judge(unsigned traders, Audits audits) : replica_{audits}, owed_{members_of(traders)} {}

void Judge::find(std::string fault) {
  if (faults_.size() < kMostFaults) {
    faults_.push_back(std::move(fault));
  }
}

void Judge::find_all(std::string_view who, std::vector<std::string> faults) {
  for (std::string& fault : faults) {
    find(who.empty() ? std::move(fault) : std::string{who} + ": " + fault);
  }
}

std::vector<std::string> Judge::take_faults() {
  return std::exchange(faults_, {});
}

// ---- The gateway

void Judge::durable(const TransactionView& transaction) {
  if (lost_) {
    return;
  }
  switch (log_.take(transaction)) {
    case DurableLog::News::Known:
      break;
    case DurableLog::News::Wrong:
      lost_ = true;
      find(log_.fault());
      break;
    case DurableLog::News::New:
      try {
        take(transaction);
      } catch (const std::exception& error) {  // of what a log that is wrong leads to
        lost_ = true;
        find("the log from event " + std::to_string(transaction.first_seq.value()) +
             " cannot be read: " + error.what());
      }
  }
}

void Judge::take(const TransactionView& transaction) {
  std::vector<std::string> breaches = replica_.take(transaction);
  if (!breaches.empty()) {
    lost_ = true;
    find_all("the log", std::move(breaches));
    return;
  }
  owed_.take(transaction);
  books_.take(transaction, replica_.engine());
  accountant_.read(transaction);
}

void Judge::gateway_ended() {
  log_.begin_process();
  starts_ = true;
}

void Judge::look(const matching::Engine& live) {
  if (lost_) {
    return;
  }
  const bool starts = std::exchange(starts_, false);
  if (starts && live.last_seq() < log_.last()) {
    find("a start has found the log up to event " + std::to_string(live.last_seq().value()) +
         " only, and event " + std::to_string(log_.last().value()) + " was durable");
    lost_ = true;
    return;
  }
  if ((starts || replica_.is_due()) && live.last_seq() == log_.last()) {
    find_all("", replica_.look(live));
  }
}

// ---- The clients

void Judge::joins(const std::string& comp_id) {
  standings_.emplace(comp_id, Standing::Asks);
}

void Judge::told(const std::string& comp_id, const client::Message& message) {
  if (lost_) {
    return;
  }
  if (std::string fault = owed_.told(comp_id, message); !fault.empty()) {
    find(comp_id + " " + fault);
  }
}

void Judge::shown(const std::string& symbol, const client::ClientBook& book, int depth) {
  if (lost_) {
    return;
  }
  if (std::string why = books_.why_wrong(symbol, book, depth); !why.empty()) {
    find(std::move(why));
  }
}

void Judge::fault(const std::string& comp_id, const std::string& what) {
  find(comp_id + ": " + what);
}

void Judge::is_settled(const std::string& comp_id) {
  Standing& standing = standings_[comp_id];
  standing = std::max(standing, Standing::Settled);
}

bool Judge::may_leave(const std::string& comp_id) const {
  return owed_.owed_to(comp_id) == 0 &&
         std::all_of(standings_.begin(), standings_.end(), [](const auto& each) {
           return each.second != Standing::Asks;
         });
}

std::string Judge::why_it_stays(const std::string& comp_id) const {
  std::string why;
  if (owed_.owed_to(comp_id) > 0) {
    why = "it is owed " + owed_.which_to(comp_id);
  }
  for (const auto& [other, standing] : standings_) {
    if (standing == Standing::Asks) {
      why += (why.empty() ? "" : ", ") + other + " is not settled";
    }
  }
  return why;
}

// What is durable by now it has been told of: later, time alone may change its orders.
void Judge::leaves(const std::string& comp_id, const test::TradingRecord* record) {
  standings_[comp_id] = Standing::Left;
  if (!first_left_) {
    first_left_ = log_.last();
  }
  if (lost_ || record == nullptr) {
    return;
  }
  const test::JournalAccount& account = accountant_.account();
  find_all("", test::differing_orders(comp_id, *record, test::orders_of(replica_.engine())));
  find_all("", test::differing_money(comp_id, *record, account.payments, account.movements));
  for (const auto& [id, report] : record->executions()) {
    if (!executions_.emplace(id, report).second) {
      find("two clients were told of " + id);
    }
  }
}

// ---- The end

void Judge::finish(const matching::Engine& live, const std::vector<Client*>& clients) {
  for (const Client* client : clients) {
    find_all(client->comp_id(), client->faults());
    const auto standing = standings_.find(client->comp_id());
    if (standing != standings_.end() && standing->second != Standing::Left) {
      find(client->comp_id() + " has not come to its end: " + why_it_stays(client->comp_id()));
    }
  }
  if (lost_) {
    return;
  }
  // Once the first one has left, time alone may still make orders trade that had to wait.
  std::erase_if(executions_, [this](const auto& each) {
    return std::strtoull(each.first.c_str(), nullptr, 10) > first_left_->value();
  });
  find_all("", test::one_sided_trades(executions_));
  const test::JournalAccount account = accountant_.close(replica_.engine());
  for (const std::string& id : account.accepted_twice) {
    find("order " + id + " has acted twice");
  }
  if (!account.sums_up) {
    find("money came from nowhere, or went there");
  }
  if (live.last_seq() == log_.last()) {
    find_all("", replica_.look(live));
  } else {
    find("the gateway's engine is at event " + std::to_string(live.last_seq().value()) +
         ", and its log at " + std::to_string(log_.last().value()));
  }
}

}  // namespace betex::sim
