// [cluster]: what a node of a cluster is told.
#include <chrono>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>

#include "gateway/config/command_line.h"
#include "gateway/config/config.h"
#include "gateway/config/settings_in_force.h"
#include "gateway/config/shared_disk.h"
#include "tests/gateway/config/cluster_section_fixture.h"

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
