#include "gateway/config/suggestion.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

const std::vector<std::string> kKnown{"port", "address", "credentials"};

TEST(Suggestion, TakesTheNearestWord) {
  EXPECT_EQ(nearest("prot", kKnown), "port");
  EXPECT_EQ(nearest("adress", kKnown), "address");
  EXPECT_EQ(nearest("CREDENTIAL", kKnown), "credentials");
}

TEST(Suggestion, TakesNoneThatIsUnlike) {
  EXPECT_EQ(nearest("timeout", kKnown), "");
  EXPECT_EQ(known_key_advice("timeout", kKnown), "known here: port, address, credentials");
}

}  // namespace
}  // namespace betex::gateway
