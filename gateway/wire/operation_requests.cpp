// The requests of operators that are messages of the standard.
#include "gateway/wire/operation_requests.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "fix_spec/field_index.h"
#include "gateway/link/operation_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/link/session_link.h"
#include "gateway/wire/operation_fields.h"
#include "gateway/wire/tags.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {
namespace {

using matching::MarketKind;
using matching::Name;
using matching::Remark;

// Of at most this many named sessions, NetworkCounterpartySystemStatusRequest(BC).
constexpr std::uint32_t kMaxNamedSessions = 100;

// An account or a session; the other one is empty.
struct Party {
  Name account;
  Name comp_id;
};

// The tags by which a group names a party.
struct PartyTags {
  FieldIndex id;
  FieldIndex source;
  FieldIndex role;
};

Party read_party(RequestFields& request, const GroupEntry& entry, const PartyTags& tags) {
  constexpr std::string_view kProprietary = "D";
  constexpr std::string_view kCustomerAccount = "24";
  constexpr std::string_view kSession = "55";
  const Name name = request.name(entry, tags.id);
  if (entry.text(tags.source) != kProprietary) {
    request.refuse_value(tags.source);
  }
  const std::string_view role = entry.text(tags.role);
  if (role == kCustomerAccount) {
    return {.account = name, .comp_id = {}};
  }
  if (role != kSession) {
    request.refuse_value(tags.role);
  }
  return {.account = {}, .comp_id = name};
}

}  // namespace

Decoded read_security_definition_request(RequestFields& request, const Sender& sender) {
  using matching::LadderKind;
  enum class Type : std::uint8_t { New = 1 };
  static_cast<void>(request.enumerator<Type::New>(tag::kSecurityRequestType, Type::New));
  check_currency(request, sender);
  auto create = command<matching::CreateMarket>(request, tag::kSecurityReqId);
  create.kind = request.enumerator<MarketKind::ExchangeOdds, MarketKind::Binary>(
      tag::kMarketKind, MarketKind::ExchangeOdds);
  create.ladder = request.enumerator<LadderKind::Classic,
                                     LadderKind::Finest,
                                     LadderKind::LinearCent,
                                     LadderKind::TaperedDeciCent,
                                     LadderKind::DeciCent>(tag::kLadder, LadderKind::Classic);
  create.winners = integer_if_given(request, tag::kWinners).value_or(1);
  create.commission_bp = request.integer(tag::kCommissionBp);
  create.bet_delay_ms = request.integer(tag::kBetDelayMs);
  create.min_quantity = request.decimal(tag::kMinTradeVol);
  create.quantity_step = request.decimal(tag::kRoundLot);
  create.max_quantity = request.decimal(tag::kMaxTradeVol);
  create.max_position = request.decimal(tag::kMaxPosition);
  create.passive_skips_delay = request.flag(tag::kPassiveSkipsDelay);
  if (create.kind == MarketKind::Binary) {
    request.forbid(tag::kNoRelatedSym);
  }
  limit_entries(request, tag::kNoRelatedSym, 0, matching::kMaxRunners);
  request.for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    create.runners.push_back(request.name(entry, tag::kSymbol));
  });
  return operator_request(request, std::move(create));
}

Decoded read_order_mass_action_request(RequestFields& request, const Sender& /*sender*/) {
  using enum MassCancelType;
  enum class Type : std::uint8_t { Cancel = 3 };
  static_cast<void>(request.enumerator<Type::Cancel>(tag::kMassActionType, Type::Cancel));
  auto cancel = command<matching::CancelOnBehalf>(request, tag::kClOrdId);
  cancel.side = request.side_if_given();
  const auto scope = request.enumerator<Security, All, MarketSegment>(tag::kMassActionScope, All);
  request.only_if(tag::kSymbol, scope == Security);
  request.only_if(tag::kMarketSegmentId, scope == MarketSegment);
  if (scope == All) {
    request.require(tag::kNoTargetPartyIds);
  }
  limit_entries(request, tag::kNoTargetPartyIds, scope == All ? 1 : 0, 1);
  request.for_each_entry(tag::kNoTargetPartyIds, [&](const GroupEntry& entry) {
    const Party party = read_party(
        request, entry, {tag::kTargetPartyId, tag::kTargetPartyIdSource, tag::kTargetPartyRole});
    cancel.account = party.account;
    cancel.comp_id = party.comp_id;
  });
  return operator_request(request, std::move(cancel));
}

Decoded read_party_action_request(RequestFields& request, const Sender& /*sender*/) {
  using enum PartyAction;
  const auto action =
      request.enumerator<Suspend, SuspendAndCancel, Reinstate>(tag::kPartyActionType, Suspend);
  Party party;
  limit_entries(request, tag::kNoPartyIds, 1, 1);
  request.for_each_entry(tag::kNoPartyIds, [&](const GroupEntry& entry) {
    party = read_party(request, entry, {tag::kPartyId, tag::kPartyIdSource, tag::kPartyRole});
  });
  const auto about = [&]<typename Body>(Body body) {
    if constexpr (requires { body.account; }) {
      body.account = party.account;
    } else {
      body.comp_id = party.comp_id;
    }
    if constexpr (requires { body.cancel_orders; }) {
      body.cancel_orders = action == SuspendAndCancel;
    }
    return operator_request(request, std::move(body));
  };
  constexpr FieldIndex kId{tag::kPartyActionRequestId};
  if (action == Reinstate) {
    return party.comp_id.empty() ? about(command<matching::ResumeAccount>(request, kId))
                                 : about(command<matching::ResumeSession>(request, kId));
  }
  return party.comp_id.empty() ? about(command<matching::SuspendAccount>(request, kId))
                               : about(command<matching::SuspendSession>(request, kId));
}

Decoded read_network_status_request(RequestFields& request, const Sender& sender) {
  constexpr std::string_view kAll = "1";
  constexpr std::string_view kNamed = "9";
  const std::string_view type = request.text(tag::kNetworkRequestType);
  if (request.has(tag::kNetworkRequestType) && type != kAll && type != kNamed) {
    request.refuse_value(tag::kNetworkRequestType);
  }
  request.only_if(tag::kNoCompIds, type == kNamed);
  limit_entries(request, tag::kNoCompIds, 1, kMaxNamedSessions);
  gateway::NetworkStatusQuery query{.session = sender.session,
                                    .msg_seq_num = request.number(),
                                    .network_request_id = request.name(tag::kNetworkRequestId),
                                    .comp_ids = {}};
  request.for_each_entry(tag::kNoCompIds, [&](const GroupEntry& entry) {
    query.comp_ids.push_back(request.name(entry, tag::kRefCompId));
  });
  return query;
}

Decoded read_announcement(RequestFields& request, const Sender& /*sender*/) {
  enum class Urgency : std::uint8_t { Normal = 0, Flash = 1 };
  auto announce = command<matching::Announce>(request, tag::kNewsId);
  announce.headline = request.printable<Remark::kCapacity>(tag::kHeadline);
  announce.urgent = request.enumerator<Urgency::Normal, Urgency::Flash>(
                        tag::kUrgency, Urgency::Normal) == Urgency::Flash;
  limit_entries(request, tag::kNoLinesOfText, 1, 1);
  request.for_each_entry(tag::kNoLinesOfText, [&](const GroupEntry& line) {
    if (line.text(tag::kText) != request.text(tag::kHeadline)) {
      request.refuse_value(tag::kText);
    }
  });
  limit_entries(request, tag::kNoRelatedSym, 0, 1);
  request.for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    announce.subject = request.name(entry, tag::kSymbol);
  });
  return operator_request(request, std::move(announce));
}

}  // namespace betex::fix
