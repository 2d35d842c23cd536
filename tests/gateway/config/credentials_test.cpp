#include "gateway/config/credentials.h"

#include <ostream>

#include <gmock/gmock.h>

#include "gateway/config/credentials_file.h"
#include "gateway/config/password_text.h"
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
  EXPECT_THAT(line, MatchesRegex("ANNA:pbkdf2-sha256:600000:[0-9a-f]{32}:[0-9a-f]{64}"));
  std::vector<Finding> findings;
  const auto credentials =
      load_credentials(write_file(folder.path() / "credentials", line), findings);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_THAT(findings, IsEmpty());
  ASSERT_TRUE(credentials->knows("ANNA"));
  EXPECT_TRUE(verify_password(*credentials->find("ANNA"), "secret"));
  EXPECT_FALSE(verify_password(*credentials->find("ANNA"), "Secret"));
  EXPECT_FALSE(credentials->knows("BERT"));
}

TEST(Password, ACountOfItsOwnStandsInEachLine) {
  const test::TempFolder folder;
  std::vector<Finding> findings;
  const std::string few = credential_line("ANNA", hash_password("secret", kMinPasswordIterations));
  const std::string many =
      credential_line("BERT", hash_password("secret", kMinPasswordIterations + 1));
  const auto credentials =
      load_credentials(write_file(folder.path() / "credentials", few + "\n" + many), findings);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->find("ANNA")->iterations, kMinPasswordIterations);
  EXPECT_EQ(credentials->find("BERT")->iterations, kMinPasswordIterations + 1);
  EXPECT_TRUE(verify_password(*credentials->find("ANNA"), "secret"));
  EXPECT_TRUE(verify_password(*credentials->find("BERT"), "secret"));
}

TEST(GeneratedPassword, Has256FreshBitsInHex) {
  const Secret one = generate_password();
  EXPECT_THAT(std::string{one.view()}, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(one.view(), generate_password().view());
}

TEST(GeneratedPassword, LineHasASaltedSha256AndCanBeRead) {
  const test::TempFolder folder;
  const Secret password = generate_password();
  const PasswordHash hash = hash_generated_password(password.view());
  EXPECT_NE(hash.salt, hash_generated_password(password.view()).salt);
  const std::string line = credential_line("ANNA", hash);
  EXPECT_THAT(line, MatchesRegex("ANNA:sha256:[0-9a-f]{32}:[0-9a-f]{64}"));
  std::vector<Finding> findings;
  const auto credentials =
      load_credentials(write_file(folder.path() / "credentials", line), findings);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_THAT(findings, IsEmpty());
  EXPECT_TRUE(verify_password(*credentials->find("ANNA"), password.view()));
  EXPECT_FALSE(verify_password(*credentials->find("ANNA"), generate_password().view()));
}

// NIST's vector of SHA-256 for "abc", which has one block; the salt goes first.
TEST(GeneratedPassword, NothingShorterIsTakenByItsLine) {
  const std::string salt = "ab";
  const PasswordHash line{.scheme = PasswordScheme::Sha256,
                          .salt = {salt.begin(), salt.end()},
                          .hash = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                   0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                   0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad}};
  EXPECT_FALSE(verify_password(line, "c")) << "the hash is right, and anyone would guess it";
}

// What nobody types on purpose is named, and nothing of the password is.
TEST(TypedPassword, IsRefusedWithWhatIsWrong) {
  const auto problem = [](std::string_view password) {
    const auto wrong = wrong_password(password);
    return wrong ? wrong->problem : "";
  };
  EXPECT_EQ(problem("correct horse, b\xc3\xa4ttery"), "");
  EXPECT_EQ(problem("it's"), "");
  EXPECT_EQ(problem(""), "is empty");
  EXPECT_EQ(problem("\xef\xbb\xbfsecret"), "begins with a byte order mark (BOM)");
  EXPECT_EQ(problem("secret\r"), "ends in a carriage return (CR)");
  EXPECT_EQ(problem("sec\tret"), "holds control characters");
  EXPECT_EQ(problem("sec\x01"
                    "141=Y"),
            "holds control characters");
  EXPECT_EQ(problem(std::string_view{"sec\0ret", 7}), "holds control characters");
  EXPECT_EQ(problem("secret\x7f"), "holds control characters");
  EXPECT_EQ(problem("\"secret\""), "begins or ends in quotes, which would be part of it");
  EXPECT_EQ(problem("'secret'"), "begins or ends in quotes, which would be part of it");
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

using CredentialsFile = ConfigFixture;

TEST_F(CredentialsFile, AByteOrderMarkIsNamed) {
  credentials = "\xef\xbb\xbf" + credentials;
  EXPECT_THAT(complaints(),
              ElementsAre("credentials:1: begins with a byte order mark (BOM); save the file as "
                          "UTF-8 without one"));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongCredentialsLine,
    ::testing::Values(WrongLine{"ClearPassword",
                                "BERT:secret",
                                "is neither username:pbkdf2-sha256:iterations:salt:hash nor "
                                "username:sha256:salt:hash" +
                                    kRemedy},
                      WrongLine{"GeneratedWithIterations",
                                "BERT:sha256:10000:" + kSalt + ":" + kHash,
                                "'sha256' is not a known hash" + kRemedy},
                      WrongLine{"GeneratedWithoutSalt",
                                "BERT:sha256::" + kHash,
                                "the salt is not hex, or shorter than 8 bytes" + kRemedy},
                      WrongLine{"Quotes",
                                "\"BERT:pbkdf2-sha256:10000:" + kSalt + ":" + kHash + "\"",
                                "is in quotes" + kRemedy},
                      WrongLine{"QuotesAroundTheName",
                                "'BERT':pbkdf2-sha256:10000:" + kSalt + ":" + kHash,
                                "is in quotes" + kRemedy},
                      WrongLine{"CarriageReturn",
                                "BERT:pbkdf2-sha256:10000:" + kSalt + ":" + kHash + "\r",
                                "holds a carriage return (CR); save the file with Unix line ends, "
                                "LF alone"},
                      WrongLine{"ControlCharacter",
                                std::string{"# \x1b[2J"},
                                "holds a control character; remove it"},
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
