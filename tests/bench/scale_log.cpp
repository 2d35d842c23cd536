#include "tests/bench/scale_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <random>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gateway/reports/report_cursors.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "journal/snapshot.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/hash.h"
#include "matching/transaction.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

using namespace matching;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kIntervals = 100;  // of a log: a segment, or from snapshot to snapshot
constexpr int kKeptDays = 8;              // in which there are snapshots: replay_days, and a margin
constexpr std::uint32_t kFavourites = 5;  // markets that an account bets in
constexpr int kRunners = 3;
constexpr std::size_t kTransactionsPerCommit = 1'000;
constexpr std::uint64_t kCommandsPerProof = 16;
constexpr std::uint64_t kCommandsPerDeposit = 500;
constexpr std::uint32_t kNumbersReserved = 10'000;
constexpr std::int64_t kNanosPerDay = std::int64_t{24} * 3600 * 1'000'000'000;
constexpr SessionEpoch kEpoch{1};

constexpr Decimal whole(std::int64_t number) {
  return Decimal{number * kDecimalScale};
}

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

Timestamp wall_clock() {
  return Timestamp{
      std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count()};
}

// Every third market is a binary one.
bool is_binary(int slot) {
  return slot % 3 == 2;
}

struct Resting {
  OrderId order;
  int account = 0;
};

// A place for a market: when one is settled, another one takes it.
struct Slot {
  HashedName market;
  std::vector<HashedName> symbols;
  int markets = 0;               // so far
  std::uint64_t live = 0;        // orders that rest
  std::vector<Resting> resting;  // these, and some that have ended
};

struct Session {
  MsgSeqNum next_in{1};
  std::uint64_t commands = 0;
  std::uint32_t reserved = 0;
  bool is_away = false;
};

// Bids and asks that rest stand on two sides of a gap, and who takes goes across it.
Decimal resting_price(bool binary, Side side, std::uint64_t place) {
  const auto step = static_cast<std::int64_t>(place);
  if (binary) {
    return Decimal{side == Side::Bid ? 300'000 + step % 19 * 10'000 : 520'000 + step % 19 * 10'000};
  }
  return Decimal{side == Side::Bid ? 2'020'000 + step % 39 * 20'000
                                   : 1'600'000 + step % 39 * 10'000};
}

Decimal taking_price(bool binary, Side side) {
  if (binary) {
    return Decimal{side == Side::Bid ? 700'000 : 300'000};
  }
  return Decimal{side == Side::Bid ? 1'600'000 : 2'780'000};
}

// What an order's quantity in the market's own units is in an amend.
Decimal decimal_of(bool binary, Quantity quantity) {
  constexpr std::int64_t kMinorUnit = kDecimalScale / 100;
  return Decimal{quantity.value() * (binary ? kDecimalScale : kMinorUnit)};
}

class ScaleLog {
 public:
  ScaleLog(const ScaleSize& size, const std::filesystem::path& wal_root)
      : size_{size},
        wal_root_{wal_root},
        journal_{{.wal_root = wal_root,
                  .max_segment_events = segment_events(size),
                  .sync = journal::JournalConfig::Sync::Never},
                 pool_},
        begin_{wall_clock() - Timestamp{size.days * kNanosPerDay}},
        slots_(static_cast<std::size_t>(size.markets)),
        sessions_(static_cast<std::size_t>(size.sessions)) {
    const std::uint64_t every = segment_events(size);
    const std::uint64_t kept =
        std::min(size.events, size.events / static_cast<std::uint64_t>(size.days) * kKeptDays);
    const std::uint64_t behind_newest = every / 2;
    const std::uint64_t first = kept / every * every + behind_newest;
    next_snapshot_ = first < size.events ? size.events - first : behind_newest;
  }

  ScaleLogTold write() {
    const auto begin = Steady::now();
    journal_.recover(EventSeq{0}, [](const TransactionView&) {});
    found();
    while (engine_.last_seq().value() < size_.events) {
      step();
    }
    end();
    told_.seconds = seconds_since(begin) - snapshot_seconds_;
    told_.events = engine_.last_seq().value();
    for (const Slot& slot : slots_) {
      told_.resting += slot.live;
    }
    if (told_.snapshots != 0) {
      told_.snapshot_seconds = snapshot_seconds_ / static_cast<double>(told_.snapshots);
    }
    if (refused_ > told_.orders / kIntervals) {
      throw std::runtime_error{"the engine has refused " + std::to_string(refused_) + " of " +
                               std::to_string(told_.orders) + " orders"};
    }
    return told_;
  }

 private:
  // ---- What there is from the beginning

  void found() {
    run(CreateExchange{.currency = Currency{"EUR"}});
    for (int account = 0; account < size_.accounts; ++account) {
      accounts_.emplace_back(Name{scale_account(size_, account)});
      run(CreateAccount{.account = accounts_.back(),
                        .kind = AccountKind::Collateralised,
                        .opening_balance = whole(10'000'000)});
    }
    for (int session = 0; session < size_.sessions; ++session) {
      run(SessionUp{.comp_id = Name{session_name(session)},
                    .username = Name{session_name(session)}});
      reserve(session);
    }
    for (int slot = 0; slot < size_.markets; ++slot) {
      open_market(slot);
    }
    run(CreateMarket{.market = Name{"QUIET"}, .runners = {Name{kQuietRunner}, Name{"QUIET.B"}}});
    run(OpenMarket{.market = Name{"QUIET"}});
    founded_ = engine_.last_seq().value();
  }

  void open_market(int index) {
    Slot& slot = slots_[static_cast<std::size_t>(index)];
    const std::string name = "M" + std::to_string(index) + "-" + std::to_string(++slot.markets);
    slot.market = Name{name};
    slot.symbols.clear();
    slot.live = 0;
    slot.resting.clear();
    CreateMarket create{.market = slot.market, .commission_bp = 200};
    if (is_binary(index)) {
      create.kind = MarketKind::Binary;
      create.ladder = LadderKind::LinearCent;
      slot.symbols.push_back(slot.market);
    } else {
      for (int runner = 0; runner < kRunners; ++runner) {
        create.runners.emplace_back(name + "." + std::to_string(runner + 1));
        slot.symbols.emplace_back(create.runners.back());
      }
    }
    slot_being_opened_ = index;
    run(std::move(create));
    run(OpenMarket{.market = slot.market});
  }

  // ---- A step

  void step() {
    move_time();
    log_everybody_on_again_once_a_day();
    replace_a_market_in_time();
    if (engine_.last_seq().value() >= next_snapshot_) {
      take_snapshot();
      next_snapshot_ += segment_events(size_);
    }
    trade();
    finish_batches();
  }

  // Never beyond the moment in which the writing began: a gateway would wait for it.
  void move_time() {
    const double done = std::min(
        1.0, static_cast<double>(engine_.last_seq().value()) / static_cast<double>(size_.events));
    const auto passed =
        static_cast<std::int64_t>(done * static_cast<double>(size_.days * kNanosPerDay));
    time_ = std::max(time_, begin_ + Timestamp{passed});
    while (engine_.is_due(time_) && run(AdvanceTime{})) {
    }
  }

  void finish_batches() {
    while (engine_.batch_pending() != PendingBatch::None) {
      run(ContinueBatch{});
    }
  }

  void log_everybody_on_again_once_a_day() {
    const std::int64_t day = (time_ - begin_).value() / kNanosPerDay;
    if (day == day_) {
      return;
    }
    day_ = day;
    for (int index = 0; index < size_.sessions; ++index) {
      Session& session = sessions_[static_cast<std::size_t>(index)];
      if (session.is_away) {
        continue;
      }
      prove(index);
      go_down(index, SessionDownReason::Logout);
      const bool leaves = size_.away_days != 0 && index + 1 == size_.sessions &&
                          day >= size_.days - size_.away_days;
      if (leaves) {
        session.is_away = true;
        cursors_.delivered(id_of(index), delivered_);
      } else {
        run(SessionUp{.comp_id = Name{session_name(index)}, .username = Name{session_name(index)}});
      }
    }
  }

  // Each place once, spread over the log.
  void replace_a_market_in_time() {
    const auto markets = static_cast<std::uint64_t>(size_.markets);
    const std::uint64_t due =
        founded_ + (size_.events - founded_) * (replaced_ + 1) / (markets + 1);
    if (replaced_ == markets || engine_.last_seq().value() < due) {
      return;
    }
    const auto index = static_cast<int>(replaced_++);
    Slot& slot = slots_[static_cast<std::size_t>(index)];
    run(CloseMarket{.market = slot.market});
    finish_batches();
    run(DetermineMarket{
        .market = slot.market,
        .shares = {{.symbol = slot.symbols.front(), .numerator = 1, .denominator = 1}}});
    run(SettleMarket{.market = slot.market});
    finish_batches();
    run(ArchiveMarket{.market = slot.market});
    finish_batches();
    open_market(index);
  }

  // ---- Trading

  void trade() {
    const auto account = static_cast<int>(pick(static_cast<std::uint64_t>(size_.accounts)));
    const int session = account % size_.sessions;
    if (sessions_[static_cast<std::size_t>(session)].is_away) {
      move_money(account);  // its customers go on in other ways
      return;
    }
    const std::uint64_t favourite = mix(static_cast<std::uint64_t>(account), pick(kFavourites));
    const auto index = static_cast<int>(favourite % slots_.size());
    Slot& slot = slots_[static_cast<std::size_t>(index)];
    const std::uint64_t wanted = std::max<std::uint64_t>(1, size_.orders / slots_.size());
    const bool has_room = slot.live < wanted;
    const std::uint64_t chance = pick(100);
    if (chance < (has_room ? 70U : 35U)) {
      place(index, account, TimeInForce::Gtc);
    } else if (chance < (has_room ? 82U : 60U)) {
      place(index, account, TimeInForce::Ioc);
    } else {
      const auto order = pick_live(slot);
      if (!order) {
        place(index, account, TimeInForce::Gtc);
      } else if (chance < (has_room ? 94U : 92U)) {
        cancel(*order);
      } else {
        amend(index, *order);
      }
    }
    if (++commands_ % kCommandsPerDeposit == 0) {
      move_money(account);
    }
  }

  void place(int index, int account, TimeInForce time_in_force) {
    const Slot& slot = slots_[static_cast<std::size_t>(index)];
    const bool binary = is_binary(index);
    const Side side = pick(2) == 0 ? Side::Bid : Side::Ask;
    const bool rests = time_in_force != TimeInForce::Ioc;
    placing_in_ = index;
    placing_for_ = account;
    say(account % size_.sessions,
        PlaceOrder{
            .account = accounts_[static_cast<std::size_t>(account)],
            .cl_ord_id = next_id(),
            .symbol = slot.symbols[pick(slot.symbols.size())],
            .transact_time = time_,
            .price = rests ? resting_price(binary, side, pick(1'000)) : taking_price(binary, side),
            .quantity = whole(2 + static_cast<std::int64_t>(pick(50))),
            .side = side,
            .time_in_force = time_in_force});
  }

  struct LiveOrder {
    int account = 0;
    OrderInfo info;
  };

  std::optional<LiveOrder> pick_live(Slot& slot) {
    constexpr int kTries = 8;
    for (int i = 0; i < kTries && !slot.resting.empty(); ++i) {
      const std::size_t place = pick(slot.resting.size());
      const Resting resting = slot.resting[place];
      const auto info = engine_.order_info(resting.order);
      const int session = resting.account % size_.sessions;
      if (info && info->live) {
        if (sessions_[static_cast<std::size_t>(session)].is_away) {
          continue;
        }
        return LiveOrder{.account = resting.account, .info = *info};
      }
      slot.resting[place] = slot.resting.back();
      slot.resting.pop_back();
    }
    return std::nullopt;
  }

  void cancel(const LiveOrder& order) {
    say(order.account % size_.sessions,
        CancelOrder{.account = accounts_[static_cast<std::size_t>(order.account)],
                    .cl_ord_id = next_id(),
                    .orig_cl_ord_id = {},
                    .order_id = order.info.order});
  }

  // Elsewhere, and for another quantity.
  void amend(int index, const LiveOrder& order) {
    const bool binary = is_binary(index);
    const Decimal filled = decimal_of(binary, order.info.values.cum_qty);
    say(order.account % size_.sessions,
        AmendOrder{.account = accounts_[static_cast<std::size_t>(order.account)],
                   .cl_ord_id = next_id(),
                   .orig_cl_ord_id = {},
                   .order_id = order.info.order,
                   .transact_time = time_,
                   .price = resting_price(binary, order.info.side, pick(1'000)),
                   .quantity = filled + whole(2 + static_cast<std::int64_t>(pick(50)))});
  }

  void move_money(int account) {
    run(MoveFunds{.account = accounts_[static_cast<std::size_t>(account)], .amount = whole(100)});
  }

  // ---- Sessions

  [[nodiscard]] static SessionId id_of(int session) {
    return SessionId{static_cast<std::uint32_t>(session) + 1};
  }

  void say(int index, CommandBody body) {
    Session& session = sessions_[static_cast<std::size_t>(index)];
    run(std::move(body),
        {.session = id_of(index), .epoch = kEpoch, .msg_seq_num = session.next_in});
    session.next_in = session.next_in.next();
    ++session.commands;
    if (session.commands % kCommandsPerProof == 0) {
      prove(index);
    }
    if (session.commands % kNumbersReserved == 0) {
      reserve(index);
    }
  }

  // Its client has all reports so far.
  void prove(int session) {
    delivered_ = engine_.last_seq();
    run(ConfirmDelivery{.session = id_of(session), .delivered = delivered_});
  }

  void reserve(int index) {
    Session& session = sessions_[static_cast<std::size_t>(index)];
    session.reserved += 2 * kNumbersReserved;  // it is told of others' orders, too
    run(ReserveNumbers{
        .session = id_of(index), .epoch = kEpoch, .up_to = MsgSeqNum{session.reserved}});
  }

  void go_down(int index, SessionDownReason reason) {
    run(SessionDown{.session = id_of(index),
                    .epoch = kEpoch,
                    .next_in = sessions_[static_cast<std::size_t>(index)].next_in,
                    .reason = reason});
  }

  void prove_all() {
    for (int session = 0; session < size_.sessions; ++session) {
      if (!sessions_[static_cast<std::size_t>(session)].is_away) {
        prove(session);
      }
    }
  }

  void end() {
    move_time();
    finish_batches();
    prove_all();
    for (int session = 0; session < size_.sessions; ++session) {
      if (!sessions_[static_cast<std::size_t>(session)].is_away) {
        go_down(session, SessionDownReason::Shutdown);
      }
    }
    journal_.commit();
    journal_.close();
  }

  // What the gateway's note says: nobody lacks a report, but who is away.
  void take_snapshot() {
    prove_all();
    journal_.commit();
    if (size_.away_days != 0 && sessions_.back().is_away) {
      cursors_.reported_unseen(id_of(size_.sessions - 1), engine_.last_seq());
    }
    const auto begin = Steady::now();
    journal::Snapshot snapshot{.position = journal_.position(),
                               .wal_id = journal_.wal_id(),
                               .engine = std::move(engine_),
                               .note = cursors_.note(journal_.position().last_seq)};
    snapshot.position.segment.reset();
    journal::write_snapshot(wal_root_, snapshot);
    engine_ = std::move(snapshot.engine);
    snapshot_seconds_ += seconds_since(begin);
    ++told_.snapshots;
  }

  // ---- One command

  bool run(CommandBody body, const Origin& origin = {}) {
    const TransactionView transaction =
        engine_.decide({.timestamp = time_, .origin = origin, .body = std::move(body)});
    if (transaction.events.empty()) {
      return false;
    }
    journal_.append(transaction);
    for_each_event(transaction, [this](EventSeq, const auto& event) { note(event); });
    if (++transactions_ % kTransactionsPerCommit == 0) {
      journal_.commit();
    }
    return true;
  }

  template <typename Event>
  void note(const Event& event) {
    if constexpr (std::is_same_v<Event, MarketCreated>) {
      slot_of_market_.resize(event.header.market.value() + std::size_t{1}, -1);
      slot_of_market_.back() = slot_being_opened_;
      slot_being_opened_ = -1;
    } else if constexpr (std::is_same_v<Event, OrderAccepted>) {
      ++told_.orders;
      if (event.entry == Entry::Rests) {
        Slot& slot = slots_[static_cast<std::size_t>(placing_in_)];
        ++slot.live;
        slot.resting.push_back({.order = event.order, .account = placing_for_});
      }
    } else if constexpr (std::is_same_v<Event, TradeMatched>) {
      count_down(event.header.market, event.maker.values.leaves_qty == Quantity{} ? 1U : 0U);
    } else if constexpr (std::is_same_v<Event, OrderCancelled>) {
      count_down(event.header.market, event.cause == CancelCause::Requested ? 1U : 0U);
    } else if constexpr (std::is_same_v<Event, OrderRejected>) {
      ++refused_;
    } else if constexpr (std::is_same_v<Event, CommandRejected>) {
      throw std::runtime_error{std::string{"the engine refuses what this program asks: "} +
                               std::string{to_text(event.reason)}};
    }
  }

  void count_down(MarketId market, std::uint64_t orders) {
    const int slot = slot_of_market_[market.value()];
    if (slot >= 0) {
      slots_[static_cast<std::size_t>(slot)].live -= orders;
    }
  }

  ClOrdId next_id() { return ClOrdId{"C" + std::to_string(++ids_)}; }

  std::uint64_t pick(std::uint64_t count) { return random_() % count; }

  const ScaleSize size_;
  const std::filesystem::path wal_root_;
  journal::EnvironmentPool pool_;
  journal::Journal journal_;
  Engine engine_;
  gateway::ReportCursors cursors_;  // of who is away
  std::mt19937_64 random_{20261201};
  const Timestamp begin_;
  Timestamp time_ = begin_;
  std::int64_t day_ = 0;
  std::vector<HashedName> accounts_;
  std::vector<Slot> slots_;
  std::vector<Session> sessions_;
  std::vector<int> slot_of_market_;  // by id; -1: in none
  int slot_being_opened_ = -1;
  int placing_in_ = 0;
  int placing_for_ = 0;
  EventSeq delivered_;  // by the last proof
  std::uint64_t founded_ = 0;
  std::uint64_t replaced_ = 0;
  std::uint64_t commands_ = 0;
  std::uint64_t transactions_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t ids_ = 0;
  std::uint64_t next_snapshot_ = 0;
  double snapshot_seconds_ = 0;
  ScaleLogTold told_;
};

}  // namespace

std::uint64_t segment_events(const ScaleSize& size) {
  return std::max<std::uint64_t>(size.events / kIntervals, 1);
}

std::uint64_t least_events(const ScaleSize& size) {
  constexpr std::uint64_t kOfAMarket = 2 * (kRunners + 8);  // with one that follows it
  constexpr std::uint64_t kOfASession = 8;
  return 2 * (static_cast<std::uint64_t>(size.accounts) +
              kOfAMarket * static_cast<std::uint64_t>(size.markets) +
              kOfASession * static_cast<std::uint64_t>(size.sessions));
}

std::string scale_account(const ScaleSize& size, int index) {
  const std::string session = session_name(index % size.sessions);
  const int number = index / size.sessions;
  return number == 0 ? session : session + "-" + std::to_string(number);
}

ScaleLogTold write_scale_log(const ScaleSize& size, const std::filesystem::path& wal_root) {
  return ScaleLog{size, wal_root}.write();
}

}  // namespace betex::bench
