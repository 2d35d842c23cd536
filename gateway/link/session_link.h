// The seam between the FIX sessions (on the I/O threads) and the pipeline (match, journal, report).
//
// Sessions put commands on the command ring through a CommandPort and take reports from a
// ReportFeed; the report stage gives them reports and notices through a SessionSink. Everything
// crosses by value, nothing here blocks, and nothing reaches a session before its transaction is
// committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/link/report.h"
#include "matching/batch_events.h"
#include "matching/commands.h"
#include "matching/session_events.h"
#include "matching/types.h"

namespace betex::gateway {

// Requests that change nothing travel both rings as barriers, so they never overtake an order that
// was sent before them, and are answered from the report stage's read model; nothing is journaled,
// but where one says so.

// OrderStatusRequest(H).
struct OrderStatusQuery {
  matching::SessionId session;
  matching::Name account;
  matching::OrderId order_id;  // 0: by cl_ord_id
  matching::ClOrdId cl_ord_id;
  matching::Name symbol;
  matching::Side side = matching::Side::Bid;
  matching::Name status_req_id;
};

// OrderMassStatusRequest(AF): the account's live orders.
struct MassStatusQuery {
  matching::SessionId session;
  matching::MsgSeqNum msg_seq_num;
  matching::Name account;
  matching::Name symbol;          // empty: all
  std::uint8_t side = 0;          // 1 or 2 as in matching::Side; 0: both
  matching::Reference reference;  // empty: all, as the next
  matching::Reference order_group;
  matching::Name mass_status_req_id;
};

// SecurityListRequest(x): one instrument, those of one market, or all whose market is not archived.
// An operator's may also say whether from now on it is told how markets change, which is journaled.
struct SecurityListQuery {
  enum class Updates : std::uint8_t {
    AsBefore,
    Begin,
    End,  // nothing is listed
  };

  matching::SessionId session;
  matching::MsgSeqNum msg_seq_num;
  matching::Name security_req_id;
  matching::Name symbol;  // empty: by market
  matching::Name market;  // empty: all whose market is not archived
  Updates updates = Updates::AsBefore;
};

// SecurityStatusRequest(e).
struct SecurityStatusQuery {
  matching::SessionId session;
  matching::Name security_status_req_id;
  matching::Name symbol;
};

// RequestForPositions(AN): what the account has in each market, and its totals. The match stage
// answers it, since only the engine knows.
struct PositionsQuery {
  matching::SessionId session;
  matching::MsgSeqNum msg_seq_num;
  matching::Name account;
  matching::Name pos_req_id;
};

// The dry run of an operator's request (2330=Y). The match stage answers it, since only the engine
// knows.
struct DryRunQuery {
  matching::MsgSeqNum msg_seq_num;
  matching::Boxed<matching::Command> command;  // its origin is who asks; never decided
};

// NetworkCounterpartySystemStatusRequest(BC): who is on, and how the node is.
struct NetworkStatusQuery {
  matching::SessionId session;
  matching::MsgSeqNum msg_seq_num;
  matching::Name network_request_id;
  std::vector<matching::Name> comp_ids;  // empty: all
};

// ApplicationMessageRequest(BW): the session's own reports of events, told again, in the way of
// late ones but beside them. They touch neither what it was sent nor what it has proven to have.
struct ReplayQuery {
  matching::SessionId session;
  matching::MsgSeqNum msg_seq_num;
  matching::Name request_id;      // 1346
  bool known_application = true;  // RefApplID(1355) is BETEX
  matching::EventSeq first;       // 1182
  matching::EventSeq last;        // 1183; 0: all that are durable when it is asked
};

// A request that changes nothing.
using Query = std::variant<OrderStatusQuery,
                           MassStatusQuery,
                           SecurityListQuery,
                           SecurityStatusQuery,
                           PositionsQuery,
                           DryRunQuery,
                           NetworkStatusQuery,
                           ReplayQuery>;

using RingCommand = std::variant<matching::Command, Query>;

// With the ring's own counter beside it a slot has four cache lines.
static_assert(sizeof(RingCommand) + sizeof(std::uint64_t) <= 256);

// Which of the command ring's slots a command may take.
enum class RingShare : std::uint8_t {
  Common,
  Operators,  // also the ring's last slots, which are kept free of all others'
};

// The producing end of the command ring. Thread-safe.
class CommandPort {
 public:
  virtual ~CommandPort() = default;

  // Takes `count` credits if that many slots are certain to be free; without them the caller stops
  // reading its socket and tries again later.
  [[nodiscard]] virtual bool try_reserve(std::size_t count, RingShare share) = 0;

  // Gives credits back that were not used.
  virtual void release(std::size_t count) = 0;

  // Uses one credit. Neither blocks nor fails. The match stage assigns the timestamp; until then it
  // says when the command was submitted, for whoever measures how long it waits.
  void submit(RingCommand&& command) {
    const Place place = claim();
    std::construct_at(place.command, std::move(command));
    publish(place);
  }

  // The same for a command of a session's, which is made where the ring has its place: there are
  // too many of them to copy each more than once.
  template <typename Body>
  void submit(const matching::Origin& origin, Body&& body) {
    using Plain = std::remove_cvref_t<Body>;
    static_assert(std::is_nothrow_constructible_v<Plain, Body&&>,
                  "a claimed slot must be published");
    const Place place = claim();
    RingCommand& made = *std::construct_at(place.command, std::in_place_type<matching::Command>);
    auto& command = *std::get_if<matching::Command>(&made);
    command.origin = origin;
    command.body.emplace<Plain>(std::forward<Body>(body));
    publish(place);
  }

  // False while the disk is so full that new orders are refused (BusinessMessageReject, 380=4,
  // journaled like every refusal), so that there is room for cancels.
  [[nodiscard]] virtual bool accepts_orders() const = 0;

 protected:
  struct Place {
    RingCommand* command = nullptr;  // memory of one, to be constructed
    std::uint64_t number = 0;        // the port's own
  };

  // The place of the next command, for one credit; publish() follows at once.
  [[nodiscard]] virtual Place claim() = 0;
  virtual void publish(const Place& place) = 0;
};

// One logon's interest in reports. A session's later logon has a greater one, so that reports which
// were on their way to an earlier connection are recognised and dropped: the cursor brings them.
using SubscriptionId = matching::Strong<std::uint64_t, struct SubscriptionIdTag>;

// Where the reports of sessions come from: the report stage. Thread-safe, never blocks.
class ReportFeed {
 public:
  virtual ~ReportFeed() = default;

  // Reports after `sent` (the last one in the session's cache; zeros: from its first) are made from
  // the journal first, then live ones follow, in order and without a gap. There is a delivery in
  // any case, as soon as the session is up to date: it tells so.
  virtual void subscribe(matching::SessionId session,
                         SubscriptionId subscription,
                         fix::ReportId sent) = 0;

  virtual void unsubscribe(matching::SessionId session, SubscriptionId subscription) = 0;

  // Flow control: `count` delivered reports have left the session's queue for the socket. A session
  // that lags far behind is served from the journal, in small portions, as it consumes them.
  virtual void consumed(matching::SessionId session,
                        SubscriptionId subscription,
                        std::size_t count) = 0;
};

// What one delivery hands over.
struct ReportDelivery {
  SubscriptionId subscription;
  std::vector<fix::Report> reports;  // in order; none where there is only this to tell:

  // With these, all of the session's reports of events up to here have been handed over.
  matching::EventSeq complete_to;

  // The newest application message of the session's that is durable; number 0: none since the
  // start.
  matching::SessionEpoch epoch;
  matching::MsgSeqNum durable_in;
};

// What happened to the session itself, durable.
using SessionNotice = std::variant<matching::SessionWentUp,
                                   matching::SessionWentDown,
                                   matching::NumbersReserved,
                                   matching::SessionNumbersSet,
                                   matching::SessionLoggedOut,
                                   matching::SessionSuspended,
                                   matching::SessionResumed,
                                   matching::CommandRejected>;

// The FIX side, as the report stage sees it. Called on the report thread; hands over to the
// session's strand and returns at once.
class SessionSink {
 public:
  virtual ~SessionSink() = default;

  virtual void deliver(matching::SessionId session, ReportDelivery delivery) = 0;

  // By CompID, since the first SessionWentUp of a session is what tells its id.
  virtual void notify(const matching::Name& comp_id, SessionNotice notice) = 0;
};

}  // namespace betex::gateway
