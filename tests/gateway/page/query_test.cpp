#include "gateway/page/query.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

TEST(PageQuery, MarketIsDecoded) {
  EXPECT_EQ(market_of("/events?market=EPL-ARS-CHE"), "EPL-ARS-CHE");
  EXPECT_EQ(market_of("/events?other=1&market=a%20b%26c%3D%C3%A9"), "a b&c=\xC3\xA9");
  EXPECT_EQ(market_of("/events?market=a=b&market=c"), "a=b");
  EXPECT_EQ(market_of("/events?market=" + std::string(31, 'x')), std::string(31, 'x'));
}

TEST(PageQuery, NoneIsEmpty) {
  for (const char* const target : {"/events",
                                   "/events?",
                                   "/events?market=",
                                   "/events?market",
                                   "/events?&&",
                                   "/events?markets=x"}) {
    EXPECT_EQ(market_of(target), "") << target;
  }
}

TEST(PageQuery, WhatCanBeNoNameIsNothing) {
  EXPECT_EQ(market_of("/events?market=" + std::string(32, 'x')), std::nullopt);
  for (const char* const target : {"/events?market=%",
                                   "/events?market=%1",
                                   "/events?market=%zz",
                                   "/events?market=%1z",
                                   "/events?market=%-1",
                                   "/events?market=%+1"}) {
    EXPECT_EQ(market_of(target), std::nullopt) << target;
  }
}

}  // namespace
}  // namespace betex::gateway
