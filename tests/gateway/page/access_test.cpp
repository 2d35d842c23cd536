#include "gateway/page/access.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace betex::gateway {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kNone;

HttpRequest from_here(std::string_view host, std::string_view fetch_site = "") {
  return {.target = "/events", .host = host, .fetch_site = fetch_site, .on_loopback = true};
}

TEST(PageAccess, ThisMachineIsLetInByItsNames) {
  for (const char* const host :
       {"127.0.0.1", "127.0.0.1:9882", "localhost", "LocalHost:1", "[::1]", "[::1]:9882"}) {
    EXPECT_FALSE(refusal(from_here(host), kNone, false)) << host;
  }
}

TEST(PageAccess, OtherNamesAreRefused) {
  for (const char* const host : {"",
                                 "evil.example",
                                 "evil.example:9882",
                                 "127.0.0.1.evil.example",
                                 "localhost.evil.example:9882",
                                 "evil.example:127.0.0.1",
                                 "[::1].evil.example",
                                 "[::1",
                                 "[::2]",
                                 "127.0.0.2",
                                 "10.0.0.1"}) {
    const auto refused = refusal(from_here(host), kNone, true);
    ASSERT_TRUE(refused) << host;
    EXPECT_EQ(refused->status, 403U);
    EXPECT_THAT(refused->body, HasSubstr("http.page_hosts"));
  }
}

TEST(PageAccess, ConfiguredNamesAreLetInWhateverTheirPort) {
  const std::vector<std::string> hosts{"Betex.example", "10.0.0.7"};
  EXPECT_FALSE(refusal(from_here("betex.example"), hosts, false));
  EXPECT_FALSE(refusal(from_here("betex.example:443"), hosts, false));
  EXPECT_FALSE(refusal(from_here("10.0.0.7:8443"), hosts, false));
  EXPECT_TRUE(refusal(from_here("www.betex.example"), hosts, false));
}

TEST(PageAccess, OffLoopbackNobodyIsLetIn) {
  HttpRequest request = from_here("betex.example");
  request.on_loopback = false;
  const auto refused = refusal(request, {"betex.example"}, true);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403U);
  EXPECT_THAT(refused->body, HasSubstr("no TLS and asks for no credentials"));
  EXPECT_THAT(refused->body, HasSubstr("ssh -L"));
}

TEST(PageAccess, PagesOfOthersReadNothing) {
  EXPECT_FALSE(refusal(from_here("localhost", "same-origin"), kNone, false));
  EXPECT_FALSE(refusal(from_here("localhost", "none"), kNone, false));
  for (const char* const site : {"cross-site", "same-site"}) {
    EXPECT_TRUE(refusal(from_here("localhost", site), kNone, false)) << site;
    EXPECT_FALSE(refusal(from_here("localhost", site), kNone, true)) << "a link to it";
  }
}

}  // namespace
}  // namespace betex::gateway
