// Signed statements over a log: a log that was rewritten as a whole, chain and checksums included,
// agrees with itself and not with what was filed before.
#include <sstream>

#include <gmock/gmock.h>
#include <openssl/sha.h>
#include <unistd.h>

#include "journal/epoch_file.h"
#include "journal/retirement.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::run_tool;
using test::ToolOutput;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr WalId kExampleWalId{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// The first two keys of RFC 8032, section 7.1.
constexpr const char* kPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";
constexpr const char* kPublicKey = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
)";
constexpr const char* kOtherPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
-----END PRIVATE KEY-----
)";
constexpr const char* kOtherPublicKey = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=
-----END PUBLIC KEY-----
)";

std::string sha256(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string hex(const std::string& bytes) {
  std::ostringstream text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned>(byte) & 0xffU);
    text << digits;
  }
  return text.str();
}

template <typename T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// The code block of FORMAT.md's section "Signed statements".
std::string documented_statement() {
  std::ifstream file{BETEX_SOURCE_DIR "/journal/FORMAT.md"};
  std::string line;
  while (std::getline(file, line) && line != "## Signed statements") {
  }
  while (std::getline(file, line) && !line.starts_with("```")) {
  }
  std::string block;
  while (std::getline(file, line) && !line.starts_with("```")) {
    block += line + "\n";
  }
  return block;
}

// A log of 8 batches of 10 events in 4 segments of 20, always the same bytes.
class SealTest : public test::WalTest {
 protected:
  SealTest() {
    std::filesystem::create_directories(root());
    write_epoch_file(root(), {.wal_id = kExampleWalId, .epoch = {}, .newest_segment = {}});
    write(8, 4);
    store(key_, kPrivateKey);
    store(public_key_, kPublicKey);
  }

  ToolOutput run(std::vector<std::string> arguments) const {
    return run_tool(root(), std::move(arguments));
  }

  // The statement that `seal` prints, in a file of this name.
  path seal(const char* name, std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {"seal", "--key", key_.string()});
    const ToolOutput output = run(std::move(arguments));
    EXPECT_EQ(output.code, 0);
    std::string text;
    for (const std::string& line : output.lines) {
      text += line + "\n";
    }
    const path file = folder_.path() / name;
    store(file, text);
    return file;
  }

  ToolOutput verify(const path& statement) const {
    return run({"verify",
                "--no-replay",
                "--against",
                statement.string(),
                "--public-key",
                public_key_.string()});
  }

  // What verify says on standard error.
  std::string complaint(const path& statement, int code = kExitCorrupt) const {
    const path said = folder_.path() / "said";
    test::Child child{{"/bin/sh",
                       "-c",
                       "exec " BETEX_JOURNAL_TOOL " verify " + root().string() +
                           " --no-replay --against " + statement.string() + " --public-key " +
                           public_key_.string() + " 2>" + said.string()}};
    EXPECT_EQ(child.wait(), code);
    return load(said);
  }

  // Writes the log anew, as its owner can: other transactions from `changed` on, all else in order.
  void rewrite(std::uint64_t changed, std::size_t transactions = 32) {
    std::filesystem::remove_all(root());
    std::filesystem::create_directories(root());
    write_epoch_file(root(), {.wal_id = kExampleWalId, .epoch = {}, .newest_segment = {}});
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    test::TransactionMaker maker;
    for (std::uint64_t n = 1; n <= transactions; ++n) {
      matching::TransactionView transaction = maker.next();
      if (n >= changed) {
        transaction.header.timestamp = Timestamp{transaction.header.timestamp.value() + 1};
      }
      journal.append(transaction);
      if (n % 4 == 0) {
        journal.commit();
      }
    }
    journal.close();
  }

  const path key_ = folder_.path() / "seal.key";
  const path public_key_ = folder_.path() / "seal.pub";
};

TEST_F(SealTest, AStatementIsAsFormatMdShowsIt) {
  EXPECT_EQ(load(seal("statement")), documented_statement());
}

TEST_F(SealTest, TheHashGoesOverEachClosedSegment) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  std::vector<std::string> segments;
  std::string bytes;
  JournalReader reader{root(), pool_};
  while (const auto transaction = reader.next()) {
    bytes += bytes_of(transaction->header);
    bytes.append(reinterpret_cast<const char*>(transaction->events.data()),
                 transaction->events.size());
    const std::uint64_t last = transaction->last_seq().value();
    if (last % 20 == 0 && last < 80) {
      const std::uint64_t first = last - 19;
      segments.push_back("segment " + std::to_string(first) + " " + std::to_string(last) + " " +
                         hex(sha256(bytes)));
      hash =
          sha256(hash + bytes_of(kExampleWalId) + bytes_of(first) + bytes_of(last) + sha256(bytes));
      bytes.clear();
    }
  }
  EXPECT_THAT(run({"seal", "--key", key_.string()}).lines,
              ElementsAre("betex-seal 1",
                          "wal_id 000102030405060708090a0b0c0d0e0f",
                          "after_seq 0",
                          "after_hash " + std::string(64, '0'),
                          segments[0],
                          segments[1],
                          segments[2],
                          "last_seq 60",
                          "hash " + hex(hash),
                          StartsWith("signed_by d75a980182b10ab7d54bfed3c964073a"),
                          StartsWith("signature ")));
}

TEST_F(SealTest, TheLogThatWasSealedAgrees) {
  const ToolOutput output = verify(seal("statement"));
  EXPECT_EQ(output.code, 0);
  EXPECT_THAT(output.lines, ElementsAre(HasSubstr(" sealed_to=60 seals_equal=3 seals_retired=0")));
}

TEST_F(SealTest, ALogThatWasRewrittenAgreesWithItselfOnly) {
  const path statement = seal("statement");
  rewrite(9);  // from event 21 on
  EXPECT_EQ(run({"verify", "--no-replay"}).code, 0);
  EXPECT_THAT(complaint(statement),
              HasSubstr("events 21 to 40 are not those that the statement was made of "
                        "[SealMismatch]; remedy: somebody changed the log"));
  rewrite(25);  // what was open when it was sealed
  EXPECT_EQ(verify(statement).code, 0);
}

TEST_F(SealTest, ALogThatLostItsEndIsSeen) {
  const path statement = seal("statement");
  rewrite(33, 16);
  EXPECT_EQ(run({"verify", "--no-replay"}).code, 0);
  EXPECT_THAT(complaint(statement),
              HasSubstr("the log ends at event 40, and the statement at event 60"));
}

TEST_F(SealTest, AnotherLogsStatementIsRefused) {
  const path statement = seal("statement");
  write_epoch_file(root(), {.wal_id = {9}, .epoch = {}, .newest_segment = {}});
  EXPECT_THAT(complaint(statement), HasSubstr("is of the log 000102030405060708090a0b0c0d0e0f"));
  EXPECT_EQ(run({"seal", "--key", key_.string(), "--after", statement.string()}).code, 65);
}

TEST_F(SealTest, ALaterStatementGoesOnWithoutTheRetiredSegments) {
  const path first = seal("first");
  write(4, 4);  // events 81 to 120
  retire_up_to(root(), EventSeq{40});
  const path second = seal("second", {"--after", first.string()});
  const std::string text = load(second);
  EXPECT_THAT(text, HasSubstr("\nafter_seq 60\n"));
  EXPECT_THAT(text, HasSubstr("\nsegment 61 80 "));
  EXPECT_THAT(text, HasSubstr("\nlast_seq 100\n"));
  const std::string before = load(first);
  const std::string hash = before.substr(before.find("\nhash ") + 6, 64);
  EXPECT_THAT(text, HasSubstr("\nafter_hash " + hash + "\n"));
  EXPECT_THAT(verify(second).lines, ElementsAre(HasSubstr(" sealed_to=100 seals_equal=2 ")));
  EXPECT_THAT(verify(first).lines,
              ElementsAre(HasSubstr(" sealed_to=60 seals_equal=1 seals_retired=2")));
  retire_up_to(root(), EventSeq{80});
  EXPECT_THAT(complaint(first), HasSubstr("[SequenceNotAvailable]"));
}

TEST_F(SealTest, WhereNothingWasClosedSinceTheStatementSaysTheSameAgain) {
  const path first = seal("first");
  const path second = seal("second", {"--after", first.string()});
  EXPECT_THAT(load(second), HasSubstr("\nlast_seq 60\n"));
  EXPECT_EQ(load(second).find("segment"), std::string::npos);
  EXPECT_EQ(verify(second).code, 0);
  write(2, 4);
  EXPECT_THAT(load(seal("third", {"--after", second.string()})), HasSubstr("\nsegment 61 80 "));
}

TEST_F(SealTest, TheNewestSegmentIsSealedWhereNobodyCanBeAtIt) {
  {
    const Journal journal{config(), pool_};
    EXPECT_EQ(run({"seal", "--key", key_.string(), "--all"}).code, kExitLockHeld);
    EXPECT_THAT(load(seal("beside")), HasSubstr("\nlast_seq 60\n"));
  }
  const path all = seal("all", {"--all"});
  EXPECT_THAT(load(all), HasSubstr("\nlast_seq 80\n"));
  EXPECT_EQ(verify(all).code, 0);
  EXPECT_EQ(verify(seal("again", {"--all", "--after", all.string()})).code, 0);
  write(4, 4);
  EXPECT_THAT(load(seal("next", {"--after", all.string()})), HasSubstr("\nsegment 81 100 "));
}

// As README.md has it done: by somebody who may read the log, and change nothing of it.
TEST_F(SealTest, AUserOfTheLogsGroupCanSealBesideALiveWriter) {
  constexpr uid_t kAuditor = 12346;
  constexpr gid_t kGroup = 12345;
  const std::string as_auditor = "exec setpriv --reuid " + std::to_string(kAuditor) + " --regid " +
                                 std::to_string(kGroup) + " --clear-groups " BETEX_JOURNAL_TOOL;
  if (::geteuid() != 0 || test::Child({"/bin/sh", "-c", as_auditor + " --help"}).wait() != 0) {
    GTEST_SKIP() << "only root can become somebody, who must be allowed to run the tool";
  }
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 4);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  ASSERT_EQ(::lchown(root().c_str(), 0, kGroup), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root()}) {
    ASSERT_EQ(::lchown(entry.path().c_str(), 0, kGroup), 0);
  }
  const auto seal_as_auditor = [&](const std::string& more) {
    const path statement = folder_.path() / "auditors";
    test::Child child{{"/bin/sh",
                       "-c",
                       as_auditor + " seal " + root().string() + " --key " + key_.string() + more +
                           " 2>/dev/null >" + statement.string()}};
    EXPECT_EQ(child.wait(), 0) << more;
    return load(statement);
  };
  const std::string all = seal_as_auditor("");
  EXPECT_THAT(all, HasSubstr("\nlast_seq 80\n"));
  const path earlier = folder_.path() / "earlier";
  store(earlier, all);
  EXPECT_THAT(seal_as_auditor(" --after " + earlier.string()), HasSubstr("\nafter_seq 80\n"));
}

TEST_F(SealTest, AnEarlierStatementThatTheLogDoesNotGoOnFromIsRefused) {
  const path statement = seal("statement");
  const std::vector<std::string> go_on{
      "seal", "--key", key_.string(), "--after", statement.string()};
  rewrite(33, 16);
  EXPECT_EQ(run(go_on).code, kExitCorrupt);  // the log ends before it
  rewrite(33);
  write(4, 4);
  retire_up_to(root(), EventSeq{80});
  EXPECT_EQ(run(go_on).code, kExitCorrupt);  // what comes behind it is retired
}

TEST_F(SealTest, WhatWasNotSignedByTheKeyIsNoStatement) {
  const path statement = seal("statement");
  const std::string text = load(statement);
  const auto refused = [&](const std::string& content) {
    store(statement, content);
    return complaint(statement);
  };
  std::string forged = text;
  forged.replace(forged.find("\nlast_seq 60"), 12, "\nlast_seq 40");
  EXPECT_THAT(refused(forged), HasSubstr("it is no statement"));
  for (const char* const field : {"segment 1 20 ", "after_hash "}) {
    forged = text;
    char& digit = forged[forged.find(field) + std::string{field}.size()];
    digit = digit == '0' ? '1' : '0';
    EXPECT_THAT(refused(forged), HasSubstr("[SealUnusable]")) << field;
  }
  forged = text;
  char& digit = forged[forged.find("signature ") + 12];
  digit = digit == '0' ? '1' : '0';
  EXPECT_THAT(refused(forged), HasSubstr("its signature is wrong"));
  for (const std::string& junk :
       {std::string{}, std::string{"hello\n"}, text + "\n", text + text}) {
    EXPECT_THAT(refused(junk), HasSubstr("[SealUnusable]")) << junk;
  }
  for (std::size_t size = 0; size < text.size(); size += 97) {
    EXPECT_THAT(refused(text.substr(0, size)), HasSubstr("[SealUnusable]")) << size;
  }
}

TEST_F(SealTest, AnotherKeysStatementIsRefusedAndNamesBoth) {
  const path statement = seal("statement");
  store(public_key_, kOtherPublicKey);
  EXPECT_THAT(complaint(statement), HasSubstr("it was signed by the key d75a98018"));
  EXPECT_THAT(complaint(statement), HasSubstr(", not by 3d4017c3e8438"));
  store(key_, kOtherPrivateKey);
  EXPECT_EQ(run({"seal", "--key", key_.string(), "--after", statement.string()}).code, 65);
}

TEST_F(SealTest, AFileThatIsNoKeyIsRefused) {
  const path statement = seal("statement");
  for (const std::string& content :
       {std::string{}, std::string{"no PEM"}, std::string{kPrivateKey}}) {
    store(public_key_, content);
    EXPECT_THAT(complaint(statement, kExitConfiguration), HasSubstr("holds no public Ed25519 key"));
  }
  std::filesystem::remove(public_key_);
  EXPECT_THAT(complaint(statement, kExitConfiguration), HasSubstr("cannot be read: No such file"));
  store(key_, kPublicKey);
  EXPECT_EQ(run({"seal", "--key", key_.string()}).code, kExitConfiguration);
}

TEST_F(SealTest, AKeyThatEverybodyMayReadIsNamed) {
  const path said = folder_.path() / "said";
  const auto warning = [&](const char* mode) {
    test::Child child{{"/bin/sh",
                       "-c",
                       std::string{"chmod "} + mode + " " + key_.string() +
                           "; exec " BETEX_JOURNAL_TOOL " seal --key " + key_.string() + " " +
                           root().string() + " 2>" + said.string()}};
    EXPECT_EQ(child.wait(), 0);
    return load(said);
  };
  EXPECT_THAT(warning("644"), HasSubstr("may be read by every user of this machine: chmod o-r"));
  EXPECT_EQ(warning("640"), "");
}

}  // namespace
}  // namespace betex::journal
