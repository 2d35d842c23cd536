#include "tests/matching/comparison.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
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
  const bool all_same = check_state() && compare_money() && compare_groups() && compare_orders() &&
                        compare_markets() && compare_operations();
  return all_same ? "" : failure_;
}

bool Comparison::fail(std::string what) {
  failure_ = std::move(what) + "after transaction " + std::to_string(engine_.last_tx_id().value());
  return false;
}

bool Comparison::same(const SaidEvents& expected, const SaidEvents& said) {
  if (expected == said) {
    return said.empty() || transactions_ % check_every_ != 0 ||
           (compare_money() && compare_groups());
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

// Which commands will follow is not known yet. Those that were decided last stand for them, so that
// most of what the engine guesses from its hints is wrong.
void Comparison::mislead() {
  engine_.prefetch([this](std::size_t distance) {
    return &decided_[(decided_count_ + distance) % decided_.size()];
  });
}

bool Comparison::decide(const Asked& asked, SaidEvents& said) {
  mislead();
  const Command& command = decided_[decided_count_++ % decided_.size()] = asked.at(now_);
  const TransactionView transaction = engine_.decide(command);
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

// Deleted ones too, as long as the engine shows them.
bool Comparison::compare_groups() {
  std::string different;
  std::size_t standing = 0;
  engine_.visit_order_groups([&](const OrderGroupInfo& info) {
    const auto found = reference_.groups().find(info.number);
    if (found == reference_.groups().end()) {
      different += " unknown " + std::to_string(info.number);
      return;
    }
    const RefGroup& group = found->second;
    const OrderGroupStanding as = reference_.standing_of(group);
    standing += info.deleted ? 0 : 1;
    if (info.account.value() != group.account || info.name != group.name ||
        info.deleted != group.deleted ||
        (!info.deleted && std::memcmp(&info.standing, &as, sizeof(as)) != 0)) {
      different += " " + std::to_string(info.number) + " has filled " +
                   std::to_string(info.standing.filled.value()) + ", not " +
                   std::to_string(as.filled.value()) + ", " +
                   std::to_string(info.standing.live_orders) + " orders, not " +
                   std::to_string(as.live_orders) + ";";
    }
  });
  const auto exist = std::count_if(reference_.groups().begin(),
                                   reference_.groups().end(),
                                   [](const auto& entry) { return !entry.second.deleted; });
  return (different.empty() && standing == static_cast<std::size_t>(exist)) ||
         fail("order groups differ:" + different + " ");
}

bool Comparison::step(const Asked& asked) {
  const SaidEvents expected = reference_.run(asked.at(now_));
  SaidEvents said;
  const bool is_request =
      std::visit([]<typename Body>(const Body&) { return kIsRequest<Body>; }, asked.body);
  if (!is_request) {
    return decide(asked, said) && same(expected, said);
  }
  const bool looks = transactions_ % check_every_ == 0;
  const EventSeq last = engine_.last_seq();
  const std::uint64_t hash = looks ? engine_.state_hash() : 0;
  const DryRun dry = engine_.dry_run(asked.at(now_));
  if (looks && engine_.state_hash() != hash) {
    return fail("a dry run has changed the state ");
  }
  if (!expected.empty() && expected.front().kind() == EventKind::OperationProposed &&
      !compare_unapproved(asked, dry)) {
    return false;
  }
  return decide(asked, said) && same(expected, said) && compare_dry_run(dry, last, said);
}

// It is as the events that followed, but for a proposal, of which they say nothing yet.
bool Comparison::compare_dry_run(const DryRun& dry, EventSeq last, const SaidEvents& said) {
  DryRun as_said{.open_orders = dry.open_orders, .as_of = last};
  as_said.subject = dry.subject;
  as_said.detail = dry.detail;
  as_said.version = dry.version;
  as_said.state = dry.state;
  std::uint64_t cancelled = 0;
  for (const SaidEvent& event : said) {
    event.visit([&]<typename Event>(const Event& e) {
      if constexpr (std::is_same_v<Event, CommandRejected> || std::is_same_v<Event, RequestKnown>) {
        as_said.reason = e.reason;
        as_said.subject = e.subject;
        as_said.detail = e.detail;
      } else if constexpr (std::is_same_v<Event, OperationApproved>) {
        as_said.reason = e.reason;
      } else if constexpr (std::is_same_v<Event, OperationProposed>) {
        as_said.reason = dry.reason;
      } else if constexpr (std::is_same_v<Event, OrderCancelledBatched>) {
        cancelled += e.count;
      }
      if constexpr (std::is_same_v<Event, RequestKnown>) {
        as_said.answered_by = e.answered_by;
        as_said.expires = e.expires;
        as_said.version = e.version;
        as_said.state = e.state;
      }
    });
  }
  if (dry.reason != as_said.reason || dry.answered_by != as_said.answered_by ||
      dry.subject != as_said.subject || dry.detail != as_said.detail ||
      dry.expires != as_said.expires || dry.version != as_said.version ||
      dry.state != as_said.state || dry.as_of != as_said.as_of) {
    return fail("the dry run says reason " + std::to_string(static_cast<int>(dry.reason)) +
                " answered by " + std::to_string(dry.answered_by.value()) + " subject " +
                std::string{dry.subject.view()} + " detail " + std::to_string(dry.detail) +
                " waits until " + std::to_string(dry.expires.value()) + " version " +
                std::to_string(dry.version) + " as of " + std::to_string(dry.as_of.value()) +
                ", and then\n" + to_string(said));
  }
  return cancelled <= dry.open_orders ||
         fail("the dry run says " + std::to_string(dry.open_orders) + " orders, and then\n" +
              to_string(said));
}

// A dry run of what is proposed tells what its command would come to: an engine in the same state
// decides it as the gateway's own, which waits for nobody.
bool Comparison::compare_unapproved(const Asked& asked, const DryRun& dry) {
  Asked own{.body = asked.body, .remark = asked.remark};
  std::visit(
      [](auto& body) {
        if constexpr (requires { body.request_id; }) {
          body.request_id = Name{};
        }
      },
      own.body);
  Engine other = reloaded(engine_);
  Reason reason = Reason::None;
  for (const SaidEvent& event : events_of(other.decide(own.at(now_)))) {
    event.visit([&]<typename Event>(const Event& e) {
      if constexpr (std::is_same_v<Event, CommandRejected>) {
        reason = e.reason;
      }
    });
  }
  return reason == dry.reason || fail("the dry run of a proposal says reason " +
                                      std::to_string(static_cast<int>(dry.reason)) + ", not " +
                                      std::to_string(static_cast<int>(reason)) + " ");
}

bool Comparison::advance_time() {
  SaidEvents said;
  while (engine_.is_due(now_)) {
    const std::size_t before = said.size();
    if (!decide({.body = AdvanceTime{}}, said)) {
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
  return !commands_.continues(pending) || step({.body = ContinueBatch{}});
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
                    info.epoch_began.value() == session.epoch_began &&
                    info.suspended == session.suspended && info.username == session.username;
  });
  return same_sessions || fail("the sessions differ ");
}

// Their terms and descriptions, and what was traded there.
bool Comparison::compare_markets() {
  bool same_markets = true;
  const auto is_described = [](const MarketText& text, const RefDescription& as) {
    return text.text == as.text && text.parent == as.parent &&
           text.scheduled_start == as.scheduled_start;
  };
  engine_.visit_markets([&](const MarketInfo& info) {
    const RefMarket& market = reference_.markets().at(info.market.value());
    same_markets = same_markets && info.state == market.state && info.version == market.version &&
                   info.max_quantity.value() == market.maximum &&
                   info.bet_delay_ms == market.made.bet_delay_ms &&
                   info.commission_bp == market.made.commission_bp &&
                   info.archived == market.archived &&
                   is_described(info.description, market.description);
  });
  engine_.visit_instruments([&](const InstrumentInfo& info) {
    const RefInstrument& instrument = reference_.instruments().at(info.instrument.value());
    std::map<std::int64_t, Int128> traded;
    engine_.visit_traded(info.instrument, [&traded](const TradedLevel& level) {
      traded[level.tick.value()] = level.volume.value();
    });
    const bool archived = reference_.markets().at(info.market.value()).archived;
    same_markets = same_markets && info.text == instrument.description.text &&
                   traded == (archived ? std::map<std::int64_t, Int128>{} : instrument.traded);
  });
  return same_markets || fail("the markets differ ");
}

bool Comparison::compare_operations() {
  const ExchangeInfo exchange = engine_.exchange();
  bool same_proposals = exchange.halted == reference_.halted() &&
                        exchange.approval_classes == reference_.approval_classes() &&
                        exchange.watermark.value() == reference_.watermark();
  auto waiting = reference_.proposals().begin();
  engine_.visit_proposals([&](const ProposalInfo& info) {
    same_proposals = same_proposals && waiting != reference_.proposals().end() &&
                     info.proposed.value() == waiting->event &&
                     info.event.request_id == waiting->id;
    waiting += waiting == reference_.proposals().end() ? 0 : 1;
  });
  return (same_proposals && waiting == reference_.proposals().end()) ||
         fail("what waits for approval differs ");
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
