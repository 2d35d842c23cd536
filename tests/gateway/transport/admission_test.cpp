#include "gateway/transport/admission.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using gateway::AddressRange;
using gateway::IpAddress;
using Refusal = Admission::Refusal;

IpAddress at(const std::string& text) {
  return *IpAddress::parse(text);
}

class AdmissionTest : public testing::Test {
 protected:
  // Those of `allowed` are networks and addresses.
  void start(const Admission::Limits& limits, const std::vector<const char*>& allowed) {
    admission_->set_limits(limits);
    std::vector<AddressRange> ranges;
    for (const char* const text : allowed) {
      ranges.push_back(*AddressRange::parse(text));
    }
    admission_->set_allowed(ranges);
  }

  // Nothing: it is in, and stays.
  std::optional<Refusal> admit(const std::string& address) {
    auto result = admission_->admit(at(address));
    if (const auto* const refusal = std::get_if<Refusal>(&result)) {
      return *refusal;
    }
    places_.push_back(std::get<Admission::Place>(std::move(result)));
    return std::nullopt;
  }

  // How many more of this address are let in.
  int room(const std::string& address) {
    std::vector<Admission::Place> taken;
    for (;;) {
      auto result = admission_->admit(at(address));
      if (std::holds_alternative<Refusal>(result)) {
        return static_cast<int>(taken.size());
      }
      taken.push_back(std::get<Admission::Place>(std::move(result)));
    }
  }

  std::shared_ptr<Admission> admission_ = std::make_shared<Admission>();
  std::vector<Admission::Place> places_;
};

TEST_F(AdmissionTest, OnlyFromWhereSomeSessionMayCome) {
  start({.connections = 9, .per_address = 9, .before_logon = 9}, {"10.1.0.0/16", "fd00::/8"});
  EXPECT_EQ(admit("10.1.2.3"), std::nullopt);
  EXPECT_EQ(admit("::ffff:10.1.2.3"), std::nullopt) << "the same, on a socket for both";
  EXPECT_EQ(admit("fd12::1"), std::nullopt);
  EXPECT_EQ(admit("10.2.0.1"), Refusal::NotFromThere);
  EXPECT_EQ(admit("2001:db8::1"), Refusal::NotFromThere);
}

TEST_F(AdmissionTest, AtMostSoManyInAll) {
  start({.connections = 3, .per_address = 9, .before_logon = 9}, {"10.0.0.1", "10.0.0.2"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.2"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.2"), Refusal::TooMany);
  places_.pop_back();
  EXPECT_EQ(admit("10.0.0.2"), std::nullopt) << "who has gone has given back his place";
}

TEST_F(AdmissionTest, AtMostSoManyOfAnAddress) {
  start({.connections = 99, .per_address = 2, .before_logon = 99}, {"0.0.0.0/0", "::/0"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("::ffff:10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.1"), Refusal::TooManyFromThere) << "mapped or not, it is one address";
  EXPECT_EQ(admit("10.0.0.2"), std::nullopt);
  EXPECT_EQ(admit("2001:db8::1"), std::nullopt);
  EXPECT_EQ(admit("2001:db8::ffff:1"), std::nullopt);
  EXPECT_EQ(admit("2001:db8::2"), Refusal::TooManyFromThere) << "one /64 is one machine's";
  EXPECT_EQ(admit("2001:db8:0:1::2"), std::nullopt);
}

TEST_F(AdmissionTest, StrangersHaveHalfOfThePlacesBeforeTheLogon) {
  start({.connections = 99, .per_address = 99, .before_logon = 10}, {"0.0.0.0/0", "10.0.0.1"});
  for (int i = 2; i < 7; ++i) {
    EXPECT_EQ(admit("10.0.0." + std::to_string(i)), std::nullopt);
  }
  EXPECT_EQ(admit("10.0.0.7"), Refusal::TooManyBeforeLogon);
  EXPECT_EQ(room("10.0.0.1"), 5) << "a session names it alone";
}

TEST_F(AdmissionTest, AnAddressIsKnownOnceASessionHasLoggedOnFromThere) {
  start({.connections = 99, .per_address = 99, .before_logon = 10}, {"0.0.0.0/0", "::/0"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("2001:db8::1"), std::nullopt);
  EXPECT_FALSE(places_[0].known());
  places_[0].logged_on();
  places_[1].logged_on();
  EXPECT_EQ(room("10.0.0.2"), 5) << "who is on takes no stranger's place";
  EXPECT_EQ(room("10.0.0.1"), 10);
  places_.clear();
  EXPECT_EQ(room("10.0.0.1"), 10) << "also when it is off";
  EXPECT_EQ(room("2001:db8::2"), 10) << "and its neighbours of the same /64";
  EXPECT_EQ(room("2001:db8:0:1::2"), 5);
}

TEST_F(AdmissionTest, APlaceIsGivenBackOnce) {
  start({.connections = 2, .per_address = 2, .before_logon = 2}, {"10.0.0.1"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  places_[0].give_back();
  places_[0].give_back();
  places_[0].logged_on();
  EXPECT_EQ(room("10.0.0.1"), 1);
  places_[1].logged_on();
  places_[1].logged_on();
  places_.clear();
  EXPECT_EQ(room("10.0.0.1"), 2);
}

TEST_F(AdmissionTest, NewLimitsAreForThoseWhoComeLater) {
  start({.connections = 9, .per_address = 9, .before_logon = 9}, {"10.0.0.1"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  start({.connections = 1, .per_address = 1, .before_logon = 1}, {"10.0.0.2"});
  EXPECT_EQ(admit("10.0.0.1"), Refusal::NotFromThere);
  EXPECT_EQ(admit("10.0.0.2"), Refusal::TooMany);
  places_.clear();
  EXPECT_EQ(admit("10.0.0.2"), std::nullopt) << "with one place, it is anybody's";
}

TEST_F(AdmissionTest, APlaceMayOutliveWhoGaveIt) {
  start({.connections = 9, .per_address = 9, .before_logon = 9}, {"10.0.0.1"});
  EXPECT_EQ(admit("10.0.0.1"), std::nullopt);
  admission_.reset();
  places_[0].logged_on();
  places_.clear();
}

}  // namespace
}  // namespace betex::fix
