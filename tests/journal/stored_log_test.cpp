// A log that an earlier program wrote (stored_log/, with what `dump` said of it) must stay what it
// is: it is read, dumped and replayed as before, its snapshots are loaded, and the commands that
// led to it give its bytes again. Where the rules of the engine change on purpose, or the format
// has a new version, the tests of what is stored stay as they are; the last one needs a log of its
// own. What is stored of version 2 and later is never written anew once somebody runs a program
// that writes it.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "journal/recovery.h"
#include "journal/retirement.h"
#include "matching/engine.h"
#include "tests/journal/recording.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"
#include "tests/support/temp_folder.h"

namespace betex::journal {
namespace {

using matching::testing::record_two_days;
using matching::testing::Recording;
using matching::testing::StoredTransaction;
using test::recover_engine;
using test::RecoveredEngine;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class StoredLogTest : public test::WalTest {
 protected:
  static std::filesystem::path stored(int version) {
    return BETEX_SOURCE_DIR "/tests/journal/stored_log/version-" + std::to_string(version);
  }

  // LMDB writes its lock file even for a reader.
  void copy(int version) {
    std::filesystem::copy(
        stored(version) / "wal", root(), std::filesystem::copy_options::recursive);
  }

  static std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::ifstream stream{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    return lines;
  }

  // The line's fields, its first word among them; a text may have blanks.
  static std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields{""};
    bool in_text = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == ' ' && !in_text) {
        fields.emplace_back();
        continue;
      }
      in_text = in_text != (line[i] == '"');
      fields.back() += line[i];
      if (line[i] == '\\' && in_text) {
        fields.back() += line[++i];
      }
    }
    return fields;
  }

  // Of an event that a later program has written, its new fields say something.
  enum class NewFields { SayNothing, MaySayAnything };

  // What a later program says of an event is what was said before, but for fields that have come
  // since: 0 and empty, which is Lapse of the one enumeration that has a name for 0.
  static void expect_said(const std::string& now,
                          const std::string& before,
                          NewFields new_fields = NewFields::SayNothing) {
    const std::vector<std::string> said = fields_of(before);
    auto next = said.begin();
    std::string kept;
    for (const std::string& field : fields_of(now)) {
      const bool is_new = next == said.end() || field != *next;
      if (is_new && (new_fields == NewFields::MaySayAnything || field.ends_with("=0") ||
                     field.ends_with("=\"\"") || field == "persistence=\"Lapse\"")) {
        continue;
      }
      kept += (kept.empty() ? "" : " ") + field;
      next += next == said.end() ? 0 : 1;
    }
    EXPECT_EQ(kept, before);
  }

  // Each event of `now` is the one of `before`, or goes on where that ends.
  static bool begin_alike(const std::vector<std::vector<std::byte>>& now,
                          const std::vector<std::vector<std::byte>>& before) {
    return std::ranges::equal(now, before, [](const auto& event, const auto& first) {
      return event.size() >= first.size() &&
             std::ranges::equal(std::span{event}.first(first.size()), first);
    });
  }

  // The bytes of each event, its size in its header left out: that may be another one.
  static std::vector<std::vector<std::byte>> events_of(
      const matching::TransactionView& transaction) {
    std::vector<std::vector<std::byte>> events;
    for (std::size_t at = 0; at < transaction.events.size();) {
      const std::span<const std::byte> rest = transaction.events.subspan(at);
      auto header = *reinterpret_cast<const matching::EventHeader*>(rest.data());
      const std::size_t size = header.size;
      events.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
      header.size = 0;
      std::memcpy(events.back().data(), &header, sizeof(header));
      at += size;
    }
    return events;
  }

  // It is dumped as before, has so many kinds of events, and is replayed to the states of so many
  // snapshots.
  void expect_readable(int version, std::size_t kinds_then, std::size_t snapshots_then) {
    copy(version);
    const test::ToolOutput dump = test::run_tool(root(), {"dump"});
    EXPECT_EQ(dump.code, 0);
    const std::vector<std::string> before = lines_of(stored(version) / "dump.txt");
    ASSERT_EQ(dump.lines.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      expect_said(dump.lines[i], before[i]);
    }
    std::set<std::string> kinds;
    for (const std::string& line : dump.lines) {
      kinds.insert(line.substr(0, line.find(' ')));
    }
    EXPECT_THAT(kinds, SizeIs(kinds_then)) << "an event of every kind that there was";

    const test::ToolOutput verify = test::run_tool(root(), {"verify"});
    EXPECT_EQ(verify.code, 0);
    ASSERT_THAT(verify.lines, SizeIs(1));
    EXPECT_THAT(verify.lines[0],
                HasSubstr(" snapshots_equal=" + std::to_string(snapshots_then) + " "));
  }

  // Both where it is opened for writing and by a reader.
  void expect_refused(int version) {
    copy(version);
    for (const auto& error : {opening_error(), reading_error()}) {
      ASSERT_TRUE(error);
      EXPECT_EQ(error->fault(), Fault::UnknownVersion);
      EXPECT_EQ(error->exit_code(), 65);
      EXPECT_THAT(
          error->what(),
          HasSubstr("it has format version " + std::to_string(version) +
                    ", and this program reads versions 2 to 4 [UnknownVersion]; remedy: keep "
                    "the folder as it is, for the version of the program that wrote it; "
                    "this one starts with a new WAL_ROOT"));
    }
    for (const char* const command : {"stat", "dump", "verify", "snapshot"}) {
      EXPECT_EQ(test::run_tool(root(), {command}).code, 65) << command;
    }
  }
};

TEST_F(StoredLogTest, OfVersion1IsRefusedByName) {
  expect_refused(1);
  EXPECT_EQ(load(root() / kEpochFile), load(stored(1) / "wal" / kEpochFile)) << "nothing changed";
}

TEST_F(StoredLogTest, OfVersion2IsDumpedAndReplayedAsBefore) {
  expect_readable(2, 57, 0);  // its snapshots have not all of the state that there is now
}

TEST_F(StoredLogTest, OfVersion3IsDumpedAndReplayedAsBefore) {
  expect_readable(3, 66, 0);  // likewise
}

TEST_F(StoredLogTest, OfVersion4IsDumpedAndReplayedAsBefore) {
  expect_readable(4, 74, 4);
}

// Each value of its JSON is a number, a text or a list of either, as in that of all other events.
TEST_F(StoredLogTest, OfVersion3IsDumpedAsJson) {
  copy(3);
  const test::ToolOutput dump = test::run_tool(root(), {"dump", "--json"});
  EXPECT_EQ(dump.code, 0);
  const auto has = [&dump](const std::string& part) {
    return std::ranges::any_of(dump.lines, [&part](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(has(R"("kind":"ExchangeHalted")"));
  EXPECT_TRUE(has(R"("kind":"OperationProposed")"));
  EXPECT_TRUE(has(R"("funds":"Deposit")"));
  EXPECT_TRUE(has(R"("funds":"","new_epoch":1)"));
  EXPECT_TRUE(has(R"("share.symbol":["GALTEE","HYPERION"],"share.numerator":[1,1])"));
  EXPECT_TRUE(has(R"("cause":"MassCancelOnBehalf")"));
  EXPECT_TRUE(has(R"("reason":"ExchangeHalted")"));
  EXPECT_TRUE(has(R"("text":"Galtee More")"));
}

class EachStoredLog : public StoredLogTest, public ::testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Versions, EachStoredLog, ::testing::Values(2, 3, 4));

TEST_P(EachStoredLog, ASnapshotOfItIsLoadedAndGoesOn) {
  copy(GetParam());
  std::optional<std::uint64_t> end;
  for (const EventSeq seq : list_snapshots(root())) {
    Snapshot snapshot = load_snapshot(root(), seq);
    EXPECT_EQ(snapshot.note, "a note");
    JournalReader reader{root(), pool_, seq.next()};
    while (const auto transaction = reader.next()) {
      snapshot.engine.apply(*transaction);
    }
    EXPECT_EQ(end.value_or(snapshot.engine.state_hash()), snapshot.engine.state_hash());
    end = snapshot.engine.state_hash();
  }
  EXPECT_TRUE(end);
}

TEST_P(EachStoredLog, IsGoneOnWith) {
  copy(GetParam());
  Journal journal{config(), pool_};
  const RecoveredEngine recovered = recover_engine(journal, root());
  EXPECT_EQ(recovered.engine.last_seq(), journal.durable_seq());
  EXPECT_TRUE(recovered.warnings.empty());
}

// Without its first events it begins with what the newest snapshot has.
TEST_P(EachStoredLog, IsGoneOnWithFromItsSnapshotWhereItsBeginningIsRetired) {
  copy(GetParam());
  const EventSeq newest = list_snapshots(root()).back();
  std::filesystem::create_directory(root() / kRetiredFolder);
  retire_up_to(root(), newest);
  {
    Journal journal{config(), pool_};
    const RecoveredEngine recovered = recover_engine(journal, root());
    EXPECT_EQ(recovered.snapshot, newest);
    EXPECT_EQ(recovered.engine.last_seq(), journal.durable_seq());
    journal.close();
  }
  const std::optional<EventSeq> taken = take_snapshot(root(), pool_, {});
  EXPECT_TRUE(taken);
  EXPECT_EQ(test::run_tool(root(), {"verify"}).code, 0);
}

// What it goes on with is of the newest version, and all of it can be read then.
TEST_P(EachStoredLog, GoesOnInTheNewestVersion) {
  copy(GetParam());
  EventSeq end;
  {
    Journal journal{config(), pool_};
    RecoveredEngine recovered = recover_engine(journal, root());
    const matching::Command halt{
        .timestamp = recovered.engine.last_timestamp(),
        .body = matching::HaltExchange{.request_id = matching::Name{"later"},
                                       .transact_time = recovered.engine.last_timestamp()}};
    journal.append(recovered.engine.decide(halt));
    journal.commit();
    end = journal.durable_seq();
    EXPECT_EQ(end, recovered.engine.last_seq());
    journal.close();
  }
  EXPECT_EQ(read_epoch_file(root()).has_value(), true);
  JournalReader reader{root(), pool_, EventSeq{1}};
  EventSeq last;
  while (const auto transaction = reader.next()) {
    last = transaction->last_seq();
  }
  EXPECT_EQ(last, end);
  EXPECT_EQ(test::run_tool(root(), {"verify"}).code, 0);
}

// But for fields at the end of events, which have come since.
TEST_F(StoredLogTest, TheSameCommandsGiveTheSameBytes) {
  copy(kFormatVersion);
  const Recording recording = record_two_days();
  EXPECT_EQ(list_snapshots(root()), recording.snapshots);
  JournalReader reader{root(), pool_, EventSeq{1}};
  for (const StoredTransaction& now : recording.log) {
    const auto before = reader.next();
    ASSERT_TRUE(before);
    matching::TransactionHeader header = now.header;
    header.events_size = before->header.events_size;
    EXPECT_EQ(std::memcmp(&header, &before->header, sizeof(header)), 0);
    EXPECT_TRUE(begin_alike(events_of(now.view()), events_of(*before)))
        << "transaction " << before->header.tx_id.value();
  }
  EXPECT_FALSE(reader.next());
}

// Writes what is stored: with BETEX_STORE_ANEW=1 in place of what there is, while nobody runs a
// program that writes this version yet; else elsewhere, and then its dump is the one that is
// stored.
TEST_F(StoredLogTest, CanBeWrittenAnew) {
  const Recording recording = record_two_days();
  const test::TempFolder elsewhere;
  const bool in_place = std::getenv("BETEX_STORE_ANEW") != nullptr;
  const std::filesystem::path folder =
      in_place ? stored(kFormatVersion) : elsewhere.path() / "stored";
  std::filesystem::remove_all(folder);
  const std::filesystem::path wal = folder / "wal";
  std::filesystem::create_directories(wal);
  write_epoch_file(wal, {.wal_id = {2, 2}, .epoch = {}, .newest_segment = {}});
  {
    JournalConfig stored_config = config();
    stored_config.wal_root = wal;
    stored_config.max_segment_events = 1 + recording.log.back().view().last_seq().value() / 2;
    Journal journal{stored_config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    std::size_t written = 0;
    for (const StoredTransaction& transaction : recording.log) {
      journal.append(transaction.view());
      if (++written % 5 == 0) {
        journal.commit();
      }
    }
    journal.commit();
    journal.close();
  }
  for (const EventSeq seq : recording.snapshots) {
    take_snapshot(wal, pool_, {.up_to = seq, .note = [](EventSeq) { return "a note"; }});
  }
  std::ofstream dump{folder / "dump.txt"};
  for (const std::string& line : test::run_tool(wal, {"dump"}).lines) {
    dump << line << "\n";
  }
  std::filesystem::remove(wal / kLockFile);
  for (const auto& segment : std::filesystem::directory_iterator{wal / kSegmentsFolder}) {
    std::filesystem::remove(segment.path() / "lock.mdb");
  }
  dump.close();
  const std::vector<std::string> now = lines_of(folder / "dump.txt");
  const std::vector<std::string> before = lines_of(stored(kFormatVersion) / "dump.txt");
  ASSERT_EQ(now.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    expect_said(now[i], before[i], NewFields::MaySayAnything);
  }
}

}  // namespace
}  // namespace betex::journal
