// The gateway's files: who may read them, and what it does where something else is in their place.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "journal/errors.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using std::filesystem::path;
using std::filesystem::perms;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kExitTimeout{60};
constexpr perms kPrivateFile = perms::owner_read | perms::owner_write;
constexpr perms kFile = kPrivateFile | perms::group_read;
constexpr perms kFolder = perms::owner_all | perms::group_read | perms::group_exec;

// For as long as it lives, for this process and those that it starts.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_{::umask(mask)} {}

  ~Umask() { ::umask(before_); }

  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

class GatewayFilesTest : public testing::Test {
 protected:
  [[nodiscard]] path wal() const { return folder_.path() / "wal"; }

  // Starts a gateway that is expected to refuse, and returns what it says.
  [[nodiscard]] std::string refusal(int exit_code) const {
    ChildProcess process{gateway_command(wal(), {})};
    EXPECT_EQ(process.wait(kExitTimeout), exit_code);
    return process.standard_error();
  }

  // Then all that a gateway makes is there.
  void run_once(const std::vector<std::string>& arguments) const {
    GatewayProcess gateway{wal(), arguments};
    EXPECT_EQ(gateway.terminate(), 0);
  }

  void expect_modes_of_the_wal() const {
    EXPECT_EQ(std::filesystem::status(wal()).permissions(), kFolder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{wal()}) {
      const bool secret = entry.path().string().find("/cache") != std::string::npos ||
                          entry.path().extension() == ".pem";
      const perms folder = secret ? perms::owner_all : kFolder;
      const perms file = secret ? kPrivateFile : kFile;
      EXPECT_EQ(entry.status().permissions(), entry.is_directory() ? folder : file) << entry;
    }
  }

  TempFolder folder_;
};

TEST_F(GatewayFilesTest, HaveTheirModesWhateverTheUmask) {
  const path log = folder_.path() / "gateway.log";
  const path config =
      changed_config(folder_.path() / "config", "[log]", "[log]\nfile = \"" + log.string() + "\"");
  for (const mode_t mask : {0000U, 0077U}) {
    std::filesystem::remove_all(wal());
    std::filesystem::remove(log);
    const Umask umask{mask};
    run_once({"--config", config.string()});
    expect_modes_of_the_wal();
    EXPECT_EQ(std::filesystem::status(log).permissions(), kFile) << mask;
  }
}

TEST_F(GatewayFilesTest, WithSecretsThatEverybodyMayReadAreNamedAtTheStart) {
  const path config = changed_config(folder_.path() / "config", "[log]", "[log]");
  const path credentials = config.parent_path() / "credentials";
  std::filesystem::permissions(credentials, kFile | perms::others_read);
  const auto said = [&] {
    GatewayProcess gateway{wal(), {"--config", config.string()}};
    EXPECT_EQ(gateway.terminate(), 0);
    return gateway.process().standard_error();
  };
  EXPECT_THAT(said(),
              HasSubstr("the credentials file " + credentials.string() + " may be read by"));
  std::filesystem::permissions(credentials, kFile);
  EXPECT_THAT(said(), Not(HasSubstr("may be read by")));
}

TEST_F(GatewayFilesTest, AreNoLinksAndNoPipes) {
  const path config =
      changed_config(folder_.path() / "config", "place = \"auto\"", "place = \"wal_root\"");
  run_once({"--config", config.string()});
  const path victim = folder_.path() / "victim";
  std::ofstream{victim} << "somebody's file";
  for (const char* const name :
       {".writer.lock", "cache/messages-0", "cache/identity", "epoch", "tls-demo.pem"}) {
    const path file = wal() / name;
    const path genuine = folder_.path() / "genuine";
    std::filesystem::rename(file, genuine);
    std::filesystem::create_symlink(victim, file);
    EXPECT_THAT(refusal(journal::kExitCorrupt), HasSubstr(file.string() + ": it is a link"));
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_THAT(refusal(journal::kExitCorrupt), HasSubstr(file.string() + ": it is a pipe"));
    std::filesystem::remove(file);
    std::filesystem::rename(genuine, file);
  }
  EXPECT_EQ(std::filesystem::file_size(victim), 15U);
  run_once({});
}

TEST_F(GatewayFilesTest, MayBeInAFolderThatIsALink) {
  std::filesystem::create_directories(folder_.path() / "disk");
  std::filesystem::create_directory_symlink("disk", wal());
  run_once({});
  run_once({});
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "disk" / "cache" / "identity"));
}

}  // namespace
}  // namespace betex::test
