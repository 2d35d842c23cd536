// A power cut at any moment: of what was not synced the disk may hold any part. A writer's file
// operations are recorded (disk_shim), the states that a disk may legally be in are built from the
// recording, and each of them must open and hold all that had been acknowledged.
//
// The model assumes nothing of the file system but POSIX: a file's bytes are safe after fsync or
// fdatasync, or at once on an O_DSYNC descriptor; a name is safe after fsync of its folder. Of the
// rest, each folder may have the first few of its changed names, and each file any of the writes,
// or any of their 512-byte sectors.
#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include "tests/journal/child.h"
#include "tests/journal/disk_recording.h"
#include "tests/journal/shim.h"
#include "tests/journal/wal_fixture.h"
#include "tests/support/environment.h"

namespace betex::journal {
namespace {

using test::Child;
using test::DiskOp;
using test::load_operations;
using test::Operation;

// How much of what was not synced has reached the disk.
enum class Luck { None, All, Some };

// The disk under a recorded process: what is safe, and what is not yet.
class Disk {
 public:
  explicit Disk(std::string root) : root_{std::move(root)} {}

  // The process has made the call; nothing of it need be on the disk yet.
  void begin(const Operation& operation) {
    switch (operation.op) {
      case DiskOp::Create:
      case DiskOp::MakeFolder: {
        const auto file = operation.op == DiskOp::Create ? std::make_shared<File>() : nullptr;
        change_name({.operation = operation, .file = file});
        break;
      }
      case DiskOp::Rename:
      case DiskOp::Remove:
        change_name({.operation = operation, .file = nullptr});
        break;
      case DiskOp::Write:
      case DiskOp::WriteSynced:
      case DiskOp::Truncate:
        seen_.at(operation.path)->pending.push_back(operation);
        break;
      case DiskOp::SyncFile:
      case DiskOp::SyncFolder:
      case DiskOp::Acknowledge:
      case DiskOp::DropCache:
      case DiskOp::Map:
        break;
    }
  }

  // The call has returned.
  void finish(const Operation& operation) {
    switch (operation.op) {
      case DiskOp::WriteSynced: {
        File& file = *seen_.at(operation.path);
        apply(file.safe, file.pending.back());
        file.pending.pop_back();
        break;
      }
      case DiskOp::SyncFile: {
        File& file = *seen_.at(operation.path);
        for (const Operation& pending : file.pending) {
          apply(file.safe, pending);
        }
        file.pending.clear();
        break;
      }
      case DiskOp::SyncFolder:
        sync_folder(operation.path);
        break;
      case DiskOp::Acknowledge:
        std::memcpy(&acknowledged_, operation.data.data(), sizeof(acknowledged_));
        break;
      default:
        break;
    }
  }

  // Puts what the disk may hold into `folder`.
  void materialise(const std::filesystem::path& folder, Luck luck, std::mt19937& random) const {
    for (const auto& [path, file] : surviving_names(luck, random)) {
      const std::filesystem::path to = folder / path.substr(root_.size() + 1);
      if (!std::filesystem::is_directory(to.parent_path())) {
        continue;
      }
      if (!file) {
        std::filesystem::create_directory(to);
        continue;
      }
      std::string content = file->safe;
      for (const Operation& pending : file->pending) {
        survive(content, pending, luck, random);
      }
      std::ofstream{to, std::ios::binary} << content;
    }
  }

  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct File {
    std::string safe;
    std::vector<Operation> pending;
  };

  using Names = std::map<std::string, std::shared_ptr<File>>;  // null: a folder

  // A name made or changed, and the file that it is given to.
  struct NameChange {
    Operation operation;
    std::shared_ptr<File> file;

    [[nodiscard]] std::string folder() const {
      return std::filesystem::path{operation.path}.parent_path().string();
    }
  };

  static void apply(Names& names, const NameChange& change) {
    const std::string& from = change.operation.path;
    if (change.operation.op == DiskOp::Remove) {
      std::erase_if(names, [&](const auto& name) {
        return name.first == from || name.first.starts_with(from + "/");
      });
      return;
    }
    if (change.operation.op != DiskOp::Rename) {
      names[from] = change.file;
      return;
    }
    const std::string& to = change.operation.second;
    Names result;
    for (const auto& [path, file] : names) {
      if (path == from || path.starts_with(from + "/")) {
        result[to + path.substr(from.size())] = file;
      } else {
        result.try_emplace(path, file);
      }
    }
    names = std::move(result);
  }

  void change_name(const NameChange& change) {
    apply(seen_, change);
    names_.push_back(change);
  }

  void sync_folder(const std::string& folder) {
    std::vector<NameChange> rest;
    for (const NameChange& change : names_) {
      if (change.folder() == folder) {
        apply(safe_, change);
        if (change.operation.op == DiskOp::Remove) {
          // A folder goes with all that was in it; a later one of that name has nothing of it.
          std::erase_if(rest, [&](const NameChange& other) {
            return other.operation.path.starts_with(change.operation.path + "/");
          });
        }
      } else {
        rest.push_back(change);
      }
    }
    names_ = std::move(rest);
  }

  // In each folder the first few of its changes, in the order in which they were made.
  [[nodiscard]] Names surviving_names(Luck luck, std::mt19937& random) const {
    Names names = safe_;
    std::map<std::string, std::size_t> left;
    for (const NameChange& change : names_) {
      ++left[change.folder()];
    }
    for (auto& [folder, count] : left) {
      count = luck == Luck::None ? 0 : luck == Luck::All ? count : random() % (count + 1);
    }
    for (const NameChange& change : names_) {
      std::size_t& count = left.at(change.folder());
      if (count > 0) {
        apply(names, change);
        --count;
      }
    }
    return names;
  }

  static void apply(std::string& content, const Operation& operation) {
    if (operation.op == DiskOp::Truncate) {
      content.resize(operation.offset);
      return;
    }
    if (content.size() < operation.offset + operation.data.size()) {
      content.resize(operation.offset + operation.data.size());
    }
    content.replace(operation.offset, operation.data.size(), operation.data);
  }

  static void survive(std::string& content,
                      const Operation& operation,
                      Luck luck,
                      std::mt19937& random) {
    if (luck == Luck::None || (luck == Luck::Some && random() % 3 == 0)) {
      return;
    }
    if (luck == Luck::All || operation.op == DiskOp::Truncate || random() % 2 == 0) {
      apply(content, operation);
      return;
    }
    constexpr std::uint64_t kSector = 512;
    for (std::uint64_t at = 0; at < operation.data.size();) {
      const std::uint64_t offset = operation.offset + at;
      const std::uint64_t size = std::min(operation.data.size() - at, kSector - offset % kSector);
      if (random() % 2 == 0) {
        Operation sector = operation;
        sector.offset = offset;
        sector.data = operation.data.substr(at, size);
        apply(content, sector);
      }
      at += size;
    }
  }

  std::string root_;
  Names seen_;                     // as the process sees them
  Names safe_;                     // of synced folders
  std::vector<NameChange> names_;  // not synced yet, in order
  std::uint64_t acknowledged_ = 0;
};

class PowerLossTest : public test::WalTest {
 protected:
  PowerLossTest() : WalTest{test::memory_folder()} {}

  // Three openings by a recorded writer; `command` is journal_child's.
  std::vector<Operation> record_writer(const std::string& command, unsigned seed) {
    const std::filesystem::path log = folder_.path() / "disk.log";
    std::filesystem::create_directory(root());
    for (unsigned opening = 0; opening < 3; ++opening) {
      Child child{
          {BETEX_JOURNAL_CHILD, command, root().string(), std::to_string(seed + opening), "12"},
          test::with_shim(root(), {"BETEX_DISK_LOG=" + log.string()})};
      child.close_input();
      static_cast<void>(child.last_acknowledged(0));
      EXPECT_EQ(child.wait(), 0);
    }
    return load_operations(log);
  }

  // Does this state of the disk open, and hold all that had been acknowledged?
  bool is_whole(const Disk& disk, Luck luck, unsigned seed) {
    std::mt19937 random{seed};
    const std::filesystem::path state = folder_.path() / "state";
    std::filesystem::remove_all(state);
    std::filesystem::create_directory(state);
    disk.materialise(state, luck, random);
    JournalConfig config = this->config();
    config.wal_root = state;
    try {
      return recover_genuine(config) >= disk.acknowledged();
    } catch (const JournalError& error) {
      fault_ = error.what();
      return false;
    }
  }

  // Tries the states at some `wanted` moments of the recording; counts those that are not whole.
  std::size_t count_losses(const std::vector<Operation>& operations,
                           std::size_t wanted,
                           unsigned seed) {
    const std::size_t step = std::max<std::size_t>(1, operations.size() / wanted);
    Disk disk{root().string()};
    std::size_t losses = 0;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      disk.begin(operations[i]);
      if (i % step == 0) {
        const unsigned moment = seed + 2 * static_cast<unsigned>(i);
        losses += is_whole(disk, Luck::None, 0) ? 0U : 1U;
        losses += is_whole(disk, Luck::All, 0) ? 0U : 1U;
        losses += is_whole(disk, Luck::Some, moment) ? 0U : 1U;
        losses += is_whole(disk, Luck::Some, moment + 1) ? 0U : 1U;
      }
      disk.finish(operations[i]);
    }
    EXPECT_GT(disk.acknowledged(), 0U);
    return losses;
  }

  // Records a writer and tries what the disk may hold; gives back the recording.
  std::vector<Operation> expect_no_losses(const std::string& command) {
    const unsigned seed = test::seed_from_environment();
    SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
    std::vector<Operation> operations = record_writer(command, seed);
    EXPECT_GT(operations.size(), 100U);
    const std::size_t wanted = test::is_long_run() ? operations.size() : 150;
    EXPECT_EQ(count_losses(operations, wanted, seed), 0U) << fault_;
    return operations;
  }

  std::string fault_;
};

TEST_F(PowerLossTest, EveryStateThatADiskMayBeInOpensAndHoldsAllThatWasAcknowledged) {
  expect_no_losses("write");
}

TEST_F(PowerLossTest, SoItIsWhereSegmentsArePreparedAheadOfTime) {
  const std::vector<Operation> operations = expect_no_losses("write-prepared");
  const auto is_handed_over = [](const Operation& operation) {
    return operation.op == DiskOp::Rename && operation.path.ends_with("/.new-prepared");
  };
  const auto is_cut_off = [](const Operation& operation) {
    return operation.op == DiskOp::Truncate && operation.path.ends_with("/data.mdb");
  };
  EXPECT_GE(std::count_if(operations.begin(), operations.end(), is_handed_over), 3);
  // Not each: a batch of 2000 needs more than was filled.
  EXPECT_GT(std::count_if(operations.begin(), operations.end(), is_cut_off), 0);
}

TEST_F(PowerLossTest, AWriterThatDoesNotSyncIsFoundOut) {
  const std::vector<Operation> operations = record_writer("write-unsynced", 1);
  EXPECT_GT(count_losses(operations, 30, 1), 10U);
}

}  // namespace
}  // namespace betex::journal
