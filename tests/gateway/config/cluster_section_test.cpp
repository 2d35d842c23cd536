// [cluster]: what a node of a cluster is told, and all that may be wrong with it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/config/command_line.h"
#include "gateway/config/config.h"
#include "gateway/config/settings_in_force.h"
#include "gateway/config/shared_disk.h"
#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::uint64_t kExt4 = 0xef53;
constexpr std::uint64_t kXfs = 0x58465342;
constexpr std::uint64_t kBtrfs = 0x9123683e;
constexpr std::uint64_t kTmpfs = 0x01021994;
constexpr std::uint64_t kGfs2 = 0x01161970;

const std::string kReplicated =
    "mode = \"replicated\"\n"
    "node = \"a\"\n"
    "etcd = [\"http://127.0.0.1:1\", \"http://127.0.0.1:2\", \"http://127.0.0.1:3\"]\n";
const std::string kWithTls =
    "mode = \"replicated\"\n"
    "node = \"a\"\n"
    "etcd = [\"https://10.0.0.1:2379\", \"https://10.0.0.2:2379\"]\n";
const std::string kSharedDisk =
    "mode = \"shared-disk\"\n"
    "node = \"a\"\n"
    "etcd = [\"http://127.0.0.1:1\"]\n";
const std::string kByKubernetes =
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

TEST_F(ClusterSection, WithoutItAMachineIsAlone) {
  const ClusterConfig alone = load().cluster;
  EXPECT_EQ(alone.mode, ClusterMode::Single);
  EXPECT_EQ(alone.node, "");
  EXPECT_THAT(alone.etcd.endpoints, IsEmpty());
  EXPECT_EQ(load_with("mode = \"single\"\n").cluster.mode, ClusterMode::Single);
  EXPECT_EQ(load_with("").cluster.mode, ClusterMode::Single);
  EXPECT_THAT(warnings(load()), IsEmpty());
}

TEST_F(ClusterSection, HasDefaultsForAllButWhoAndWhere) {
  const ClusterConfig cluster = load_with(kReplicated).cluster;
  EXPECT_EQ(cluster.mode, ClusterMode::Replicated);
  EXPECT_EQ(cluster.node, "a");
  EXPECT_EQ(cluster.shard, "main");
  EXPECT_EQ(cluster.authority, LeaseAuthority::Etcd);
  EXPECT_THAT(cluster.etcd.endpoints,
              ElementsAre("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"));
  EXPECT_EQ(cluster.lease_ttl, seconds{2});
  EXPECT_EQ(cluster.lease_margin, milliseconds{500});
  EXPECT_EQ(cluster.request_timeout, milliseconds{1000});
  EXPECT_EQ(cluster.append_bytes, 262'144U);
  EXPECT_EQ(cluster.window_slots, 262'144U);
  EXPECT_EQ(cluster.window_bytes, 536'870'912U);
  EXPECT_EQ(cluster.etcd_quota_bytes, 4'294'967'296U);
  EXPECT_EQ(cluster.stall_unready, seconds{2});
  EXPECT_EQ(cluster.stall_exit, seconds{10});
  EXPECT_EQ(cluster.max_clock_lead, seconds{1});
  EXPECT_THAT(warnings(load()), IsEmpty());
}

TEST_F(ClusterSection, ALeaseOfASharedDiskIsLonger) {
  const ClusterConfig cluster = load_with(kSharedDisk).cluster;
  EXPECT_EQ(cluster.mode, ClusterMode::SharedDisk);
  EXPECT_EQ(cluster.lease_ttl, seconds{5});
  EXPECT_EQ(cluster.lease_margin, milliseconds{1500});
  EXPECT_EQ(cluster.request_timeout, milliseconds{1000});
}

TEST_F(ClusterSection, EveryValueIsTaken) {
  const ClusterConfig cluster = load_with(kWithTls +
                                          "shard = \"horses_2\"\n"
                                          "authority = \"etcd\"\n"
                                          "etcd_ca = \"ca.pem\"\n"
                                          "etcd_certificate = \"a.pem\"\n"
                                          "etcd_key = \"a.key\"\n"
                                          "etcd_user = \"betex\"\n"
                                          "etcd_password_file = \"/etc/password\"\n"
                                          "lease_ttl_s = 4\n"
                                          "lease_margin_ms = 3_000\n"
                                          "request_timeout_ms = 2_000\n"
                                          "append_bytes = 4_096\n"
                                          "window_slots = 1_024\n"
                                          "window_bytes = 262_144\n"
                                          "etcd_quota_bytes = 1_048_576\n"
                                          "stall_unready_ms = 999\n"
                                          "stall_exit_ms = 1_000\n"
                                          "max_clock_lead_ms = 50\n")
                                    .cluster;
  EXPECT_EQ(cluster.shard, "horses_2");
  EXPECT_EQ(cluster.etcd.ca, folder.path() / "ca.pem");
  EXPECT_EQ(cluster.etcd.certificate, folder.path() / "a.pem");
  EXPECT_EQ(cluster.etcd.key, folder.path() / "a.key");
  EXPECT_EQ(cluster.etcd.user, "betex");
  EXPECT_EQ(cluster.etcd.password_file, "/etc/password");
  EXPECT_EQ(cluster.lease_ttl, seconds{4});
  EXPECT_EQ(cluster.lease_margin, seconds{3});
  EXPECT_EQ(cluster.request_timeout, seconds{2});
  EXPECT_EQ(cluster.append_bytes, 4'096U);
  EXPECT_EQ(cluster.window_slots, 1'024U);
  EXPECT_EQ(cluster.window_bytes, 262'144U);
  EXPECT_EQ(cluster.etcd_quota_bytes, 1'048'576U);
  EXPECT_EQ(cluster.stall_unready, milliseconds{999});
  EXPECT_EQ(cluster.stall_exit, milliseconds{1000});
  EXPECT_EQ(cluster.max_clock_lead, milliseconds{50});
}

TEST_F(ClusterSection, AnotherAuthorityNeedsNoEtcd) {
  const ClusterConfig cluster = load_with(kByKubernetes +
                                          "kubernetes_api = \"https://10.0.0.1:6443\"\n"
                                          "kubernetes_token_file = \"token\"\n"
                                          "kubernetes_ca = \"ca.pem\"\n"
                                          "fence_command = \"/bin/true\"\n")
                                    .cluster;
  EXPECT_EQ(cluster.authority, LeaseAuthority::Kubernetes);
  EXPECT_EQ(cluster.kubernetes.lease, "exchange/betex");
  EXPECT_EQ(cluster.kubernetes.api, "https://10.0.0.1:6443");
  EXPECT_EQ(cluster.kubernetes.token_file, folder.path() / "token");
  EXPECT_EQ(cluster.kubernetes.ca, folder.path() / "ca.pem");
  EXPECT_EQ(cluster.fence_command, "/bin/true");
  const KubernetesConfig in_a_pod = load_with(kByKubernetes).cluster.kubernetes;
  EXPECT_EQ(in_a_pod.api, "https://kubernetes.default.svc");
  EXPECT_EQ(in_a_pod.token_file, "/var/run/secrets/kubernetes.io/serviceaccount/token");
}

// Whoever shortens the lease alone has not to know what hangs on it.
TEST_F(ClusterSection, WhatIsLeftOutFitsWhatIsGiven) {
  ClusterConfig cluster = load_with(kReplicated + "lease_ttl_s = 1\n").cluster;
  EXPECT_EQ(cluster.lease_margin, milliseconds{300});
  EXPECT_EQ(cluster.request_timeout, milliseconds{500});
  cluster = load_with(kSharedDisk + "lease_ttl_s = 60\n").cluster;
  EXPECT_EQ(cluster.lease_margin, milliseconds{1500});
  EXPECT_EQ(cluster.request_timeout, milliseconds{1000});
  cluster = load_with(kReplicated + "stall_exit_ms = 3_000\n").cluster;
  EXPECT_EQ(cluster.stall_unready, milliseconds{1500});
  cluster = load_with(kReplicated + "etcd_quota_bytes = 104_857_600\n").cluster;
  EXPECT_EQ(cluster.window_bytes, 52'428'800U);
}

TEST_F(ClusterSection, TheCommandLineSaysWhichNodeThisIs) {
  overrides.cluster_node = "b";
  EXPECT_EQ(load_with(kReplicated).cluster.node, "b");
  EXPECT_EQ(load_with("mode = \"replicated\"\netcd = [\"http://127.0.0.1:1\"]\n").cluster.node,
            "b");
  overrides.cluster_node = "b c";
  EXPECT_THAT(complaints_about(kReplicated),
              ElementsAre("command line: --node: 'b c' is not a name; give 1 to 31 of A-Z, a-z, "
                          "0-9, _, . and -"));
  overrides.cluster_node = "b";
  EXPECT_THAT(complaints_about(""),
              ElementsAre("command line: --node: is of no use with mode = \"single\"; give another "
                          "mode in [cluster], or remove it"));
}

// [cluster] with these lines, and all that is said about it, without file and line.
struct WrongCluster {
  std::string name;
  std::string lines;
  std::vector<std::string> complaints;

  friend void PrintTo(const WrongCluster& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongClusterSection : public ClusterSection,
                            public ::testing::WithParamInterface<WrongCluster> {};

TEST_P(WrongClusterSection, IsSaidWithARemedy) {
  std::vector<std::string> said;
  for (const std::string& line : complaints_about(GetParam().lines)) {
    EXPECT_THAT(line, HasSubstr("gateway.toml:"));
    EXPECT_THAT(line, HasSubstr("; ")) << "what to do";
    said.push_back(line.substr(std::min(line.find("cluster."), line.size())));
  }
  EXPECT_EQ(said, GetParam().complaints);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongClusterSection,
    ::testing::Values(
        WrongCluster{"UnknownMode",
                     "mode = \"two\"\nnode = \"a\"\nfence_command = \"x\"\n",
                     {"cluster.mode: 'two' is not known; give one of single, shared-disk, "
                      "replicated"}},
        WrongCluster{"UnknownAuthority",
                     kSharedDisk + "authority = \"zookeeper\"\nkubernetes_lease = \"a/b\"\n",
                     {"cluster.authority: 'zookeeper' is not known; give one of etcd, "
                      "kubernetes"}},
        WrongCluster{"UnknownKey",
                     kReplicated + "lease_ttl = 2\n",
                     {"cluster.lease_ttl: is not known; did you mean 'lease_ttl_s'?"}},
        WrongCluster{"NothingButTheMode",
                     "mode = \"replicated\"\n",
                     {"cluster.node: is missing; give this node's name, which no other node of the "
                      "cluster has",
                      "cluster.etcd: is missing; give each member's address, as in "
                      "[\"http://127.0.0.1:2379\"]"}},
        WrongCluster{"NoNodeOfASharedDisk",
                     "mode = \"shared-disk\"\netcd = [\"http://127.0.0.1:1\"]\n",
                     {"cluster.node: is missing; give this node's name, which no other node of the "
                      "cluster has"}},
        WrongCluster{"NodeThatIsNoName",
                     kSharedDisk.substr(0, kSharedDisk.find("node")) +
                         "node = \"a/b\"\netcd = [\"http://127.0.0.1:1\"]\n",
                     {"cluster.node: 'a/b' is not a name; give 1 to 31 of A-Z, a-z, 0-9, _, . "
                      "and -"}},
        WrongCluster{"ShardThatIsTooLong",
                     kReplicated + "shard = \"" + std::string(32, 's') + "\"\n",
                     {"cluster.shard: '" + std::string(32, 's') +
                      "' is not a name; give 1 to 31 of A-Z, a-z, 0-9, _, . and -"}},
        WrongCluster{"EmptyShard",
                     kReplicated + "shard = \"\"\n",
                     {"cluster.shard: is empty; give a text, or leave the key out"}},
        // ---- etcd
        WrongCluster{"NoMembers",
                     "mode = \"replicated\"\nnode = \"a\"\netcd = []\n",
                     {"cluster.etcd: is empty; give each member's address, as in "
                      "[\"http://127.0.0.1:2379\"]"}},
        WrongCluster{"MembersThatAreNoList",
                     "mode = \"replicated\"\nnode = \"a\"\netcd = \"http://127.0.0.1:2379\"\n",
                     {"cluster.etcd: has the wrong type; give a list of texts, as in "
                      "[\"a\", \"b\"]"}},
        WrongCluster{"MembersThatAreNoAddresses",
                     "mode = \"replicated\"\nnode = \"a\"\n"
                     "etcd = [\"127.0.0.1:1\", \"http://a\", \"http://a:1/\"]\n",
                     {"cluster.etcd: '127.0.0.1:1' is neither http://HOST:PORT nor "
                      "https://HOST:PORT; give the address at which that member listens for "
                      "clients",
                      "cluster.etcd: 'http://a' is neither http://HOST:PORT nor "
                      "https://HOST:PORT; give the address at which that member listens for "
                      "clients",
                      "cluster.etcd: 'http://a:1/' is neither http://HOST:PORT nor "
                      "https://HOST:PORT; give the address at which that member listens for "
                      "clients"}},
        WrongCluster{"AMemberTwice",
                     "mode = \"replicated\"\nnode = \"a\"\n"
                     "etcd = [\"http://localhost:1\", \"http://LOCALHOST:1\"]\n",
                     {"cluster.etcd: 'http://LOCALHOST:1' is there twice; remove one of the "
                      "two"}},
        WrongCluster{"WithTlsAndWithout",
                     "mode = \"replicated\"\nnode = \"a\"\n"
                     "etcd = [\"http://127.0.0.1:1\", \"https://127.0.0.1:2\"]\n",
                     {"cluster.etcd: some members have http:// and some https://; give all of them "
                      "one of the two"}},
        WrongCluster{"CertificateWithoutTls",
                     kReplicated + "etcd_ca = \"ca.pem\"\netcd_key = \"a.key\"\n",
                     {"cluster.etcd_ca: is of no use with http://; give https:// in etcd, or "
                      "remove it",
                      "cluster.etcd_key: is of no use with http://; give https:// in etcd, or "
                      "remove it"}},
        WrongCluster{"CertificateWithoutKey",
                     kWithTls + "etcd_certificate = \"a.pem\"\n",
                     {"cluster.etcd_certificate: has no key; give etcd_key"}},
        WrongCluster{"KeyWithoutCertificate",
                     kWithTls + "etcd_key = \"a.key\"\n",
                     {"cluster.etcd_key: has no certificate; give etcd_certificate"}},
        WrongCluster{"UserWithoutPassword",
                     kWithTls + "etcd_user = \"betex\"\n",
                     {"cluster.etcd_user: has no password; give etcd_password_file"}},
        WrongCluster{"PasswordWithoutUser",
                     kWithTls + "etcd_password_file = \"p\"\n",
                     {"cluster.etcd_password_file: is nobody's password; give etcd_user"}},
        WrongCluster{"PasswordInTheClear",
                     "mode = \"replicated\"\nnode = \"a\"\n"
                     "etcd = [\"http://127.0.0.1:1\", \"http://10.0.0.1:1\"]\n"
                     "etcd_user = \"betex\"\netcd_password_file = \"p\"\n",
                     {"cluster.etcd_user: the password would go unencrypted to a member on another "
                      "machine; give https:// in etcd"}},
        // ---- Kubernetes
        WrongCluster{"LogInALease",
                     "mode = \"replicated\"\nnode = \"a\"\nauthority = \"kubernetes\"\n"
                     "kubernetes_lease = \"exchange/betex\"\n",
                     {"cluster.authority: a Lease of Kubernetes holds no log, and mode = "
                      "\"replicated\" needs one; give authority = \"etcd\", or mode = "
                      "\"shared-disk\""}},
        WrongCluster{"NoLease",
                     "mode = \"shared-disk\"\nnode = \"a\"\nauthority = \"kubernetes\"\n",
                     {"cluster.kubernetes_lease: is missing; give NAMESPACE/NAME of a Lease "
                      "object"}},
        WrongCluster{"LeaseWithoutNamespace",
                     "mode = \"shared-disk\"\nnode = \"a\"\nauthority = \"kubernetes\"\n"
                     "kubernetes_lease = \"betex\"\n",
                     {"cluster.kubernetes_lease: 'betex' is not NAMESPACE/NAME; give those of a "
                      "Lease object, as in \"exchange/betex\""}},
        WrongCluster{"LeaseWithTooMuch",
                     "mode = \"shared-disk\"\nnode = \"a\"\nauthority = \"kubernetes\"\n"
                     "kubernetes_lease = \"exchange/betex/a\"\n",
                     {"cluster.kubernetes_lease: 'exchange/betex/a' is not NAMESPACE/NAME; give "
                      "those of a Lease object, as in \"exchange/betex\""}},
        WrongCluster{"ApiWithAPath",
                     kByKubernetes + "kubernetes_api = \"https://10.0.0.1/api\"\n",
                     {"cluster.kubernetes_api: 'https://10.0.0.1/api' is not https://HOST or "
                      "https://HOST:PORT; give the address of the API server, without a path"}},
        WrongCluster{"TokenInTheClear",
                     kByKubernetes + "kubernetes_api = \"http://10.0.0.1:8001\"\n",
                     {"cluster.kubernetes_api: the token would go unencrypted to another machine; "
                      "give https://"}},
        WrongCluster{"EtcdOfKubernetes",
                     kByKubernetes + "etcd = [\"http://127.0.0.1:1\"]\n",
                     {"cluster.etcd: is of no use with authority = \"kubernetes\"; remove it"}},
        WrongCluster{"KubernetesOfEtcd",
                     kSharedDisk + "kubernetes_lease = \"a/b\"\nkubernetes_ca = \"ca.pem\"\n",
                     {"cluster.kubernetes_lease: is of no use without authority = \"kubernetes\"; "
                      "give authority, or remove it",
                      "cluster.kubernetes_ca: is of no use without authority = \"kubernetes\"; "
                      "give authority, or remove it"}},
        // ---- What goes with what
        WrongCluster{"FenceOfAReplicatedLog",
                     kReplicated + "fence_command = \"/bin/true\"\n",
                     {"cluster.fence_command: is of no use with mode = \"replicated\", whose log "
                      "itself refuses who led before; remove it"}},
        WrongCluster{"SeedOfOneLog",
                     kSharedDisk + "seed_command = \"/bin/true\"\n",
                     {"cluster.seed_command: is of no use with mode = \"shared-disk\", whose nodes "
                      "have one log; remove it"}},
        WrongCluster{
            "SeedOfASingleMachine",
            "seed_command = \"/bin/true\"\n",
            {"cluster.seed_command: is of no use with mode = \"single\"; give another mode "
             "in [cluster], or remove it"}},
        WrongCluster{"AClusterWithoutMode",
                     "node = \"a\"\netcd = [\"http://127.0.0.1:1\"]\nfence_command = \"x\"\n",
                     {"cluster.node: is of no use with mode = \"single\"; give another mode in "
                      "[cluster], or remove it",
                      "cluster.etcd: is of no use with mode = \"single\"; give another mode in "
                      "[cluster], or remove it",
                      "cluster.fence_command: is of no use with mode = \"single\"; give another "
                      "mode in [cluster], or remove it"}},
        // ---- Times and sizes
        WrongCluster{"NoLeaseTime",
                     kReplicated + "lease_ttl_s = 0\n",
                     {"cluster.lease_ttl_s: 0 is out of range; give a whole number from 1 to 60"}},
        WrongCluster{"LeaseThatIsTooLong",
                     kReplicated + "lease_ttl_s = 61\n",
                     {"cluster.lease_ttl_s: 61 is out of range; give a whole number from 1 to "
                      "60"}},
        WrongCluster{"MarginThatLeavesTooLittle",
                     kReplicated + "lease_margin_ms = 1_501\n",
                     {"cluster.lease_margin_ms: 1501 is too much for a lease of 2 s; give 1500 at "
                      "most"}},
        WrongCluster{"TimeoutThatIsTooLong",
                     kReplicated + "request_timeout_ms = 1_001\n",
                     {"cluster.request_timeout_ms: 1001 is too much for a lease of 2 s; give 1000 "
                      "at most"}},
        WrongCluster{"UnreadyAfterTheExit",
                     kReplicated + "stall_unready_ms = 3_000\nstall_exit_ms = 3_000\n",
                     {"cluster.stall_unready_ms: 3000 is not below stall_exit_ms, 3000; give a "
                      "smaller one"}},
        WrongCluster{"AppendsThatAreTooSmall",
                     kReplicated + "append_bytes = 4_095\n",
                     {"cluster.append_bytes: 4095 is out of range; give a whole number from 4096 "
                      "to 1048576"}},
        WrongCluster{"AppendsThatEtcdDoesNotTake",
                     kReplicated + "append_bytes = 1_048_577\n",
                     {"cluster.append_bytes: 1048577 is out of range; give a whole number from "
                      "4096 to 1048576"}},
        WrongCluster{"FewSlots",
                     kReplicated + "window_slots = 1_023\n",
                     {"cluster.window_slots: 1023 is out of range; give a whole number from 1024 "
                      "to 1048576"}},
        WrongCluster{"ManySlots",
                     kReplicated + "window_slots = 1_048_577\n",
                     {"cluster.window_slots: 1048577 is out of range; give a whole number from "
                      "1024 to 1048576"}},
        WrongCluster{"AWindowThatEtcdCannotHold",
                     kReplicated + "window_bytes = 2_147_483_649\n",
                     {"cluster.window_bytes: 2147483649 is more than half of etcd_quota_bytes; "
                      "give 2147483648 at most"}},
        WrongCluster{"AWindowForAFewAppends",
                     kReplicated + "window_bytes = 16_777_215\n",
                     {"cluster.window_bytes: 16777215 has no room for 64 times append_bytes; give "
                      "16777216 at least, and an etcd_quota_bytes of twice as much"}},
        WrongCluster{"AQuotaForAFewAppends",
                     kReplicated + "etcd_quota_bytes = 2_097_152\n",
                     {"cluster.window_bytes: 1048576 has no room for 64 times append_bytes; give "
                      "16777216 at least, and an etcd_quota_bytes of twice as much"}}),
    [](const auto& test) { return test.param.name; });

// ---- Warnings

TEST_F(ClusterSection, WarnsOfEtcdInTheClearBeyondThisMachine) {
  EXPECT_THAT(warnings(load_with("mode = \"replicated\"\nnode = \"a\"\n"
                                 "etcd = [\"http://localhost:1\", \"http://10.0.0.1:2\"]\n")),
              ElementsAre("cluster.etcd has http://10.0.0.1:2, on another machine: the cluster's "
                          "truth travels unencrypted, and whoever is on the way may change it: "
                          "have etcd's members listen on https://"));
  EXPECT_THAT(warnings(load_with(kWithTls)), IsEmpty());
}

TEST_F(ClusterSection, WarnsOfASharedDiskWithoutAFence) {
  const std::string hole =
      "cluster.fence_command is left out: a node that stands still together with its clock, as a "
      "suspended virtual machine does, may acknowledge afterwards what is void "
      "(gateway/OPERATING.md, A cluster)";
  EXPECT_THAT(warnings(load_with(kSharedDisk)), Contains(hole));
  EXPECT_THAT(warnings(load_with(kByKubernetes)), Contains(hole));
  EXPECT_THAT(warnings(load_with(kSharedDisk + "fence_command = \"/bin/true\"\n")),
              Not(Contains(hole)));
  EXPECT_THAT(warnings(load_with(kReplicated)), IsEmpty());
}

TEST_F(ClusterSection, WarnsOfAFileSystemThatIsMountedOnce) {
  const ClusterConfig fenced = load_with(kSharedDisk + "fence_command = \"/bin/true\"\n").cluster;
  EXPECT_THAT(warnings_of_shared_disk(fenced, kExt4),
              ElementsAre(AllOf(HasSubstr("wal.root is on ext4, "),
                                HasSubstr("there is no hot standby"),
                                HasSubstr("the disk must have been detached"))));
  EXPECT_THAT(warnings_of_shared_disk(fenced, kXfs), ElementsAre(HasSubstr("is on XFS, ")));
  EXPECT_THAT(warnings_of_shared_disk(fenced, kBtrfs), ElementsAre(HasSubstr("is on Btrfs, ")));
  EXPECT_THAT(warnings_of_shared_disk(fenced, kGfs2), IsEmpty());
  EXPECT_THAT(warnings_of_shared_disk(fenced, kTmpfs), IsEmpty());
  EXPECT_THAT(warnings_of_shared_disk(load_with(kSharedDisk).cluster, kExt4), SizeIs(2));
  EXPECT_THAT(warnings_of_shared_disk(load_with(kReplicated).cluster, kExt4), IsEmpty());
}

// ---- What else goes by it

TEST_F(ClusterSection, AWitnessStaysAllowed) {
  replace(gateway, "[fix]\n", "witness = \"witness\"\n[fix]\n");
  EXPECT_EQ(load_with(kReplicated).wal.witness, folder.path() / "witness");
}

TEST_F(ClusterSection, IsPrintedAsItIsInForce) {
  EXPECT_THAT(print(load()), HasSubstr("\n[cluster]\nmode = \"single\"\n\n[clock]\n"));
  EXPECT_THAT(print(load_with(kReplicated + "lease_ttl_s = 1\n")),
              HasSubstr("\n[cluster]\nmode = \"replicated\"\nnode = \"a\"\nshard = \"main\"\n"
                        "authority = \"etcd\"\netcd = [\"http://127.0.0.1:1\", "
                        "\"http://127.0.0.1:2\", \"http://127.0.0.1:3\"]\n"
                        "lease_ttl_s = 1\nlease_margin_ms = 300\nrequest_timeout_ms = 500\n"
                        "append_bytes = 262144\nwindow_slots = 262144\nwindow_bytes = 536870912\n"
                        "etcd_quota_bytes = 4294967296\nstall_unready_ms = 2000\n"
                        "stall_exit_ms = 10000\nmax_clock_lead_ms = 1000\n\n[clock]\n"));
  const std::string with_files = print(load_with(kWithTls + "etcd_ca = \"ca.pem\"\n"
                                                            "etcd_certificate = \"a.pem\"\n"
                                                            "etcd_key = \"a.key\"\n"
                                                            "etcd_user = \"betex\"\n"
                                                            "etcd_password_file = \"p\"\n"));
  const std::string at = folder.path().string() + "/";
  EXPECT_THAT(with_files,
              HasSubstr("etcd_ca = \"" + at + "ca.pem\"\netcd_certificate = \"" + at +
                        "a.pem\"\netcd_key = \"" + at +
                        "a.key\"\netcd_user = \"betex\"\netcd_password_file = \"" + at +
                        "p\"\nlease_ttl_s"));
  EXPECT_THAT(print(load_with(kByKubernetes + "fence_command = \"/sbin/fence -v\"\n")),
              AllOf(HasSubstr("authority = \"kubernetes\"\n"
                              "kubernetes_api = \"https://kubernetes.default.svc\"\n"
                              "kubernetes_lease = \"exchange/betex\"\n"
                              "kubernetes_token_file = "),
                    HasSubstr("request_timeout_ms = 1000\nfence_command = \"/sbin/fence -v\"\n")));
}

TEST_F(ClusterSection, ASeedCommandIsTakenAsItStands) {
  const std::string command = R"(ssh seed@"$3" export "$2" | betex-journal import "$1")";
  const Config config = load_with(kReplicated + "seed_command = '" + command + "'\n");
  EXPECT_EQ(config.cluster.seed_command, command);
  EXPECT_EQ(load_with(kReplicated).cluster.seed_command, "");
  EXPECT_THAT(warnings(config), IsEmpty());
  EXPECT_THAT(print(load_with(kReplicated + "seed_command = \"/sbin/seed -v\"\n")),
              HasSubstr("request_timeout_ms = 1000\nseed_command = \"/sbin/seed -v\"\n"));
}

TEST_F(ClusterSection, NothingOfItIsTakenOverByAReload) {
  SettingsInForce in_force{load_with(kReplicated)};
  EXPECT_THAT(in_force.take_over(load()), IsEmpty());
  const Config changed = load_with(
      "mode = \"replicated\"\nnode = \"b\"\netcd = [\"http://127.0.0.1:9\"]\n"
      "etcd_user = \"betex\"\netcd_password_file = \"p\"\nseed_command = \"seed\"\n"
      "stall_exit_ms = 20_000\n");
  const auto expected = ElementsAre("cluster.etcd",
                                    "cluster.etcd_password_file",
                                    "cluster.etcd_user",
                                    "cluster.node",
                                    "cluster.seed_command",
                                    "cluster.stall_exit_ms");
  EXPECT_THAT(in_force.take_over(changed), expected);
  EXPECT_THAT(in_force.take_over(changed), expected) << "each time";
  EXPECT_THAT(in_force.take_over(load_with("")), Contains("cluster.mode"));
}

TEST_F(ClusterSection, OptionsOfAQuorumLogNeedOne) {
  CommandLine line;
  EXPECT_NO_THROW(check_options(line, load()));
  const auto complaint = [&](const std::string& lines) {
    try {
      check_options(line, load_with(lines));
    } catch (const ConfigError& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  const std::string rest =
      ": is about the log of a replicated cluster, and there is none; leave it out, or give mode = "
      "\"replicated\" in [cluster]";
  line.init_quorum_log = true;
  EXPECT_EQ(complaint(""), "command line: --init-quorum-log" + rest);
  EXPECT_EQ(complaint(kSharedDisk), "command line: --init-quorum-log" + rest);
  EXPECT_EQ(complaint(kReplicated), "");
  line = {};
  line.adopt_quorum_log = true;
  EXPECT_EQ(complaint(""), "command line: --adopt-quorum-log" + rest);
  EXPECT_EQ(complaint(kReplicated), "");
}

}  // namespace
}  // namespace betex::gateway
