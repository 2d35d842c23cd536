// The codes by which FIX tells the engine's reasons, against the dictionaries.
#include "fix_spec/reasons.h"

#include <array>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "matching/reason.h"
#include "tests/fix_spec/all_reasons.h"
#include "tests/fix_spec/dictionaries.h"

namespace betex::fix {
namespace {

using matching::Reason;
using testing::all_reasons;
using testing::application_dictionary;

constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};

TEST(Reasons, MapToCodesThatTheDictionariesOfBothDialectsKnow) {
  for (const FixVersion version : kVersions) {
    const FIX::DataDictionary& dictionary = application_dictionary(version);
    for (const Reason reason : all_reasons()) {
      const ReasonCodes codes = codes_of(reason);
      const auto known = [&](int tag, std::uint16_t code) {
        return dictionary.isFieldValue(tag, std::to_string(code));
      };
      EXPECT_TRUE(known(103, ord_rej_reason_for(version, codes.ord_rej_reason)))
          << matching::to_text(reason);
      EXPECT_TRUE(known(102, cxl_rej_reason_for(version, codes.cxl_rej_reason)))
          << matching::to_text(reason);
      EXPECT_TRUE(known(380, business_reject_reason_for(version, codes.business_reject_reason)))
          << matching::to_text(reason);
    }
    for (const Reason reason : all_reasons()) {
      EXPECT_TRUE(dictionary.isFieldValue(
          532, std::to_string(mass_cancel_reject_reason_for(version, reason))))
          << matching::to_text(reason);
    }
    for (const int code : {5, 6, 8, 12, 13, 18, 19, 20, 99}) {
      const auto told = restatement_reason_for(version, static_cast<std::uint16_t>(code));
      EXPECT_TRUE(dictionary.isFieldValue(378, std::to_string(told))) << code;
    }
  }
}

// The design's own table, row by row.
TEST(Reasons, AreFixsOwnWhereFixHasOne) {
  EXPECT_EQ(codes_of(Reason::UnknownInstrument).ord_rej_reason, 1);
  EXPECT_EQ(codes_of(Reason::MarketNotOpen).ord_rej_reason, 2);
  EXPECT_EQ(codes_of(Reason::OrderSizeLimit).ord_rej_reason, 3);
  EXPECT_EQ(codes_of(Reason::PositionLimit).ord_rej_reason, 3);
  EXPECT_EQ(codes_of(Reason::DuplicateClOrdId).ord_rej_reason, 6);
  EXPECT_EQ(codes_of(Reason::StaleMarketVersion).ord_rej_reason, 8);
  EXPECT_EQ(codes_of(Reason::UnsupportedCombination).ord_rej_reason, 11);
  EXPECT_EQ(codes_of(Reason::BadQuantity).ord_rej_reason, 13);
  EXPECT_EQ(codes_of(Reason::UnknownAccount).ord_rej_reason, 15);
  EXPECT_EQ(codes_of(Reason::AccountSuspended).ord_rej_reason, 15);
  EXPECT_EQ(codes_of(Reason::PriceNotOnLadder).ord_rej_reason, 18);
  EXPECT_EQ(codes_of(Reason::InsufficientFunds).ord_rej_reason, 25);
  EXPECT_EQ(codes_of(Reason::InDeficit).ord_rej_reason, 25);
  EXPECT_EQ(codes_of(Reason::ExposureLimit).ord_rej_reason, 3);
  EXPECT_EQ(codes_of(Reason::PostOnlyWouldCross).ord_rej_reason, 99);
  EXPECT_EQ(codes_of(Reason::TooLate).cxl_rej_reason, 0);
  EXPECT_EQ(codes_of(Reason::UnknownOrder).cxl_rej_reason, 1);
  EXPECT_EQ(codes_of(Reason::DuplicateClOrdId).cxl_rej_reason, 6);
  EXPECT_EQ(codes_of(Reason::PriceNotOnLadder).cxl_rej_reason, 18);
  EXPECT_EQ(codes_of(Reason::UnsupportedMessageType).business_reject_reason, 3);
  EXPECT_EQ(codes_of(Reason::LowDiskSpace).business_reject_reason, 4);
  EXPECT_EQ(codes_of(Reason::ClockUncertain).business_reject_reason, 4);
  EXPECT_EQ(codes_of(Reason::NotEntitled).business_reject_reason, 6);
  EXPECT_EQ(codes_of(Reason::Throttled).business_reject_reason, 8);
}

TEST(Reasons, SayWhatBecomesOfAnOrderGroup) {
  EXPECT_EQ(codes_of(Reason::OrderGroupFull).ord_rej_reason, 3);
  EXPECT_EQ(codes_of(Reason::OrderGroupFull).retry, Retry::Yes);
  EXPECT_EQ(codes_of(Reason::OrderGroupTripped).ord_rej_reason, 99);
  EXPECT_EQ(codes_of(Reason::OrderGroupTripped).retry, Retry::No)
      << "not before it is reset, and it is said of what was cancelled, too";
  EXPECT_EQ(codes_of(Reason::UnknownOrderGroup).business_reject_reason, 1);
  EXPECT_EQ(codes_of(Reason::LapsedAtTurnInPlay).retry, Retry::No);
}

TEST(Reasons, HaveTheirCodesOnAnswersToOperators) {
  EXPECT_EQ(codes_of(Reason::ExchangeHalted).ord_rej_reason, 2);
  EXPECT_EQ(codes_of(Reason::ExchangeHalted).retry, Retry::Yes);
  EXPECT_EQ(codes_of(Reason::UnknownRequest).business_reject_reason, 1);
  const FIX::DataDictionary& dictionary = application_dictionary(FixVersion::Fixt11);
  for (const Reason reason : all_reasons()) {
    EXPECT_TRUE(dictionary.isFieldValue(
        1376, std::to_string(mass_cancel_reject_reason_for(FixVersion::Fixt11, reason))))
        << matching::to_text(reason);
    EXPECT_TRUE(
        dictionary.isFieldValue(2333, std::to_string(party_action_reject_reason_for(reason))))
        << matching::to_text(reason);
    const std::uint16_t security = security_reject_reason_for(reason);
    EXPECT_TRUE(security == 0 || dictionary.isFieldValue(1607, std::to_string(security)))
        << matching::to_text(reason);
  }
  EXPECT_EQ(security_reject_reason_for(Reason::UnknownMarket), 1);
  EXPECT_EQ(security_reject_reason_for(Reason::AlreadyExists), 2);
  EXPECT_EQ(security_reject_reason_for(Reason::InvalidParameter), 12);
  EXPECT_EQ(security_reject_reason_for(Reason::StaleRequest), 0);
  EXPECT_EQ(party_action_reject_reason_for(Reason::UnknownAccount), 0);
  EXPECT_EQ(party_action_reject_reason_for(Reason::UnknownSession), 0);
  EXPECT_EQ(party_action_reject_reason_for(Reason::StaleRequest), 99);
}

TEST(Reasons, DegradeToOtherWhereFix44HasNoCode) {
  const auto fix44 = FixVersion::Fix44;
  EXPECT_EQ(ord_rej_reason_for(fix44, 15), 15);
  EXPECT_EQ(ord_rej_reason_for(fix44, 18), 99);
  EXPECT_EQ(ord_rej_reason_for(fix44, 25), 99);
  EXPECT_EQ(cxl_rej_reason_for(fix44, 6), 6);
  EXPECT_EQ(cxl_rej_reason_for(fix44, 18), 99);
  EXPECT_EQ(business_reject_reason_for(fix44, 6), 6);
  EXPECT_EQ(business_reject_reason_for(fix44, 8), 0);
  EXPECT_EQ(restatement_reason_for(fix44, 8), 8);
  EXPECT_EQ(restatement_reason_for(fix44, 12), 99);
  EXPECT_EQ(ord_rej_reason_for(FixVersion::Fixt11, 25), 25);
  EXPECT_EQ(business_reject_reason_for(FixVersion::Fixt11, 8), 8);
}

}  // namespace
}  // namespace betex::fix
