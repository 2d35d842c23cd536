// The digest by which the engine knows an operator's request again.
#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"
#include "tests/gateway/wire/decoding_operations.h"

namespace betex::fix::testing {
namespace {

TEST(DigestOfAnOperatorsRequest, IsOfWhatIsAskedAndNotOfWhenOrInWhichOrder) {
  const Request request = full(Operation::Suspend);
  const std::uint64_t digest = asked(request).digest;
  EXPECT_EQ(asked(request.with("60=20261122-18:00:00")).digest, digest);
  EXPECT_EQ(asked(request.with("2330=N")).digest, digest);
  EXPECT_EQ(asked(request.without("2330")).digest, digest);
  EXPECT_EQ(asked(request.with("20011=Suspend").with("1300=EPL-ARS-CHE")).digest, digest)
      << "in another order";
  for (const std::string field : {"1300=EPL-ARS-CHX", "20032=2", "20010=2", "58=as agreed!"}) {
    EXPECT_NE(asked(request.with(field)).digest, digest) << field;
  }
  EXPECT_NE(asked(request.without("20010")).digest, digest);
  EXPECT_NE(asked(full(Operation::Close)).digest, asked(full(Operation::Halt)).digest);
}

TEST(DigestOfAnOperatorsRequest, IsAnotherWithAFlagThatIsGiven) {
  const Request request = full(Operation::ChangeMarket);
  EXPECT_NE(asked(request).digest, asked(request.without("20072")).digest);
  EXPECT_NE(asked(request).digest, asked(request.with("20072=N")).digest);
}

TEST(DigestOfAnOperatorsRequest, KnowsWhichFieldAValueStandsInAndWhichEntry) {
  const Request determine = bare(Operation::Determine);
  std::set<std::uint64_t> digests;
  for (const std::string group : {"146=1|55=A|20037=1|20038=2",
                                  "146=1|55=A|20037=2|20038=1",
                                  "146=1|55=B|20037=1|20038=2",
                                  "146=2|55=A|20037=1|20038=2|55=B|20037=1|20038=2",
                                  "146=2|55=B|20037=1|20038=2|55=A|20037=1|20038=2"}) {
    EXPECT_TRUE(digests.insert(asked(determine.with(group)).digest).second) << group;
  }
}

TEST(DigestOfAnOperatorsRequest, IsTheHeadersBusinessInNothing) {
  const std::string body = full(Operation::Halt).body();
  const auto digest_of = [](const std::string& text) {
    return std::get<OperatorRequest>(decode_as(SessionRole::Ops, FixVersion::Fixt11, text)).digest;
  };
  std::string again = body;
  again.replace(again.find("34=2|"), 5, "34=99|97=Y|");
  EXPECT_EQ(digest_of(again), digest_of(body));
}

// It stands in journals.
TEST(DigestOfAnOperatorsRequest, StaysWhatItWas) {
  EXPECT_EQ(asked(full(Operation::Suspend)).digest, 2'035'087'829'079'331'964U);
  EXPECT_EQ(asked(full(Operation::Determine)).digest, 16'489'464'537'879'264'331U);
  // Without what came later, as it was before that came.
  EXPECT_EQ(asked(full(Operation::ChangeMarket).without("20072")).digest, 37'270'606'192'008'597U);
  EXPECT_EQ(asked(Request{"c",
                          {"320=c1",
                           "321=1",
                           "1300=EPL-ARS-CHE",
                           "20030=1",
                           "20031=1",
                           "20035=5000",
                           "60=20261122-14:20:31",
                           "146=2|55=EPL-ARS-CHE.HOME|55=EPL-ARS-CHE.AWAY"}})
                .digest,
            16'395'402'334'797'894'476U);
}

}  // namespace
}  // namespace betex::fix::testing
