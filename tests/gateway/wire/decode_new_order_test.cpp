#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

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
    EXPECT_FALSE(order.extras.has_value());
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
                                             .with("20006=100.50")
                                             .with("583=customer 17 #2")
                                             .with("20080=maker-1"),
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
    EXPECT_EQ(order.extra().max_cost.value(), 100'500'000);
    EXPECT_EQ(order.extra().reference, matching::Reference{"customer 17 #2"});
    EXPECT_EQ(order.extra().order_group, matching::Reference{"maker-1"});
  }
}

// Each of them alone, and the others are none then.
TEST(DecodeNewOrderSingle, HasExtrasWhereOneOfThemIsGiven) {
  for (const FixVersion version : kVersions) {
    EXPECT_EQ(*place_order(kGoodOrder.with("583=c"), version).extras,
              (matching::OrderExtras{
                  .reference = matching::Reference{"c"}, .order_group = {}, .max_cost = {}}));
    EXPECT_EQ(*place_order(kGoodOrder.with("20080=g"), version).extras,
              (matching::OrderExtras{
                  .reference = {}, .order_group = matching::Reference{"g"}, .max_cost = {}}));
    EXPECT_EQ(*place_order(kGoodOrder.with("20006=1"), version).extras,
              (matching::OrderExtras{
                  .reference = {}, .order_group = {}, .max_cost = matching::Decimal{1'000'000}}));
  }
}

TEST(DecodeNewOrderSingle, TakesReferenceAndGroupOfFifteenPrintableCharacters) {
  for (const std::string tag : {"583", "20080"}) {
    check({{kGoodOrder.with(tag + "=" + std::string(15, 'r')), "place"},
           {kGoodOrder.with(tag + "=~ !"), "place"},
           {kGoodOrder.with(tag + "=" + std::string(16, 'r')), "371=" + tag + " 373=5"},
           {kGoodOrder.with(tag + "=tab\there"), "371=" + tag + " 373=5"},
           {kGoodOrder.with(tag + "=caf\xc3\xa9"), "371=" + tag + " 373=5"}});
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
      {kGoodOrder.and_also("150=0"), "371=150 373=2"},  // of our reports
      {kGoodOrder.and_also("112=x"), "371=112 373=2"},  // of session messages
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
                                  "20006=1",
                                  "583=r",
                                  "20080=g"}) {
    const std::string tag = field.substr(0, field.find('='));
    check({{kGoodOrder.with(field).and_also(field), "371=" + tag + " 373=13"}});
  }
}

}  // namespace
}  // namespace betex::fix::testing
