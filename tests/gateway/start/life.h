// One life of a gateway without threads and sockets: it recovers as a gateway does, then decides,
// journals and reports commands one by one, each in a commit of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/start/retention.h"
#include "gateway/start/startup.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "journal/recovery.h"
#include "journal/snapshot.h"
#include "matching/commands.h"

namespace betex::gateway::testing {

inline constexpr matching::SessionId kOne{1};
inline constexpr matching::SessionId kTwo{2};

class Life {
 public:
  explicit Life(std::filesystem::path wal_root,
                Retire retire = Retire::WhenUnneeded,
                std::chrono::nanoseconds replay = {})
      : wal_root_{std::move(wal_root)}, retention{retire, replay} {
    while (const auto unread = retention.next_unread()) {  // as the snapshot thread does
      retention.snapshot_was_read(*unread, journal::is_whole(wal_root_, *unread));
    }
  }

  // Sessions ONE and TWO, which trade for the account ACC, and an odds market with a runner RUN.
  void open_market() {
    run(matching::CreateAccount{.account = matching::Name{"ACC"}});
    run(matching::CreateMarket{.market = matching::Name{"MKT"}});
    run(matching::AddRunner{.market = matching::Name{"MKT"}, .symbol = matching::Name{"RUN"}});
    run(matching::AddRunner{.market = matching::Name{"MKT"}, .symbol = matching::Name{"OTHER"}});
    run(matching::OpenMarket{.market = matching::Name{"MKT"}});
    run(matching::SessionUp{.comp_id = matching::Name{"ONE"}});
    run(matching::SessionUp{.comp_id = matching::Name{"TWO"}});
  }

  // Prices and quantities in hundredths.
  void place(matching::SessionId session, const std::string& cl_ord_id, matching::Side side) {
    run(matching::PlaceOrder{.account = matching::Name{"ACC"},
                             .cl_ord_id = matching::ClOrdId{cl_ord_id},
                             .symbol = matching::Name{"RUN"},
                             .transact_time = time_,
                             .price = matching::Decimal{2'040'000},
                             .quantity = matching::Decimal{30'000'000},
                             .side = side,
                             .time_in_force = matching::TimeInForce::Gtc,
                             .self_trade_prevention = matching::SelfTradePrevention::None},
        session);
  }

  void amend(matching::SessionId session, const std::string& cl_ord_id, const std::string& orig) {
    run(matching::AmendOrder{.account = matching::Name{"ACC"},
                             .cl_ord_id = matching::ClOrdId{cl_ord_id},
                             .orig_cl_ord_id = matching::ClOrdId{orig},
                             .transact_time = time_,
                             .price = matching::Decimal{2'020'000},
                             .quantity = matching::Decimal{30'000'000}},
        session);
  }

  // The session's client has shown that it has all reports so far.
  void confirm(matching::SessionId session) {
    run(matching::ConfirmDelivery{.session = session, .delivered = recovered.engine.last_seq()});
  }

  void run(matching::CommandBody body, matching::SessionId session = {}) {
    time_ = matching::Timestamp{std::max(time_, recovered.engine.last_timestamp()).value() +
                                1'000'000'000};
    const auto transaction = recovered.engine.decide(
        {.timestamp = time_, .origin = origin(session), .body = std::move(body)});
    if (!transaction.events.empty()) {
      journal.append(transaction);
      recovered.reports.take(transaction);
    }
    journal.commit();
    retention.reports_taken(recovered.reports.cursors, recovered.engine.last_seq(), time_);
    retention.watermark_moved(recovered.engine.exchange().watermark);
  }

  // So much later.
  void wait(std::chrono::nanoseconds time) {
    time_ = matching::Timestamp{std::max(time_, recovered.engine.last_timestamp()).value() +
                                time.count()};
  }

  // As the snapshot thread does.
  matching::EventSeq snapshot() {
    const auto seq = journal::take_snapshot(
        wal_root_, pool, {.note = [this](matching::EventSeq end) { return retention.note(end); }});
    BETEX_ASSERT(seq);
    retention.add_snapshot(*seq);
    journal.advance_recovery_point(*seq);
    return *seq;
  }

 private:
  matching::Origin origin(matching::SessionId session) {
    if (session == matching::SessionId{}) {
      return {};
    }
    matching::MsgSeqNum number;
    recovered.engine.visit_sessions([&](const matching::SessionInfo& info) {
      number = info.session == session ? info.next_in : number;
    });
    return {.session = session, .epoch = matching::SessionEpoch{1}, .msg_seq_num = number};
  }

  static matching::EventSeq newest_snapshot(const std::filesystem::path& wal_root) {
    const auto snapshots = journal::list_snapshots(wal_root);
    return snapshots.empty() ? matching::EventSeq{0} : snapshots.back();
  }

  std::filesystem::path wal_root_;

 public:
  const Config config{
      .sessions = {{.target_comp_id = "ONE", .role = SessionRole::Broker, .accounts = {"ACC"}},
                   {.target_comp_id = "TWO", .role = SessionRole::Broker, .accounts = {"ACC"}}}};

 private:
  matching::Timestamp time_{1'800'000'000'000'000'000};

 public:
  Retention retention;
  journal::EnvironmentPool pool;
  journal::Journal journal{{.wal_root = wal_root_,
                            .max_segment_events = 8,
                            .segment_map_size_bytes = std::size_t{4} << 20U,
                            .recovery_point = newest_snapshot(wal_root_),
                            .floor = [this] { return retention.floor(); }},
                           pool};
  Recovered recovered{recover({journal, wal_root_, pool, config}, retention)};
};

}  // namespace betex::gateway::testing
