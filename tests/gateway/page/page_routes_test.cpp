// What the page's paths answer, without a socket.
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "gateway/page/assets.h"
#include "gateway/page/page.h"
#include "tests/gateway/http/fake_sources.h"

namespace betex::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PageRoutesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<HttpAnswer> get(std::string_view target) {
    return page.get({.target = target, .host = "127.0.0.1:9882", .on_loopback = true});
  }

  static std::string header(const HttpAnswer& answer, std::string_view name) {
    for (const HttpHeader& header : answer.headers) {
      if (header.name == name) {
        return std::string{header.value};
      }
    }
    return "";
  }

  boost::asio::io_context io;  // never run
  FakeHealth health;
  Page page{io, {}, health, {}};
};

TEST_F(PageRoutesTest, EntryIsThePage) {
  for (const char* const target : {"/", "/?market=EPL-ARS-CHE", "/index.html"}) {
    const auto answer = get(target);
    ASSERT_TRUE(answer) << target;
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->content_type, "text/html; charset=utf-8");
    EXPECT_THAT(answer->body, HasSubstr("<title>betex</title>"));
    EXPECT_FALSE(answer->streams);
  }
}

TEST_F(PageRoutesTest, EverythingThatThePageNamesIsServed) {
  const std::regex link{R"re((?:href|src)="(/[^"]+)"|from "\.(/[^"]+)")re"};
  std::size_t found = 0;
  for (const Asset& asset : assets()) {
    const std::string text{asset.text};
    for (std::sregex_iterator match{text.begin(), text.end(), link}, end; match != end; ++match) {
      const std::string target = (*match)[1].matched ? (*match)[1] : (*match)[2];
      const auto answer = get(target);
      ASSERT_TRUE(answer) << target;
      EXPECT_EQ(answer->status, 200U) << target;
      EXPECT_THAT(answer->body, Not(::testing::IsEmpty()));
      ++found;
    }
  }
  EXPECT_GT(found, 8U);
  EXPECT_EQ(get("/page.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/page.css")->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(get("/icon.svg")->content_type, "image/svg+xml");
}

TEST_F(PageRoutesTest, NothingComesFromElsewhereAndNoTextBecomesMarkup) {
  for (const Asset& asset : assets()) {
    const std::string text{asset.text};
    for (const char* const banned : {"innerHTML",
                                     "outerHTML",
                                     "insertAdjacentHTML",
                                     "document.write",
                                     "eval(",
                                     "//cdn",
                                     "https://",
                                     "@import",
                                     "style=\"",
                                     "onclick"}) {
      EXPECT_THAT(text, Not(HasSubstr(banned))) << asset.name;
    }
    // The name of SVG's elements, in the icon and in the charts, is no address that is asked for.
    const std::regex address{R"(http://(?!www\.w3\.org/2000/svg))"};
    EXPECT_FALSE(std::regex_search(text, address)) << asset.name;
    const std::regex inline_script{R"(<script(?![^>]*\bsrc=))"};
    EXPECT_FALSE(std::regex_search(text, inline_script)) << asset.name;
  }
}

TEST_F(PageRoutesTest, EveryAnswerHasTheHeaders) {
  HttpRequest elsewhere{.target = "/page.js", .host = "localhost"};
  for (const auto& answer :
       {get("/"), get("/page.js"), get("/events"), get("/events?market=%"), page.get(elsewhere)}) {
    ASSERT_TRUE(answer);
    const std::string policy = header(*answer, "Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("script-src 'self';"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_EQ(header(*answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(*answer, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(header(*answer, "Access-Control-Allow-Origin"), "") << "no other site reads it";
  }
}

TEST_F(PageRoutesTest, OtherPathsAreNotItsOwn) {
  for (const char* const target : {"",
                                   "x",
                                   "/livez",
                                   "/metrics",
                                   "/nothing",
                                   "/../page.js",
                                   "//page.js",
                                   "/events/",
                                   "/assets/page.js"}) {
    EXPECT_FALSE(get(target)) << target;
  }
}

TEST_F(PageRoutesTest, WhoMayNotSeeItIsToldWhy) {
  for (const char* const target : {"/", "/page.js", "/events"}) {
    EXPECT_EQ(page.get({.target = target, .host = "localhost"})->status, 403U) << target;
    const HttpRequest misled{.target = target, .host = "evil.example", .on_loopback = true};
    EXPECT_EQ(page.get(misled)->status, 403U) << target;
  }
}

TEST_F(PageRoutesTest, EventsAreAStreamUnlessTheMarketIsNone) {
  EXPECT_TRUE(get("/events")->streams);
  EXPECT_TRUE(get("/events?market=M")->streams);
  const auto wrong = get("/events?market=%zz");
  EXPECT_EQ(wrong->status, 400U);
  EXPECT_FALSE(wrong->streams);
  const HttpRequest head{
      .target = "/events", .host = "localhost", .head_only = true, .on_loopback = true};
  EXPECT_FALSE(page.get(head)->streams);
}

}  // namespace
}  // namespace betex::gateway
