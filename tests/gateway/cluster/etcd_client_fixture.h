// An etcd of its own for each test that asks for one. Without etcd on the machine the test is
// skipped, but where CI says that it must be there.
#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/cluster/store_connection.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/patience.h"

namespace betex::test {

class EtcdClientTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const ci = std::getenv("CI");
    if (!etcd_is_installed() && (ci == nullptr || std::string_view{ci} != "true")) {
      GTEST_SKIP() << "etcd is not installed";
    }
  }

  EtcdCluster& etcd(const EtcdOptions& options = {.members = 1}) {
    if (!etcd_) {
      etcd_ = std::make_unique<EtcdCluster>(options);
    }
    return *etcd_;
  }

  // What only an administrator does.
  void administer(const std::string& path, const nlohmann::json& body) {
    cluster::StoreConnection connection{cluster::parse_url(etcd().endpoints().at(0)).value(),
                                        nullptr};
    const auto answer = connection.call(
        {.method = cluster::StoreConnection::Method::Post, .path = path, .body = body.dump()},
        std::chrono::steady_clock::now() + kPatience);
    ASSERT_EQ(answer.status, 200U) << answer.body;
  }

  // Whose user "gateway" may use what is under /betex/.
  void ask_for_passwords() {
    administer("/v3/auth/user/add", {{"name", "root"}, {"password", "toor"}});
    administer("/v3/auth/user/grant", {{"user", "root"}, {"role", "root"}});
    administer("/v3/auth/role/add", {{"name", "betex"}});
    administer("/v3/auth/role/grant",
               {{"name", "betex"},
                {"perm",
                 {{"permType", "READWRITE"},
                  {"key", "L2JldGV4Lw=="},            // /betex/
                  {"range_end", "L2JldGV4MA=="}}}});  // /betex0
    administer("/v3/auth/user/add", {{"name", "gateway"}, {"password", "secret"}});
    administer("/v3/auth/user/grant", {{"user", "gateway"}, {"role", "betex"}});
    administer("/v3/auth/enable", nlohmann::json::object());
  }

 private:
  std::unique_ptr<EtcdCluster> etcd_;
};

}  // namespace betex::test
