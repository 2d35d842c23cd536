#include "gateway/config/credentials.h"

#include <ostream>

#include <gmock/gmock.h>

#include "gateway/config/credentials_file.h"
#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

// RFC 7914 section 11 has this PBKDF2-HMAC-SHA256 vector, of 80 000 iterations.
TEST(Password, HashIsPbkdf2) {
  const std::string salt = "NaCl";
  const PasswordHash expected{
      .iterations = 80'000,
      .salt = {salt.begin(), salt.end()},
      .hash = {0x4d, 0xdc, 0xd8, 0xf6, 0x0b, 0x98, 0xbe, 0x21, 0x83, 0x0c, 0xee,
               0x5e, 0xf2, 0x27, 0x01, 0xf9, 0x64, 0x1a, 0x44, 0x18, 0xd0, 0x4c,
               0x04, 0x14, 0xae, 0xff, 0x08, 0x87, 0x6b, 0x34, 0xab, 0x56}};
  EXPECT_TRUE(verify_password(expected, "Password"));
  EXPECT_FALSE(verify_password(expected, "password"));
}

TEST(Password, HashVerifiesItsPasswordOnly) {
  const PasswordHash hash = hash_password("tr0ub4dor&3", kMinPasswordIterations);
  EXPECT_EQ(hash.iterations, kMinPasswordIterations);
  EXPECT_TRUE(verify_password(hash, "tr0ub4dor&3"));
  EXPECT_FALSE(verify_password(hash, "tr0ub4dor&4"));
  EXPECT_FALSE(verify_password(hash, ""));
}

TEST(Password, SaltIsFreshEachTime) {
  EXPECT_NE(hash_password("demo", kMinPasswordIterations).salt,
            hash_password("demo", kMinPasswordIterations).salt);
}

TEST(Password, LineCanBeRead) {
  const test::TempFolder folder;
  const std::string line = credential_line("ANNA", hash_password("secret"));
  EXPECT_THAT(line, MatchesRegex("ANNA:pbkdf2-sha256:20000:[0-9a-f]{32}:[0-9a-f]{64}"));
  std::vector<Finding> findings;
  const auto credentials =
      load_credentials(write_file(folder.path() / "credentials", line), findings);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_THAT(findings, IsEmpty());
  EXPECT_TRUE(credentials->verify("ANNA", "secret"));
  EXPECT_FALSE(credentials->verify("ANNA", "Secret"));
  EXPECT_FALSE(credentials->verify("BERT", "secret"));
}

TEST(Password, NobodyIsKnownWithoutCredentials) {
  EXPECT_FALSE(Credentials{}.verify("ANNA", ""));
  EXPECT_FALSE(Credentials{}.knows("ANNA"));
}

TEST(Username, IsPrintableAndShort) {
  EXPECT_TRUE(valid_username("BROKER1"));
  EXPECT_TRUE(valid_username(std::string(31, 'x')));
  EXPECT_FALSE(valid_username(""));
  EXPECT_FALSE(valid_username(std::string(32, 'x')));
  EXPECT_FALSE(valid_username("a b"));
  EXPECT_FALSE(valid_username("a:b"));
  EXPECT_FALSE(valid_username("a\x01"));
}

struct WrongLine {
  std::string name;
  std::string line;
  std::string problem;

  friend void PrintTo(const WrongLine& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongCredentialsLine : public ConfigFixture,
                             public ::testing::WithParamInterface<WrongLine> {};

TEST_P(WrongCredentialsLine, IsSaidWithoutItsSecrets) {
  credentials += "\n# BERT\n" + GetParam().line + "\n";
  EXPECT_THAT(complaints(), ElementsAre("credentials:4: " + GetParam().problem));
}

const std::string kRemedy = "; replace the line by one that betex-gateway --hash-password makes";
const std::string kSalt(16, '1');
const std::string kHash(64, '2');

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongCredentialsLine,
    ::testing::Values(WrongLine{"ClearPassword",
                                "BERT:secret",
                                "is not username:pbkdf2-sha256:iterations:salt:hash" + kRemedy},
                      WrongLine{"Username",
                                "B T:pbkdf2-sha256:10000:" + kSalt + ":" + kHash,
                                "the username is not 1 to 31 printable characters" + kRemedy},
                      WrongLine{"Algorithm",
                                "BERT:md5:10000:" + kSalt + ":" + kHash,
                                "'md5' is not a known hash" + kRemedy},
                      WrongLine{"TooFewIterations",
                                "BERT:pbkdf2-sha256:1:" + kSalt + ":" + kHash,
                                "'1' iterations, where 10000 to 5000000 are possible" + kRemedy},
                      WrongLine{"IterationsNoNumber",
                                "BERT:pbkdf2-sha256:10k:" + kSalt + ":" + kHash,
                                "'10k' iterations, where 10000 to 5000000 are possible" + kRemedy},
                      WrongLine{"ShortSalt",
                                "BERT:pbkdf2-sha256:10000:00112233445566:" + kHash,
                                "the salt is not hex, or shorter than 8 bytes" + kRemedy},
                      WrongLine{"OddSalt",
                                "BERT:pbkdf2-sha256:10000:" + kSalt + "1:" + kHash,
                                "the salt is not hex, or shorter than 8 bytes" + kRemedy},
                      WrongLine{"ShortHash",
                                "BERT:pbkdf2-sha256:10000:" + kSalt + ":2222",
                                "the hash is not 32 bytes of hex" + kRemedy},
                      WrongLine{"HashNoHex",
                                "BERT:pbkdf2-sha256:10000:" + kSalt + ":" + std::string(64, 'g'),
                                "the hash is not 32 bytes of hex" + kRemedy},
                      WrongLine{"Twice",
                                "ANNA:pbkdf2-sha256:10000:" + kSalt + ":" + kHash,
                                "ANNA: is there twice; remove one of the two lines"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace betex::gateway
