#include "journal/tool/account_entries.h"

#include <optional>

#include "matching/assert.h"

namespace betex::journal {
namespace {

using matching::Money;
using matching::Side;
using matching::WideMoney;

std::string_view word_of(matching::FundsKind kind) noexcept {
  switch (kind) {
    case matching::FundsKind::Deposit:
      return "deposit";
    case matching::FundsKind::Withdrawal:
      return "withdrawal";
    case matching::FundsKind::Correction:
      return "correction";
    case matching::FundsKind::WriteOff:
      return "write_off";
  }
  BETEX_ASSERT(false);
  return {};
}

// The name, or the number where the event that named it is retired.
template <typename Id>
std::string text_of(std::string_view name, Id id) {
  return name.empty() ? std::to_string(id.value()) : std::string{name};
}

// Called with each event of a transaction.
class Collector {
 public:
  Collector(matching::AccountId account, const KnownNames& names, Timestamp time)
      : account_{account}, names_{names}, time_{time} {}

  void operator()(EventSeq seq, const matching::AccountCreated& event) {
    if (event.account == account_) {
      add(seq, "opened", event.request_id.view(), WideMoney{event.balance}, event.balance);
    }
  }

  void operator()(EventSeq seq, const matching::FundsMoved& event) {
    if (event.account == account_) {
      add(seq,
          word_of(event.kind),
          event.request_id.view(),
          WideMoney{event.amount},
          event.balance);
    }
  }

  void operator()(EventSeq seq, const matching::TradeMatched& event) {
    add_leg(seq, event, event.maker, opposite(event.taker_side));
    add_leg(seq, event, event.taker, event.taker_side);
  }

  void operator()(EventSeq seq, const matching::PositionsSettled& event) {
    for (const matching::SettledRow& row : matching::tail_of(event)) {
      if (row.account == account_) {
        add_row(seq, event, row);
      }
    }
  }

  void operator()(EventSeq, const matching::Remarked& event) { remark_ = event; }

  void operator()(EventSeq, const matching::OperationApproved& event) { approved_ = event; }

  template <typename Event>
  void operator()(EventSeq, const Event&) {}

  [[nodiscard]] std::vector<AccountEntry> take() {
    for (AccountEntry& entry : entries_) {
      if (remark_ && entry.reference == remark_->request_id.view()) {
        entry.details.push_back({"remark", std::string{remark_->remark.view()}});
      }
      if (approved_ && entry.reference == approved_->proposal.view()) {
        add_approval(entry);
      }
    }
    return std::move(entries_);
  }

 private:
  AccountEntry& add(EventSeq seq,
                    std::string_view what,
                    std::string_view reference,
                    WideMoney amount,
                    Money balance) {
    return entries_.emplace_back(AccountEntry{.seq = seq,
                                              .time = time_,
                                              .what = what,
                                              .reference = std::string{reference},
                                              .amount = amount,
                                              .balance = balance});
  }

  // Of a request that a second operator has approved.
  void add_approval(AccountEntry& entry) const {
    const std::string_view remark = names_.remark_of_proposal(entry.reference);
    if (!remark.empty()) {
      entry.details.push_back({"remark", std::string{remark}});
    }
    entry.details.push_back({"approved_by", std::string{approved_->request_id.view()}});
  }

  void add_leg(EventSeq seq,
               const matching::TradeMatched& event,
               const matching::TradeLeg& leg,
               Side side) {
    if (leg.account != account_) {
      return;
    }
    AccountEntry& entry = add(seq,
                              "trade",
                              "order " + std::to_string(leg.order.value()),
                              WideMoney{leg.cash},
                              leg.balance);
    entry.moves_money = leg.cash != Money{};
    entry.details = {
        {"market", text_of(names_.market(event.header.market), event.header.market)},
        {"symbol", text_of(names_.instrument(event.instrument), event.instrument)},
        {"side", std::string{side == Side::Bid ? "Buy" : "Sell"}},
        {"quantity", event.quantity.value()},
        {"price", WideMoney{Money{event.price.value()}}}};  // a binary market's is in mu
    if (const std::string_view given = names_.reference(leg.order); !given.empty()) {
      entry.details.push_back({"order_reference", std::string{given}});
    }
    if (const std::string group = names_.order_group(leg.order); !group.empty()) {
      entry.details.push_back({"order_group", group});
    }
  }

  void add_row(EventSeq seq,
               const matching::PositionsSettled& event,
               const matching::SettledRow& row) {
    const bool is_void = event.result == matching::SettlementResult::Void;
    WideMoney commission{row.commission};
    commission -= row.commission_before;
    WideMoney amount{row.gross};
    amount -= commission;
    AccountEntry& entry = add(seq,
                              is_void ? "void" : "settlement",
                              "batch " + std::to_string(event.batch.value()),
                              amount,
                              row.balance);
    entry.details = {{"market", text_of(names_.market(event.header.market), event.header.market)},
                     {"round", std::int64_t{event.round}},
                     {"gross", WideMoney{row.gross}},
                     {"commission", commission}};
    if (const std::string_view request = names_.request(event.batch); !request.empty()) {
      entry.details.push_back({"request", std::string{request}});
    }
  }

  matching::AccountId account_;
  const KnownNames& names_;
  Timestamp time_;
  std::vector<AccountEntry> entries_;
  std::optional<matching::Remarked> remark_;
  std::optional<matching::OperationApproved> approved_;
};

}  // namespace

std::vector<AccountEntry> entries_of(const matching::TransactionView& transaction,
                                     matching::AccountId account,
                                     const KnownNames& names) {
  Collector collector{account, names, transaction.header.timestamp};
  matching::for_each_event(transaction, collector);
  return collector.take();
}

}  // namespace betex::journal
