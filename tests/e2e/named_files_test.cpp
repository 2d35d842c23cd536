// Files that the configuration names and that are wrong: found by --check-config, and by a start
// before it has made anything.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::test {
namespace {

constexpr std::chrono::seconds kExitTimeout{60};

class NamedFilesTest : public testing::Test {
 protected:
  struct Ended {
    int exit_code;
    std::string out;
    std::string err;
  };

  // The shipped configuration, in which these lines stand in [fix] as well.
  std::filesystem::path config_with(const std::string& lines) {
    return changed_config(folder_.path(), "tls_port = 9881\n", "tls_port = 9881\n" + lines);
  }

  Ended gateway(std::vector<std::string> arguments) {
    ChildProcess process{gateway_command(folder_.path() / "wal", arguments)};
    const int exit_code = process.wait(kExitTimeout);
    return {exit_code, process.standard_output(), process.standard_error()};
  }

  // Neither a check nor a start accepts `file`, and both say so.
  void expect_refused(const std::filesystem::path& config, const std::string& what) {
    for (const auto& arguments : {std::vector<std::string>{"--config", config, "--check-config"},
                                  std::vector<std::string>{"--config", config}}) {
      const Ended ended = gateway(arguments);
      EXPECT_EQ(ended.exit_code, 78) << ended.err;
      EXPECT_NE(ended.err.find(what), std::string::npos) << ended.err;
      EXPECT_EQ(ended.out, "");
      EXPECT_FALSE(std::filesystem::exists(folder_.path() / "wal")) << "a log was made";
    }
  }

  static std::string setting(const std::string& key, const std::filesystem::path& file) {
    return key + " = \"" + file.string() + "\"\n";
  }

  TempFolder folder_;
  TestAuthority authority_{folder_.path(), "ca"};
};

TEST_F(NamedFilesTest, AKeyOfAnotherCertificateIsAWrongConfiguration) {
  const auto certificate = authority_.issue("gateway");
  const auto other = authority_.issue("other");
  expect_refused(config_with(setting("tls_certificate", certificate) + setting("tls_key", other)),
                 other.string() + ": is no key of the certificate " + certificate.string());
}

TEST_F(NamedFilesTest, AFileThatIsNotPemIsAWrongConfiguration) {
  const auto file = folder_.path() / "gateway.der";
  std::ofstream{file} << "not PEM";
  expect_refused(config_with(setting("tls_certificate", file)),
                 file.string() + ": is no certificate");
}

TEST_F(NamedFilesTest, AuthoritiesThatAreNotPemAreAWrongConfiguration) {
  const auto file = folder_.path() / "clients.pem";
  std::ofstream{file} << "not PEM";
  expect_refused(config_with(setting("tls_certificate", authority_.issue("gateway")) +
                             setting("tls_client_ca", file)),
                 file.string() + ": holds no certificates");
}

TEST_F(NamedFilesTest, ADictionaryThatIsNoneIsAWrongConfiguration) {
  const auto folder = folder_.path() / "dictionaries";
  std::filesystem::create_directory(folder);
  const auto config = changed_config(folder_.path(),
                                     "dictionaries = \"../fix_spec\"",
                                     "dictionaries = \"" + folder.string() + "\"");
  expect_refused(config, (folder / "FIXT11.xml").string() + ": is no data dictionary");
}

TEST_F(NamedFilesTest, ALogFileThatCannotBeWrittenIsAWrongConfiguration) {
  const auto config =
      changed_config(folder_.path(),
                     "level = \"info\"",
                     "level = \"info\"\nfile = \"" + folder_.path().string() + "\"");
  expect_refused(config, folder_.path().string() + ": log.file: is a folder");
}

TEST_F(NamedFilesTest, WhatANodeShowsEtcdIsLookedAtBeforeAStart) {
  const auto cluster = [&](const std::string& name, const std::string& lines) {
    return changed_config(folder_.path() / name,
                          "mode = \"single\"\n",
                          "mode = \"replicated\"\nnode = \"a\"\netcd = "
                          "[\"https://127.0.0.1:1\"]\n" +
                              lines);
  };
  const auto none = folder_.path() / "none.pem";
  expect_refused(cluster("authority", setting("etcd_ca", none)),
                 none.string() +
                     ": cluster.etcd_ca: cannot be read: No such file or directory; name a file "
                     "that this user may read");
  expect_refused(cluster("password",
                         "etcd_user = \"betex\"\n" + setting("etcd_password_file", folder_.path())),
                 folder_.path().string() + ": cluster.etcd_password_file: is not a file");
  const auto empty = folder_.path() / "empty";
  std::ofstream{empty} << "\nsecret\n";
  expect_refused(
      cluster("no-password", "etcd_user = \"betex\"\n" + setting("etcd_password_file", empty)),
      empty.string() +
          ": cluster.etcd_password_file: holds no password; write the password of "
          "etcd_user into its first line");
  const auto certificate = authority_.issue("node");
  const auto other = authority_.issue("other");
  expect_refused(
      cluster("key", setting("etcd_certificate", certificate) + setting("etcd_key", other)),
      other.string() + ": is no key of the certificate " + certificate.string());
  const Ended right = gateway(
      {"--config",
       cluster("right",
               setting("etcd_ca", authority_.certificate()) +
                   setting("etcd_certificate", certificate) + setting("etcd_key", certificate)),
       "--check-config"});
  EXPECT_EQ(right.exit_code, 0) << right.err;
  EXPECT_NE(right.err.find("the certificate of CN=node expires soon"), std::string::npos)
      << right.err;
}

TEST_F(NamedFilesTest, WhatAPodShowsKubernetesIsLookedAtBeforeAStart) {
  const auto none = folder_.path() / "token";
  expect_refused(changed_config(folder_.path(),
                                "mode = \"single\"\n",
                                "mode = \"shared-disk\"\nnode = \"a\"\nauthority = "
                                "\"kubernetes\"\nkubernetes_lease = \"exchange/betex\"\n" +
                                    setting("kubernetes_token_file", none) +
                                    setting("kubernetes_ca", authority_.certificate())),
                 none.string() + ": cluster.kubernetes_token_file: cannot be read: ");
}

TEST_F(NamedFilesTest, AFenceThatIsNotThereIsAWrongConfiguration) {
  const auto none = folder_.path() / "fence";
  expect_refused(changed_config(folder_.path(),
                                "mode = \"single\"\n",
                                "mode = \"shared-disk\"\nnode = \"a\"\netcd = "
                                "[\"http://127.0.0.1:1\"]\nfence_command = \"" +
                                    none.string() + " --off b\"\n"),
                 none.string() +
                     ": cluster.fence_command: cannot be run: No such file or "
                     "directory; name a program that this user may run");
}

TEST_F(NamedFilesTest, ASeedThatIsNotThereIsAWrongConfiguration) {
  const auto none = folder_.path() / "seed";
  expect_refused(changed_config(folder_.path(),
                                "mode = \"single\"\n",
                                "mode = \"replicated\"\nnode = \"a\"\netcd = "
                                "[\"http://127.0.0.1:1\"]\nseed_command = '" +
                                    none.string() + " \"$@\"'\n"),
                 none.string() +
                     ": cluster.seed_command: cannot be run: No such file or "
                     "directory; name a program that this user may run");
}

TEST_F(NamedFilesTest, AnOptionOfAClusterNeedsOne) {
  const Ended ended = gateway({"--init-quorum-log"});
  EXPECT_EQ(ended.exit_code, 78) << ended.err;
  EXPECT_NE(ended.err.find("command line: --init-quorum-log: "), std::string::npos) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "wal")) << "a log was made";
}

TEST_F(NamedFilesTest, ACertificateThatRunsOutIsNamedByTheCheck) {
  const auto certificate = authority_.issue("gateway");  // for a day
  const auto config = config_with(setting("tls_certificate", certificate));
  const Ended ended = gateway({"--config", config, "--check-config"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_NE(ended.err.find("warning: " + certificate.string() +
                           ": the certificate of CN=gateway expires soon, at "),
            std::string::npos)
      << ended.err;
}

}  // namespace
}  // namespace betex::test
