#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

// ---- OrderCancelRequest -------------------------------------------------------------------------

TEST(DecodeOrderCancelRequest, NamesTheOrderByEitherId) {
  for (const FixVersion version : kVersions) {
    const auto cancel = std::get<CancelOrder>(
        decode_body(version, kCancel.with("37=1234").with("38=20").with("1=FUND7").body()));
    EXPECT_EQ(cancel.account, Name{"FUND7"});
    EXPECT_EQ(cancel.cl_ord_id, matching::ClOrdId{"cancel-1"});
    EXPECT_EQ(cancel.orig_cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(cancel.order_id, matching::OrderId{1234});
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
      {kCancel.with("58=please"), "371=58 373=2"},
      {kCancel.and_also("41=again"), "371=41 373=13"},
  });
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

TEST(DecodeOrderCancelReplaceRequest, TakesPersistenceAndVersionGuardWhereTheyAreGiven) {
  using matching::Persistence;
  for (const FixVersion version : kVersions) {
    const auto amend_of = [&](const Request& request) {
      return std::get<matching::AmendOrder>(decode_body(version, request.body()));
    };
    const auto neither = amend_of(kReplace);
    EXPECT_FALSE(neither.persistence_given);
    EXPECT_EQ(neither.version_guard, 0U);
    const auto lapses = amend_of(kReplace.with("20004=0"));
    EXPECT_TRUE(lapses.persistence_given);
    EXPECT_EQ(lapses.persistence, Persistence::Lapse);
    EXPECT_EQ(lapses.version_guard, 0U);
    const auto both = amend_of(kReplace.with("20004=1").with("20005=18446744073709551615"));
    EXPECT_TRUE(both.persistence_given);
    EXPECT_EQ(both.persistence, Persistence::Persist);
    EXPECT_EQ(both.version_guard, 18446744073709551615U);
  }
}

TEST(DecodeOrderCancelReplaceRequest, RefusesWhatIsWrong) {
  check({{kReplace, "amend"},
         {kReplace.with("20004=2"), "371=20004 373=5"},
         {kReplace.with("20005=0"), "371=20005 373=5"},
         {kReplace.with("20005=x"), "371=20005 373=6"},
         {kReplace.with("583=r"), "371=583 373=2"},
         {kReplace.with("20080=g"), "371=20080 373=2"},
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

TEST(DecodeOrderMassCancelRequest, MayBeOfThisSessionOfAReferenceAndOfAGroup) {
  for (const FixVersion version : kVersions) {
    const auto cancel_of = [&](const Request& request) {
      return std::get<matching::MassCancel>(decode_body(version, request.body()));
    };
    EXPECT_FALSE(cancel_of(kMassCancel).own_session);
    EXPECT_FALSE(cancel_of(kMassCancel.with("530=1").with("55=RAIN-LON")).own_session);
    const auto own = cancel_of(
        kMassCancel.with("530=6").with("54=1").with("583=customer 17").with("20080=maker-1"));
    EXPECT_TRUE(own.own_session);
    EXPECT_EQ(own.side, 1);
    EXPECT_EQ(own.reference, matching::Reference{"customer 17"});
    EXPECT_EQ(own.order_group, matching::Reference{"maker-1"});
    EXPECT_TRUE(own.symbol.empty() && own.market.empty());
    const auto of_group = cancel_of(kMassCancel.with("20080=maker-1"));
    EXPECT_TRUE(of_group.reference.empty() && !of_group.own_session);
  }
  check({{kMassCancel.with("530=6").with("55=RAIN-LON"), "371=55 373=2"},
         {kMassCancel.with("583=" + std::string(16, 'r')), "371=583 373=5"},
         {kMassCancel.with("20080=" + std::string(16, 'g')), "371=20080 373=5"}});
  check(FixVersion::Fixt11, {{kMassCancel.with("530=6").with("1300=M"), "371=1300 373=2"}});
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

}  // namespace
}  // namespace betex::fix::testing
