#include "gateway/fix/order_decoder.h"

#include <array>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/fix/fix_text.h"

namespace betex::fix {
namespace {

using gateway::OrderStatusQuery;
using matching::CancelOrder;
using matching::Name;
using matching::PlaceOrder;
using matching::Reason;
using testing::message;

constexpr std::array kAccounts{Name{"BROKER1"}, Name{"FUND7"}};
const std::string kHeader = "34=2|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";

Decoded decode_as(SessionRole role, FixVersion version, const std::string& body) {
  const std::string frame = message(version, body);
  FieldTable fields;
  EXPECT_EQ(fields.read(frame), FieldTable::Fault::None) << body;
  return decode(
      fields,
      {.version = version, .role = role, .session = matching::SessionId{7}, .accounts = kAccounts});
}

Decoded decode_body(FixVersion version, const std::string& body) {
  return decode_as(SessionRole::Broker, version, body);
}

std::string describe(const Decoded& decoded) {
  struct Describer {
    std::string operator()(const PlaceOrder&) const { return "place"; }

    std::string operator()(const CancelOrder&) const { return "cancel"; }

    std::string operator()(const matching::AmendOrder&) const { return "amend"; }

    std::string operator()(const matching::MassCancel&) const { return "mass cancel"; }

    std::string operator()(const gateway::Query&) const { return "query"; }

    std::string operator()(const Unanswered&) const { return "unanswered"; }

    std::string operator()(const SessionReject& reject) const {
      EXPECT_FALSE(reject.text.empty());
      return "371=" + std::to_string(reject.ref_tag_id) +
             " 373=" + std::to_string(reject.session_reject_reason);
    }

    std::string operator()(const BusinessReject& reject) const {
      return "380=" + std::to_string(reject.business_reject_reason) + " tag " +
             std::to_string(reject.tag) + " reason " +
             std::to_string(static_cast<int>(reject.reason));
    }
  };

  return std::visit(Describer{}, decoded);
}

// The fields of a request as "tag=value" texts, to be changed one at a time.
class Request {
 public:
  Request(std::string msg_type, std::vector<std::string> fields)
      : msg_type_{std::move(msg_type)}, fields_{std::move(fields)} {}

  [[nodiscard]] Request with(const std::string& field) const {
    Request changed = without(field.substr(0, field.find('=')));
    changed.fields_.push_back(field);
    return changed;
  }

  [[nodiscard]] Request without(const std::string& tag) const {
    Request changed = *this;
    std::erase_if(changed.fields_,
                  [&](const std::string& field) { return field.starts_with(tag + "="); });
    return changed;
  }

  [[nodiscard]] Request and_also(const std::string& field) const {
    Request changed = *this;
    changed.fields_.push_back(field);
    return changed;
  }

  [[nodiscard]] std::string body() const {
    std::string body = "35=" + msg_type_ + "|" + kHeader;
    for (const std::string& field : fields_) {
      body += field + "|";
    }
    return body;
  }

 private:
  std::string msg_type_;
  std::vector<std::string> fields_;
};

const Request kOrder{"D",
                     {"11=order-1",
                      "55=EPL-ARS-CHE.HOME",
                      "54=1",
                      "38=20.00",
                      "40=2",
                      "44=2.02",
                      "60=20261122-14:20:30.5"}};
const Request kGoodOrder = kOrder.with("60=20261122-14:20:30.500");
const Request kCancel{
    "F", {"11=cancel-1", "41=order-1", "55=EPL-ARS-CHE.HOME", "54=1", "60=20261122-14:20:32"}};
const Request kReplace{"G",
                       {"11=replace-1",
                        "41=order-1",
                        "55=EPL-ARS-CHE.HOME",
                        "54=1",
                        "38=30",
                        "40=2",
                        "44=2.04",
                        "60=20261122-14:20:32"}};
const Request kMassCancel{"q", {"11=mass-1", "530=7", "60=20261122-14:20:32"}};
const Request kStatus{"H", {"11=order-1", "55=EPL-ARS-CHE.HOME", "54=2"}};

constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};

struct Case {
  Request request;
  std::string expected;
};

void check(FixVersion version, const std::vector<Case>& cases) {
  for (const auto& [request, expected] : cases) {
    EXPECT_EQ(describe(decode_body(version, request.body())), expected) << request.body();
  }
}

void check(const std::vector<Case>& cases) {
  for (const FixVersion version : kVersions) {
    check(version, cases);
  }
}

PlaceOrder place_order(const Request& request, FixVersion version = FixVersion::Fixt11) {
  const Decoded decoded = decode_body(version, request.body());
  EXPECT_EQ(describe(decoded), "place") << request.body();
  return std::get<PlaceOrder>(decoded);
}

// ---- NewOrderSingle -----------------------------------------------------------------------------

TEST(DecodeNewOrderSingle, TakesTheLeastThatAnOrderMustSay) {
  for (const FixVersion version : kVersions) {
    const PlaceOrder order = place_order(kGoodOrder, version);
    EXPECT_EQ(order.account, Name{"BROKER1"});  // the session's own
    EXPECT_EQ(order.cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(order.symbol, Name{"EPL-ARS-CHE.HOME"});
    EXPECT_EQ(order.transact_time.value(), 1'795'357'230'500'000'000);
    EXPECT_EQ(order.price.value(), 2'020'000);
    EXPECT_EQ(order.quantity.value(), 20'000'000);
    EXPECT_EQ(order.min_quantity.value(), 0);
    EXPECT_EQ(order.expire_time.value(), 0);
    EXPECT_EQ(order.max_cost.value(), 0);
    EXPECT_EQ(order.version_guard, 0U);
    EXPECT_EQ(order.side, matching::Side::Bid);
    EXPECT_EQ(order.type, matching::OrderType::Limit);
    EXPECT_EQ(order.time_in_force, matching::TimeInForce::Day);
    EXPECT_EQ(order.self_trade_prevention, matching::SelfTradePrevention::CancelTaker);
    EXPECT_EQ(order.persistence, matching::Persistence::Lapse);
    EXPECT_FALSE(order.post_only);
    EXPECT_FALSE(order.cancel_on_pause);
    EXPECT_FALSE(order.poss_resend);
  }
}

TEST(DecodeNewOrderSingle, TakesAllThatAnOrderMaySay) {
  for (const FixVersion version : kVersions) {
    const std::string stp = version == FixVersion::Fixt11 ? "2964=4" : "20003=4";
    const PlaceOrder order = place_order(kGoodOrder.with("1=FUND7")
                                             .with("54=2")
                                             .with("59=6")
                                             .with("126=20261231-23:59:59")
                                             .with("110=5")
                                             .with("18=6 K")
                                             .with("21=1")
                                             .with(stp)
                                             .with("20004=1")
                                             .with("20005=18446744073709551615")
                                             .with("20006=100.50"),
                                         version);
    EXPECT_EQ(order.account, Name{"FUND7"});
    EXPECT_EQ(order.side, matching::Side::Ask);
    EXPECT_EQ(order.time_in_force, matching::TimeInForce::Gtd);
    EXPECT_EQ(order.expire_time.value(), 1'798'761'599'000'000'000);
    EXPECT_EQ(order.min_quantity.value(), 5'000'000);
    EXPECT_TRUE(order.post_only);
    EXPECT_TRUE(order.cancel_on_pause);
    EXPECT_EQ(order.self_trade_prevention, matching::SelfTradePrevention::Decrement);
    EXPECT_EQ(order.persistence, matching::Persistence::Persist);
    EXPECT_EQ(order.version_guard, 18446744073709551615U);
    EXPECT_EQ(order.max_cost.value(), 100'500'000);
  }
}

TEST(DecodeNewOrderSingle, ReadsEveryEnumerator) {
  using matching::OrderType;
  using Stp = matching::SelfTradePrevention;
  using Tif = matching::TimeInForce;
  EXPECT_EQ(place_order(kGoodOrder.with("40=1").without("44")).type, OrderType::Market);
  EXPECT_EQ(place_order(kGoodOrder.with("40=2")).type, OrderType::Limit);
  EXPECT_EQ(place_order(kGoodOrder.with("59=0")).time_in_force, Tif::Day);
  EXPECT_EQ(place_order(kGoodOrder.with("59=1")).time_in_force, Tif::Gtc);
  EXPECT_EQ(place_order(kGoodOrder.with("59=3")).time_in_force, Tif::Ioc);
  EXPECT_EQ(place_order(kGoodOrder.with("59=4")).time_in_force, Tif::Fok);
  for (int mode = 0; mode <= 4; ++mode) {
    EXPECT_EQ(place_order(kGoodOrder.with("2964=" + std::to_string(mode))).self_trade_prevention,
              static_cast<Stp>(mode));
    EXPECT_EQ(place_order(kGoodOrder.with("20003=" + std::to_string(mode)), FixVersion::Fix44)
                  .self_trade_prevention,
              static_cast<Stp>(mode));
  }
  EXPECT_EQ(place_order(kGoodOrder.with("20004=0")).persistence, matching::Persistence::Lapse);
}

TEST(DecodeNewOrderSingle, ReadsExecInstAsASetInAnyOrder) {
  EXPECT_TRUE(place_order(kGoodOrder.with("18=6")).post_only);
  EXPECT_FALSE(place_order(kGoodOrder.with("18=6")).cancel_on_pause);
  EXPECT_TRUE(place_order(kGoodOrder.with("18=K")).cancel_on_pause);
  EXPECT_FALSE(place_order(kGoodOrder.with("18=K")).post_only);
  EXPECT_TRUE(place_order(kGoodOrder.with("18=K 6")).post_only);
  for (const std::string bad :
       {"1", "k", "6K", "6  K", " 6", "6 ", "6 6", "K 6 K", "6,K", "6 K 1"}) {
    check({{kGoodOrder.with("18=" + bad), "371=18 373=5"}});
  }
}

TEST(DecodeNewOrderSingle, MarksAPossibleResend) {
  const std::string body = kGoodOrder.body();
  const std::string resent = "35=D|97=Y|" + body.substr(5);
  EXPECT_TRUE(std::get<PlaceOrder>(decode_body(FixVersion::Fix44, resent)).poss_resend);
}

// The engine, which knows the market, judges numbers that are well formed.
TEST(DecodeNewOrderSingle, LeavesTheMeaningOfNumbersToTheEngine) {
  EXPECT_EQ(place_order(kGoodOrder.with("38=-1")).quantity.value(), -1'000'000);
  EXPECT_EQ(place_order(kGoodOrder.with("38=0")).quantity.value(), 0);
  EXPECT_EQ(place_order(kGoodOrder.with("44=0")).price.value(), 0);
  EXPECT_EQ(place_order(kGoodOrder.with("44=100.10")).price.value(), 100'100'000);
  EXPECT_EQ(place_order(kGoodOrder.with("44=-.5")).price.value(), -500'000);
}

TEST(DecodeNewOrderSingle, RefusesWhatIsMissing) {
  check({
      {kGoodOrder.without("11"), "371=11 373=1"},
      {kGoodOrder.without("55"), "371=55 373=1"},
      {kGoodOrder.without("54"), "371=54 373=1"},
      {kGoodOrder.without("38"), "371=38 373=1"},
      {kGoodOrder.without("40"), "371=40 373=1"},
      {kGoodOrder.without("60"), "371=60 373=1"},
      {kGoodOrder.without("44"), "371=44 373=1"},
      {kGoodOrder.with("59=6"), "371=126 373=1"},
      {kGoodOrder.without("55").without("11"), "371=11 373=1"},
  });
}

TEST(DecodeNewOrderSingle, RefusesBadValues) {
  check({
      {kGoodOrder.with("54=3"), "371=54 373=5"},
      {kGoodOrder.with("54=B"), "371=54 373=5"},
      {kGoodOrder.with("54=11"), "371=54 373=5"},
      {kGoodOrder.with("40=3"), "371=40 373=5"},
      {kGoodOrder.with("40=P"), "371=40 373=5"},
      {kGoodOrder.with("59=2"), "371=59 373=5"},
      {kGoodOrder.with("59=5"), "371=59 373=5"},
      {kGoodOrder.with("59=7"), "371=59 373=5"},
      {kGoodOrder.with("21=2"), "371=21 373=5"},
      {kGoodOrder.with("20004=2"), "371=20004 373=5"},
      {kGoodOrder.with("20005=-1"), "371=20005 373=6"},
      {kGoodOrder.with("20005=0"), "371=20005 373=5"},
      {kGoodOrder.with("20005=18446744073709551616"), "371=20005 373=5"},
      {kGoodOrder.with("20006=0"), "371=20006 373=5"},
      {kGoodOrder.with("20006=-1"), "371=20006 373=5"},
      {kGoodOrder.with("20006=x"), "371=20006 373=6"},
      {kGoodOrder.with("38=abc"), "371=38 373=6"},
      {kGoodOrder.with("38=1e3"), "371=38 373=6"},
      {kGoodOrder.with("38=+1"), "371=38 373=6"},
      {kGoodOrder.with("38=99999999999999"), "371=38 373=5"},
      {kGoodOrder.with("38=1.0000001"), "371=38 373=5"},
      {kGoodOrder.with("44=two"), "371=44 373=6"},
      {kGoodOrder.with("44=2,02"), "371=44 373=6"},
      {kGoodOrder.with("110=x"), "371=110 373=6"},
      {kGoodOrder.with("60=yesterday"), "371=60 373=6"},
      {kGoodOrder.with("60=20260230-00:00:00"), "371=60 373=5"},
      {kGoodOrder.with("60=20261122-14:20:30.5"), "371=60 373=6"},
      {kGoodOrder.with("59=6").with("126=later"), "371=126 373=6"},
      {kGoodOrder.with("11=" + std::string(37, 'x')), "371=11 373=5"},
      {kGoodOrder.with("11=tab\there"), "371=11 373=5"},
      {kGoodOrder.with("11=caf\xc3\xa9"), "371=11 373=5"},
      {kGoodOrder.with("55=" + std::string(32, 'x')), "371=55 373=5"},
      {kGoodOrder.with("55=\x7f"), "371=55 373=5"},
      {kGoodOrder.with("1=nobody").with("44=x"), "371=44 373=6"},
  });
  check({{kGoodOrder.with("11=" + std::string(36, 'x')), "place"},
         {kGoodOrder.with("55=" + std::string(31, 'x')), "place"}});
  check(FixVersion::Fixt11, {{kGoodOrder.with("2964=5"), "371=2964 373=5"}});
  check(FixVersion::Fix44, {{kGoodOrder.with("20003=5"), "371=20003 373=5"}});
}

TEST(DecodeNewOrderSingle, RefusesTagsThatItHasNot) {
  check({
      {kGoodOrder.and_also("9999=1"), "371=9999 373=0"},
      {kGoodOrder.and_also("20007=1"), "371=20007 373=0"},
      {kGoodOrder.and_also("999999999=1"), "371=999999999 373=0"},
      {kGoodOrder.and_also("99=2.5"), "371=99 373=0"},  // StopPx
      {kGoodOrder.and_also("41=order-0"), "371=41 373=2"},
      {kGoodOrder.and_also("37=12"), "371=37 373=2"},
      {kGoodOrder.and_also("790=q"), "371=790 373=2"},
  });
  check(FixVersion::Fixt11, {{kGoodOrder.and_also("20003=1"), "371=20003 373=0"}});
  check(FixVersion::Fix44, {{kGoodOrder.and_also("2964=1"), "371=2964 373=0"}});
}

TEST(DecodeNewOrderSingle, RefusesEveryFieldThatIsRepeated) {
  for (const std::string field : {"1=FUND7",
                                  "11=b",
                                  "18=6",
                                  "21=1",
                                  "38=1",
                                  "40=2",
                                  "44=2",
                                  "54=1",
                                  "55=X",
                                  "59=0",
                                  "60=20261122-14:20:31",
                                  "110=1",
                                  "126=20261122-14:20:31",
                                  "20004=0",
                                  "20005=1",
                                  "20006=1"}) {
    const std::string tag = field.substr(0, field.find('='));
    check({{kGoodOrder.with(field).and_also(field), "371=" + tag + " 373=13"}});
  }
}

// ---- OrderCancelRequest -------------------------------------------------------------------------

TEST(DecodeOrderCancelRequest, NamesTheOrderByEitherId) {
  for (const FixVersion version : kVersions) {
    const auto cancel = std::get<CancelOrder>(
        decode_body(version, kCancel.with("37=1234").with("38=20").with("1=FUND7").body()));
    EXPECT_EQ(cancel.account, Name{"FUND7"});
    EXPECT_EQ(cancel.cl_ord_id, matching::ClOrdId{"cancel-1"});
    EXPECT_EQ(cancel.orig_cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(cancel.order_id, matching::OrderId{1234});
    EXPECT_EQ(cancel.transact_time.value(), 1'795'357'232'000'000'000);
    const auto by_client_id = std::get<CancelOrder>(decode_body(version, kCancel.body()));
    EXPECT_EQ(by_client_id.order_id, matching::OrderId{});
    EXPECT_EQ(by_client_id.account, Name{"BROKER1"});
  }
  const auto by_order_id = std::get<CancelOrder>(
      decode_body(FixVersion::Fixt11, kCancel.with("37=1234").without("41").body()));
  EXPECT_EQ(by_order_id.order_id, matching::OrderId{1234});
  EXPECT_TRUE(by_order_id.orig_cl_ord_id.empty());
}

TEST(DecodeOrderCancelRequest, TakesNoneForNoOrderId) {
  const auto cancel =
      std::get<CancelOrder>(decode_body(FixVersion::Fixt11, kCancel.with("37=NONE").body()));
  EXPECT_EQ(cancel.order_id, matching::OrderId{});
}

TEST(DecodeOrderCancelRequest, NeedsAnOrderToCancel) {
  check(FixVersion::Fixt11,
        {{kCancel.without("41"), "371=41 373=1"},
         {kCancel.without("41").with("37=NONE"), "371=41 373=1"},
         {kCancel.without("41").with("37=5"), "cancel"}});
  // FIX.4.4 requires OrigClOrdID in any case.
  check(FixVersion::Fix44,
        {{kCancel.without("41"), "371=41 373=1"},
         {kCancel.without("41").with("37=5"), "371=41 373=1"}});
}

TEST(DecodeOrderCancelRequest, RefusesWhatIsWrong) {
  check({
      {kCancel.without("11"), "371=11 373=1"},
      {kCancel.without("54"), "371=54 373=1"},
      {kCancel.without("55"), "371=55 373=1"},
      {kCancel.without("60"), "371=60 373=1"},
      {kCancel.with("54=9"), "371=54 373=5"},
      {kCancel.with("38=x"), "371=38 373=6"},
      {kCancel.with("37=abc"), "371=37 373=5"},
      {kCancel.with("37=0"), "371=37 373=5"},
      {kCancel.with("37=-1"), "371=37 373=5"},
      {kCancel.with("37=18446744073709551616"), "371=37 373=5"},
      {kCancel.with("41=" + std::string(37, 'x')), "371=41 373=5"},
      {kCancel.with("44=2"), "371=44 373=2"},
      {kCancel.with("58=please"), "371=58 373=0"},
      {kCancel.and_also("41=again"), "371=41 373=13"},
  });
}

// ---- OrderStatusRequest -------------------------------------------------------------------------

TEST(DecodeOrderStatusRequest, AsksByEitherId) {
  for (const FixVersion version : kVersions) {
    const auto query = std::get<OrderStatusQuery>(std::get<gateway::Query>(
        decode_body(version, kStatus.with("37=5").with("790=q1").with("1=FUND7").body())));
    EXPECT_EQ(query.session, matching::SessionId{7});
    EXPECT_EQ(query.account, Name{"FUND7"});
    EXPECT_EQ(query.order_id, matching::OrderId{5});
    EXPECT_EQ(query.cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(query.symbol, Name{"EPL-ARS-CHE.HOME"});
    EXPECT_EQ(query.side, matching::Side::Ask);
    EXPECT_EQ(query.status_req_id, Name{"q1"});
  }
}

TEST(DecodeOrderStatusRequest, RefusesWhatIsWrong) {
  check({{kStatus, "query"},
         {kStatus.without("54"), "371=54 373=1"},
         {kStatus.without("55"), "371=55 373=1"},
         {kStatus.with("790=" + std::string(32, 'q')), "371=790 373=5"},
         {kStatus.with("60=20261122-14:20:32"), "371=60 373=2"}});
  check(FixVersion::Fixt11,
        {{kStatus.without("11").with("37=5"), "query"},
         {kStatus.without("11"), "371=11 373=1"},
         {kStatus.without("11").with("37=NONE"), "371=11 373=1"}});
  check(FixVersion::Fix44, {{kStatus.without("11").with("37=5"), "371=11 373=1"}});
}

// ---- OrderCancelReplaceRequest ------------------------------------------------------------------

TEST(DecodeOrderCancelReplaceRequest, TakesTheNewTermsAndTheOrder) {
  for (const FixVersion version : kVersions) {
    const auto amend = std::get<matching::AmendOrder>(decode_body(
        version, kReplace.with("37=5").with("59=6").with("126=20261231-23:59:59").body()));
    EXPECT_EQ(amend.account, Name{"BROKER1"});
    EXPECT_EQ(amend.cl_ord_id, matching::ClOrdId{"replace-1"});
    EXPECT_EQ(amend.orig_cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(amend.order_id, matching::OrderId{5});
    EXPECT_EQ(amend.price.value(), 2'040'000);
    EXPECT_EQ(amend.quantity.value(), 30'000'000);
    EXPECT_EQ(amend.expire_time.value(), 1'798'761'599'000'000'000);
    EXPECT_TRUE(amend.time_in_force_given);
    EXPECT_EQ(amend.time_in_force, matching::TimeInForce::Gtd);
  }
}

TEST(DecodeOrderCancelReplaceRequest, RefusesWhatIsWrong) {
  check({{kReplace, "amend"},
         {kReplace.with("1=FUND7"), "amend"},
         {kReplace.with("21=1"), "amend"},
         {kReplace.with("21=2"), "371=21 373=5"},
         {kReplace.with("40=1"), "371=40 373=5"},
         {kReplace.with("59=5"), "371=59 373=5"},
         {kReplace.without("38"), "371=38 373=1"},
         {kReplace.without("40"), "371=40 373=1"},
         {kReplace.without("44"), "371=44 373=1"},
         {kReplace.without("60"), "371=60 373=1"},
         {kReplace.with("44=2,04"), "371=44 373=6"},
         {kReplace.with("18=6"), "371=18 373=2"},
         {kReplace.with("110=5"), "371=110 373=2"},
         {kReplace.without("41"), "371=41 373=1"},
         {kReplace.with("1=BROKER2"), "380=6 tag 1 reason 142"}});
  check(FixVersion::Fixt11, {{kReplace.without("41").with("37=5"), "amend"}});
  check(FixVersion::Fix44, {{kReplace.without("41").with("37=5"), "371=41 373=1"}});
}

// ---- OrderMassCancelRequest ---------------------------------------------------------------------

TEST(DecodeOrderMassCancelRequest, TakesEachKindOfFilter) {
  for (const FixVersion version : kVersions) {
    const auto all = std::get<matching::MassCancel>(decode_body(version, kMassCancel.body()));
    EXPECT_EQ(all.account, Name{"BROKER1"});
    EXPECT_EQ(all.cl_ord_id, matching::ClOrdId{"mass-1"});
    EXPECT_TRUE(all.symbol.empty() && all.market.empty() && all.side == 0);
    const auto one = std::get<matching::MassCancel>(
        decode_body(version, kMassCancel.with("530=1").with("55=RAIN-LON").with("54=2").body()));
    EXPECT_EQ(one.symbol, Name{"RAIN-LON"});
    EXPECT_EQ(one.side, 2);
  }
  const auto market = std::get<matching::MassCancel>(
      decode_body(FixVersion::Fixt11, kMassCancel.with("530=9").with("1300=EPL-ARS-CHE").body()));
  EXPECT_EQ(market.market, Name{"EPL-ARS-CHE"});
}

TEST(DecodeOrderMassCancelRequest, RefusesWhatIsWrong) {
  check({{kMassCancel, "mass cancel"},
         {kMassCancel.without("11"), "371=11 373=1"},
         {kMassCancel.without("60"), "371=60 373=1"},
         {kMassCancel.without("530"), "371=530 373=1"},
         {kMassCancel.with("530=2"), "371=530 373=5"},
         {kMassCancel.with("530=1"), "371=55 373=1"},
         {kMassCancel.with("55=RAIN-LON"), "371=55 373=2"},
         {kMassCancel.with("54=3"), "371=54 373=5"}});
  check(FixVersion::Fixt11,
        {{kMassCancel.with("530=9"), "371=1300 373=1"},
         {kMassCancel.with("1300=EPL-ARS-CHE"), "371=1300 373=2"}});
  check(FixVersion::Fix44,
        {{kMassCancel.with("530=9"), "371=530 373=5"},
         {kMassCancel.with("1300=EPL-ARS-CHE"), "371=1300 373=0"}});
}

// ---- Requests that change nothing ---------------------------------------------------------------

TEST(DecodeOrderMassStatusRequest, TakesAllOrdersOrThoseOfAnInstrument) {
  const Request all{"AF", {"584=s1", "585=7"}};
  for (const FixVersion version : kVersions) {
    const auto query = std::get<gateway::MassStatusQuery>(std::get<gateway::Query>(
        decode_body(version, all.with("585=1").with("55=RAIN-LON").with("54=1").body())));
    EXPECT_EQ(query.session, matching::SessionId{7});
    EXPECT_EQ(query.account, Name{"BROKER1"});
    EXPECT_EQ(query.symbol, Name{"RAIN-LON"});
    EXPECT_EQ(query.side, 1);
    EXPECT_EQ(query.mass_status_req_id, Name{"s1"});
  }
  check({{all, "query"},
         {all.without("584"), "371=584 373=1"},
         {all.without("585"), "371=585 373=1"},
         {all.with("585=3"), "371=585 373=5"},
         {all.with("585=1"), "371=55 373=1"},
         {all.with("55=RAIN-LON"), "371=55 373=2"},
         {all.with("11=order-1"), "371=11 373=2"}});
}

TEST(DecodeSecurityRequests, AreOfFixt11Alone) {
  const Request list{"x", {"320=r1", "559=4"}};
  const Request status{"e", {"324=r2", "55=RAIN-LON", "263=0"}};
  check(FixVersion::Fixt11,
        {{list, "query"},
         {list.with("559=0").with("55=RAIN-LON"), "query"},
         {list.with("559=5").with("1300=EPL-ARS-CHE"), "query"},
         {list.with("559=0"), "371=55 373=1"},
         {list.with("559=5"), "371=1300 373=1"},
         {list.with("559=1"), "371=559 373=5"},
         {list.with("55=RAIN-LON"), "371=55 373=2"},
         {list.without("320"), "371=320 373=1"},
         {status, "query"},
         {status.with("263=1"), "query"},
         {status.with("263=2"), "371=263 373=5"},
         {status.without("55"), "371=55 373=1"}});
  check(FixVersion::Fix44, {{list, "380=3 tag 0 reason 141"}, {status, "380=3 tag 0 reason 141"}});
  EXPECT_EQ(describe(decode_as(SessionRole::Ops, FixVersion::Fixt11, list.body())), "query");
  EXPECT_EQ(describe(decode_as(SessionRole::DropCopy, FixVersion::Fixt11, status.body())),
            "380=6 tag 0 reason 142");
}

// ---- Who may send what --------------------------------------------------------------------------

TEST(Decode, AnswersMessagesThatWeDoNotTake) {
  for (const std::string type : {"8", "9", "E", "V", "R", "AE", "CA", "BE", "b"}) {
    check({{Request{type, {"11=id-1", "262=x"}}, "380=3 tag 0 reason 141"}});
  }
  for (const std::string type : {"I", "U1", "ZZ", "DD1", "AA1", "d1"}) {
    check({{Request{type, {"11=id-1"}}, "371=35 373=11"}});
  }
}

// Else two ends could refuse each other's refusals for ever.
TEST(Decode, AnswersNoBusinessMessageReject) {
  check({{Request{"j", {"45=7", "372=8", "380=3"}}, "unanswered"},
         {Request{"j", {"45=7", "372=j", "380=3", "58=what?"}}, "unanswered"}});
}

TEST(Decode, LetsOnlyBrokersEnterOrders) {
  for (const Request& request : {kGoodOrder, kCancel, kReplace, kMassCancel, kStatus}) {
    for (const SessionRole role : {SessionRole::DropCopy, SessionRole::Ops}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, request.body())),
                "380=6 tag 0 reason 142");
    }
  }
}

TEST(Decode, LetsABrokerUseItsOwnAccountsOnly) {
  for (const Request& request : {kGoodOrder, kCancel, kStatus}) {
    check({{request.with("1=BROKER2"), "380=6 tag 1 reason 142"},
           {request.with("1=BROKER"), "380=6 tag 1 reason 142"},
           {request.with("1=" + std::string(200, 'x')), "380=6 tag 1 reason 142"}});
  }
  const std::string frame = message(FixVersion::Fix44, kGoodOrder.body());
  FieldTable fields;
  fields.read(frame);
  EXPECT_EQ(describe(decode(fields, {.version = FixVersion::Fix44})), "380=6 tag 1 reason 142");
}

TEST(Decode, NamesTheRequestInARefusalWhereItCan) {
  const auto refused = decode_body(FixVersion::Fix44, kGoodOrder.with("54=3").body());
  EXPECT_EQ(std::get<SessionReject>(refused).cl_ord_id, matching::ClOrdId{"order-1"});
  const auto nameless = decode_body(FixVersion::Fix44, kGoodOrder.with("11=\x7f").body());
  EXPECT_TRUE(std::get<SessionReject>(nameless).cl_ord_id.empty());
  const auto foreign = decode_body(FixVersion::Fix44, kGoodOrder.with("1=BROKER2").body());
  EXPECT_EQ(std::get<BusinessReject>(foreign).cl_ord_id, matching::ClOrdId{"order-1"});
}

TEST(Decode, GivesEveryRefusalAsACommandForTheJournal) {
  const auto bad_value = decode_body(FixVersion::Fix44, kGoodOrder.with("54=3").body());
  const auto first = to_command(std::get<SessionReject>(bad_value), "D");
  EXPECT_EQ(first.msg_type.view(), "D");
  EXPECT_EQ(first.cl_ord_id, matching::ClOrdId{"order-1"});
  EXPECT_EQ(first.tag, 54U);
  EXPECT_EQ(first.fix_reason, 5U);
  EXPECT_EQ(first.reason, Reason::MalformedMessage);
  EXPECT_EQ(first.answer, matching::RefuseInbound::Answer::SessionReject);

  const auto foreign = decode_body(FixVersion::Fix44, kCancel.with("1=BROKER2").body());
  const auto second = to_command(std::get<BusinessReject>(foreign), "F");
  EXPECT_EQ(second.msg_type.view(), "F");
  EXPECT_EQ(second.cl_ord_id, matching::ClOrdId{"cancel-1"});
  EXPECT_EQ(second.tag, 1U);
  EXPECT_EQ(second.fix_reason, 6U);
  EXPECT_EQ(second.reason, Reason::NotEntitled);
  EXPECT_EQ(second.answer, matching::RefuseInbound::Answer::BusinessReject);
}

TEST(Decode, JournalsTheBeginningOfATypeThatIsTooLong) {
  const SessionReject reject{.ref_tag_id = 35, .session_reject_reason = 11, .text = "no such type"};
  EXPECT_EQ(to_command(reject, "ATYPELONGERTHANANY").msg_type.view(), "ATYPELO");
}

}  // namespace
}  // namespace betex::fix
