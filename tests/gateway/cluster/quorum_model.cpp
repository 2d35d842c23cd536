#include "tests/gateway/cluster/quorum_model.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gateway/cluster/log_texts.h"
#include "journal/errors.h"

namespace betex::test {
namespace {

using cluster::KeyIs;
using cluster::KeyValueStore;
using cluster::Lease;
using cluster::LeaseId;
using cluster::Put;
using cluster::QuorumLog;
using cluster::StoredHead;
using cluster::StoredLog;
using cluster::StoreRefused;
using cluster::StoreStatus;
using cluster::StoreUnknown;
using cluster::TransactionResult;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kPrefix = "/betex/model/";
constexpr milliseconds kStep{20};
constexpr std::size_t kAppendBytes = 512;
constexpr std::size_t kMostNoise = 1200;  // bytes of a transaction: several parts

const std::string& head_key() {
  static const std::string key = cluster::head_key(kPrefix);
  return key;
}

// A planted bug: what takes over writes nothing, and is told that it has. Its epoch is in its own
// mind only, until it appends.
class EpochIsKept final : public KeyValueStore {
 public:
  explicit EpochIsKept(KeyValueStore& store) : store_{store} {}

  TransactionResult transact(std::span<const KeyIs> conditions,
                             std::span<const Put> puts,
                             std::span<const std::string> otherwise) override {
    std::vector<KeyIs> real{conditions.begin(), conditions.end()};
    for (KeyIs& is : real) {
      if (is.value && is.value == thought_) {
        is.value = real_;
      }
    }
    const bool takes_over = is_take_over(conditions, puts);
    TransactionResult result =
        store_.transact(real, takes_over ? std::span<const Put>{} : puts, otherwise);
    if (result.succeeded && takes_over) {
      thought_ = puts.front().value;
      real_ = real.front().value;
    } else if (result.succeeded && !puts.empty() && puts.back().key == head_key()) {
      thought_.reset();
      real_.reset();
    }
    for (std::optional<std::string>& found : result.found) {
      found = seen(found);
    }
    return result;
  }

  std::optional<std::string> get(const std::string& key) override { return seen(store_.get(key)); }

  std::vector<cluster::KeyValue> range(const std::string& prefix) override {
    return store_.range(prefix);
  }

  LeaseId grant(seconds ttl) override { return store_.grant(ttl); }

  seconds keep_alive(LeaseId lease) override { return store_.keep_alive(lease); }

  void revoke(LeaseId lease) override { store_.revoke(lease); }

  void compact(std::uint64_t revision) override { store_.compact(revision); }

  StoreStatus status() override { return store_.status(); }

 private:
  static bool is_take_over(std::span<const KeyIs> conditions, std::span<const Put> puts) {
    if (puts.size() != 1 || puts.front().key != head_key() || conditions.size() != 1 ||
        !conditions.front().value) {
      return false;
    }
    const StoredHead before = cluster::parse_head(*conditions.front().value, head_key());
    return cluster::parse_head(puts.front().value, head_key()).head.epoch > before.head.epoch;
  }

  [[nodiscard]] std::optional<std::string> seen(const std::optional<std::string>& value) const {
    return value && value == real_ ? thought_ : value;
  }

  KeyValueStore& store_;
  std::optional<std::string> thought_;  // what the node believes that the head is,
  std::optional<std::string> real_;     // where it is this
};

}  // namespace

std::size_t EveryChoice::choose(std::size_t count) {
  if (depth_ == choices_.size()) {
    choices_.push_back({.taken = 0, .of = count});
  }
  return choices_[depth_++].taken;
}

bool EveryChoice::next() {
  depth_ = 0;
  while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().of) {
    choices_.pop_back();
  }
  if (choices_.empty()) {
    return false;
  }
  ++choices_.back().taken;
  return true;
}

QuorumModel::QuorumModel(Turns& turns,
                         Choices& choices,
                         const ModelOptions& options,
                         ModelTally& tally)
    : turns_{turns}, choices_{choices}, options_{options}, tally_{tally} {
  meta_.wal_id.fill(7);
  const bool is_narrow = !is_race() && choices_.choose(3) == 0;
  ring_ = is_narrow ? 12 : 1024;
  window_bytes_ = is_narrow ? 2'500 : 1U << 20U;
  for (std::size_t i = 0; i < options_.nodes; ++i) {
    nodes_.push_back({.number = i, .name = std::string(1, static_cast<char>('a' + i))});
  }
  store_.before_call = [this](std::size_t node) { at_message(node); };
  if (!is_race()) {
    // In a race nothing but the order in which the store does things matters.
    store_.before_answer = [this](std::size_t node) { at_message(node); };
  }
  store_.fault = [this](std::size_t) { return pick_fault(); };
  store_.on_put = [this](const std::string& key,
                         const std::optional<std::string>& before,
                         const std::string& after) {
    if (key == head_key()) {
      check_head(before, after);
    }
  };
}

std::string QuorumModel::run() {
  FakeClient client{store_};
  static_cast<void>(
      cluster::create_log(client, settings_of(nodes_.front()), meta_, journal::WriterEpoch{1}, {}));
  store_.ignores_conditions = options_.bug == PlantedBug::NoCompare;
  running_ = true;
  for (Node& node : nodes_) {
    turns_.begin(node.number, [this, &node] { live(node); });
  }
  turns_.run([this] { return next_turn(); });
  running_ = false;
  while (store_.late() > 0) {
    store_.deliver(0);
  }
  if (violation_.empty()) {
    check_end();
  }
  return violation_;
}

std::vector<std::size_t> QuorumModel::ready() const {
  std::vector<std::size_t> ready;
  for (const Node& node : nodes_) {
    if (!turns_.is_done(node.number)) {
      ready.push_back(node.number);
    }
  }
  return ready;
}

// Whose turn it is; none: all are done.
std::optional<std::size_t> QuorumModel::next_turn() {
  if (is_race() && begun_ < nodes_.size()) {
    return begun_++;  // each, up to its first message
  }
  const std::vector<std::size_t> nodes = ready();
  std::optional<std::size_t> chosen;
  while (!nodes.empty() && !chosen) {
    chosen = is_race() ? step_of_race(nodes) : step(nodes);
  }
  return chosen;
}

// None: a late message has come in place of a turn.
std::optional<std::size_t> QuorumModel::step_of_race(const std::vector<std::size_t>& ready) {
  const std::size_t choice = choices_.choose(ready.size() + store_.late());
  if (choice >= ready.size()) {
    store_.deliver(choice - ready.size());
    return std::nullopt;
  }
  return ready[choice];
}

std::size_t QuorumModel::step(const std::vector<std::size_t>& ready) {
  constexpr std::size_t kLastSteps = 20'000;
  ++steps_;
  quiet_ = quiet_ || steps_ >= options_.steps;
  if (steps_ > options_.steps + kLastSteps) {
    violate("the nodes do not come to an end");
  }
  store_.advance(kStep);
  if (!quiet_) {
    disturb();
  } else if (store_.late() > 0) {
    store_.deliver(choices_.choose(store_.late()));
  }
  std::vector<std::size_t> awake;
  for (const std::size_t node : ready) {
    if (quiet_ || stopping_ || nodes_[node].frozen_until <= steps_) {
      awake.push_back(node);
    }
  }
  const std::vector<std::size_t>& candidates = awake.empty() ? ready : awake;
  return candidates[choices_.choose(candidates.size())];
}

void QuorumModel::disturb() {
  Node& node = nodes_[choices_.choose(nodes_.size())];
  switch (choices_.choose(60)) {
    case 0:
      store_.advance(milliseconds{100 + 100 * choices_.choose(30)});
      break;
    case 1:
      store_.advance(seconds{12});  // all stall
      break;
    case 2:
      node.crashes = true;
      break;
    case 3:
    case 4:
      node.frozen_until = steps_ + 20 + choices_.choose(100);
      break;
    default:
      if (store_.late() > 0 && choices_.choose(8) == 0) {
        store_.deliver(choices_.choose(store_.late()));
      }
      break;
  }
}

Fault QuorumModel::pick_fault() {
  if (!running_ || quiet_ || stopping_) {
    return Fault::None;
  }
  constexpr std::array kFaults{
      Fault::None, Fault::RequestLost, Fault::AnswerLost, Fault::Late, Fault::Doubled};
  if (is_race()) {
    if (faults_left_ == 0) {
      return Fault::None;
    }
    const Fault fault = kFaults[choices_.choose(kFaults.size())];
    faults_left_ -= fault == Fault::None ? 0U : 1U;
    return fault;
  }
  if (choices_.choose(8) != 0) {
    return Fault::None;
  }
  return choices_.choose(10) == 0 ? Fault::DoneButNoSpace
                                  : kFaults[1 + choices_.choose(kFaults.size() - 1)];
}

// Here another node may go on.
void QuorumModel::at_message(std::size_t node) {
  if (!running_) {
    return;
  }
  turns_.yield(node);
  if (stopping_ || std::exchange(nodes_[node].crashes, false)) {
    throw Crashed{};
  }
}

void QuorumModel::violate(const std::string& what) {
  if (violation_.empty()) {
    violation_ = what;
  }
  stopping_ = true;
}

// ---- What must be so

void QuorumModel::check_head(const std::optional<std::string>& before_text,
                             const std::string& after_text) {
  if (!before_text) {
    return;
  }
  const StoredHead before = cluster::parse_head(*before_text, head_key());
  const StoredHead after = cluster::parse_head(after_text, head_key());
  if (after.head.epoch < before.head.epoch) {
    violate("who led before has moved the head: " + after_text + " after " + *before_text);
  } else if (after.head.epoch == before.head.epoch && after.writer != before.writer) {
    violate("two write in one epoch: " + after_text + " after " + *before_text);
  } else if (after.head.epoch > before.head.epoch && after.head.position != before.head.position &&
             options_.bug != PlantedBug::SameEpoch) {
    violate("a takeover has moved the end: " + after_text + " after " + *before_text);
  }
  if (after.head.position.last_seq < before.head.position.last_seq ||
      after.head.oldest < before.head.oldest || after.head.slot < before.head.slot) {
    violate("the log went back: " + after_text + " after " + *before_text);
  }
}

// All have what the log has, and it has what was acknowledged, once.
void QuorumModel::check_end() {
  for (Node& node : nodes_) {
    FakeClient client{store_, node.number};
    for (bool is_first : {true, false}) {
      try {
        StoredLog log{client, settings_of(node), meta_};
        follow(node, log);
        break;
      } catch (const journal::JournalError& error) {
        if (!is_first || error.fault() != journal::Fault::QuorumLogTooOld) {
          return violate("at the end " + node.name + ": " + error.what());
        }
        seed(node);
      }
    }
  }
  const StoredHead head =
      cluster::parse_head(store_.value(head_key()).value_or(std::string{}), head_key());
  for (const Node& node : nodes_) {
    if (node.journal != history_ || end_of(node) != head.head.position) {
      return violate("the journal of " + node.name + " is not the log");
    }
  }
  std::map<std::uint64_t, std::size_t> times;
  for (const LoggedTransaction& transaction : history_) {
    if (++times[id_of(transaction)] > 1) {
      return violate("transaction " + std::to_string(id_of(transaction)) + " is there twice");
    }
  }
  for (const std::uint64_t id : acknowledged_) {
    if (!times.contains(id)) {
      return violate("transaction " + std::to_string(id) + " was acknowledged, and is lost");
    }
  }
}

// ---- Nodes

void QuorumModel::live(Node& node) {
  bool is_over = false;
  while (!is_over && !stopping_) {
    is_over = is_race();
    try {
      if (is_race()) {
        race(node);
      } else {
        follow_and_lead(node);
        is_over = true;
      }
    } catch (const Crashed&) {
      ++tally_.crashes;
    } catch (const journal::JournalError& error) {
      if (error.fault() == journal::Fault::AuthorityLost) {
        ++tally_.refused;
      } else if (error.fault() == journal::Fault::QuorumLogTooOld && !is_race()) {
        ++tally_.too_old;
        seed(node);
      } else {
        violate(node.name + ": " + error.what());
      }
    } catch (const std::exception& error) {
      violate(node.name + ": " + error.what());
    }
  }
}

void QuorumModel::race(Node& node) {
  FakeClient client{store_, node.number};
  EpochIsKept keeper{client};
  const bool is_kept = options_.bug == PlantedBug::SameEpoch;
  StoredLog log{is_kept ? static_cast<KeyValueStore&>(keeper) : client, settings_of(node), meta_};
  take_over(node, log);
  if (options_.script == ModelOptions::Script::ConfirmRace && node.number == 0) {
    at_message(node.number);  // it does something else for a while
    confirm(node, log);
  } else {
    append(node, log);
  }
}

void QuorumModel::follow_and_lead(Node& node) {
  FakeClient client{store_, node.number};
  EpochIsKept keeper{client};
  const bool is_kept = options_.bug == PlantedBug::SameEpoch;
  StoredLog log{is_kept ? static_cast<KeyValueStore&>(keeper) : client, settings_of(node), meta_};
  Lease lease{client, {.key = std::string{kPrefix} + "leader"}, [this] { return store_.now(); }};
  for (;;) {
    follow(node, log);
    if (quiet_) {
      return;
    }
    // Now and then without the lease: it is the log that decides.
    bool leads = choices_.choose(10) == 0;
    if (!leads) {
      try {
        leads = !lease.holder() && lease.try_take(holder_of(node));
      } catch (const StoreUnknown&) {
        continue;
      } catch (const StoreRefused&) {
        continue;
      }
    }
    if (leads) {
      lead(node, log, lease);
      if (choices_.choose(2) == 0) {
        lease.give_back();
      }
    }
  }
}

void QuorumModel::follow(Node& node,
                         QuorumLog& log,
                         const std::optional<journal::Position>& up_to) {
  while (violation_.empty() && end_of(node) != up_to) {
    const std::optional<cluster::OwnedBatch> batch = log.next(end_of(node));
    if (!batch) {
      return;
    }
    journal(node, batch->view());
    if (running_) {
      ++tally_.followed;
    }
  }
}

void QuorumModel::lead(Node& node, QuorumLog& log, Lease& lease) {
  take_over(node, log);
  for (std::size_t actions = 1 + choices_.choose(12); actions > 0 && !quiet_; --actions) {
    switch (choices_.choose(6)) {
      case 0:
      case 1:
        if (lease.renew(holder_of(node)) == Lease::Renewal::Lost) {
          return;
        }
        break;
      case 2:
        confirm(node, log);
        break;
      default:
        append(node, log);
        break;
    }
  }
}

void QuorumModel::take_over(Node& node, QuorumLog& log) {
  const QuorumLog::TakenOver taken = log.take_over(node.epoch.next());
  ++tally_.take_overs;
  if (taken.epoch < node.epoch.next() || taken.epoch <= taken.before.epoch) {
    violate(node.name + " was given an old epoch");
  }
  if (!epochs_.insert(taken.epoch.value()).second) {
    violate("two were given epoch " + std::to_string(taken.epoch.value()));
  }
  node.epoch = taken.epoch;
  follow(node, log, taken.before.position);  // what comes behind it is another leader's
  if (end_of(node) != taken.before.position) {
    violate("the tail of " + node.name + " does not end where the log was taken over");
  }
}

void QuorumModel::append(Node& node, QuorumLog& log) {
  std::vector<SampleTransaction> samples;
  const std::size_t count = is_race() ? 1 : 1 + choices_.choose(3);
  while (samples.size() < count) {
    const bool is_large = !is_race() && choices_.choose(3) == 0;
    samples.push_back({.id = ++last_id_, .noise = is_large ? choices_.choose(kMostNoise) : 16});
  }
  const cluster::OwnedBatch batch = batch_of(end_of(node), samples);
  const bool is_superseded = *epochs_.rbegin() > node.epoch.value();
  if (options_.bug == PlantedBug::LocalFirst) {
    journal(node, batch.view());
  }
  log.append(batch.view());
  ++tally_.appends;
  if (is_superseded) {
    violate(node.name + " has appended after another's takeover");
  }
  if (options_.bug != PlantedBug::LocalFirst) {
    journal(node, batch.view());
  }
  for (const SampleTransaction& sample : samples) {
    acknowledged_.push_back(sample.id);
  }
}

void QuorumModel::confirm(const Node& node, QuorumLog& log) {
  const StoredHead head =
      cluster::parse_head(store_.value(head_key()).value_or(std::string{}), head_key());
  if (options_.bug != PlantedBug::BlindConfirm) {
    log.confirm();
  }
  ++tally_.confirms;
  if (head.head.epoch > node.epoch) {
    violate(node.name + " has confirmed, and had been superseded before");
  }
}

// A commit to the node's journal: what stands there now is final.
void QuorumModel::journal(Node& node, const cluster::Batch& batch) {
  if (batch.before != end_of(node)) {
    return violate(node.name + " was given what does not follow its journal");
  }
  for (const LoggedTransaction& transaction : transactions_of(batch)) {
    const std::size_t index = node.journal.size();
    if (index < history_.size() && history_[index] != transaction) {
      return violate("event " + std::to_string(index + 1) + " of " + node.name +
                     " is another one than elsewhere");
    }
    if (index == history_.size()) {
      history_.push_back(transaction);
    }
    node.journal.push_back(transaction);
  }
}

// By an export of the journal that is farthest.
void QuorumModel::seed(Node& node) const {
  const auto farthest =
      std::ranges::max_element(nodes_, {}, [](const Node& other) { return other.journal.size(); });
  if (farthest->journal.size() > node.journal.size()) {
    node.journal = farthest->journal;
  }
}

journal::Position QuorumModel::end_of(const Node& node) {
  return node.journal.empty() ? journal::Position{} : node.journal.back().after;
}

cluster::StoredLogSettings QuorumModel::settings_of(const Node& node) {
  return {.prefix = kPrefix,
          .node = node.name,
          .append_bytes = kAppendBytes,
          .window_slots = ring_,
          .window_bytes = window_bytes_,
          .stall_exit = milliseconds{10'000},
          .pause =
              [this, number = node.number](milliseconds) {
                if (!is_race()) {
                  at_message(number);
                }
              },
          .now = [this] { return std::chrono::steady_clock::time_point{store_.now()}; }};
}

cluster::Holder QuorumModel::holder_of(const Node& node) const {
  return {.node = node.name, .address = node.name + ":9880", .wall_clock = store_.now()};
}

}  // namespace betex::test
