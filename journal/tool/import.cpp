#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "journal/snapshot.h"
#include "journal/tool/export_format.h"
#include "journal/tool/transfer.h"

namespace betex::journal {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr std::uint64_t kSegmentEvents = 1'000'000;  // as a gateway has it that is not told

const std::string& name_of_stream() {
  static const std::string kName = "standard input";
  return kName;
}

[[noreturn]] void unusable(const std::string& what) {
  throw JournalError{{.fault = Fault::ExportUnusable, .what = what, .segment = name_of_stream()}};
}

[[noreturn]] void does_not_fit(const std::filesystem::path& wal_root, const std::string& what) {
  throw JournalError{{.fault = Fault::ExportMismatch, .what = what, .segment = wal_root.string()}};
}

// Standard input, read to the byte.
class Input {
 public:
  // Up to `to`'s size; fewer at the end.
  [[nodiscard]] static std::size_t read_some(std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t got = ::read(STDIN_FILENO, to.data() + done, to.size() - done);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        throw_io_error(errno, "read", name_of_stream());
      }
      if (got == 0) {
        break;
      }
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  // All of it, in place of `what`.
  static void read(std::span<std::byte> to, const std::string& what) {
    if (read_some(to) != to.size()) {
      unusable("the stream is cut off in " + what);
    }
  }

  template <typename Header>
  [[nodiscard]] static Header read_header(const std::string& what) {
    Header header;
    read(std::as_writable_bytes(std::span{&header, 1}), what);
    return header;
  }

  static void expect_end() {
    std::byte more{};
    if (read_some(std::span{&more, 1}) != 0) {
      unusable("something follows the stream's end");
    }
  }
};

ExportHeader read_beginning() {
  const auto header = Input::read_header<ExportHeader>("its header");
  if (header.magic != kExportMagic) {
    unusable("it is no export");
  }
  check_version(header.format_version, name_of_stream());
  if (header.checksum != checksum_of_header(header) || header.reserved != 0) {
    unusable("its header is damaged");
  }
  return header;
}

// Before anything is made in the folder.
void check_new_log(const std::filesystem::path& wal_root, const ExportHeader& header) {
  if (std::filesystem::exists(wal_root / kEpochFile)) {
    return;
  }
  if (header.last_seq.value() != 0 && header.snapshot_size == 0) {
    does_not_fit(wal_root,
                 "the stream begins after event " + std::to_string(header.last_seq.value()) +
                     " without a snapshot, and there is no log here");
  }
}

// The log ends where the stream begins, or is new where that brings a snapshot.
void check_place(const std::filesystem::path& wal_root,
                 const ExportHeader& header,
                 const Position& end) {
  const std::optional<EpochRecord> epoch_file = read_epoch_file(wal_root);
  if (header.snapshot_size != 0) {
    if (end.last_seq.value() != 0 || (epoch_file && epoch_file->epoch != WriterEpoch{}) ||
        !list_snapshots(wal_root).empty()) {
      does_not_fit(wal_root, "the stream begins with a snapshot, and the log here is not empty");
    }
    return;
  }
  if (header.last_seq != end.last_seq) {
    does_not_fit(wal_root,
                 "the stream begins after event " + std::to_string(header.last_seq.value()) +
                     ", and the log here ends at event " + std::to_string(end.last_seq.value()));
  }
  if (header.last_tx_id != end.last_tx_id || header.chain != end.chain ||
      header.last_timestamp != end.last_timestamp) {
    does_not_fit(wal_root,
                 "up to event " + std::to_string(end.last_seq.value()) +
                     " the log here has another history than the stream's");
  }
}

// Writes the snapshot's file as it comes.
void receive(const std::filesystem::path& path, std::uint64_t size) {
  const FileDescriptor file{path, O_WRONLY | O_CREAT | O_TRUNC};
  std::vector<std::byte> piece(kPiece);
  for (std::uint64_t at = 0; at < size;) {
    const std::span<std::byte> part =
        std::span{piece}.first(std::min<std::uint64_t>(piece.size(), size - at));
    Input::read(part, "its snapshot");
    write_at(file, part, at, path);
    at += part.size();
  }
  sync_file(file, path);
}

void check_snapshot(const std::filesystem::path& wal_root, const ExportHeader& header) {
  const Snapshot snapshot = [&] {
    try {
      return load_snapshot(wal_root, header.last_seq);
    } catch (const JournalError& error) {
      if (error.fault() == Fault::UnknownVersion) {
        throw;
      }
      unusable("its snapshot is damaged: " + error.sentence());
    }
  }();
  if (snapshot.wal_id != header.wal_id || snapshot.position != position_of(header)) {
    unusable("its snapshot is not the one that it begins with");
  }
}

// Verified as a whole before it has its name. Until then it stands in a log of its own.
void import_snapshot(const std::filesystem::path& wal_root, const ExportHeader& header) {
  const std::filesystem::path snapshots = wal_root / kSnapshotsFolder;
  const std::filesystem::path received = snapshots / (std::string{kNewPrefix} + "import");
  const std::filesystem::path made = file_of_snapshot(received, header.last_seq);
  std::filesystem::remove_all(received);
  try {
    create_folder(made.parent_path());
    receive(made, header.snapshot_size);
    sync_folder(made.parent_path());
    check_snapshot(received, header);
    rename_folder(made.parent_path(), file_of_snapshot(wal_root, header.last_seq).parent_path());
  } catch (const std::exception&) {
    std::filesystem::remove_all(received);
    throw;
  }
  std::filesystem::remove_all(received);
}

// A frame's transactions, as a record that begins at its key: what checks one checks the other.
class Frame {
 public:
  // False at the stream's end.
  [[nodiscard]] bool read() {
    header_ = Input::read_header<FrameHeader>("a frame's header");
    if (header_.checksum != checksum_of_header(header_) || header_.reserved != 0) {
      unusable("a frame's header is damaged");
    }
    if (header_.kind == FrameKind::End) {
      return false;
    }
    if (header_.kind != FrameKind::Transactions || header_.size > kMaxFrameSize) {
      unusable("a frame is none that this program knows");
    }
    const BatchHeader batch{.transaction_count = header_.transaction_count,
                            .event_count = header_.event_count,
                            .size = header_.size,
                            .chain = header_.chain};
    record_.resize(sizeof(batch));
    std::memcpy(record_.data(), &batch, sizeof(batch));
    // Memory as the bytes come, whatever the header promises.
    for (std::uint64_t left = header_.size; left != 0;) {
      const std::size_t at = record_.size();
      const std::size_t piece = std::min<std::uint64_t>(kPiece, left);
      record_.resize(at + piece);
      Input::read(std::span{record_}.subspan(at), "a frame");
      left -= piece;
    }
    return true;
  }

  // Behind the end's own frame.
  [[nodiscard]] Chain chain() const noexcept { return header_.chain; }

  // Everything about it, as of a record behind `before`.
  void check(const Position& before) const {
    try {
      static_cast<void>(check_record(
          {.segment = name_of_stream(), .key = before.last_seq.next(), .value = std::span{record_}},
          before));
    } catch (const JournalError& error) {
      unusable("behind event " + std::to_string(before.last_seq.value()) + ": " + error.sentence());
    }
  }

  void append_to(Journal& journal) const {
    std::span<const std::byte> rest = std::span{record_}.subspan(sizeof(BatchHeader));
    while (!rest.empty()) {
      const matching::TransactionView transaction =
          first_transaction(rest, journal.appended().last_seq.next());
      journal.append(transaction);
      rest = rest.subspan(stored_size(transaction.header));
    }
  }

 private:
  FrameHeader header_;
  std::vector<std::byte> record_;
};

void import_frames(Journal& journal, std::uint64_t& transactions) {
  Frame frame;
  while (frame.read()) {
    frame.check(journal.position());
    const TxId before = journal.position().last_tx_id;
    frame.append_to(journal);
    journal.commit();
    transactions += journal.position().last_tx_id.value() - before.value();
  }
  if (frame.chain() != journal.position().chain) {
    unusable("its end is another one than that of its events");
  }
  Input::expect_end();
}

}  // namespace

void import_log(const ImportOptions& options) {
  const std::filesystem::path& root = options.wal_root;
  const ExportHeader header = read_beginning();
  check_new_log(root, header);
  EnvironmentPool pool;
  JournalConfig config;
  config.wal_root = root;
  config.wal_id = header.wal_id;
  config.max_segment_events = kSegmentEvents;
  Journal journal{config, pool};
  check_place(root, header, journal.position());
  if (header.snapshot_size != 0) {
    import_snapshot(root, header);
  }
  journal.recover(position_of(header), [](const matching::TransactionView&) {});
  std::uint64_t transactions = 0;
  std::optional<JournalError> problem;
  try {
    import_frames(journal, transactions);
  } catch (const JournalError& error) {
    if (error.fault() != Fault::ExportUnusable) {
      throw;
    }
    problem = error;
  }
  const EventSeq last = journal.position().last_seq;
  journal.close();
  print(options.style,
        problem ? "cut_off" : "imported",
        {{.name = "after_seq", .value = header.last_seq.value()},
         {.name = "last_seq", .value = last.value()},
         {.name = "transactions", .value = transactions}});
  if (problem) {
    throw JournalError{*problem};
  }
}

}  // namespace betex::journal
