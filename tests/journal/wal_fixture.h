// A WAL in a temporary folder, with the steps that most journal tests consist of.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/errors.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"
#include "journal/segment_catalog.h"
#include "tests/journal/transactions.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

using journal::EventSeq;

// In memory where that is possible: for tests that open thousands of logs and do not care about the
// disk under them.
inline std::filesystem::path memory_folder() {
  const std::filesystem::path shared_memory = "/dev/shm";
  return std::filesystem::is_directory(shared_memory) ? shared_memory
                                                      : std::filesystem::temp_directory_path();
}

class WalTest : public ::testing::Test {
 protected:
  WalTest() = default;

  explicit WalTest(const std::filesystem::path& parent) : folder_{parent} {}

  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  [[nodiscard]] std::filesystem::path segments() const { return root() / journal::kSegmentsFolder; }

  [[nodiscard]] journal::JournalConfig config() const {
    journal::JournalConfig config;
    config.wal_root = root();
    config.max_segment_events = 20;
    config.segment_map_size_bytes = std::size_t{4} << 20U;
    return config;
  }

  // One opening: recovers, then commits `batches` batches of `size` transactions and stops.
  void write(std::size_t batches, std::size_t size) { write(config(), batches, size); }

  void write(const journal::JournalConfig& with, std::size_t batches, std::size_t size) {
    journal::Journal journal{with, pool_};
    journal.recover(EventSeq{0}, [](const matching::TransactionView&) {});
    commit(journal, batches, size);
    journal.close();
  }

  static void commit(journal::Journal& journal, std::size_t batches, std::size_t size) {
    TransactionMaker maker{journal.position().last_tx_id, journal.position().last_seq};
    for (std::size_t batch = 0; batch < batches; ++batch) {
      for (std::size_t i = 0; i < size; ++i) {
        journal.append(maker.next());
      }
      journal.commit();
    }
  }

  // Reads all from `from` on; expects genuine transactions, one after the other. Returns how many.
  std::size_t read_all(EventSeq from = EventSeq{1}) {
    journal::JournalReader reader{root(), pool_, from};
    std::size_t count = 0;
    std::optional<matching::TransactionView> before;
    while (const auto transaction = reader.next()) {
      EXPECT_TRUE(is_genuine(*transaction));
      if (before) {
        EXPECT_EQ(transaction->first_seq, before->last_seq().next());
      }
      before = transaction;
      ++count;
    }
    return count;
  }

  // Recovers for writing; every transaction must be the genuine one. Returns the last one's id.
  std::uint64_t recover_genuine() { return recover_genuine(config()); }

  std::uint64_t recover_genuine(const journal::JournalConfig& with) {
    journal::Journal journal{with, pool_};
    std::uint64_t last = 0;
    journal.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
      EXPECT_EQ(transaction.header.tx_id.value(), ++last);
      EXPECT_TRUE(is_genuine(transaction));
    });
    return last;
  }

  [[nodiscard]] std::vector<std::string> segment_names() const {
    std::vector<std::string> names;
    for (const journal::SegmentName& name : journal::list_segments(segments())) {
      names.push_back(name.text());
    }
    return names;
  }

  // What opening for writing, with recovery, says; none if it is content.
  std::optional<journal::JournalError> opening_error() {
    return error_of([&] {
      journal::Journal journal{config(), pool_};
      journal.recover(EventSeq{0}, [](const matching::TransactionView&) {});
    });
  }

  // What reading from the oldest event says.
  std::optional<journal::JournalError> reading_error(EventSeq from = EventSeq{1}) {
    return error_of([&] {
      journal::JournalReader reader{root(), pool_, from};
      while (reader.next()) {
      }
    });
  }

  template <typename Function>
  static std::optional<journal::JournalError> error_of(Function&& function) {
    try {
      function();
    } catch (const journal::JournalError& error) {
      return error;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::filesystem::path data_file(const std::string& segment) const {
    return segments() / segment / journal::kDataFile;
  }

  static std::string load(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  static void store(const std::filesystem::path& file, const std::string& content) {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << content;
  }

  TempFolder folder_;
  journal::EnvironmentPool pool_;
};

}  // namespace betex::test
