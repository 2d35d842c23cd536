// A replay stage beside the whole pipeline, stepped by hand: what it tells again is held against
// what was told when it happened. Snapshots are in memory, where the test takes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/replay/replay_stage.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {

inline constexpr SessionId kOne{1};  // FIXT.1.1, trades for ACC
inline constexpr SessionId kTwo{2};  // FIX.4.4, likewise
inline constexpr SessionId kDrop{3};
inline constexpr SessionId kOps{4};
inline constexpr SubscriptionId kFirst{1};
inline constexpr SubscriptionId kSecond{2};

inline Audience replay_audience() {
  using enum fix::SessionRole;
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"TWO"}, .version = fix::FixVersion::Fix44, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = DropCopy, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"OPS"}, .role = Ops, .accounts = {}}}};
}

using Reports = std::vector<fix::Report>;

class ReplayTest : public ::testing::Test, private ReplaySink {
 protected:
  explicit ReplayTest(const ReplayPace& pace = {}, const ReplayPortions& portions_allowed = {})
      : pace_{pace}, portions_allowed_{portions_allowed} {
    pipeline.open_market();
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.submit(matching::SessionUp{.comp_id = Name{"OPS"}});
    pipeline.run();
    for (const SessionId session : {kOne, kTwo, kDrop, kOps}) {
      pipeline.feed.subscribe(session, kFirst, {});
    }
    pipeline.report.connect(stage);
    stage.connect(*this);
    pipeline.run();
  }

  // ---- What happens

  // Of each kind of report some: orders, a fill, an amend, a cancel, refusals, and a late cancel.
  void trade(const std::string& id) {
    pipeline.place(kOne, "lay-" + id, Side::Ask, 204, 3000);
    pipeline.submit(matching::AmendOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{"amend-" + id},
                                         .orig_cl_ord_id = ClOrdId{"lay-" + id},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{2'040'000},
                                         .quantity = Decimal{20'000'000}},
                    pipeline.origin(kOne));
    pipeline.place(kTwo, "back-" + id, Side::Bid, 204, 1000);
    pipeline.place(kTwo, "back-" + id, Side::Bid, 204, 1000);  // its id is used
    pipeline.cancel(kOne, "cancel-" + id, "amend-" + id);
    pipeline.cancel(kOne, "late-" + id, "amend-" + id);
    pipeline.run();
  }

  void snapshot() {
    std::vector<std::byte> bytes;
    pipeline.engine.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    snapshots_.emplace(pipeline.engine.last_seq(),
                       Snapshot{std::move(bytes),
                                pipeline.report.state().cursors.note(pipeline.engine.last_seq())});
  }

  // What lies before this event is retired.
  void retire_below(matching::EventSeq seq) {
    kept_from_ = seq;
    std::erase_if(snapshots_, [seq](const auto& entry) { return entry.first.next() < seq; });
  }

  [[nodiscard]] matching::EventSeq last_seq() const { return pipeline.engine.last_seq(); }

  // ---- What is asked

  ReplayQuery query(SessionId session,
                    const std::string& id,
                    std::uint64_t first,
                    std::uint64_t last = 0) {
    return {.session = session,
            .msg_seq_num = {},
            .request_id = Name{id},
            .known_application = true,
            .first = matching::EventSeq{first},
            .last = matching::EventSeq{last}};
  }

  void ask(SessionId session, const std::string& id, std::uint64_t first, std::uint64_t last = 0) {
    pipeline.ask(query(session, id, first, last));
    pipeline.run();
  }

  // Steps the stage until it has nothing to do; sessions that `take` take their portions.
  void run_replay(bool take = true) {
    while (stage.do_work() + (take ? take_all() : 0) > 0) {
    }
  }

  std::size_t take_all() {
    std::size_t taken = 0;
    for (const auto& [session, portion] : std::exchange(untaken, {})) {
      stage.taken(session, portion.first, portion.second);
      ++taken;
    }
    return taken;
  }

  // ---- What was told

  // Of events from `first` to `last`, when they happened.
  [[nodiscard]] Reports told(SessionId session, std::uint64_t first, std::uint64_t last) const {
    Reports reports;
    for (const auto& delivery : pipeline.sink.reports) {
      const std::uint64_t event = delivery.report.id.event.value();
      if (delivery.session == session && event >= first && event <= last && event != 0) {
        reports.push_back(delivery.report);
      }
    }
    return reports;
  }

  // By the replay with this number, as they were then.
  [[nodiscard]] Reports told_again(SessionId session, std::uint32_t number = 1) const {
    Reports reports;
    for (const auto& [to, portion] : portions) {
      for (const fix::Report& report : portion.reports) {
        if (to == session && portion.number == number && report.told_again) {
          reports.push_back(report);
          reports.back().told_again = false;
        }
      }
    }
    return reports;
  }

  template <typename Body>
  [[nodiscard]] std::vector<Body> ends(SessionId session) const {
    std::vector<Body> found;
    for (const auto& [to, portion] : portions) {
      for (const fix::Report& report : portion.reports) {
        if (const auto* const body = std::get_if<Body>(&report.body);
            to == session && body != nullptr) {
          found.push_back(*body);
        }
      }
    }
    return found;
  }

  // By the report stage.
  [[nodiscard]] std::vector<fix::ReplayAck> answers(SessionId session) const {
    std::vector<fix::ReplayAck> found;
    for (const auto& delivery : pipeline.sink.reports) {
      if (const auto* const body = std::get_if<fix::ReplayAck>(&delivery.report.body);
          delivery.session == session && body != nullptr) {
        found.push_back(*body);
      }
    }
    return found;
  }

  void expect_whole(SessionId session, std::uint32_t number = 1) const {
    const Reports expected = told(session, 1, last_seq().value());
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(told_again(session, number), expected);
  }

 private:
  struct Snapshot {
    std::vector<std::byte> bytes;
    std::string note;
  };

  class RetiringSource final : public TransactionSource {
   public:
    RetiringSource(std::unique_ptr<TransactionSource> source, const ReplayTest& test)
        : source_{std::move(source)}, test_{test} {}

    std::optional<matching::TransactionView> next() override {
      const auto transaction = source_->next();
      if (transaction && transaction->first_seq < test_.kept_from_) {
        throw TransactionsNotKept{"retired"};
      }
      if (transaction && transaction->last_seq() >= test_.broken_from) {
        throw std::runtime_error{"damaged"};
      }
      ++test_.read;
      return transaction;
    }

   private:
    std::unique_ptr<TransactionSource> source_;
    const ReplayTest& test_;
  };

  ReportState load(matching::EventSeq limit) {
    ++loads;
    auto found = snapshots_.upper_bound(limit);
    if (found == snapshots_.begin()) {
      return {.model = ReadModel{replay_audience()},
              .cursors = {},
              .last_seq = {},
              .last_time = {},
              .times = {}};
    }
    const auto& [seq, snapshot] = *std::prev(found);
    ReportState state{.model = ReadModel{matching::Engine::load(snapshot.bytes), replay_audience()},
                      .cursors = {},
                      .last_seq = seq,
                      .last_time = {},
                      .times = {}};
    EXPECT_TRUE(state.cursors.read_note(snapshot.note));
    return state;
  }

  void tell_again(SessionId session, ReplayPortion portion) override {
    if (!portion.last) {
      untaken[session] = {portion.subscription, portion.number};
    }
    portions.emplace_back(session, std::move(portion));
  }

  const ReplayPace pace_;
  const ReplayPortions portions_allowed_;
  std::map<matching::EventSeq, Snapshot> snapshots_;
  matching::EventSeq kept_from_{1};

 protected:
  Pipeline pipeline{1024, replay_audience()};
  WaitStrategy wait;
  matching::EventSeq broken_from{~std::uint64_t{0}};
  mutable std::size_t read = 0;
  std::size_t loads = 0;
  std::vector<std::pair<SessionId, ReplayPortion>> portions;
  std::map<SessionId, std::pair<SubscriptionId, std::uint32_t>> untaken;
  ReplayStage stage{{.wait = wait,
                     .open_source =
                         [this](matching::EventSeq first) {
                           return std::make_unique<RetiringSource>(pipeline.log.sources()(first),
                                                                   *this);
                         },
                     .load_state = [this](matching::EventSeq limit) { return load(limit); },
                     .available_from = [this] { return kept_from_; },
                     .again = true,
                     .portions = portions_allowed_},
                    pace_};
};

}  // namespace betex::gateway::testing
