#include "gateway/config/address_range.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

AddressRange range(std::string_view text) {
  const auto parsed = AddressRange::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return *parsed;
}

TEST(AddressRange, SingleAddressHoldsItselfOnly) {
  EXPECT_TRUE(range("127.0.0.1").contains("127.0.0.1"));
  EXPECT_FALSE(range("127.0.0.1").contains("127.0.0.2"));
  EXPECT_TRUE(range("::1").contains("0:0:0:0:0:0:0:1"));
  EXPECT_FALSE(range("::1").contains("::2"));
}

TEST(AddressRange, PrefixLengthNeedNotEndOnAByte) {
  EXPECT_TRUE(range("10.0.0.0/8").contains("10.255.255.255"));
  EXPECT_FALSE(range("10.0.0.0/8").contains("11.0.0.0"));
  EXPECT_TRUE(range("192.168.4.0/22").contains("192.168.7.255"));
  EXPECT_FALSE(range("192.168.4.0/22").contains("192.168.8.0"));
  EXPECT_TRUE(range("fd00::/9").contains("fd7f::1"));
  EXPECT_FALSE(range("fd00::/9").contains("fd80::1"));
}

TEST(AddressRange, EverythingIsTwoRanges) {
  EXPECT_TRUE(range("0.0.0.0/0").contains("203.0.113.9"));
  EXPECT_FALSE(range("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(range("::/0").contains("2001:db8::1"));
}

TEST(AddressRange, MappedAddressIsTheIpv4Address) {
  EXPECT_TRUE(range("127.0.0.1").contains("::ffff:127.0.0.1"));
  EXPECT_TRUE(range("10.0.0.0/8").contains("::ffff:10.9.8.7"));
  EXPECT_FALSE(range("10.0.0.0/8").contains("::10.9.8.7"));
}

TEST(AddressRange, HoldsNothingThatIsNoAddress) {
  EXPECT_FALSE(range("::/0").contains("localhost"));
  EXPECT_FALSE(range("::/0").contains(""));
}

TEST(AddressRange, RefusesWhatIsNotClear) {
  for (const char* const text : {"",
                                 "localhost",
                                 "127.0.0",
                                 "127.1",
                                 "10.0.0.0/33",
                                 "10.0.0.0/-1",
                                 "10.0.0.0/",
                                 "10.0.0.0/8x",
                                 "10.0.0.1/8",
                                 "fd00::/129",
                                 "fd00::1/8",
                                 " 127.0.0.1",
                                 "/8"}) {
    EXPECT_FALSE(AddressRange::parse(text).has_value()) << text;
  }
}

TEST(AddressRange, KnowsLoopback) {
  EXPECT_TRUE(range("127.0.0.1").loopback_only());
  EXPECT_TRUE(range("127.0.0.0/8").loopback_only());
  EXPECT_TRUE(range("::1").loopback_only());
  EXPECT_FALSE(range("126.0.0.0/7").loopback_only());
  EXPECT_FALSE(range("0.0.0.0").loopback_only());
  EXPECT_FALSE(range("::").loopback_only());
}

TEST(AddressRange, KnowsASingleAddress) {
  EXPECT_TRUE(range("10.0.0.1").single());
  EXPECT_TRUE(range("10.0.0.1/32").single());
  EXPECT_TRUE(range("::1").single());
  EXPECT_FALSE(range("10.0.0.0/31").single());
  EXPECT_FALSE(range("fd00::/64").single());
}

TEST(IpAddress, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("0:0:0:0:0:0:0:1")->text(), "::1");
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1"), IpAddress::parse("10.0.0.1"));
  EXPECT_FALSE(IpAddress::parse("localhost").has_value());
}

TEST(IpAddress, OneMachineIsAnIpv4AddressOrA64OfIpv6) {
  const auto peer = [](const char* text) { return IpAddress::parse(text)->peer(); };
  EXPECT_EQ(peer("10.0.0.1"), peer("::ffff:10.0.0.1"));
  EXPECT_NE(peer("10.0.0.1"), peer("10.0.0.2"));
  EXPECT_EQ(peer("2001:db8::1"), peer("2001:db8::ffff:ffff:ffff:ffff"));
  EXPECT_NE(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
}

}  // namespace
}  // namespace betex::gateway
