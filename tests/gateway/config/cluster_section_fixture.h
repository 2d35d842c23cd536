// A configuration with a section [cluster].
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {

inline const std::string kReplicated =
    "mode = \"replicated\"\n"
    "node = \"a\"\n"
    "etcd = [\"http://127.0.0.1:1\", \"http://127.0.0.1:2\", \"http://127.0.0.1:3\"]\n";
inline const std::string kWithTls =
    "mode = \"replicated\"\n"
    "node = \"a\"\n"
    "etcd = [\"https://10.0.0.1:2379\", \"https://10.0.0.2:2379\"]\n";
inline const std::string kSharedDisk =
    "mode = \"shared-disk\"\n"
    "node = \"a\"\n"
    "etcd = [\"http://127.0.0.1:1\"]\n";
inline const std::string kByKubernetes =
    "mode = \"shared-disk\"\n"
    "node = \"a\"\n"
    "authority = \"kubernetes\"\n"
    "kubernetes_lease = \"exchange/betex\"\n";

class ClusterSection : public ConfigFixture {
 protected:
  [[nodiscard]] Config load_with(const std::string& lines) {
    with(lines);
    return load();
  }

  [[nodiscard]] std::vector<std::string> complaints_about(const std::string& lines) {
    with(lines);
    return complaints();
  }

 private:
  void with(const std::string& lines) {
    gateway.erase(std::min(gateway.find("[cluster]\n"), gateway.size()));
    gateway += "[cluster]\n" + lines;
  }
};

}  // namespace betex::gateway
