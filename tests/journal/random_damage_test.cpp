// Thousands of randomly damaged logs: each is read to the end, or stopped at with an error. None
// gives out anything else than what was written, none leaves something out, and none crashes.
#include <random>

#include "tests/journal/wal_fixture.h"
#include "tests/support/environment.h"

namespace betex::journal {
namespace {

class RandomDamageTest : public test::WalTest {
 protected:
  RandomDamageTest() : WalTest{test::memory_folder()} {
    JournalConfig quick = config();
    quick.sync = JournalConfig::Sync::Never;
    // Leaves and branches of LMDB's tree in the first, values on pages of their own in the second.
    quick.max_segment_events = 500;
    write(quick, 250, 1);
    write(quick, 8, 40);
    transactions_ = 250 + 8 * 40;
    for (const std::string& name : segment_names()) {
      files_.push_back({data_file(name), load(data_file(name))});
    }
  }

  struct DataFile {
    std::filesystem::path path;
    std::string content;
  };

  static void overwrite(std::string& content, std::mt19937& random, std::size_t size) {
    const std::size_t at = random() % content.size();
    for (std::size_t i = at; i < std::min(at + size, content.size()); ++i) {
      content[i] = static_cast<char>(random());
    }
  }

  // One way in which a file goes bad.
  static void damage(std::string& content, std::mt19937& random) {
    constexpr std::size_t kPage = 4096;
    const std::size_t page = random() % (content.size() / kPage) * kPage;
    const std::size_t other = random() % (content.size() / kPage) * kPage;
    switch (random() % 8) {
      case 0:
      case 1:
      case 2: {  // a few flipped bits
        for (std::size_t flips = random() % 3 + 1; flips > 0; --flips) {
          const std::size_t at = random() % content.size();
          content[at] = static_cast<char>(content[at] ^ (1 << (random() % 8)));
        }
        break;
      }
      case 3: {  // a flipped bit where LMDB's own fields are
        const std::size_t at = page + random() % 160;
        content[at] = static_cast<char>(content[at] ^ (1 << (random() % 8)));
        break;
      }
      case 4:
        overwrite(content, random, random() % 64 + 1);
        break;
      case 5:  // a lost write
        content.replace(page, kPage, kPage, '\0');
        break;
      case 6:  // a misdirected one
        content.replace(page, kPage, content.substr(other, kPage));
        break;
      default:
        content.resize(random() % content.size());
        break;
    }
  }

  std::vector<DataFile> files_;
  std::size_t transactions_ = 0;
};

TEST_F(RandomDamageTest, IsReportedOrHarmlessNeverSkippedAndNeverACrash) {
  const unsigned seed = test::seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  std::mt19937 random{seed};
  const int rounds = test::is_long_run() ? 100'000 : 10'000;
  int reported = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const DataFile& file = files_[random() % files_.size()];
    std::string content = file.content;
    damage(content, random);
    store(file.path, content);
    try {
      EXPECT_EQ(read_all(), transactions_);
    } catch (const JournalError& error) {
      EXPECT_NE(std::string{error.what()}.find("remedy: "), std::string::npos);
      ++reported;
    }
    if (round % 20 == 0) {
      const bool reader_was_content = !reading_error();
      EXPECT_EQ(!opening_error(), reader_was_content);
    }
    store(file.path, file.content);
  }
  EXPECT_GT(reported, rounds / 10);
}

}  // namespace
}  // namespace betex::journal
