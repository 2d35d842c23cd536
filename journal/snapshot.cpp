#include "journal/snapshot.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include <fcntl.h>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"

namespace betex::journal {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::uint64_t kSyncEvery = std::uint64_t{1} << 20U;  // of bytes that are written
constexpr std::size_t kPiece = std::size_t{1} << 20U;          // of a file that is read

std::string name_of(EventSeq seq) {
  char buffer[kDigits + 1];
  std::snprintf(buffer, sizeof(buffer), "%020llu", static_cast<unsigned long long>(seq.value()));
  return buffer;
}

// In errors.
std::string text_of(EventSeq seq) {
  return "snapshot " + name_of(seq);
}

[[noreturn]] void fail(EventSeq seq, const std::string& what) {
  throw JournalError{{.fault = Fault::SnapshotDamaged, .what = what, .segment = text_of(seq)}};
}

void require(const MayWrite& may_write, EventSeq seq) {
  if (may_write && !may_write()) {
    throw JournalError{{.fault = Fault::AuthorityLost,
                        .what = "the right to write was lost before it was in its place",
                        .segment = text_of(seq)}};
  }
}

// A snapshot's file, and its header, which was checked.
class SnapshotFile {
 public:
  SnapshotFile(const std::filesystem::path& wal_root, EventSeq seq)
      : path_{file_of_snapshot(wal_root, seq)} {
    check_folder(path_.parent_path());
    try {
      open(seq);
    } catch (...) {
      if (!std::filesystem::exists(path_)) {  // or not any more: old ones may be removed meanwhile
        fail(seq, "its file `state` is not there");
      }
      throw;
    }
  }

  [[nodiscard]] const SnapshotHeader& header() const noexcept { return header_; }

  // Gives the state and the note to `visit`, piece by piece, and then says whether they are whole;
  // ends where `visit` returns false, and says nothing.
  template <typename Visitor>
  void read(Visitor&& visit) const {
    RunningChecksum sum;
    std::vector<std::byte> piece(kPiece);
    std::uint64_t at = sizeof(header_);
    while (const std::size_t got = read_at(*file_, piece.data(), piece.size(), at)) {
      const std::span<const std::byte> bytes = std::span{piece}.first(got);
      sum.add(bytes);
      if (!visit(bytes)) {
        return;
      }
      at += got;
    }
    if (sum.value() != header_.state_checksum) {
      fail(header_.last_seq, "its state is damaged");
    }
  }

 private:
  void open(EventSeq seq) {
    file_.emplace(path_, O_RDONLY);
    if (read_at(*file_, reinterpret_cast<std::byte*>(&header_), sizeof(header_), 0) !=
        sizeof(header_)) {
      fail(seq, "its file is too short for a header");
    }
    if (header_.magic != kSnapshotMagic || header_.checksum != checksum_of(header_)) {
      fail(seq, "its header is damaged");
    }
    check_version(header_.format_version, text_of(seq));
    if (header_.last_seq != seq) {
      fail(seq, "its header says that it is of event " + std::to_string(header_.last_seq.value()));
    }
    const std::uint64_t rest = std::filesystem::file_size(path_) - sizeof(header_);
    if (header_.note_size > rest || header_.state_size != rest - header_.note_size) {
      fail(seq, "its state is damaged");
    }
  }

  std::filesystem::path path_;
  std::optional<FileDescriptor> file_;
  SnapshotHeader header_;
};

// Writes all but the name's change: the state goes from the engine to the disk piece by piece, as
// it may be as large as the memory that is left. Synced a little at a time: a commit of the journal
// beside it waits for what the file system has to write by then.
void write_file(const std::filesystem::path& path, const Snapshot& snapshot) {
  const FileDescriptor file{path, O_WRONLY | O_CREAT | O_TRUNC};
  SnapshotHeader header;
  RunningChecksum sum;
  std::uint64_t end = sizeof(header);
  std::uint64_t synced = 0;
  const auto add = [&](std::span<const std::byte> piece) {
    write_at(file, piece, end, path);
    sum.add(piece);
    end += piece.size();
    if (end - synced >= kSyncEvery) {
      sync_file(file, path);
      synced = end;
    }
  };
  snapshot.engine.save(add);
  header.state_size = end - sizeof(header);
  add(std::as_bytes(std::span{snapshot.note}));
  header.note_size = static_cast<std::uint32_t>(snapshot.note.size());
  header.wal_id = snapshot.wal_id;
  header.last_seq = snapshot.position.last_seq;
  header.last_tx_id = snapshot.position.last_tx_id;
  header.last_timestamp = snapshot.position.last_timestamp;
  header.chain = snapshot.position.chain;
  header.state_hash = snapshot.engine.state_hash();
  header.state_checksum = sum.value();
  header.checksum = checksum_of(header);
  write_at(file, std::as_bytes(std::span{&header, 1}), 0, path);
  sync_file(file, path);
}

}  // namespace

std::vector<EventSeq> list_snapshots(const std::filesystem::path& wal_root) {
  std::vector<EventSeq> sequences;
  const std::filesystem::path folder = wal_root / kSnapshotsFolder;
  check_folder(folder);
  if (!std::filesystem::exists(folder)) {
    return sequences;
  }
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    const std::string name = entry.path().filename().string();
    std::uint64_t seq = 0;
    const char* const end = name.data() + name.size();
    if (name.size() == kDigits && std::from_chars(name.data(), end, seq).ptr == end) {
      sequences.emplace_back(seq);
    }
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

Snapshot load_snapshot(const std::filesystem::path& wal_root,
                       EventSeq seq,
                       const matching::ClOrdIdKey& key) {
  const SnapshotFile file{wal_root, seq};
  const SnapshotHeader& header = file.header();
  std::vector<std::byte> content;
  content.reserve(header.state_size + header.note_size);
  file.read([&](std::span<const std::byte> piece) {
    content.insert(content.end(), piece.begin(), piece.end());
    return true;
  });
  const std::span<const std::byte> state = std::span{content}.first(header.state_size);
  const std::span<const std::byte> note = std::span{content}.subspan(header.state_size);
  try {
    Snapshot snapshot{.position = {.last_seq = header.last_seq,
                                   .last_tx_id = header.last_tx_id,
                                   .last_timestamp = header.last_timestamp,
                                   .chain = header.chain,
                                   .segment = {}},
                      .wal_id = header.wal_id,
                      .engine = matching::Engine::load(state, key),
                      .note = {reinterpret_cast<const char*>(note.data()), note.size()},
                      .format_version = header.format_version};
    // Another version's hash is over what that saves; the checksum holds all bytes in any case.
    const bool same_hash = header.format_version != kFormatVersion ||
                           snapshot.engine.state_hash() == header.state_hash;
    if (!same_hash || snapshot.engine.last_seq() != header.last_seq ||
        snapshot.engine.last_tx_id() != header.last_tx_id) {
      fail(seq, "the engine that it holds is not the one that was saved");
    }
    return snapshot;
  } catch (const JournalError&) {
    throw;
  } catch (const std::runtime_error& error) {
    fail(seq, std::string{"its state cannot be loaded: "} + error.what());
  }
}

bool is_whole(const std::filesystem::path& wal_root,
              EventSeq seq,
              const std::function<bool()>& goes_on) {
  bool ended = false;
  try {
    SnapshotFile{wal_root, seq}.read([&](std::span<const std::byte>) {
      ended = goes_on && !goes_on();
      return !ended;
    });
    return !ended;
  } catch (const JournalError& error) {
    if (error.fault() != Fault::SnapshotDamaged) {
      throw;
    }
    return false;
  }
}

SnapshotHeader header_of_snapshot(const std::filesystem::path& wal_root, EventSeq seq) {
  return SnapshotFile{wal_root, seq}.header();
}

std::filesystem::path file_of_snapshot(const std::filesystem::path& wal_root, EventSeq seq) {
  return wal_root / kSnapshotsFolder / name_of(seq) / kSnapshotFile;
}

void write_snapshot(const std::filesystem::path& wal_root,
                    const Snapshot& snapshot,
                    const MayWrite& may_write) {
  const Position& position = snapshot.position;
  BETEX_ASSERT(snapshot.engine.last_seq() == position.last_seq);
  const std::filesystem::path folder = wal_root / kSnapshotsFolder;
  const std::string name = name_of(position.last_seq);
  check_folder(folder);
  if (std::filesystem::exists(folder / name)) {
    return;
  }
  require(may_write, position.last_seq);
  const std::filesystem::path temporary = folder / (std::string{kNewPrefix} + name);
  std::filesystem::remove_all(temporary);  // of a process that was killed here
  create_folder(temporary);
  write_file(temporary / kSnapshotFile, snapshot);
  sync_folder(temporary);
  require(may_write, position.last_seq);
  rename_folder(temporary, folder / name);
}

EventSeq second_newest_snapshot(const std::filesystem::path& wal_root) {
  const std::vector<EventSeq> sequences = list_snapshots(wal_root);
  int whole = 0;
  for (auto seq = sequences.rbegin(); seq != sequences.rend(); ++seq) {
    whole += static_cast<int>(is_whole(wal_root, *seq));
    if (whole == 2) {
      return *seq;
    }
  }
  return EventSeq{0};
}

void remove_snapshot(const std::filesystem::path& wal_root, EventSeq seq) {
  std::filesystem::remove_all(wal_root / kSnapshotsFolder / name_of(seq));
}

void remove_snapshots_below(const std::filesystem::path& wal_root,
                            EventSeq seq,
                            const MayWrite& may_write) {
  for (const EventSeq old : list_snapshots(wal_root)) {
    if (old < seq && (!may_write || may_write())) {
      remove_snapshot(wal_root, old);
    }
  }
}

}  // namespace betex::journal
