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
  for (const CommandBody& body : commands_.setup()) {
    if (!step({body, {}})) {
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
  for (std::uint64_t i = 0; i < size.commands; ++i) {
    now_ += Timestamp{commands_.pause_ns()};
    if (!advance_time() || !step(commands_.next(now_, reference_)) || !have_accident() ||
        !continue_batch()) {
      return failure_;
    }
  }
  check_every_ = 1;
  return check_state() && compare_orders() ? "" : failure_;
}

bool Comparison::fail(std::string what) {
  failure_ = std::move(what) + "after transaction " + std::to_string(engine_.last_tx_id().value());
  return false;
}

bool Comparison::same(const Facts& expected, const Facts& facts) {
  if (expected == facts) {
    return true;
  }
  std::size_t first = 0;
  while (first < expected.size() && first < facts.size() && expected[first] == facts[first]) {
    ++first;
  }
  const auto rest = [first](const Facts& all) {
    const std::size_t last = std::min(all.size(), first + 8);
    return to_string(Facts{all.begin() + static_cast<std::ptrdiff_t>(std::min(first, last)),
                           all.begin() + static_cast<std::ptrdiff_t>(last)});
  };
  return fail("from event " + std::to_string(first) + " on the reference says\n" + rest(expected) +
              "the engine says\n" + rest(facts));
}

bool Comparison::decide(const Asked& asked, Facts& facts) {
  const TransactionView transaction =
      engine_.decide({.timestamp = now_, .origin = asked.origin, .digest = 0, .body = asked.body});
  if (transaction.header.event_count == 0) {
    return true;
  }
  replica_.apply(transaction);
  if (const Breaches breaches = log_.read(transaction); !breaches.empty()) {
    return fail(breaches.front() + "\n" + to_string(facts_of(transaction)));
  }
  const Facts more = facts_of(transaction);
  for (const Fact& fact : more) {
    ++coverage_[{fact.kind, fact.code}];
  }
  facts.insert(facts.end(), more.begin(), more.end());
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

bool Comparison::step(const Asked& asked) {
  const Facts expected =
      reference_.run({.timestamp = now_, .origin = asked.origin, .digest = 0, .body = asked.body});
  Facts facts;
  return decide(asked, facts) && same(expected, facts);
}

bool Comparison::advance_time() {
  Facts facts;
  while (engine_.is_due(now_)) {
    const std::size_t before = facts.size();
    if (!decide({AdvanceTime{}, {}}, facts)) {
      return false;
    }
    if (facts.size() == before) {
      return fail("a deadline with nothing to do ");
    }
  }
  return same(reference_.run({.timestamp = now_, .body = AdvanceTime{}}), facts);
}

bool Comparison::continue_batch() {
  if (engine_.batch_pending() != reference_.batch_pending()) {
    return fail("a process is pending, or is not ");
  }
  unfinished_chunks_ += engine_.batch_pending() ? 1U : 0U;
  return !engine_.batch_pending() || step({ContinueBatch{}, {}});
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
  switch (commands_.accident(engine_.batch_pending() ? RandomCommands::Busy::Yes
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
