// Several sessions at once on two I/O threads: order by session, nothing lost; for TSan.
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

void trade(const TestGateway& gateway, const std::string& comp_id) {
  constexpr int kLogons = 5;
  constexpr int kOrders = 200;
  int number = 1;
  for (int logon = 0; logon < kLogons; ++logon) {
    const auto peer = gateway.log_on(comp_id, number);
    std::string burst;
    for (int i = 0; i < kOrders; ++i) {
      burst += peer->message("D", order_fields(comp_id + std::to_string(i)), peer->next_out++);
    }
    peer->send_bytes(burst);
    for (int i = 0; i < kOrders; ++i) {
      EXPECT_EQ(peer->read_type("8").value(11), comp_id + std::to_string(i));
    }
    peer->send("5");
    EXPECT_EQ(peer->read_type("5").type(), "5");
    EXPECT_TRUE(peer->wait_for_end());
    number = peer->next_out;
  }
}

TEST(SessionThreads, TradeSideBySide) {
  const TempFolder folder;
  FakePipeline pipeline;
  const TestGateway gateway{pipeline, folder.path(), {.io_threads = 2}};
  std::vector<std::thread> brokers;
  for (const auto* comp_id : {"BROKER1", "BROKER2", "BROKER3", "STRICT"}) {
    brokers.emplace_back([&gateway, comp_id] { trade(gateway, comp_id); });
  }
  for (std::thread& broker : brokers) {
    broker.join();
  }
  EXPECT_EQ(pipeline.submitted().size(), 4U * 5U * 200U);
  EXPECT_EQ(pipeline.credits_out(), 0U);
}

}  // namespace
}  // namespace betex::test
