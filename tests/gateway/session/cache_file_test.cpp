// The session cache's file as bytes: whole, cut off, with any byte changed, and as a kill behind
// any store of one message leaves it.
#include "gateway/session/cache_file.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/session/cache_scan.h"
#include "journal/errors.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using cache::BlockValue;
using cache::SessionValue;
using matching::SessionId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kKey = 0x0123456789abcdef;
constexpr std::uint32_t kSession = 7;
constexpr std::uint32_t kEpoch = 3;

using Image = std::vector<char>;

// A file of 32 KiB, and what one session would do with it.
class CacheFileTest : public testing::Test {
 protected:
  static cache::Header header() {
    cache::Header header;
    header.block_bytes = 4096;
    header.sessions = 4;
    header.blocks = 4;
    header.key = kKey;
    return header;
  }

  void make() { file_.emplace(CacheFile::make(path_, header())); }

  // What is in the file, by what a start would do with it.
  struct Seen {
    std::optional<std::string> damage;
    std::vector<std::string> sessions;   // "session/last number/reports/answers"
    std::vector<std::uint32_t> reports;  // their numbers
    std::size_t blocks = 0;
    std::size_t free_blocks = 0;

    bool operator==(const Seen&) const = default;
  };

  [[nodiscard]] Seen scan() const {
    Seen seen;
    try {
      const journal::FileDescriptor file{path_, O_RDONLY};
      const ScannedCache scanned =
          scan_cache(file, kKey, [&](const SessionValue&, const cache::Record& record) {
            seen.reports.push_back(record.number);
          });
      for (const ScannedSession& session : scanned.sessions) {
        const SessionValue& value = session.value.value;
        seen.sessions.push_back(
            std::to_string(value.session) + "/" + std::to_string(value.last_number) + "/" +
            std::to_string(value.reports) + "/" + std::to_string(value.answers));
        seen.blocks += session.reports.blocks.size() + session.answers.blocks.size();
      }
      seen.free_blocks = scanned.free_blocks.size();
    } catch (const CacheDamage& damage) {
      seen = {};
      seen.damage = damage.what();
    }
    return seen;
  }

  // ---- What a session does, as session_cache does it

  void begin_block(std::uint32_t block, bool answers) {
    file_->store_block(block,
                       ++block_versions_[block],
                       {.session = kSession,
                        .answers = answers ? 1U : 0U,
                        .serial = serials_[answers ? 1 : 0]++,
                        .first_record = records_[answers ? 1 : 0]});
    block_ = block;
    used_ = 0;
  }

  void free_block(std::uint32_t block) { file_->store_block(block, ++block_versions_[block], {}); }

  void store_record(bool answers, const std::string& message) {
    ++last_number_;
    cache::store(file_->block(block_).subspan(used_),
                 cache::record_seed(kKey, SessionId{kSession}, answers),
                 records_[answers ? 1 : 0]++,
                 {.event = answers ? 0U : 10U * last_number_,
                  .leg = 1,
                  .epoch = kEpoch,
                  .number = last_number_},
                 message);
    used_ += cache::record_bytes(message.size());
  }

  void store_state() {
    file_->store_session(2,
                         ++session_version_,
                         {.session = kSession,
                          .epoch = kEpoch,
                          .last_number = last_number_,
                          .sent_event = 10U * last_number_,
                          .reports = records_[0],
                          .answers = records_[1]});
  }

  void send(bool answers, const std::string& message) {
    store_record(answers, message);
    store_state();
  }

  // Three reports in a block, two answers in another, a block that was used and is nobody's.
  void fill() {
    make();
    file_->store_writers(1, {.now = 5, .before = 4});
    begin_block(3, false);
    free_block(3);
    serials_[0] = 0;
    begin_block(1, true);
    send(true, "answer 1");
    send(true, "answer two");
    begin_block(0, false);
    for (const char* const text : {"report 3", "a longer report 4", ""}) {
      send(false, text);
    }
  }

  // ---- The file's bytes

  [[nodiscard]] Image read() const {
    std::ifstream file{path_, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  void write(const Image& image) const {
    std::ofstream{path_, std::ios::binary | std::ios::trunc}.write(
        image.data(), static_cast<std::streamsize>(image.size()));
  }

  test::TempFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "messages-0";
  std::optional<CacheFile> file_;
  std::array<std::uint64_t, 4> block_versions_{};
  std::array<std::uint64_t, 2> serials_{};
  std::array<std::uint64_t, 2> records_{};
  std::uint64_t session_version_ = 0;
  std::uint32_t last_number_ = 0;
  std::uint32_t block_ = 0;
  std::size_t used_ = 0;
};

// ---- Words and cells ----------------------------------------------------------------------------

TEST(CacheWords, GiveTheirCountBackAndNoOtherDoes) {
  for (const std::uint64_t seed : {std::uint64_t{0}, kKey, ~std::uint64_t{0}}) {
    for (const std::uint64_t count : {0U, 1U, 2U, 77U, 1U << 20}) {
      const std::uint64_t word = cache::word_of(seed, count);
      EXPECT_EQ(cache::count_in(seed, word), count);
      for (int bit = 0; bit < 64; ++bit) {
        const std::uint64_t other = cache::count_in(seed, word ^ std::uint64_t{1} << bit);
        EXPECT_TRUE(other >= cache::kNoCount || other > count + 2 || other + 2 < count)
            << "bit " << bit << " of " << count << " makes " << other;
      }
    }
  }
}

TEST(CacheWords, ZerosAreNoWord) {
  const std::uint64_t seed = cache::seed_of(kKey, cache::Table::Blocks, 5);
  EXPECT_GE(cache::count_in(seed, 0), cache::kNoCount);
  EXPECT_FALSE(cache::load(cache::Cell<BlockValue>{}, seed).has_value());
}

TEST(CacheCells, HaveTheLastValueAndAreRightInTheirPlaceOnly) {
  const std::uint64_t seed = cache::seed_of(kKey, cache::Table::Blocks, 5);
  cache::Cell<BlockValue> cell;
  cell.word = cache::word_of(seed, 0);
  EXPECT_EQ(cache::load(cell, seed).value().version, 0U);
  for (std::uint32_t version = 1; version <= 5; ++version) {
    cache::store(cell, seed, version, {.session = version});
    EXPECT_EQ(cache::load(cell, seed).value().value.session, version);
  }
  EXPECT_FALSE(cache::load(cell, cache::seed_of(kKey, cache::Table::Blocks, 6)).has_value());
  EXPECT_FALSE(cache::load(cell, cache::seed_of(kKey, cache::Table::Sessions, 5)).has_value());
  EXPECT_FALSE(cache::load(cell, cache::seed_of(kKey + 1, cache::Table::Blocks, 5)).has_value());
}

TEST(CacheGeometry, BlocksFitIntoTheSizeThatWasAskedFor) {
  for (const std::size_t bytes : {std::size_t{0},
                                  std::size_t{100'000},
                                  std::size_t{16} << 20,
                                  (std::size_t{1} << 30) + 12345}) {
    for (const std::uint32_t sessions : {1U, 256U, 5000U}) {
      cache::Header header;
      header.sessions = sessions;
      header.blocks = cache::blocks_in(bytes, sessions, header.block_bytes);
      if (header.blocks != 0) {
        EXPECT_LE(cache::file_bytes(header), bytes);
        EXPECT_GT(cache::file_bytes(header) + 3 * std::size_t{header.block_bytes}, bytes);
      }
    }
  }
}

// ---- The file -----------------------------------------------------------------------------------

TEST_F(CacheFileTest, IsThereAsAWholeFromTheStart) {
  make();

  struct stat info {};

  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(static_cast<std::size_t>(info.st_size), cache::file_bytes(header()));
  EXPECT_GE(info.st_blocks * 512, info.st_size) << "a store would need room";
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const Seen seen = scan();
  EXPECT_EQ(seen.damage, std::nullopt);
  EXPECT_THAT(seen.sessions, IsEmpty());
  EXPECT_EQ(seen.free_blocks, 4U);
}

TEST_F(CacheFileTest, GivesBackWhatWasStored) {
  fill();
  const Seen seen = scan();
  EXPECT_EQ(seen.damage, std::nullopt);
  EXPECT_THAT(seen.sessions, ElementsAre("7/5/3/2"));
  EXPECT_THAT(seen.reports, ElementsAre(3U, 4U, 5U));
  EXPECT_EQ(seen.blocks, 2U);
  EXPECT_EQ(seen.free_blocks, 2U);
}

TEST_F(CacheFileTest, ReplacesOneThatIsThereAndIsNotMadeWhereThereIsNoRoom) {
  std::ofstream{path_} << "of another day";
  make();
  EXPECT_EQ(scan().damage, std::nullopt);

  cache::Header huge = header();
  huge.blocks = std::numeric_limits<std::uint32_t>::max();
  huge.block_bytes = 1U << 30;
  const auto path = folder_.path() / "huge";
  EXPECT_THROW(static_cast<void>(CacheFile::make(path, huge)), journal::JournalError);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(CacheFileTest, OfAnotherKeyOrVersionIsNotGoneOnWith) {
  fill();
  const auto scan_of = [&](cache::Header changed, std::uint64_t key) {
    changed.checksum = cache::checksum_of(changed);
    Image image = read();
    std::memcpy(image.data(), &changed, sizeof changed);
    write(image);
    try {
      const journal::FileDescriptor file{path_, O_RDONLY};
      static_cast<void>(scan_cache(file, key, [](const auto&, const auto&) {}));
    } catch (const CacheDamage& damage) {
      return std::string{damage.what()};
    }
    return std::string{};
  };
  cache::Header right = header();
  EXPECT_EQ(scan_of(right, kKey), "");
  EXPECT_THAT(scan_of(right, kKey + 1), HasSubstr("another cache's"));
  right.version = cache::kVersion + 1;
  EXPECT_THAT(scan_of(right, kKey), HasSubstr("another version"));
  right = header();
  right.files = 2;
  EXPECT_THAT(scan_of(right, kKey), HasSubstr("one of several"));
  right = header();
  right.blocks = 5;
  EXPECT_THAT(scan_of(right, kKey), HasSubstr("size"));
  right.blocks = 0xffffffff;
  EXPECT_THAT(scan_of(right, kKey), HasSubstr("size"));
}

// ---- Damage -------------------------------------------------------------------------------------

TEST_F(CacheFileTest, OneThatIsCutOffOrHasMoreIsFound) {
  fill();
  const Image whole = read();
  for (std::size_t left = 0; left < whole.size(); left += 509) {
    write({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(left)});
    EXPECT_NE(scan().damage, std::nullopt) << left;
  }
  Image more = whole;
  more.push_back(0);
  write(more);
  EXPECT_NE(scan().damage, std::nullopt);
}

TEST_F(CacheFileTest, AnyByteThatIsChangedIsFoundOrMeantNothing) {
  fill();
  const Seen before = scan();
  const Image whole = read();
  std::mt19937 random{1};
  std::size_t found = 0;
  std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
  const auto put = [&](std::size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
  };
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const auto bits = static_cast<char>(1 << random() % 8);
    put(at, static_cast<char>(whole[at] ^ bits));
    const Seen seen = scan();
    found += seen.damage ? 1U : 0U;
    ASSERT_TRUE(seen.damage || seen == before) << "byte " << at;
    put(at, whole[at]);
  }
  // The header, the words, the values that count, the records.
  EXPECT_GT(found, sizeof(cache::Header) + 4 * (8 + 64) + 5 * sizeof(cache::Record));
}

TEST_F(CacheFileTest, ABlockOfNothingOrOfAnotherPlaceIsFound) {
  fill();
  const Image whole = read();
  const std::size_t first = cache::first_block_at(4, 4);
  const auto block = [&](Image& image, std::size_t index) {
    return image.begin() + static_cast<std::ptrdiff_t>(first + index * 4096);
  };
  Image changed = whole;
  std::fill_n(block(changed, 0), 4096, '\0');
  write(changed);
  EXPECT_THAT(scan().damage.value(), HasSubstr("checksum"));
  changed = whole;
  std::swap_ranges(block(changed, 0), block(changed, 0) + 4096, block(changed, 1));
  write(changed);
  EXPECT_THAT(scan().damage.value(), HasSubstr("checksum"));
  for (std::size_t page = 0; page < first / cache::kPage; ++page) {
    changed = whole;
    std::fill_n(changed.begin() + static_cast<std::ptrdiff_t>(page * cache::kPage), 4096, '\0');
    write(changed);
    EXPECT_NE(scan().damage, std::nullopt) << "page " << page;
  }
}

TEST_F(CacheFileTest, ARecordThatIsMissingIsFound) {
  fill();
  --last_number_;
  --records_[0];
  store_record(false, "again, longer than the one that was there");  // report 5
  ++last_number_;
  ++records_[0];
  store_state();  // says that there is one more
  EXPECT_THAT(scan().damage.value(), HasSubstr("checksum"));
}

TEST_F(CacheFileTest, ABlockThatIsMissingIsFound) {
  fill();
  begin_block(2, false);
  send(false, "report 6");
  begin_block(3, false);
  send(false, "report 7");
  EXPECT_EQ(scan().damage, std::nullopt);
  free_block(2);
  EXPECT_THAT(scan().damage.value(), HasSubstr("is missing"));
}

// ---- A kill -------------------------------------------------------------------------------------

// One store after the other of what session_cache does for a message that needs a block. Each of
// the file's images in between is that of a kill.
class KilledTest : public CacheFileTest {
 protected:
  struct Store {
    std::size_t at;
    std::size_t size;
    bool in_one;  // a word: there is no half of it
  };

  static std::size_t cell_at(std::size_t table, std::uint32_t index) {
    return table + index * cache::kCellBytes;
  }

  static Store word_of_cell(std::size_t cell) {
    return {.at = cell, .size = sizeof(std::uint64_t), .in_one = true};
  }

  static Store value_of_cell(std::size_t cell, std::uint64_t version) {
    return {.at = cell + cache::kCellBytes - (version % 2 == 0 ? 128U : 64U),
            .size = 64,
            .in_one = false};
  }

  // The images that kills between the two leave, in the order of `stores`; each store's bytes come
  // in any order, so a few are tried.
  void for_each_kill(const Image& before,
                     const Image& after,
                     const std::vector<Store>& stores,
                     const std::function<void(bool done)>& check) {
    Image image = before;
    for (const Store& store : stores) {
      const auto from = after.begin() + static_cast<std::ptrdiff_t>(store.at);
      const auto to = image.begin() + static_cast<std::ptrdiff_t>(store.at);
      for (std::size_t size = 0; !store.in_one && size < store.size; ++size) {
        Image torn = image;
        std::copy_n(from, size, torn.begin() + static_cast<std::ptrdiff_t>(store.at));
        write(torn);
        check(false);
        torn = image;  // from the other end
        std::copy(from + static_cast<std::ptrdiff_t>(store.size - size),
                  from + static_cast<std::ptrdiff_t>(store.size),
                  torn.begin() + static_cast<std::ptrdiff_t>(store.at + store.size - size));
        write(torn);
        check(false);
      }
      std::copy_n(from, store.size, to);
      write(image);
      check(&store == &stores.back());
    }
    EXPECT_EQ(image, after) << "something else was stored too";
  }
};

TEST_F(KilledTest, WhereverTheMessageIsThereOrItIsNot) {
  fill();
  const Image before = read();
  const Seen without = scan();
  begin_block(2, false);
  send(false, "the report that a kill comes into");
  const Image after = read();
  const Seen with = scan();
  ASSERT_THAT(with.sessions, ElementsAre("7/6/4/2"));

  const std::size_t block_cell = cell_at(cache::blocks_table_at(4), 2);
  const std::size_t session_cell = cell_at(cache::kSessionsAt, 2);
  const std::size_t record = cache::first_block_at(4, 4) + std::size_t{2} * 4096;
  const std::size_t size = cache::record_bytes(33);
  ASSERT_EQ(std::string{"the report that a kill comes into"}.size(), 33U);
  std::size_t kills = 0;
  for_each_kill(before,
                after,
                {value_of_cell(block_cell, block_versions_[2]),
                 word_of_cell(block_cell),
                 {.at = record + 8, .size = size - 8, .in_one = false},
                 {.at = record, .size = 8, .in_one = true},
                 value_of_cell(session_cell, session_version_),
                 word_of_cell(session_cell)},
                [&](bool done) {
                  const Seen seen = scan();
                  ++kills;
                  ASSERT_EQ(seen.damage, std::nullopt) << "kill " << kills;
                  EXPECT_EQ(seen.sessions, (done ? with : without).sessions) << "kill " << kills;
                  EXPECT_EQ(seen.reports, (done ? with : without).reports) << "kill " << kills;
                });
  EXPECT_GT(kills, 2 * (64 + 64 + size - 8));
}

TEST_F(KilledTest, ABlockIsFreedOrItIsNot) {
  fill();
  begin_block(2, false);
  send(false, "report 6");
  const Image before = read();
  free_block(0);  // the oldest reports'
  const Image after = read();
  const std::size_t cell = cell_at(cache::blocks_table_at(4), 0);
  for_each_kill(
      before, after, {value_of_cell(cell, block_versions_[0]), word_of_cell(cell)}, [&](bool done) {
        const Seen seen = scan();
        ASSERT_EQ(seen.damage, std::nullopt);
        EXPECT_THAT(
            seen.reports,
            done ? testing::Matcher<std::vector<std::uint32_t>>(ElementsAre(6U))
                 : testing::Matcher<std::vector<std::uint32_t>>(ElementsAre(3U, 4U, 5U, 6U)));
      });
}

}  // namespace
}  // namespace betex::fix
