// Fuzz target for the wire path: framer, field table, guard, decoder. `|` counts as SOH and the
// framer skips what is no message, so fix_spec/samples serves as the corpus:
//
//   build/fuzz/bin/wire_fuzz -max_total_time=60 CORPUS fix_spec/samples
//
// The first byte says in which pieces the stream arrives and which dialect it is taken for.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/wire/checksum.h"
#include "gateway/wire/framer.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/logon_check.h"
#include "gateway/wire/order_decoder.h"
#include "matching/assert.h"

namespace betex::fix {
namespace {

constexpr std::size_t kMaxMessageSize = 1024;
constexpr std::array kAccounts{matching::Name{"BROKER1"}, matching::Name{"BROKER3"}};

// What a command must be, whatever it was made of.
struct Verifier {
  void operator()(const matching::PlaceOrder& order) const {
    using matching::OrderType;
    using matching::TimeInForce;
    BETEX_ASSERT(!order.cl_ord_id.empty() && !order.symbol.empty() &&
                 order.account.text().well_formed());
    BETEX_ASSERT(order.cl_ord_id.view().size() <= matching::kMaxClOrdIdLength);
    BETEX_ASSERT(order.side == matching::Side::Bid || order.side == matching::Side::Ask);
    BETEX_ASSERT(order.type == OrderType::Market || order.type == OrderType::Limit);
    BETEX_ASSERT(order.time_in_force != TimeInForce::Gtd ||
                 order.expire_time >= matching::Timestamp{});
    BETEX_ASSERT(std::ranges::count(kAccounts, order.account.text()) == 1);
    BETEX_ASSERT(!order.extras.has_value() || order.extra() != matching::OrderExtras{});
  }

  void operator()(const matching::CancelOrder& cancel) const {
    BETEX_ASSERT(!cancel.cl_ord_id.empty());
    BETEX_ASSERT(!cancel.orig_cl_ord_id.empty() || cancel.order_id != matching::OrderId{});
  }

  void operator()(const matching::AmendOrder& amend) const {
    BETEX_ASSERT(!amend.cl_ord_id.empty());
    BETEX_ASSERT(!amend.orig_cl_ord_id.empty() || amend.order_id != matching::OrderId{});
    BETEX_ASSERT(std::ranges::count(kAccounts, amend.account.text()) == 1);
  }

  void operator()(const matching::MassCancel& cancel) const {
    BETEX_ASSERT(!cancel.cl_ord_id.empty() && cancel.side <= 2);
    BETEX_ASSERT(cancel.symbol.empty() || cancel.market.empty());
    BETEX_ASSERT(std::ranges::count(kAccounts, cancel.account) == 1);
  }

  void operator()(const matching::OrderGroupRequest& request) const {
    using Action = matching::OrderGroupAction;
    BETEX_ASSERT(!request.cl_ord_id.empty() && !request.group.empty());
    BETEX_ASSERT(std::ranges::count(kAccounts, request.account) == 1);
    const bool states_all = request.action == Action::Create || request.action == Action::Update;
    BETEX_ASSERT(states_all == (request.counted != matching::CountedFills{}));
    BETEX_ASSERT(states_all || (request.limit == matching::Decimal{} && request.window_ms == 0 &&
                                !request.cancel_on_disconnect));
  }

  void operator()(const gateway::ReplayQuery& query) const {
    BETEX_ASSERT(!query.request_id.empty() && query.first != matching::EventSeq{});
    BETEX_ASSERT(query.last == matching::EventSeq{} || query.first <= query.last);
  }

  void operator()(const gateway::OrderStatusQuery& query) const {
    BETEX_ASSERT(!query.cl_ord_id.empty() || query.order_id != matching::OrderId{});
    BETEX_ASSERT(!query.symbol.empty());
  }

  void operator()(const gateway::MassStatusQuery& query) const {
    BETEX_ASSERT(!query.mass_status_req_id.empty() && query.side <= 2);
  }

  void operator()(const gateway::SecurityListQuery& query) const {
    BETEX_ASSERT(!query.security_req_id.empty());
    BETEX_ASSERT(query.updates == gateway::SecurityListQuery::Updates::AsBefore ||
                 (query.symbol.empty() && query.market.empty()));
    BETEX_ASSERT(query.symbol.empty() || query.market.empty());
  }

  void operator()(const gateway::SecurityStatusQuery& query) const {
    BETEX_ASSERT(!query.security_status_req_id.empty() && !query.symbol.empty());
  }

  void operator()(const gateway::PositionsQuery& query) const {
    BETEX_ASSERT(!query.pos_req_id.empty() && !query.account.empty());
    BETEX_ASSERT(role == SessionRole::Ops || std::ranges::count(kAccounts, query.account) == 1);
  }

  void operator()(const gateway::NetworkStatusQuery& query) const {
    BETEX_ASSERT(!query.network_request_id.empty() && query.comp_ids.size() <= 100);
  }

  // Whoever takes the request makes it of that.
  void operator()(const gateway::DryRunQuery& /*query*/) const { BETEX_ASSERT(false); }

  void operator()(const OperatorRequest& request) const {
    BETEX_ASSERT(role == SessionRole::Ops);
    std::visit(*this, request.body);
    BETEX_ASSERT(!request.remark.has_value() || !(*request.remark).empty());
  }

  void operator()(const matching::CreateMarket& create) const {
    BETEX_ASSERT(!create.market.empty() && !create.request_id.empty());
    BETEX_ASSERT(create.runners.size() <= matching::kMaxRunners);
  }

  void operator()(const matching::DetermineMarket& determine) const {
    BETEX_ASSERT(!determine.market.empty() && !determine.request_id.empty());
    BETEX_ASSERT(!determine.shares.empty() && determine.shares.size() <= matching::kMaxRunners);
  }

  void operator()(const matching::CancelOnBehalf& cancel) const {
    BETEX_ASSERT(!cancel.request_id.empty() && cancel.side <= 2);
    BETEX_ASSERT(!cancel.account.empty() || !cancel.comp_id.empty() || !cancel.market.empty() ||
                 !cancel.symbol.empty());
  }

  // Every other command of an operator.
  template <typename Body>
  void operator()(const Body& body) const {
    if constexpr (requires { body.request_id; }) {
      BETEX_ASSERT(!body.request_id.empty());
    } else {
      BETEX_ASSERT(false);
    }
  }

  void operator()(const gateway::Query& query) const { std::visit(*this, query); }

  void operator()(const SessionReject& reject) const {
    BETEX_ASSERT(!reject.text.empty());
    BETEX_ASSERT(to_command(reject, msg_type).tag == reject.ref_tag_id);
  }

  void operator()(const gateway::MarketDataRequest& request) const {
    using Type = gateway::MarketDataRequest::Type;
    BETEX_ASSERT(role == SessionRole::MarketData && !request.id.empty());
    BETEX_ASSERT(request.depth <= 10 && (request.depth != 0 || !request.full_refresh));
    BETEX_ASSERT(request.conflate_ms <= 5'000 && request.conflate_ms % 50 == 0);
    BETEX_ASSERT(request.levels || request.trades || request.volume || request.open_interest);
    BETEX_ASSERT(request.volume || !request.traded_ladder);
    BETEX_ASSERT(request.symbols.size() <= 200 && request.markets.size() <= 100);
    BETEX_ASSERT(request.symbols.empty() || request.markets.empty());
    BETEX_ASSERT((request.type == Type::End) ==
                 (request.symbols.empty() && request.markets.empty()));
  }

  void operator()(const MarketDataRequestReject& reject) const {
    BETEX_ASSERT(role == SessionRole::MarketData && !reject.request_id.empty());
    BETEX_ASSERT(reject.refusal != MarketDataRefusal{} && reject.reason != matching::Reason::None);
  }

  void operator()(const Unanswered& /*unanswered*/) const { BETEX_ASSERT(msg_type == "j"); }

  void operator()(const BusinessReject& reject) const {
    BETEX_ASSERT(reject.reason != matching::Reason::None);
    BETEX_ASSERT(to_command(reject, msg_type).reason == reject.reason);
  }

  std::string_view msg_type;
  SessionRole role;
};

void read_message(std::string_view frame, FixVersion version) {
  FieldTable fields;
  fields.read(frame);
  const GuardResult result = guard(fields, version);
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    BETEX_ASSERT(!refusal->text.empty());
  }
  const auto logon = check_logon(fields, {.version = version, .reset_allowed = true});
  BETEX_ASSERT(logon ? std::holds_alternative<Accepted>(result) : !logon.error().text.empty());
  if (!std::holds_alternative<Accepted>(result)) {
    return;
  }
  BETEX_ASSERT(fields.msg_seq_num().has_value() && fields.fault() == FieldTable::Fault::None);
  if (!is_session_message(fields.msg_type())) {
    for (const SessionRole role :
         {SessionRole::Broker, SessionRole::Ops, SessionRole::MarketData}) {
      std::visit(Verifier{fields.msg_type(), role},
                 decode(fields,
                        {.version = version,
                         .role = role,
                         .accounts = kAccounts,
                         .currency = matching::Currency{"EUR"}}));
    }
  }
}

void read_stream(std::string_view stream, std::size_t piece, FixVersion version) {
  Framer framer{kMaxMessageSize};
  while (!stream.empty()) {
    const std::span<char> room = framer.prepare();
    const std::size_t size = std::min({room.size(), stream.size(), piece});
    BETEX_ASSERT(size > 0);
    std::memcpy(room.data(), stream.data(), size);
    framer.commit(size);
    stream.remove_prefix(size);
    for (;;) {
      const Framer::Result result = framer.next();
      if (result.status == Framer::Status::NeedMore) {
        break;
      }
      if (result.status == Framer::Status::Fatal) {
        return;
      }
      if (result.status == Framer::Status::Frame) {
        BETEX_ASSERT(result.bytes.size() <= kMaxMessageSize);
        read_message(result.bytes, version);
      }
    }
  }
}

}  // namespace
}  // namespace betex::fix

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using betex::fix::FixVersion;
  if (size == 0) {
    return 0;
  }
  const FixVersion version = data[0] % 2 == 0 ? FixVersion::Fixt11 : FixVersion::Fix44;
  std::string stream(size, '\0');
  std::ranges::transform(data, data + size, stream.begin(), [](std::uint8_t byte) {
    return byte == '|' ? '\001' : static_cast<char>(byte);
  });
  betex::fix::read_stream(stream, 1U + data[0] / 2U, version);
  // Behind the framer too, since a checksum keeps most of what is random away from the rest.
  for (std::size_t begin = 0; begin < stream.size();) {
    const std::size_t end = std::min(stream.find('\n', begin), stream.size());
    betex::fix::read_message(std::string_view{stream}.substr(begin, end - begin), version);
    begin = end + 1;
  }
  return 0;
}
