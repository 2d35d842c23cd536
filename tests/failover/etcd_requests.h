// What an operator asks etcd for by hand, by its JSON gateway: to fill it, to make room in it
// again, and to bring an older state back. Where a member refuses, or does not answer, it is a
// std::runtime_error with its own words, unless said otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/etcd_cluster.h"

namespace betex::test {

// The store's newest revision: each transaction that writes makes one.
[[nodiscard]] std::uint64_t etcd_revision(EtcdCluster& etcd);

// Writes a large value again and again until etcd says that its quota is used up.
void fill_etcd(EtcdCluster& etcd);

// What the handbook says for that: forgets old values, gives the pages back member by member, and
// disarms the alarms.
void make_room_in_etcd(EtcdCluster& etcd);

// A key and its value as the JSON gateway has them, in base64.
struct EtcdValue {
  std::string key;
  std::string value;
};

// All keys under `prefix` but those that end with a lease.
[[nodiscard]] std::vector<EtcdValue> save_etcd(EtcdCluster& etcd, const std::string& prefix);

// Puts these values back, as a copy of before would; keys that are there now and were not then
// stay.
void restore_etcd(EtcdCluster& etcd, const std::vector<EtcdValue>& values);

}  // namespace betex::test
