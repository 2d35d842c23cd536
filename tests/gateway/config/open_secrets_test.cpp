#include "gateway/config/open_secrets.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using std::filesystem::perms;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OpenSecretsTest : public testing::Test {
 protected:
  // A file with this mode.
  [[nodiscard]] std::filesystem::path file(const char* name, perms mode) const {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream{path} << "secret";
    std::filesystem::permissions(path, mode);
    return path;
  }

  test::TempFolder folder_;
};

TEST_F(OpenSecretsTest, AreNamedWithWhatToDo) {
  constexpr perms kForAll = perms::owner_read | perms::group_read | perms::others_read;
  Config config;
  config.fix.credentials_file = file("credentials", kForAll);
  config.fix.tls.emplace().key = file("key.pem", kForAll);
  config.cluster.etcd.key = file("etcd.key", kForAll);
  config.cluster.etcd.password_file = file("etcd.password", kForAll);
  EXPECT_THAT(open_secrets(config),
              ElementsAre(AllOf(HasSubstr("the credentials file "),
                                HasSubstr("may be read by every user of this machine: chmod o-r "),
                                HasSubstr("/credentials")),
                          AllOf(HasSubstr("the TLS key "), HasSubstr("/key.pem")),
                          AllOf(HasSubstr("the key for etcd "), HasSubstr("/etcd.key")),
                          AllOf(HasSubstr("the password for etcd "), HasSubstr("/etcd.password"))));
}

TEST_F(OpenSecretsTest, AGroupsOwnAndOnesToComeAreNotNamed) {
  Config config;
  config.fix.credentials_file = file("credentials", perms::owner_read | perms::group_read);
  config.fix.tls.emplace().key = folder_.path() / "not-made-yet.pem";
  EXPECT_THAT(open_secrets(config), IsEmpty());
}

}  // namespace
}  // namespace betex::gateway
