// Mistakes in [cluster], one a row.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/gateway/config/cluster_section_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace betex::gateway
