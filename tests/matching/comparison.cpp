#include "tests/matching/comparison.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {
namespace {

Engine reloaded(const Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return Engine::load(bytes);
}

ClOrdIdKey some_key() {
  std::array<std::uint64_t, ClOrdIdKey::kWords> words{};
  std::iota(words.begin(), words.end(), 0x9f3a'22c1'7d55'e004);
  return ClOrdIdKey{words};
}

}  // namespace

Comparison::Comparison(RandomCommands::Source source)
    : commands_{std::move(source)}, engine_{some_key()} {
  // The replica grows as it goes: nothing may depend on what is reserved.
  engine_.reserve({.live_orders = 500, .finished_orders = 500, .cl_ord_ids = 500});
}

std::string Comparison::run(const StreamSize& size) {
  check_every_ = size.check_every;
  for (const Asked& asked : commands_.setup(now_, size.crowd)) {
    if (!step(asked)) {
      return failure_;
    }
  }
  for (std::uint64_t i = 0; i < size.far_orders; ++i) {
    if (!step(commands_.far_order(now_, reference_))) {
      return failure_;
    }
  }
  if (size.far_orders != 0) {
    commands_.plan_process();
  }
  for (std::uint64_t i = 0; i < size.crowd; ++i) {
    if (!step(commands_.crowd_order(i))) {
      return failure_;
    }
  }
  if (size.crowd != 0) {
    commands_.plan_end_of_crowd();
  }
  for (std::uint64_t i = 0; i < size.commands; ++i) {
    now_ += Timestamp{commands_.pause_ns()};
    if (!advance_time() || !step(commands_.next(now_, reference_)) || !have_accident() ||
        !continue_batch()) {
      return failure_;
    }
  }
  check_every_ = 1;
  return check_state() && compare_money() && compare_orders() ? "" : failure_;
}

bool Comparison::fail(std::string what) {
  failure_ = std::move(what) + "after transaction " + std::to_string(engine_.last_tx_id().value());
  return false;
}

bool Comparison::same(const SaidEvents& expected, const SaidEvents& said) {
  if (expected == said) {
    return said.empty() || transactions_ % check_every_ != 0 || compare_money();
  }
  std::size_t first = 0;
  while (first < expected.size() && first < said.size() && expected[first] == said[first]) {
    ++first;
  }
  const auto rest = [first](const SaidEvents& all) {
    const std::size_t last = std::min(all.size(), first + 8);
    return to_string(SaidEvents{all.begin() + static_cast<std::ptrdiff_t>(std::min(first, last)),
                                all.begin() + static_cast<std::ptrdiff_t>(last)});
  };
  return fail("from event " + std::to_string(first) + " on the reference says\n" + rest(expected) +
              "the engine says\n" + rest(said));
}

bool Comparison::decide(const Asked& asked, SaidEvents& said) {
  const TransactionView transaction = engine_.decide(
      {.timestamp = now_, .origin = asked.origin, .digest = asked.digest, .body = asked.body});
  if (transaction.header.event_count == 0) {
    return true;
  }
  replica_.apply(transaction);
  if (const Breaches breaches = log_.read(transaction); !breaches.empty()) {
    return fail(breaches.front() + "\n" + to_string(events_of(transaction)));
  }
  const SaidEvents more = events_of(transaction);
  for (const SaidEvent& event : more) {
    ++coverage_[{event.kind(), outcome_of(event)}];
  }
  said.insert(said.end(), more.begin(), more.end());
  return ++transactions_ % check_every_ != 0 || check_state();
}

// Live = replayed, and nothing that must hold is broken.
bool Comparison::check_state() {
  if (engine_.state_hash() != replica_.state_hash()) {
    return fail("the replica's state differs ");
  }
  const Breaches breaches = broken_state(view_of(engine_), log_.shadow());
  return breaches.empty() || fail(breaches.front() + " ");
}

// Balances, exposures and what is the exchange's own, as the reference engine has them.
bool Comparison::compare_money() {
  bool same_accounts = true;
  engine_.visit_accounts([&](const AccountInfo& info) {
    const RefAccount& account = reference_.accounts().at(info.account.value());
    same_accounts = same_accounts && info.balance.value() == account.balance &&
                    info.credit.value() == account.credit &&
                    info.exposure_limit.value() == account.exposure_limit &&
                    info.market_exposure_limit.value() == account.market_exposure_limit &&
                    info.commission_discount_bp == account.discount_bp &&
                    info.max_open_orders == account.max_open;
    if (info.available.value() >= 0) {
      log_.note_solvent(info.account);
    }
  });
  if (!same_accounts) {
    return fail("the accounts differ ");
  }
  std::string different;
  engine_.visit_rows([&](const RowInfo& info) {
    const RefMarket& market = reference_.markets().at(info.market.value());
    const bool known = info.number >= 1 && info.number <= market.rows.size();
    const std::int64_t exposure =
        known ? reference_.exposure(market, market.rows[info.number - 1]) : 0;
    if (!known || market.rows[info.number - 1].account != info.account.value() ||
        exposure != info.exposure.value()) {
      different += " row " + std::to_string(info.number) + " of market " +
                   std::to_string(info.market.value()) + " has exposure " +
                   std::to_string(info.exposure.value()) + ", not " + std::to_string(exposure);
    }
  });
  if (!different.empty()) {
    return fail("rows differ:" + different + " ");
  }
  const HouseInfo house = engine_.house();
  return (house.house.value() == reference_.house() &&
          house.rounding.value() == reference_.rounding()) ||
         fail("what is the exchange's own differs ");
}

bool Comparison::step(const Asked& asked) {
  const SaidEvents expected = reference_.run(
      {.timestamp = now_, .origin = asked.origin, .digest = asked.digest, .body = asked.body});
  SaidEvents said;
  return decide(asked, said) && same(expected, said);
}

bool Comparison::advance_time() {
  SaidEvents said;
  while (engine_.is_due(now_)) {
    const std::size_t before = said.size();
    if (!decide({AdvanceTime{}, {}}, said)) {
      return false;
    }
    if (said.size() == before) {
      return fail("a deadline with nothing to do ");
    }
  }
  return same(reference_.run({.timestamp = now_, .body = AdvanceTime{}}), said);
}

// What cancels goes on after most commands, what pays now and then.
bool Comparison::continue_batch() {
  const PendingBatch pending = engine_.batch_pending();
  if (pending != reference_.batch_pending()) {
    return fail("a process is pending, or is not ");
  }
  if (pending == PendingBatch::None) {
    return true;
  }
  ++unfinished_chunks_;
  return !commands_.continues(pending) || step({ContinueBatch{}, {}});
}

// Orders that have finished are looked at too, at the end.
bool Comparison::compare_orders() {
  std::size_t known = 0;
  bool same_orders = true;
  engine_.visit_orders([&](const OrderInfo& info) {
    ++known;
    const auto found = reference_.orders().find(info.order.value());
    same_orders = same_orders && found != reference_.orders().end() &&
                  info.values.leaves_qty.value() == found->second.leaves &&
                  info.values.cum_qty.value() == found->second.filled &&
                  info.values.order_qty.value() == found->second.quantity &&
                  static_cast<std::uint32_t>(info.cancel_cause) == found->second.cause &&
                  info.chain.size() == found->second.chain.size() &&
                  std::equal(info.chain.begin(),
                             info.chain.end(),
                             found->second.chain.begin(),
                             [](const AcceptedRequest& request, const std::string& text) {
                               return request.cl_ord_id.view() == text;
                             });
  });
  if (!same_orders || known != reference_.orders().size()) {
    return fail("the known orders differ ");
  }
  bool same_sessions = true;
  engine_.visit_sessions([&](const SessionInfo& info) {
    const RefSession& session = reference_.sessions().at(info.session.value());
    same_sessions = same_sessions && info.up == session.up && info.epoch.value() == session.epoch &&
                    info.next_in.value() == session.next_in &&
                    info.reserved_to.value() == session.reserved_to &&
                    info.delivered.value() == session.delivered &&
                    info.epoch_began.value() == session.epoch_began;
  });
  return same_sessions || fail("the sessions differ ");
}

// The engine goes on as one that has replayed the log, or loaded the saved state.
bool Comparison::have_accident() {
  switch (commands_.accident(engine_.batch_pending() != PendingBatch::None
                                 ? RandomCommands::Busy::Yes
                                 : RandomCommands::Busy::No)) {
    case RandomCommands::Accident::None:
      return true;
    case RandomCommands::Accident::Recovered:
      std::swap(engine_, replica_);
      return true;
    case RandomCommands::Accident::Reloaded:
      replica_ = reloaded(engine_);
      std::swap(engine_, replica_);
      return check_state();
  }
  return true;
}

}  // namespace betex::matching::testing
