// A log on a shared disk. Node A's folder and node B's are two names for one disk: their data files
// are the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"
#include "journal/segment.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/transactions.h"
#include "tests/journal/wal_fixture.h"

namespace betex::test {

// Who has written a transaction.
inline constexpr std::uint32_t kA = 1;
inline constexpr std::uint32_t kB = 2;
inline constexpr std::uint32_t kC = 3;

// One node's journal, on its own name for the disk.
struct SharedDiskNode {
  explicit SharedDiskNode(journal::JournalConfig config) : wal_root{config.wal_root} {
    config.authority = &lease;
    journal = std::make_unique<journal::Journal>(config, pool);
    journal->recover(EventSeq{0}, [this](const matching::TransactionView& transaction) {
      recovered.push_back(transaction.header.origin_msg_seq_num.value());
    });
  }

  // Which node wrote a transaction stands where else the client's number does.
  void append(std::uint32_t writer, std::size_t transactions) const {
    TransactionMaker maker{journal->appended().last_tx_id, journal->appended().last_seq};
    for (std::size_t i = 0; i < transactions; ++i) {
      matching::TransactionView transaction = maker.next();
      transaction.header.origin_msg_seq_num = matching::MsgSeqNum{writer};
      journal->append(transaction);
    }
  }

  void commit(std::uint32_t writer, std::size_t transactions) const {
    append(writer, transactions);
    journal->commit();
  }

  std::filesystem::path wal_root;
  ScriptedLease lease;
  journal::EnvironmentPool pool;
  std::unique_ptr<journal::Journal> journal;
  std::vector<std::uint32_t> recovered;  // who wrote what was there
};

class TakeoverTest : public WalTest {
 protected:
  using Writers = std::vector<std::uint32_t>;
  using Names = std::vector<std::string>;

  [[nodiscard]] std::filesystem::path b() const { return folder_.path() / "b"; }

  [[nodiscard]] journal::JournalConfig on(const std::filesystem::path& wal_root) const {
    journal::JournalConfig config = this->config();
    config.wal_root = wal_root;
    config.max_segment_events = 1'000'000;
    return config;
  }

  // Opened by a gateway that knows of no other machine.
  [[nodiscard]] std::optional<journal::JournalError> local_opening_error(
      const std::filesystem::path& wal_root) {
    return error_of([&] {
      journal::Journal journal{on(wal_root), pool_};
      journal.recover(EventSeq{0}, [](const auto&) {});
    });
  }

  // `to` becomes another name for the disk: what is written into a data file here is seen there.
  static void share(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{from}) {
      const std::filesystem::path there = to / std::filesystem::relative(entry.path(), from);
      const std::string name = entry.path().filename().string();
      if (entry.is_directory()) {
        std::filesystem::create_directories(there);
      } else if (name == journal::kDataFile) {
        std::filesystem::create_hard_link(entry.path(), there);
      } else if (name == journal::kEpochFile) {
        std::filesystem::copy_file(entry.path(), there);
      }
    }
  }

  static Names names_in(const std::filesystem::path& folder) {
    Names names;
    if (std::filesystem::exists(folder)) {
      for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        names.push_back(entry.path().filename().string());
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Who wrote what a reader is shown.
  static Writers read(const std::filesystem::path& wal_root) {
    journal::EnvironmentPool pool;
    return read(wal_root, pool);
  }

  static Writers read(const std::filesystem::path& wal_root, journal::EnvironmentPool& pool) {
    Writers writers;
    journal::JournalReader reader{wal_root, pool};
    while (const auto transaction = reader.next()) {
      writers.push_back(transaction->header.origin_msg_seq_num.value());
    }
    return writers;
  }

  static std::uint32_t flags_of(const std::filesystem::path& wal_root, const std::string& segment) {
    journal::EnvironmentPool pool;
    return journal::Segment{wal_root,
                            journal::SegmentName::parse(segment).value(),
                            journal::Segment::State::Sealed,
                            pool}
        .header()
        .flags;
  }

  static std::optional<journal::JournalError> commit_error(const SharedDiskNode& node,
                                                           std::uint32_t writer) {
    return error_of([&] { node.commit(writer, 1); });
  }
};

}  // namespace betex::test
