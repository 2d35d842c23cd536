#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/journal_reader.h"
#include "journal/record.h"
#include "journal/snapshot.h"
#include "journal/tool/export_format.h"
#include "journal/tool/log_extent.h"
#include "journal/tool/transfer.h"

namespace betex::journal {
namespace {

constexpr std::size_t kFrameSize = std::size_t{1} << 20U;  // or one transaction, if that is larger

void write(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
    throw OutputFailed{errno};
  }
}

// With its checksum.
template <typename Header>
void write_header(Header header) {
  header.checksum = checksum_of_header(header);
  write(std::as_bytes(std::span{&header, 1}));
}

[[noreturn]] void not_available(const std::filesystem::path& wal_root, const std::string& what) {
  throw JournalError{{.fault = Fault::SequenceNotAvailable,
                      .what = what,
                      .segment = (wal_root / kSegmentsFolder).string()}};
}

// None where the log still has its first event.
std::optional<EventSeq> snapshot_to_begin_with(const std::filesystem::path& wal_root) {
  const EventSeq oldest = oldest_event(wal_root);
  if (oldest == EventSeq{1}) {
    return std::nullopt;
  }
  for (const EventSeq seq : list_snapshots(wal_root)) {
    if (seq.next() >= oldest && is_whole(wal_root, seq)) {
      return seq;
    }
  }
  not_available(wal_root,
                "the log begins with event " + std::to_string(oldest.value()) +
                    ", and there is no whole snapshot that it goes on from");
}

std::uint64_t size_of_file(const SnapshotHeader& header) noexcept {
  return sizeof(header) + header.state_size + header.note_size;
}

void write_snapshot_file(const std::filesystem::path& wal_root, EventSeq seq, std::uint64_t size) {
  const FileDescriptor file{file_of_snapshot(wal_root, seq), O_RDONLY};
  std::vector<std::byte> piece(kFrameSize);
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t got =
        read_at(file, piece.data(), std::min<std::uint64_t>(piece.size(), size - at), at);
    if (got == 0) {
      throw JournalError{{.fault = Fault::SnapshotDamaged,
                          .what = "its file has become shorter",
                          .segment = "snapshot " + std::to_string(seq.value())}};
    }
    write(std::span{piece}.first(got));
    at += got;
  }
}

// Gathers transactions and writes them frame by frame.
class Frames {
 public:
  explicit Frames(Chain before) : chain_{before} {}

  void add(const matching::TransactionView& transaction) {
    if (!bytes_.empty() && bytes_.size() + stored_size(transaction.header) > kFrameSize) {
      flush();
    }
    const std::size_t begin = bytes_.size();
    const auto header = std::as_bytes(std::span{&transaction.header, 1});
    bytes_.insert(bytes_.end(), header.begin(), header.end());
    bytes_.insert(bytes_.end(), transaction.events.begin(), transaction.events.end());
    chain_ = extend(chain_, std::span{bytes_}.subspan(begin));
    ++transactions_;
    events_ += transaction.header.event_count;
  }

  void finish() {
    if (!bytes_.empty()) {
      flush();
    }
    write_header(FrameHeader{.kind = FrameKind::End, .chain = chain_});
  }

  [[nodiscard]] Chain chain() const noexcept { return chain_; }

 private:
  void flush() {
    write_header(FrameHeader{.kind = FrameKind::Transactions,
                             .transaction_count = transactions_,
                             .event_count = events_,
                             .size = bytes_.size(),
                             .chain = chain_});
    write(bytes_);
    bytes_.clear();
    transactions_ = 0;
    events_ = 0;
  }

  Chain chain_;
  std::vector<std::byte> bytes_;
  std::uint32_t transactions_ = 0;
  std::uint32_t events_ = 0;
};

// Where the log must go on from `header`'s snapshot, or event.
void check_beginning(const std::filesystem::path& wal_root,
                     const std::optional<SnapshotHeader>& snapshot,
                     EventSeq after,
                     const Position& start) {
  if (start.last_seq != after) {
    not_available(
        wal_root,
        "event " + std::to_string(after.value()) + " is not the last one of a transaction");
  }
  if (snapshot && (snapshot->chain != start.chain || snapshot->last_tx_id != start.last_tx_id ||
                   snapshot->last_timestamp != start.last_timestamp)) {
    throw JournalError{{.fault = Fault::SnapshotMismatch,
                        .what = "the log does not go on from it",
                        .segment = "snapshot " + std::to_string(after.value())}};
  }
}

}  // namespace

void export_log(const ExportOptions& options) {
  const std::filesystem::path& root = options.wal_root;
  if (::isatty(STDOUT_FILENO) != 0) {
    throw JournalError{{.fault = Fault::BadConfiguration,
                        .what = "an export is nothing for a terminal: send it to a file or a pipe",
                        .segment = {}}};
  }
  static_cast<void>(segments_of(root));  // there is a log
  if (options.after == std::numeric_limits<std::uint64_t>::max()) {
    not_available(root, "no event has such a sequence");
  }
  const WalId wal_id = read_epoch_file(root)->wal_id;
  EventSeq after{options.after};
  std::optional<SnapshotHeader> snapshot;
  if (options.begin == ExportOptions::Begin::WithSnapshot) {
    if (const std::optional<EventSeq> seq = snapshot_to_begin_with(root)) {
      after = *seq;
      snapshot = header_of_snapshot(root, *seq);
    }
  }
  EnvironmentPool pool;
  JournalReader reader{root, pool, after.next()};
  const Position start = reader.seek();
  check_beginning(root, snapshot, after, start);
  write_header(ExportHeader{.wal_id = wal_id,
                            .last_seq = start.last_seq,
                            .last_tx_id = start.last_tx_id,
                            .last_timestamp = start.last_timestamp,
                            .chain = start.chain,
                            .snapshot_size = snapshot ? size_of_file(*snapshot) : 0});
  if (snapshot) {
    write_snapshot_file(root, after, size_of_file(*snapshot));
  }
  ProgressBar progress{after.value(), rough_end(root), ProgressBar::Output::ManyLines};
  Frames frames{start.chain};
  while (const auto transaction = reader.next()) {
    frames.add(*transaction);
    progress.show(transaction->last_seq().value());
  }
  BETEX_ASSERT(frames.chain() == reader.position().chain);
  frames.finish();
}

}  // namespace betex::journal
