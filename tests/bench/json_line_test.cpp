#include "tests/bench/json_line.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace betex::bench {
namespace {

std::string printed(const JsonLine& line) {
  ::testing::internal::CaptureStdout();
  line.print();
  return ::testing::internal::GetCapturedStdout();
}

TEST(JsonLine, IsOneLineOfAllFiguresInTheirOrder) {
  JsonLine line{"x_bench"};
  line.add("commit, p50", 217.5, "us", Beside{"plain LMDB", 216});
  line.add("durable, 1 session", 241400, "orders/s");
  EXPECT_EQ(printed(line),
            "JSON {\"benchmark\":\"x_bench\",\"figures\":["
            "{\"name\":\"commit, p50\",\"value\":217.5,\"unit\":\"us\","
            "\"beside\":{\"name\":\"plain LMDB\",\"value\":216.0}},"
            "{\"name\":\"durable, 1 session\",\"value\":241400.0,\"unit\":\"orders/s\"}]}\n");
}

TEST(JsonLine, QuotesWhatANameHas) {
  JsonLine line{"x_bench"};
  line.add("a \"name\"\n", 1, "us");
  EXPECT_EQ(printed(line),
            "JSON {\"benchmark\":\"x_bench\",\"figures\":["
            "{\"name\":\"a \\\"name\\\"\\n\",\"value\":1.0,\"unit\":\"us\"}]}\n");
}

// tests/bench/run refuses it.
TEST(JsonLine, WhatIsNoNumberIsNull) {
  JsonLine line{"x_bench"};
  line.add("a", std::numeric_limits<double>::quiet_NaN(), "us");
  EXPECT_EQ(printed(line),
            "JSON {\"benchmark\":\"x_bench\",\"figures\":["
            "{\"name\":\"a\",\"value\":null,\"unit\":\"us\"}]}\n");
}

TEST(JsonLine, WithoutFiguresTheListIsEmpty) {
  EXPECT_EQ(printed(JsonLine{"x_bench"}), "JSON {\"benchmark\":\"x_bench\",\"figures\":[]}\n");
}

}  // namespace
}  // namespace betex::bench
