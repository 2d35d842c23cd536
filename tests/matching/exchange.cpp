#include "tests/matching/exchange.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <stdexcept>
#include <variant>

namespace betex::matching::testing {

Decimal decimal(std::string_view text) {
  std::int64_t value = 0;
  std::int64_t scale = 0;  // of the next fraction digit; 0: still before the point
  for (const char c : text) {
    if (c == '.') {
      scale = kDecimalScale;
      continue;
    }
    if (c < '0' || c > '9' || scale == 1) {
      throw std::invalid_argument{"not a decimal: " + std::string{text}};
    }
    value = value * 10 + (c - '0');
    scale /= 10;
  }
  return Decimal{value * (scale == 0 ? kDecimalScale : scale)};
}

Exchange::Exchange() {
  for (const char* name : {"alice", "bob", "carol"}) {
    run(CreateAccount{.account = Name{name}});
  }
  run(CreateMarket{.market = Name{"HORSE"}});
  for (const char* symbol : {"A", "B", "C"}) {
    run(AddRunner{.market = Name{"HORSE"}, .symbol = Name{symbol}});
  }
  run(CreateMarket{
      .market = Name{"RAIN"}, .kind = MarketKind::Binary, .ladder = LadderKind::LinearCent});
  run(OpenMarket{.market = Name{"HORSE"}});
  run(OpenMarket{.market = Name{"RAIN"}});
}

Lines Exchange::run(const CommandBody& body) {
  return run(body, Origin{});
}

Lines Exchange::run(const CommandBody& body,
                    const Origin& origin,
                    std::uint64_t digest,
                    const OptionalBox<Remark>& remark) {
  Command command{
      .timestamp = now_, .origin = origin, .digest = digest, .remark = remark, .body = body};
  std::visit(
      [this](auto& request) {
        if constexpr (requires { request.request_id, request.transact_time; }) {
          if (request.transact_time == Timestamp{}) {
            request.transact_time = now_;
          }
        }
      },
      command.body);
  const TransactionView view = engine.decide(command);
  if (view.header.event_count == 0) {
    return {};
  }
  log.push_back({view.header, view.first_seq, {view.events.begin(), view.events.end()}});
  return text_.describe(view);
}

// A session's user is called as it is, in small letters.
Lines Exchange::ask(std::string_view session, const CommandBody& body, std::string_view remark) {
  SessionInfo found;
  const auto find = [&] {
    engine.visit_sessions(
        [&](const SessionInfo& info) { found = info.comp_id.view() == session ? info : found; });
  };
  find();
  if (found.session == SessionId{}) {
    std::string user{session};
    std::transform(user.begin(), user.end(), user.begin(), [](unsigned char c) {
      return static_cast<char>(std::tolower(c));
    });
    run(SessionUp{.comp_id = Name{session}, .username = Name{user}});
    find();
  }
  const Origin origin{found.session, found.epoch, found.next_in};
  return run(body, origin, 0, remark.empty() ? OptionalBox<Remark>{} : Remark{remark});
}

PlaceOrder Exchange::order(std::string_view account,
                           std::string_view symbol,
                           Side side,
                           std::string_view quantity,
                           std::string_view price) {
  return {.account = Name{account},
          .cl_ord_id = fresh_id(),
          .symbol = Name{symbol},
          .transact_time = now_,
          .price = decimal(price),
          .quantity = decimal(quantity),
          .side = side,
          .time_in_force = TimeInForce::Gtc};
}

Lines Exchange::back(std::string_view account, std::string_view quantity, std::string_view odds) {
  return run(order(account, "A", Side::Bid, quantity, odds));
}

Lines Exchange::lay(std::string_view account, std::string_view quantity, std::string_view odds) {
  return run(order(account, "A", Side::Ask, quantity, odds));
}

Lines Exchange::buy(std::string_view account, std::string_view quantity, std::string_view price) {
  return run(order(account, "RAIN", Side::Bid, quantity, price));
}

Lines Exchange::sell(std::string_view account, std::string_view quantity, std::string_view price) {
  return run(order(account, "RAIN", Side::Ask, quantity, price));
}

Lines Exchange::cancel(std::string_view account, std::uint64_t order) {
  return run(
      CancelOrder{.account = Name{account}, .cl_ord_id = fresh_id(), .order_id = OrderId{order}});
}

Lines Exchange::deposit(std::string_view account, std::string_view amount) {
  return run(
      MoveFunds{.account = Name{account}, .kind = FundsKind::Deposit, .amount = decimal(amount)});
}

Lines Exchange::withdraw(std::string_view account, std::string_view amount) {
  return run(MoveFunds{
      .account = Name{account}, .kind = FundsKind::Withdrawal, .amount = decimal(amount)});
}

Lines Exchange::determine(std::string_view market, const std::vector<RunnerShare>& shares) {
  return run(DetermineMarket{.market = Name{market}, .shares = shares});
}

Lines Exchange::settle(std::string_view market) {
  return run(SettleMarket{.market = Name{market}});
}

Lines Exchange::pass(std::int64_t nanoseconds) {
  now_ += Timestamp{nanoseconds};
  Lines all;
  while (engine.is_due(now_)) {
    const Lines lines = run(AdvanceTime{});
    all.insert(all.end(), lines.begin(), lines.end());
  }
  return all;
}

Lines Exchange::finish_batches() {
  Lines all;
  while (engine.batch_pending() != PendingBatch::None) {
    const Lines lines = run(ContinueBatch{});
    all.insert(all.end(), lines.begin(), lines.end());
  }
  return all;
}

ClOrdId Exchange::fresh_id() {
  return ClOrdId{"id-" + std::to_string(++ids_)};
}

OrderInfo Exchange::find_order(std::uint64_t order) const {
  OrderInfo found;
  engine.visit_orders([&](const OrderInfo& info) {
    if (info.order == OrderId{order}) {
      found = info;
      found.chain = {};
    }
  });
  return found;
}

AccountInfo Exchange::account(std::string_view name) const {
  return engine.account_info(Name{name}).value();
}

RowInfo Exchange::row(std::string_view account, std::string_view market) const {
  const AccountId id = this->account(account).account;
  MarketId in;
  engine.visit_markets([&](const MarketInfo& info) {
    if (info.name.view() == market) {
      in = info.market;
    }
  });
  RowInfo found;
  engine.visit_rows([&](const RowInfo& row) {
    if (row.account == id && row.market == in) {
      found = row;
      found.runners = {};
    }
  });
  return found;
}

std::vector<std::byte> Exchange::saved() const {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return bytes;
}

}  // namespace betex::matching::testing
