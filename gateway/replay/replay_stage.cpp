#include "gateway/replay/replay_stage.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;

// So much is read before anything else is looked at.
constexpr std::size_t kMostAtOnce = 256;

fix::ReplayAck answer_to(const ReplayRequest& request, fix::ReplayResponse response) {
  const ReplayQuery& query = request.query;
  return {.request_id = query.request_id,
          .response = response,
          .first = query.first,
          .last = query.last,
          .available_from = {}};
}

}  // namespace

// Gives everybody who rides what is his of an event that he has asked for. What it costs is what
// they are told: a transaction that concerns none of them costs the same however many ride.
class ReplayStage::Riders final : public ReportReceiver {
 public:
  Riders(Replays& replays, bool again, std::size_t portion) noexcept
      : replays_{replays}, again_{again}, portion_{portion} {
    count();
  }

  [[nodiscard]] bool wants(SessionId session, fix::ReportId id) override {
    const auto found = replays_.find(session);
    if (found == replays_.end()) {
      return false;
    }
    const Replay& replay = found->second;
    return replay.rides && id.event > replay.place && id.event <= replay.request.query.last;
  }

  // A Reject(3) that it has had is of the session's numbers, which may have begun again since.
  void receive(SessionId session, fix::Report report) override {
    if (again_ && std::holds_alternative<fix::Reject>(report.body)) {
      return;
    }
    report.told_again = again_;
    Replay& replay = replays_.at(session);
    replay.waiting.push_back(std::move(report));
    one_is_full_ = one_is_full_ || replay.waiting.size() >= portion_;
  }

  // The way has come to the event `here`.
  void come_to(EventSeq here) {
    here_ = here;
    if (here >= first_end_) {
      write_down_places();
      count();
    }
  }

  // Where they are; nobody but this knows while they ride.
  void write_down_places() {
    for (auto& [session, replay] : replays_) {
      if (!replay.rides) {
        continue;
      }
      replay.place = std::max(replay.place, here_);
      if (replay.place >= replay.request.query.last) {
        replay.complete = true;
        replay.rides = false;
        replay.holds_since.reset();
      }
    }
  }

  [[nodiscard]] bool go_on() const noexcept { return anybody_ && !one_is_full_; }

 private:
  void count() {
    anybody_ = false;
    first_end_ = kNever;
    for (const auto& [session, replay] : replays_) {
      if (replay.rides) {
        anybody_ = true;
        one_is_full_ = one_is_full_ || replay.waiting.size() >= portion_;
        first_end_ = std::min(first_end_, replay.request.query.last);
      }
    }
  }

  static constexpr EventSeq kNever{std::numeric_limits<std::uint64_t>::max()};

  Replays& replays_;
  const bool again_;
  const std::size_t portion_;
  EventSeq here_;
  EventSeq first_end_ = kNever;  // of what those who ride have asked for
  bool anybody_ = false;
  bool one_is_full_ = false;
};

ReplayStage::ReplayStage(Parts parts, const ReplayPace& pace)
    : wait_{parts.wait},
      open_source_{std::move(parts.open_source)},
      load_state_{std::move(parts.load_state)},
      available_from_{std::move(parts.available_from)},
      again_{parts.again},
      portions_{parts.portions},
      pace_{pace} {}

// ---- From other threads -------------------------------------------------------------------------

fix::ReplayAck ReplayStage::ask(const ReplayRequest& request, EventSeq durable) {
  using fix::ReplayResponse;
  ReplayRequest asked = request;
  ReplayQuery& query = asked.query;
  query.first = std::max(query.first, EventSeq{1});
  query.last = query.last == EventSeq{} ? durable : std::min(query.last, durable);
  if (!query.known_application) {
    figures_.unknown.add();
    return answer_to(asked, ReplayResponse::UnknownApplication);
  }
  const EventSeq available_from = available_from_();
  const bool available = query.first >= available_from;
  if (!available || !mailbox_.ask(asked)) {
    figures_.unavailable.add();
    fix::ReplayAck refused = answer_to(asked, ReplayResponse::Unavailable);
    refused.available_from = available ? EventSeq{} : available_from;
    return refused;
  }
  wait_.signal();
  return answer_to(asked, ReplayResponse::Begins);
}

void ReplayStage::taken(SessionId session, SubscriptionId subscription, std::uint32_t number) {
  mailbox_.taken(session, subscription, number);
  wait_.signal();
}

void ReplayStage::leave(SessionId session, SubscriptionId subscription) {
  mailbox_.leave(session, subscription);
  wait_.signal();
}

std::size_t ReplayStage::take_mail() {
  const ReplayMailbox::Mails mails = mailbox_.take();
  for (const auto& [session, mail] : mails) {
    const auto found = replays_.find(session);
    bool running = found != replays_.end();
    if (running && found->second.request.subscription <= mail.left) {
      figures_.left.add();
      replays_.erase(found);
      running = false;
    }
    if (running && found->second.request.subscription == mail.taken_subscription &&
        found->second.request.number == mail.taken_number) {
      found->second.on_its_way = false;
      found->second.holds_since.reset();
    }
    figures_.replaced.add(mail.replaced);
    if (!mail.request) {
      continue;
    }
    if (mail.request->subscription <= mail.left) {
      figures_.left.add();
      continue;
    }
    if (running) {
      figures_.replaced.add();
      replays_.erase(found);
    }
    begin(*mail.request);
  }
  return mails.size();
}

void ReplayStage::begin(const ReplayRequest& request) {
  const ReplayQuery& query = request.query;
  Replay& replay = replays_[query.session];
  replay.request = request;
  replay.place = EventSeq{query.first.value() - 1};
  replay.complete = query.last < query.first;
  replay.ticket = ++tickets_;
}

// In place of the end that was promised.
void ReplayStage::cut(const ReplayRequest& request, EventSeq available_from) {
  fix::ReplayAck cut = answer_to(request, fix::ReplayResponse::Unavailable);
  cut.available_from = available_from;
  sink_->tell_again(request.query.session,
                    {.subscription = request.subscription,
                     .number = request.number,
                     .reports = {{.id = {}, .body = cut}},
                     .last = true});
}

// ---- Handing over -------------------------------------------------------------------------------

bool ReplayStage::is_full(const Replay& replay) const noexcept {
  return replay.waiting.size() >= portion();
}

bool ReplayStage::waits(const Replay& replay) const noexcept {
  return !replay.complete && !replay.rides && !is_full(replay);
}

std::size_t ReplayStage::hand_over() {
  std::size_t work = 0;
  for (auto at = replays_.begin(); at != replays_.end();) {
    Replay& replay = at->second;
    if (replay.on_its_way || (replay.waiting.empty() && !replay.complete)) {
      ++at;
      continue;
    }
    ++work;
    if (hand_over_portion(at->first, replay)) {
      figures_.done.add();
      at = replays_.erase(at);
    } else {
      ++at;
    }
  }
  return work;
}

bool ReplayStage::hand_over_portion(SessionId session, Replay& replay) {
  std::vector<fix::Report> reports;
  const std::size_t most = portion();
  while (!replay.waiting.empty() && reports.size() < most) {
    reports.push_back(std::move(replay.waiting.front()));
    replay.waiting.pop_front();
  }
  replay.reports += reports.size();
  figures_.reports.add(reports.size());
  const ReplayRequest& request = replay.request;
  const bool last = replay.complete && replay.waiting.empty();
  if (last) {
    reports.push_back({.id = {},
                       .body = fix::ReplayEnd{.request_id = request.query.request_id,
                                              .last = request.query.last,
                                              .reports = replay.reports}});
  }
  replay.on_its_way = true;
  sink_->tell_again(session,
                    {.subscription = request.subscription,
                     .number = request.number,
                     .reports = std::move(reports),
                     .last = last});
  return last;
}

// ---- The way through the log --------------------------------------------------------------------

std::size_t ReplayStage::do_work() {
  const TimePoint now = std::chrono::steady_clock::now();
  deadline_ = kNoDeadline;
  std::size_t work = take_mail() + hand_over();
  figures_.running.set(replays_.size());
  let_ride();
  if (!anybody_rides()) {
    if (const Replay* const next = next_in_turn()) {
      begin_way(next->place);
      return work + 1;  // which may have taken long: a thread that is to end by now opens no log
    }
    if (std::ranges::all_of(replays_, [](const auto& entry) { return entry.second.complete; })) {
      way_.reset();  // which may be large
    } else if (way_) {
      way_->source.reset();  // as where it is held up
    }
  }
  if (anybody_rides() && !is_held_up(now)) {
    work += go_on(now) + hand_over();
    give_others_a_turn(now);
  }
  return work;
}

bool ReplayStage::anybody_rides() const {
  return std::ranges::any_of(replays_, [](const auto& entry) { return entry.second.rides; });
}

void ReplayStage::let_ride() {
  if (!way_) {
    return;
  }
  const EventSeq here = way_->model.last_seq();
  for (auto& [session, replay] : replays_) {
    const bool ahead = here <= replay.place;
    const bool leads = replay.place == way_->leader;
    if (waits(replay) && ahead && (leads || replay.place.value() - here.value() <= pace_.near)) {
      replay.rides = true;
    }
  }
}

void ReplayStage::get_off(Replay& replay) {
  replay.rides = false;
  replay.holds_since.reset();
  replay.ticket = ++tickets_;
}

const ReplayStage::Replay* ReplayStage::next_in_turn() const {
  const Replay* next = nullptr;
  for (const auto& [session, replay] : replays_) {
    if (waits(replay) && (next == nullptr || replay.ticket < next->ticket)) {
      next = &replay;
    }
  }
  return next;
}

// The model before is given back first: there is room for one.
void ReplayStage::begin_way(EventSeq place) {
  way_.reset();
  way_.emplace(load_state_(place), place);
}

// By those who leave their portions where they are; who does so for long goes on when it has taken
// them, on another way.
bool ReplayStage::is_held_up(TimePoint now) {
  const auto others_wait = [this] {
    return std::ranges::any_of(replays_, [this](const auto& entry) {
      const Replay& replay = entry.second;
      return !replay.complete && !is_full(replay);
    });
  }();
  const auto patience = pace_.patience * (portion() / portions_.least);
  bool held_up = false;
  for (auto& [session, replay] : replays_) {
    if (!replay.rides || !is_full(replay)) {
      continue;
    }
    replay.holds_since = replay.holds_since.value_or(now);
    const TimePoint patient_until = *replay.holds_since + patience;
    if (now < patient_until) {
      deadline_ = std::min(deadline_, patient_until);
    } else if (others_wait) {
      get_off(replay);
      continue;
    } else {
      way_->source.reset();  // it keeps the journal from using pages of its segment again
    }
    held_up = true;
  }
  return held_up || !anybody_rides();
}

std::size_t ReplayStage::go_on(TimePoint now) {
  std::size_t work = 0;
  Riders riders{replays_, again_, portion()};
  try {
    if (way_->source == nullptr) {
      way_->source = open_source_(way_->model.last_seq().next());
    }
    while (work < kMostAtOnce && riders.go_on()) {
      const auto transaction = way_->source->next();
      if (!transaction) {
        throw std::runtime_error{"the journal ends after event " +
                                 std::to_string(way_->model.last_seq().value()) +
                                 ", and later ones were promised"};
      }
      pass(*transaction, riders);
      ++work;
    }
    riders.write_down_places();
  } catch (const TransactionsNotKept& gone) {
    riders.write_down_places();  // nobody is told again what this turn has told him
    cut_riders(gone.what());
    return work + 1;
  }
  if (way_->model.last_seq() > way_->leader) {
    way_->there_since = way_->there_since.value_or(now);
  }
  return work;
}

void ReplayStage::pass(const matching::TransactionView& transaction, Riders& riders) {
  if (transaction.first_seq != way_->model.last_seq().next()) {
    throw std::runtime_error{"the journal goes on with event " +
                             std::to_string(transaction.first_seq.value()) + ", not with " +
                             std::to_string(way_->model.last_seq().next().value())};
  }
  way_->model.take(transaction, riders);
  riders.come_to(way_->model.last_seq());
}

// Counted from where it began to be of use.
void ReplayStage::give_others_a_turn(TimePoint now) {
  if (!way_ || !way_->there_since || now - *way_->there_since < pace_.turn ||
      next_in_turn() == nullptr) {
    return;
  }
  for (auto& [session, replay] : replays_) {
    if (replay.rides) {
      get_off(replay);
    }
  }
  way_.reset();
}

// What comes next on the way has been retired since. Who rides ahead of it may lack nothing: he
// gets off, and has a way of his own; where that ends like this one, he is cut.
void ReplayStage::cut_riders(std::string_view why) {
  spdlog::warn("reports can't be told again: {}", why);
  const EventSeq available_from = available_from_();
  for (auto at = replays_.begin(); at != replays_.end();) {
    Replay& replay = at->second;
    const bool is_gone = replay.place.next() < available_from || replay.place == way_->leader;
    if (replay.rides && is_gone) {
      cut(replay.request, available_from);
      figures_.cut.add();
      at = replays_.erase(at);
      continue;
    }
    if (replay.rides) {
      get_off(replay);
    }
    ++at;
  }
  way_.reset();
}

void ReplayStage::fail() {
  const ReplayMailbox::Mails mails = mailbox_.close();
  figures_.lost.set(1);
  figures_.failed.add(replays_.size());
  for (const auto& [session, replay] : replays_) {
    cut(replay.request, {});
  }
  for (const auto& [session, mail] : mails) {
    if (mail.request && mail.request->subscription > mail.left) {
      figures_.failed.add();
      cut(*mail.request, {});
    }
  }
  replays_.clear();
  way_.reset();
  figures_.running.set(0);
}

}  // namespace betex::gateway
