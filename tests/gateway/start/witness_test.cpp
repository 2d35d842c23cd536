// The file beside the log that says how far it was.
#include "gateway/start/witness.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/errors.h"
#include "tests/support/log_capture.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using journal::Fault;
using matching::EventSeq;
using ::testing::HasSubstr;

journal::WalId id(std::uint8_t last) {
  journal::WalId id{};
  id.front() = 0xfe;
  id.back() = last;
  return id;
}

class WitnessTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string text() const {
    std::ifstream stream{file_, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  void write(const std::string& text) const { std::ofstream{file_, std::ios::binary} << text; }

  // What holding the log against it complains about.
  [[nodiscard]] std::optional<journal::JournalError> complaint(const Witness& log) const {
    try {
      check_against_witness(file_, log);
    } catch (const journal::JournalError& error) {
      return error;
    }
    return std::nullopt;
  }

  betex::test::TempFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "witness";
  const Witness log_{.wal_id = id(7), .durable = EventSeq{90'211}};
};

TEST_F(WitnessTest, IsReadAsItWasWritten) {
  EXPECT_EQ(read_witness(file_), std::nullopt);
  write_witness(file_, log_);
  EXPECT_EQ(read_witness(file_), log_);
  const Witness later{.wal_id = id(8), .durable = EventSeq{~std::uint64_t{0}}};
  write_witness(file_, later);
  EXPECT_EQ(read_witness(file_), later);
}

TEST_F(WitnessTest, CanBeReadByPeople) {
  write_witness(file_, log_);
  EXPECT_THAT(text(),
              ::testing::MatchesRegex("betex-witness 1\n"
                                      "wal_id fe000000000000000000000000000007\n"
                                      "durable 90211\n"
                                      "checksum [0-9a-f]+\n"));
}

TEST_F(WitnessTest, ALogThatHasComeAsFarOrFurtherPasses) {
  EXPECT_FALSE(complaint(log_).has_value()) << "there is none yet";
  write_witness(file_, log_);
  EXPECT_FALSE(complaint(log_).has_value());
  EXPECT_FALSE(complaint({.wal_id = log_.wal_id, .durable = log_.durable.next()}).has_value());
}

TEST_F(WitnessTest, ALogThatEndsBeforeItDoesNot) {
  write_witness(file_, log_);
  const auto error = complaint({.wal_id = log_.wal_id, .durable = EventSeq{90'210}});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::WitnessAhead);
  EXPECT_EQ(error->exit_code(), 65);
  EXPECT_THAT(error->what(),
              HasSubstr("event 90211 was durable, and the log ends with event 90210"));
  EXPECT_THAT(error->what(), HasSubstr(file_.string()));
  EXPECT_THAT(error->what(), HasSubstr("--new-epochs"));
}

TEST_F(WitnessTest, NorDoesAnotherLog) {
  write_witness(file_, log_);
  const auto error = complaint({.wal_id = id(8), .durable = EventSeq{1'000'000}});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::WitnessForeign);
  EXPECT_EQ(error->exit_code(), 65);
  EXPECT_THAT(error->what(), HasSubstr("of the log fe000000000000000000000000000007"));
}

// Whatever has happened to it, it is not taken for one that says less.
TEST_F(WitnessTest, ADamagedOneIsSaidToBeSo) {
  write_witness(file_, log_);
  const std::string whole = text();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write(damaged);
    const auto error = complaint(log_);
    ASSERT_TRUE(error.has_value()) << "byte " << i;
    EXPECT_THAT(error->fault(), ::testing::AnyOf(Fault::WitnessDamaged, Fault::UnknownVersion))
        << "byte " << i;
    EXPECT_EQ(error->exit_code(), 65);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(whole.substr(0, size));
    ASSERT_TRUE(complaint(log_).has_value()) << size << " bytes";
  }
  write(whole + "\n");
  EXPECT_TRUE(complaint(log_).has_value());
}

TEST_F(WitnessTest, OneOfALaterVersionIsNotTakenForDamage) {
  write("betex-witness 2\nwal_id of another form\n");
  const auto error = complaint(log_);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::UnknownVersion);
}

// What is not there now, a disk that is not mounted say, may know more than the log.
TEST_F(WitnessTest, ALinkToNowhereIsNotTakenForNone) {
  for (const auto& target : {folder_.path() / "nowhere", file_}) {
    std::filesystem::create_symlink(target, file_);
    const auto error = complaint(log_);
    ASSERT_TRUE(error.has_value()) << target;
    EXPECT_THAT(error->what(), HasSubstr(file_.string()));
    std::filesystem::remove(file_);
  }
}

// ---- The thread ---------------------------------------------------------------------------------

class WitnessThreadTest : public WitnessTest {
 protected:
  [[nodiscard]] bool comes_to(std::uint64_t durable) const {
    const Witness wanted{.wal_id = log_.wal_id, .durable = EventSeq{durable}};
    return betex::test::comes_to([&] { return read_witness(file_) == wanted; });
  }

  std::atomic<std::uint64_t> durable_{1};
};

TEST_F(WitnessThreadTest, FollowsTheLog) {
  const WitnessThread thread{file_, log_.wal_id, [this] { return EventSeq{durable_.load()}; }, 1ms};
  EXPECT_TRUE(comes_to(1));
  durable_ = 5;
  EXPECT_TRUE(comes_to(5));
}

// Counts how often it is asked how far it is: by then what it said before has been written, or not.
class AskedLog {
 public:
  [[nodiscard]] EventSeq durable() {
    ++asked_;
    return EventSeq{1};
  }

  [[nodiscard]] bool has_asked(int times) const {
    return betex::test::comes_to([&] { return asked_ >= times; });
  }

 private:
  std::atomic<int> asked_{0};
};

TEST_F(WitnessThreadTest, WritesAgainWhatCouldNotBeWrittenAndSaysSoOnce) {
  const betex::test::LogCapture log;
  AskedLog asked;
  std::filesystem::create_directory(file_);
  {
    const WitnessThread thread{file_, log_.wal_id, [&asked] { return asked.durable(); }, 1ms};
    EXPECT_TRUE(asked.has_asked(10));
    std::filesystem::remove(file_);
    EXPECT_TRUE(comes_to(1));
  }
  EXPECT_EQ(log.count("the witness is not written"), 1U) << log.text();
  EXPECT_THAT(log.text(), HasSubstr("the witness is written again"));
}

TEST_F(WitnessThreadTest, WritesOnceMoreAtItsEnd) {
  {
    const WitnessThread thread{
        file_, log_.wal_id, [this] { return EventSeq{durable_.load()}; }, 1h};
    EXPECT_TRUE(comes_to(1));
    durable_ = 5;
  }
  EXPECT_EQ(read_witness(file_), (Witness{.wal_id = log_.wal_id, .durable = EventSeq{5}}));
}

// Where it waited for its next turn ctest would end it; so with the next.
TEST_F(WitnessThreadTest, EndsThoughItCannotWrite) {
  std::filesystem::create_directory(file_);
  {
    const WitnessThread thread{
        file_, log_.wal_id, [this] { return EventSeq{durable_.load()}; }, 1h};
  }
  EXPECT_TRUE(std::filesystem::is_directory(file_));
}

TEST_F(WitnessThreadTest, EndsAtOnceHoweverLongItWouldRest) {
  const WitnessThread thread{file_, log_.wal_id, [this] { return EventSeq{durable_.load()}; }, 1h};
  EXPECT_TRUE(comes_to(1));
}

}  // namespace
}  // namespace betex::gateway::testing
