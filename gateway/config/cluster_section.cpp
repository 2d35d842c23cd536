#include "gateway/config/cluster_section.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/endpoint.h"

namespace betex::gateway {

namespace {

using std::chrono::milliseconds;
using Keys = std::initializer_list<const char*>;

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;
// As it is to be run, etcd takes requests of 1.5 MiB: an entry, and what is put beside it.
constexpr IntegerRange kAppendBytes{4096, kMiB};
constexpr IntegerRange kWindowSlots{1024, std::int64_t{1} << 20};
// A window that holds fewer appends than these is over before a follower has looked.
constexpr std::uint64_t kLeastAppends = 64;

constexpr Keys kNames{"node", "shard", "authority"};
constexpr Keys kOfEtcd{
    "etcd", "etcd_ca", "etcd_certificate", "etcd_key", "etcd_user", "etcd_password_file"};
constexpr Keys kOfKubernetes{
    "kubernetes_api", "kubernetes_lease", "kubernetes_token_file", "kubernetes_ca"};
constexpr Keys kFence{"fence_command"};
constexpr Keys kSeed{"seed_command"};
// Of a node's name and a shard's.
constexpr std::size_t kLongestName = 31;

// About each of them that is there.
void complain_of_each(SectionReader& reader, Keys keys, const Complaint& complaint) {
  for (const char* const key : keys) {
    if (reader.has(key)) {
      reader.complain(key, complaint);
    }
  }
}

// Part of the store's keys, of the log's lines and of file names.
void read_name(SectionReader& reader, const std::string& key, std::string& value) {
  std::string written;
  reader.text(key, written);
  if (!is_cluster_name(written)) {
    reader.complain(
        key,
        {"'" + written + "' is not a name",
         "give 1 to " + std::to_string(kLongestName) + " of A-Z, a-z, 0-9, _, . and -"});
  } else if (!written.empty()) {
    value = std::move(written);
  }
}

// ---- etcd

// Empty where one of them is wrong.
std::vector<Endpoint> read_endpoints(SectionReader& reader, EtcdConfig& etcd) {
  const std::string key = "etcd";
  if (!reader.texts(key, etcd.endpoints)) {
    return {};
  }
  if (etcd.endpoints.empty()) {
    reader.complain(key,
                    {"is empty", "give each member's address, as in [\"http://127.0.0.1:2379\"]"});
    return {};
  }
  std::vector<Endpoint> endpoints;
  bool right = true;
  const auto wrong = [&](const Complaint& complaint) {
    reader.complain(key, complaint);
    right = false;
  };
  for (const std::string& text : etcd.endpoints) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint || !endpoint->port) {
      wrong({"'" + text + "' is neither http://HOST:PORT nor https://HOST:PORT",
             "give the address at which that member listens for clients"});
    } else if (std::ranges::find(endpoints, *endpoint) != endpoints.end()) {
      wrong({"'" + text + "' is there twice", "remove one of the two"});
    } else {
      endpoints.push_back(*endpoint);
    }
  }
  const auto with_tls = std::ranges::count_if(endpoints, &Endpoint::tls);
  if (with_tls != 0 && with_tls != std::ssize(endpoints)) {
    wrong({"some members have http:// and some https://", "give all of them one of the two"});
  }
  return right ? endpoints : std::vector<Endpoint>{};
}

void check_etcd_files(SectionReader& reader, const EtcdConfig& etcd, bool tls) {
  if (!tls) {
    complain_of_each(reader,
                     {"etcd_ca", "etcd_certificate", "etcd_key"},
                     {"is of no use with http://", "give https:// in etcd, or remove it"});
  } else if (etcd.certificate.empty() != etcd.key.empty()) {
    const bool no_key = etcd.key.empty();
    reader.complain(no_key ? "etcd_certificate" : "etcd_key",
                    {no_key ? "has no key" : "has no certificate",
                     no_key ? "give etcd_key" : "give etcd_certificate"});
  }
}

void check_etcd_user(SectionReader& reader,
                     const EtcdConfig& etcd,
                     const std::vector<Endpoint>& endpoints) {
  if (etcd.user.empty() != etcd.password_file.empty()) {
    const bool no_password = etcd.password_file.empty();
    reader.complain(no_password ? "etcd_user" : "etcd_password_file",
                    {no_password ? "has no password" : "is nobody's password",
                     no_password ? "give etcd_password_file" : "give etcd_user"});
    return;
  }
  const bool in_the_clear = std::ranges::any_of(
      endpoints, [](const Endpoint& endpoint) { return !endpoint.tls && !endpoint.is_loopback(); });
  if (!etcd.user.empty() && in_the_clear) {
    reader.complain("etcd_user",
                    {"the password would go unencrypted to a member on another machine",
                     "give https:// in etcd"});
  }
}

void read_etcd(SectionReader& reader, EtcdConfig& etcd) {
  const std::vector<Endpoint> endpoints = read_endpoints(reader, etcd);
  reader.path("etcd_ca", etcd.ca);
  reader.path("etcd_certificate", etcd.certificate);
  reader.path("etcd_key", etcd.key);
  reader.text("etcd_user", etcd.user);
  reader.path("etcd_password_file", etcd.password_file);
  if (!endpoints.empty()) {
    check_etcd_files(reader, etcd, endpoints.front().tls);
    check_etcd_user(reader, etcd, endpoints);
  }
}

// ---- Kubernetes

bool is_kubernetes_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

void read_kubernetes(SectionReader& reader, KubernetesConfig& kubernetes) {
  reader.text("kubernetes_api", kubernetes.api);
  const auto api = parse_endpoint(kubernetes.api);
  if (!api) {
    reader.complain("kubernetes_api",
                    {"'" + kubernetes.api + "' is not https://HOST or https://HOST:PORT",
                     "give the address of the API server, without a path"});
  } else if (!api->tls && !api->is_loopback()) {
    reader.complain("kubernetes_api",
                    {"the token would go unencrypted to another machine", "give https://"});
  }
  reader.text("kubernetes_lease", kubernetes.lease);
  const auto slash = kubernetes.lease.find('/');
  if (!kubernetes.lease.empty() &&
      (slash == std::string::npos ||
       !is_kubernetes_name(std::string_view{kubernetes.lease}.substr(0, slash)) ||
       !is_kubernetes_name(std::string_view{kubernetes.lease}.substr(slash + 1)))) {
    reader.complain("kubernetes_lease",
                    {"'" + kubernetes.lease + "' is not NAMESPACE/NAME",
                     "give those of a Lease object, as in \"exchange/betex\""});
  }
  reader.path("kubernetes_token_file", kubernetes.token_file);
  reader.path("kubernetes_ca", kubernetes.ca);
}

// ---- Times and sizes

void read_lease(SectionReader& reader, ClusterConfig& cluster) {
  if (cluster.mode == ClusterMode::SharedDisk) {
    cluster.lease_ttl = std::chrono::seconds{5};
    cluster.lease_margin = milliseconds{1500};
  }
  reader.integer("lease_ttl_s", cluster.lease_ttl, {1, 60});
  const milliseconds ttl = cluster.lease_ttl;
  const auto at_most = [&](const std::string& key, milliseconds value, milliseconds most) {
    if (value > most) {
      reader.complain(key,
                      {std::to_string(value.count()) + " is too much for a lease of " +
                           std::to_string(cluster.lease_ttl.count()) + " s",
                       "give " + std::to_string(most.count()) + " at most"});
    }
  };
  // It is renewed four times within its time: with a smaller rest it would end in between.
  cluster.lease_margin = std::min(cluster.lease_margin, ttl * 3 / 10);
  reader.integer("lease_margin_ms", cluster.lease_margin, {1, 60'000});
  at_most("lease_margin_ms", cluster.lease_margin, ttl * 3 / 4);
  // There is a second try, with another member.
  cluster.request_timeout = std::min(cluster.request_timeout, ttl / 2);
  reader.integer("request_timeout_ms", cluster.request_timeout, {10, 60'000});
  at_most("request_timeout_ms", cluster.request_timeout, ttl / 2);
}

void read_window(SectionReader& reader, ClusterConfig& cluster) {
  reader.integer("append_bytes", cluster.append_bytes, kAppendBytes);
  reader.integer("window_slots", cluster.window_slots, kWindowSlots);
  reader.integer("etcd_quota_bytes", cluster.etcd_quota_bytes, {kMiB, 64 * kGiB});
  const std::uint64_t least = kLeastAppends * cluster.append_bytes;
  const std::uint64_t most = cluster.etcd_quota_bytes / 2;
  cluster.window_bytes = std::min(cluster.window_bytes, most);
  reader.integer("window_bytes", cluster.window_bytes, {0, 32 * kGiB});
  const std::string size = std::to_string(cluster.window_bytes);
  if (cluster.window_bytes > most) {
    reader.complain("window_bytes",
                    {size + " is more than half of etcd_quota_bytes",
                     "give " + std::to_string(most) + " at most"});
  } else if (cluster.window_bytes < least) {
    reader.complain(
        "window_bytes",
        {size + " has no room for " + std::to_string(kLeastAppends) + " times append_bytes",
         "give " + std::to_string(least) + " at least, and an etcd_quota_bytes of " +
             "twice as much"});
  }
}

void read_stalls(SectionReader& reader, ClusterConfig& cluster) {
  reader.integer("stall_exit_ms", cluster.stall_exit, {100, 600'000});
  cluster.stall_unready = std::min(cluster.stall_unready, cluster.stall_exit / 2);
  reader.integer("stall_unready_ms", cluster.stall_unready, {10, 600'000});
  if (cluster.stall_unready >= cluster.stall_exit) {
    reader.complain(
        "stall_unready_ms",
        {std::to_string(cluster.stall_unready.count()) + " is not below stall_exit_ms, " +
             std::to_string(cluster.stall_exit.count()),
         "give a smaller one"});
  }
  reader.integer("max_clock_lead_ms", cluster.max_clock_lead, {1, 3'600'000});
}

// ---- What goes with what

// As for TLS without its port: whoever gives these wants a cluster, and would have none.
void check_single(SectionReader& reader) {
  for (const Keys keys : {kNames, kOfEtcd, kOfKubernetes, kFence, kSeed}) {
    complain_of_each(
        reader,
        keys,
        {"is of no use with mode = \"single\"", "give another mode in [cluster], or remove it"});
  }
}

void check_authority(SectionReader& reader, const ClusterConfig& cluster) {
  const bool kubernetes = cluster.authority == LeaseAuthority::Kubernetes;
  if (kubernetes && cluster.mode == ClusterMode::Replicated) {
    reader.complain("authority",
                    {"a Lease of Kubernetes holds no log, and mode = \"replicated\" needs one",
                     "give authority = \"etcd\", or mode = \"shared-disk\""});
    return;
  }
  if (kubernetes) {
    complain_of_each(
        reader, kOfEtcd, {"is of no use with authority = \"kubernetes\"", "remove it"});
    reader.require("kubernetes_lease", "NAMESPACE/NAME of a Lease object");
  } else {
    complain_of_each(
        reader,
        kOfKubernetes,
        {"is of no use without authority = \"kubernetes\"", "give authority, or remove it"});
    reader.require("etcd", "each member's address, as in [\"http://127.0.0.1:2379\"]");
  }
}

void check_cluster(SectionReader& reader, const ClusterConfig& cluster) {
  reader.require("node", "this node's name, which no other node of the cluster has");
  check_authority(reader, cluster);
  if (cluster.mode == ClusterMode::Replicated) {
    complain_of_each(reader,
                     kFence,
                     {"is of no use with mode = \"replicated\", whose log itself refuses who led "
                      "before",
                      "remove it"});
  } else {
    complain_of_each(
        reader,
        kSeed,
        {"is of no use with mode = \"shared-disk\", whose nodes have one log", "remove it"});
  }
}

}  // namespace

bool is_cluster_name(std::string_view text) noexcept {
  return text.size() <= kLongestName && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

void read_cluster(SectionReader reader, ClusterConfig& cluster) {
  const bool mode_known = reader.choice("mode", cluster.mode, kClusterModes) || !reader.has("mode");
  read_name(reader, "node", cluster.node);
  read_name(reader, "shard", cluster.shard);
  const bool authority_known =
      reader.choice("authority", cluster.authority, kLeaseAuthorities) || !reader.has("authority");
  read_etcd(reader, cluster.etcd);
  read_kubernetes(reader, cluster.kubernetes);
  reader.text("fence_command", cluster.fence_command);
  reader.text("seed_command", cluster.seed_command);
  read_lease(reader, cluster);
  read_window(reader, cluster);
  read_stalls(reader, cluster);
  const bool both_known = mode_known && authority_known;  // else nobody can say what goes with them
  if (both_known && cluster.mode == ClusterMode::Single) {
    check_single(reader);
  } else if (both_known) {
    check_cluster(reader, cluster);
  }
  reader.finish();
}

}  // namespace betex::gateway
