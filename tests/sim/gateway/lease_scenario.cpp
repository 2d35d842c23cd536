#include "tests/sim/gateway/lease_scenario.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/client/error.h"
#include "gateway/client/order_entry.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "gateway/cluster/lease_authority.h"
#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/journal_reader.h"
#include "journal/segment_catalog.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/sim/gateway/acknowledged.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/late_authority.h"
#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/machine.h"

namespace betex::sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kTtl{5};
constexpr milliseconds kMargin{1500};
constexpr Clocks::Time kLength = 150s;
constexpr std::array<std::string_view, 2> kNames{"a", "b"};

// A gateway that waits looks so often whether its sockets have something.
constexpr Clocks::Time kLooksEvery = 10ms;
constexpr Clocks::Time kRoundTakes = 5us;

class Ending : public std::runtime_error {
 public:
  Ending() : std::runtime_error{"the scenario is over"} {}
};

// ---- The right to write: as it is, or with the fault

class Right {
 public:
  virtual ~Right() = default;
  [[nodiscard]] virtual journal::WriterAuthority& authority() = 0;
  [[nodiscard]] virtual milliseconds pause_between_renewals() const = 0;
  // Renews it; how long to wait then. None: it is lost for good.
  virtual std::optional<milliseconds> keep() = 0;
};

struct RightCalls {
  std::function<void(milliseconds)> pause;
  std::function<void()> granted;
  std::function<void()> lost;
};

class EtcdRight final : public Right {
 public:
  EtcdRight(cluster::KeyValueStore& store, const std::string& node, const RightCalls& calls)
      : authority_{store,
                   {.epoch_key = "/betex/main/epoch",
                    .lease_key = "/betex/main/leader",
                    .node = node,
                    .address = {}},
                   {.ttl = kTtl, .margin = kMargin, .fence_command = {}, .keeps_itself = false},
                   {.pause = calls.pause,
                    .waiting = [](const std::string&) {},
                    .stand_by = [] {},
                    .granted = [granted = calls.granted](journal::WriterEpoch) { granted(); },
                    .healthy = [] { return true; },
                    .lost = [lost = calls.lost](const std::string&) { lost(); }}} {}

  [[nodiscard]] journal::WriterAuthority& authority() override { return authority_; }

  [[nodiscard]] milliseconds pause_between_renewals() const override {
    return authority_.pause_between_renewals();
  }

  std::optional<milliseconds> keep() override { return authority_.keep(); }

 private:
  cluster::EtcdAuthority authority_;
};

class LateRight final : public Right {
 public:
  LateRight(cluster::KeyValueStore& store, const std::string& node, const RightCalls& calls)
      : authority_{store,
                   {.epoch_key = "/betex/main/epoch",
                    .lease_key = "/betex/main/leader",
                    .node = node,
                    .ttl = kTtl,
                    .margin = kMargin},
                   {.pause = calls.pause, .granted = calls.granted}},
        lost_{calls.lost} {}

  [[nodiscard]] journal::WriterAuthority& authority() override { return authority_; }

  [[nodiscard]] milliseconds pause_between_renewals() const override {
    return authority_.pause_between_renewals();
  }

  std::optional<milliseconds> keep() override {
    if (authority_.keep()) {
      return authority_.pause_between_renewals();
    }
    lost_();
    return std::nullopt;
  }

 private:
  LateAuthority authority_;
  const std::function<void()> lost_;
};

// ---- A gateway, life after life

struct World {
  Machine& machine;
  test::FakeStore& store;
  Acknowledged& acknowledged;
  const fix::Dictionaries& dictionaries;
  std::uint64_t seed = 0;
  bool late_renewal = false;
  bool ending = false;
};

void pause_in(World& world, Clocks::Time time) {
  const std::function<bool()> ends = [&world] { return world.ending; };
  if (world.machine.wait(ends, world.machine.clocks.now() + time)) {
    throw Ending{};
  }
}

class Node final : private SimulatedGateway::Observer {
 public:
  // `number` counts from 1; it is the machine's process. Its configuration is in `folder`.
  Node(World& world, int number, std::filesystem::path folder)
      : world_{world},
        number_{number},
        name_{kNames.at(static_cast<std::size_t>(number) - 1)},
        folder_{std::move(folder)},
        random_{world.seed, "node " + name_} {}

  void live() {
    while (!world_.ending) {
      spdlog::info("{} ends: {}", name_, lead_once());  // paths and pids: not for the trace
      world_.machine.note(name_ + " ends");
      const std::function<bool()> ends = [this] { return world_.ending; };
      world_.machine.wait(ends,
                          world_.machine.clocks.now() + milliseconds{random_.between(50, 2'000)});
    }
    is_over_ = true;
  }

  [[nodiscard]] bool leads() const noexcept { return leads_; }

  [[nodiscard]] bool is_over() const noexcept { return is_over_; }

  [[nodiscard]] int number() const noexcept { return number_; }

  [[nodiscard]] std::uint64_t times_led() const noexcept { return times_led_; }

  // Without a word to anybody.
  void end() noexcept { life_ends_ = true; }

 private:
  // Returns why it has ended.
  std::string lead_once() {
    const gateway::Config config = load_exchange(folder_, world_.machine.disk.root());
    test::FakeClient store{world_.store, static_cast<std::size_t>(number_)};
    life_ends_ = false;
    renewals_end_ = true;
    const RightCalls calls{.pause = [this](milliseconds time) { pause_in(world_, time); },
                           .granted = [this] { begin_renewals(); },
                           .lost = [this] { life_ends_ = true; }};
    if (world_.late_renewal) {
      right_ = std::make_unique<LateRight>(store, name_, calls);
    } else {
      right_ = std::make_unique<EtcdRight>(store, name_, calls);
    }
    std::string why = "it was told to";
    std::unique_ptr<SimulatedGateway> gateway;
    try {
      gateway = std::make_unique<SimulatedGateway>(
          SimulatedGateway::Settings{.config = config,
                                     .dictionaries = world_.dictionaries,
                                     .seed = random_.next(),
                                     .observer = this,
                                     .authority = &right_->authority()});
      world_.acknowledged.compare_end(gateway->durable());
      leads_ = true;
      ++times_led_;
      world_.machine.note(name_ + " leads");
      while (!life_ends_ && !world_.ending) {
        round(*gateway);
      }
    } catch (const std::exception& error) {
      why = error.what();
    }
    leads_ = false;
    life_ends_ = true;
    gateway.reset();  // nothing of it is told to anybody
    const std::function<bool()> over = [this] { return renewals_end_; };
    world_.machine.wait(over, Clocks::kNever);
    right_.reset();
    return why;
  }

  void round(SimulatedGateway& gateway) {
    std::size_t work = 0;
    for (std::size_t i = 0; i < SimulatedGateway::kParts && !life_ends_; ++i) {
      work +=
          gateway.run(static_cast<SimulatedGateway::Part>(random_.below(SimulatedGateway::kParts)));
    }
    const Clocks::Time now = world_.machine.clocks.now();
    const Clocks::Time until =
        work > 0 ? now + kRoundTakes
                 : std::clamp(gateway.next_deadline(), now + kRoundTakes, now + kLooksEvery);
    const std::function<bool()> ends = [this] { return life_ends_ || world_.ending; };
    world_.machine.wait(ends, until);
  }

  void begin_renewals() {
    renewals_end_ = false;
    world_.machine.spawn("renewals of " + name_, number_, [this] {
      const std::function<bool()> ends = [this] { return life_ends_; };
      std::optional<milliseconds> pause = right_->pause_between_renewals();
      while (pause && !world_.machine.wait(ends, world_.machine.clocks.now() + *pause)) {
        pause = right_->keep();
      }
      renewals_end_ = true;
    });
  }

  void durable(const matching::TransactionView& transaction) override {
    world_.acknowledged.take(leads_ ? name_ : name_ + " at its start", transaction);
  }

  World& world_;
  const int number_;
  const std::string name_;
  const std::filesystem::path folder_;
  Random random_;
  std::unique_ptr<Right> right_;
  bool life_ends_ = false;
  bool renewals_end_ = true;
  bool leads_ = false;
  bool is_over_ = false;
  std::uint64_t times_led_ = 0;
};

// ---- Somebody who trades with whoever leads

class Customer {
 public:
  Customer(World& world, unsigned number)
      : world_{world},
        random_{world.seed, trader_name(number)},
        session_{{.dialect = version_of_trader(number) == fix::FixVersion::Fix44
                                 ? client::Dialect::Fix44
                                 : client::Dialect::Fixt11,
                  .sender = trader_name(number),
                  .target = std::string{kExchange},
                  .password = client::Password{kPassword}},
                 store_} {}

  void live(const std::vector<std::uint16_t>& ports) {
    std::size_t tried = 0;
    while (!world_.ending) {
      if (!trades(ports.at(tried++ % ports.size()))) {
        session_.disconnect();
      }
      const std::function<bool()> ends = [this] { return world_.ending; };
      world_.machine.wait(ends, world_.machine.clocks.now() + 100ms);
    }
    is_over_ = true;
  }

  [[nodiscard]] bool is_over() const noexcept { return is_over_; }

 private:
  // Until the gateway at this port ends.
  bool trades(std::uint16_t port) {
    try {
      session_.logon(client::Connection::open("127.0.0.1", port, 3s), client::ResetNumbers::No, 3s);
      while (!world_.ending) {
        place_order();
        const client::Clock::time_point next =
            client::Clock::now() + milliseconds{random_.between(20, 500)};
        while (client::Clock::now() < next) {
          static_cast<void>(session_.receive(next - client::Clock::now()));
        }
      }
      return true;
    } catch (const client::ClientError&) {
      return false;
    }
  }

  void place_order() {
    constexpr std::array<std::string_view, 4> kPrices{"1.98", "2", "2.02", "2.04"};
    const bool backs = random_.chance(50);
    session_.send(to_message(
        client::NewOrder{.cl_ord_id = session_.sender() + "-" + std::to_string(++orders_),
                         .symbol = "MATCH.HOME",
                         .side = backs ? client::Side::BackOrBuy : client::Side::LayOrSell,
                         .quantity = std::to_string(random_.between(1, 9)),
                         .price = std::string{kPrices.at(random_.below(kPrices.size()))},
                         .account = session_.sender()}));
  }

  World& world_;
  Random random_;
  client::SessionStore store_;
  client::Session session_;
  unsigned orders_ = 0;
  bool is_over_ = false;
};

// ---- What happens to them

class Misfortune {
 public:
  Misfortune(World& world, std::vector<Node*> nodes, LeaseOutcome& outcome)
      : world_{world},
        nodes_{std::move(nodes)},
        outcome_{outcome},
        random_{world.seed, "misfortune"},
        cut_until_(nodes_.size()),
        stands_until_(nodes_.size()) {
    plan_next();
  }

  [[nodiscard]] Clocks::Time next() const {
    Clocks::Time next = next_;
    for (const Clocks::Time until : stands_until_) {
      next = until > world_.machine.clocks.now() ? std::min(next, until) : next;
    }
    return next;
  }

  // One that is due.
  void strike() {
    if (world_.machine.clocks.now() < next_) {
      return;
    }
    plan_next();
    const auto leader = std::ranges::find_if(nodes_, [this](const Node* node) {
      return node->leads() && !stands_still(node->number());
    });
    if (leader == nodes_.end()) {
      return;
    }
    const auto index = static_cast<std::size_t>(leader - nodes_.begin());
    const Clocks::Time until =
        world_.machine.clocks.now() + milliseconds{random_.between(500, 30'000)};
    switch (random_.below(4)) {
      case 0:
        ++outcome_.ends;
        (*leader)->end();
        break;
      case 1:
        ++outcome_.cuts;
        cut_until_[index] = until;
        break;
      default:
        ++outcome_.stalls;
        world_.machine.note("a leader stands still");
        stands_until_[index] = until;
        break;
    }
  }

  // Its process, or another one.
  [[nodiscard]] bool stands_still(int process) const {
    const auto index = static_cast<std::size_t>(process) - 1;
    return index < stands_until_.size() && world_.machine.clocks.now() < stands_until_[index];
  }

  [[nodiscard]] test::Fault fault_of_store(std::size_t client) {
    if (world_.machine.clocks.now() < cut_until_.at(client - 1)) {
      return test::Fault::RequestLost;
    }
    constexpr double kLost = 2;
    return random_.chance(kLost) ? test::Fault::AnswerLost : test::Fault::None;
  }

  [[nodiscard]] milliseconds time_of_message() { return milliseconds{random_.between(0, 40)}; }

  void end_all() {
    std::ranges::fill(stands_until_, Clocks::Time{0});
    next_ = Clocks::kNever;
  }

 private:
  void plan_next() {
    next_ = world_.machine.clocks.now() + milliseconds{random_.between(1'000, 14'000)};
  }

  World& world_;
  const std::vector<Node*> nodes_;
  LeaseOutcome& outcome_;
  Random random_;
  std::vector<Clocks::Time> cut_until_;
  std::vector<Clocks::Time> stands_until_;
  Clocks::Time next_{0};
};

// Everybody's turns, until `over`.
void run_until(World& world,
               Misfortune& misfortune,
               Random& random,
               std::uint64_t& steps,
               const std::function<bool()>& over) {
  Machine& machine = world.machine;
  while (!over()) {
    misfortune.strike();
    std::vector<Fiber*> ready = machine.ready_fibers();
    std::erase_if(ready,
                  [&](const Fiber* each) { return misfortune.stands_still(each->process()); });
    if (!ready.empty()) {
      ++steps;
      machine.run_fiber(*ready[random.below(ready.size())]);
      continue;
    }
    const Clocks::Time next = std::min(machine.next_event(), misfortune.next());
    if (next == Clocks::kNever) {
      world.acknowledged.add_fault("nobody goes on");
      return;
    }
    machine.clocks.advance_to(next);
  }
}

// What the log says in the end.
void compare_log(const std::filesystem::path& wal_root, Acknowledged& acknowledged) {
  journal::EnvironmentPool pool;
  const auto names = journal::list_segments(wal_root / journal::kSegmentsFolder);
  if (names.empty()) {
    acknowledged.add_fault("there is no log");
    return;
  }
  journal::JournalReader reader{wal_root, pool, names.front().first_seq};
  matching::EventSeq end;
  while (const auto transaction = reader.next()) {
    acknowledged.take("the log in the end", *transaction);
    end = transaction->last_seq();
  }
  acknowledged.compare_end(end);
}

}  // namespace

LeaseOutcome run_lease_scenario(std::uint64_t seed,
                                bool late_renewal,
                                const std::filesystem::path& folder,
                                const fix::Dictionaries& dictionaries,
                                const std::filesystem::path& dictionaries_folder,
                                bool keep_trace) {
  LeaseOutcome outcome;
  Acknowledged acknowledged;
  test::FakeStore store;
  const ExchangeShape shape{.traders = 2, .watchers = 0};
  std::vector<std::uint16_t> ports;
  for (const std::string_view name : kNames) {
    constexpr unsigned kApart = 10;
    ExchangeShape of_node = shape;
    of_node.node = name;
    of_node.fix_port = static_cast<std::uint16_t>(shape.fix_port + kApart * ports.size());
    of_node.market_data_port =
        static_cast<std::uint16_t>(shape.market_data_port + kApart * ports.size());
    std::filesystem::create_directory(folder / name);
    write_exchange_files(folder / name, of_node, dictionaries_folder);
    ports.push_back(of_node.fix_port);
  }
  std::filesystem::create_directory(folder / "machine");
  Machine machine{seed, folder / "machine"};
  machine.keep_trace(keep_trace);
  World world{.machine = machine,
              .store = store,
              .acknowledged = acknowledged,
              .dictionaries = dictionaries,
              .seed = seed,
              .late_renewal = late_renewal};
  std::deque<Node> nodes;
  std::vector<Node*> all;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    Node& node = nodes.emplace_back(world, static_cast<int>(i) + 1, folder / kNames[i]);
    all.push_back(&node);
    machine.spawn(std::string{kNames[i]}, node.number(), [&node] { node.live(); });
  }
  Misfortune misfortune{world, all, outcome};
  const auto travel = [&](std::size_t) {
    const std::function<bool()> never = [] { return false; };
    machine.wait(never, machine.clocks.now() + misfortune.time_of_message());
    store.advance(machine.clocks.now() - store.now());
  };
  store.before_call = travel;
  store.before_answer = travel;
  store.fault = [&](std::size_t client) { return misfortune.fault_of_store(client); };
  std::deque<Customer> customers;
  for (unsigned i = 1; i <= shape.traders; ++i) {
    constexpr int kFirstProcess = 100;
    Customer& customer = customers.emplace_back(world, i);
    machine.spawn(trader_name(i), kFirstProcess + static_cast<int>(i), [&customer, &ports] {
      customer.live(ports);
    });
  }
  Random turns{seed, "turns"};
  const Clocks::Time end = machine.clocks.now() + kLength;
  run_until(world, misfortune, turns, outcome.steps, [&] {
    return machine.clocks.now() >= end || !acknowledged.faults().empty();
  });
  misfortune.end_all();
  world.ending = true;
  run_until(world, misfortune, turns, outcome.steps, [&] {
    return std::ranges::all_of(nodes, &Node::is_over) &&
           std::ranges::all_of(customers, &Customer::is_over);
  });
  if (acknowledged.faults().empty()) {
    compare_log(log_folder(machine.disk.root()), acknowledged);
  }
  for (const Node& node : nodes) {
    outcome.leads += node.times_led();
  }
  outcome.faults_found = acknowledged.faults();
  outcome.events = acknowledged.last().value();
  outcome.trace_hash = machine.trace_hash();
  outcome.trace = machine.trace();
  return outcome;
}

}  // namespace betex::sim
