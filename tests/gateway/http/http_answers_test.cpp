#include "gateway/http/http_answers.h"

#include <gtest/gtest.h>

#include "tests/gateway/http/fake_sources.h"

namespace betex::gateway {
namespace {

TEST(HttpAnswers, ProbesAreOkWhenNothingIsWrong) {
  const FakeHealth health;
  const HttpAnswers answers{health, {}};
  for (const char* const path : {"/livez", "/readyz", "/startupz"}) {
    const HttpAnswer answer = answers.get(path);
    EXPECT_EQ(answer.status, 200U) << path;
    EXPECT_EQ(answer.body, "ok\n") << path;
    EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8") << path;
  }
}

TEST(HttpAnswers, EachProbeSaysItsOwnReason) {
  FakeHealth health;
  health.not_live = "match has not ticked for 12 s";
  health.not_ready = "recovery is under way";
  health.not_started = "replaying, at event 7";
  const HttpAnswers answers{health, {}};
  EXPECT_EQ(answers.get("/livez").status, 503U);
  EXPECT_EQ(answers.get("/livez").body, "match has not ticked for 12 s\n");
  EXPECT_EQ(answers.get("/readyz").status, 503U);
  EXPECT_EQ(answers.get("/readyz").body, "recovery is under way\n");
  EXPECT_EQ(answers.get("/startupz").status, 503U);
  EXPECT_EQ(answers.get("/startupz").body, "replaying, at event 7\n");
}

// Whoever routes orders here goes by the status: they are taken until it stops.
TEST(HttpAnswers, AStopThatIsPlannedIsSaidByOneThatIsReady) {
  FakeHealth health;
  health.said = "stopping in 42 s";
  const HttpAnswers answers{health, {}};
  EXPECT_EQ(answers.get("/readyz").status, 200U);
  EXPECT_EQ(answers.get("/readyz").body, "ok, stopping in 42 s\n");
  EXPECT_EQ(answers.get("/livez").body, "ok\n");
  health.not_ready = "the disk is nearly full";
  EXPECT_EQ(answers.get("/readyz").status, 503U);
  EXPECT_EQ(answers.get("/readyz").body, "the disk is nearly full\n");
}

TEST(HttpAnswers, MetricsAreThoseOfAllCollectables) {
  const FakeHealth health;
  const FakeCounter orders{"betex_orders_total", 3};
  const FakeCounter trades{"betex_trades_total", 2};
  const HttpAnswers answers{health, {&orders, &trades}};
  const HttpAnswer answer = answers.get("/metrics");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(answer.body,
            "# HELP betex_orders_total help\n"
            "# TYPE betex_orders_total counter\n"
            "betex_orders_total 3\n"
            "# HELP betex_trades_total help\n"
            "# TYPE betex_trades_total counter\n"
            "betex_trades_total 2\n");
}

TEST(HttpAnswers, FailureToCollectIsAnAnswerToo) {
  const FakeHealth health;
  const FailingCollectable failing;
  const HttpAnswer answer = HttpAnswers{health, {&failing}}.get("/metrics");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.body, "cannot collect: no memory\n");
}

TEST(HttpAnswers, QueryIsLeftOut) {
  const FakeHealth health;
  EXPECT_EQ((HttpAnswers{health, {}}.get("/livez?verbose").status), 200U);
}

TEST(HttpAnswers, OtherPathsAreNotThere) {
  const FakeHealth health;
  const HttpAnswers answers{health, {}};
  for (const char* const path : {"/", "", "/livez/", "/Livez", "/metrics2", "http://x/livez"}) {
    EXPECT_EQ(answers.get(path).status, 404U) << path;
  }
}

}  // namespace
}  // namespace betex::gateway
