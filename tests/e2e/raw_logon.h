// The demo's sessions that speak FIXT.1.1, by hand.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::test {

// An order that rests.
[[nodiscard]] inline std::string order_fields(const std::string& cl_ord_id) {
  return "11=" + cl_ord_id + "|38=10|40=2|44=0.60|54=1|55=RAIN-LON|59=1|60=" + fix_now() + "|";
}

// One that has sent its Logon, with this number and these further fields.
[[nodiscard]] inline std::unique_ptr<RawFixPeer> knock(const GatewayProcess& gateway,
                                                       const std::string& comp_id,
                                                       int number = 1,
                                                       const std::string& fields = "108=30|") {
  auto peer = std::make_unique<RawFixPeer>(
      gateway.fix_port(),
      RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"});
  peer->next_out = number;
  peer->send("A", "98=0|553=" + comp_id + "|554=demo|1137=9|" + fields);
  return peer;
}

// The same, which the gateway has answered by its own.
inline std::unique_ptr<RawFixPeer> log_on(const GatewayProcess& gateway,
                                          const std::string& comp_id,
                                          int number = 1,
                                          const std::string& fields = "108=30|") {
  auto peer = knock(gateway, comp_id, number, fields);
  EXPECT_EQ(peer->read().type(), "A");
  return peer;
}

}  // namespace betex::test
