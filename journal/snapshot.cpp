#include "journal/snapshot.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

constexpr std::size_t kDigits = 20;

std::string name_of(EventSeq seq) {
  char buffer[kDigits + 1];
  std::snprintf(buffer, sizeof(buffer), "%020llu", static_cast<unsigned long long>(seq.value()));
  return buffer;
}

struct SnapshotBytes {
  SnapshotHeader header;
  std::string content;  // header, state, note

  [[nodiscard]] std::span<const std::byte> state() const {
    return std::as_bytes(std::span{content}).subspan(sizeof(header), header.state_size);
  }

  [[nodiscard]] std::string note() const {
    return content.substr(sizeof(header) + header.state_size);
  }
};

std::span<const std::byte> behind_header(const std::string& content) {
  return std::as_bytes(std::span{content}).subspan(sizeof(SnapshotHeader));
}

[[noreturn]] void fail(EventSeq seq, const std::string& what) {
  throw JournalError{
      {.fault = Fault::SnapshotDamaged, .what = what, .segment = "snapshot " + name_of(seq)}};
}

SnapshotBytes read_snapshot(const std::filesystem::path& wal_root, EventSeq seq) {
  const std::filesystem::path file = wal_root / kSnapshotsFolder / name_of(seq) / kSnapshotFile;
  if (!std::filesystem::exists(file)) {
    fail(seq, "its file `state` is not there");
  }
  SnapshotBytes bytes{.header = {}, .content = read_file(file)};
  SnapshotHeader& header = bytes.header;
  if (bytes.content.size() < sizeof(header)) {
    fail(seq, "its file is too short for a header");
  }
  std::memcpy(&header, bytes.content.data(), sizeof(header));
  if (header.magic != kSnapshotMagic || header.checksum != checksum_of(header)) {
    fail(seq, "its header is damaged");
  }
  if (header.format_version != kFormatVersion) {
    fail(seq, "it has format version " + std::to_string(header.format_version));
  }
  if (header.last_seq != seq) {
    fail(seq, "its header says that it is of event " + std::to_string(header.last_seq.value()));
  }
  const std::span<const std::byte> rest = behind_header(bytes.content);
  if (header.note_size > rest.size() || header.state_size != rest.size() - header.note_size ||
      header.state_checksum != checksum(rest)) {
    fail(seq, "its state is damaged");
  }
  return bytes;
}

}  // namespace

std::vector<EventSeq> list_snapshots(const std::filesystem::path& wal_root) {
  std::vector<EventSeq> sequences;
  const std::filesystem::path folder = wal_root / kSnapshotsFolder;
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

Snapshot load_snapshot(const std::filesystem::path& wal_root, EventSeq seq) {
  const SnapshotBytes bytes = read_snapshot(wal_root, seq);
  const SnapshotHeader& header = bytes.header;
  try {
    Snapshot snapshot{.position = {.last_seq = header.last_seq,
                                   .last_tx_id = header.last_tx_id,
                                   .last_timestamp = header.last_timestamp,
                                   .chain = header.chain,
                                   .segment = {}},
                      .wal_id = header.wal_id,
                      .engine = matching::Engine::load(bytes.state()),
                      .note = bytes.note()};
    if (snapshot.engine.state_hash() != header.state_hash ||
        snapshot.engine.last_seq() != header.last_seq ||
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

bool is_whole(const std::filesystem::path& wal_root, EventSeq seq) {
  try {
    static_cast<void>(read_snapshot(wal_root, seq));
    return true;
  } catch (const JournalError& error) {
    if (error.fault() != Fault::SnapshotDamaged) {
      throw;
    }
    return false;
  }
}

void write_snapshot(const std::filesystem::path& wal_root, const Snapshot& snapshot) {
  const Position& position = snapshot.position;
  BETEX_ASSERT(snapshot.engine.last_seq() == position.last_seq);
  const std::filesystem::path folder = wal_root / kSnapshotsFolder;
  const std::string name = name_of(position.last_seq);
  if (std::filesystem::exists(folder / name)) {
    return;
  }
  std::string content(sizeof(SnapshotHeader), '\0');
  snapshot.engine.save([&](std::span<const std::byte> piece) {
    content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  SnapshotHeader header;
  header.note_size = static_cast<std::uint32_t>(snapshot.note.size());
  header.wal_id = snapshot.wal_id;
  header.last_seq = position.last_seq;
  header.last_tx_id = position.last_tx_id;
  header.last_timestamp = position.last_timestamp;
  header.chain = position.chain;
  header.state_hash = snapshot.engine.state_hash();
  header.state_size = content.size() - sizeof(header);
  content += snapshot.note;
  header.state_checksum = checksum(behind_header(content));
  header.checksum = checksum_of(header);
  std::memcpy(content.data(), &header, sizeof(header));

  const std::filesystem::path temporary = folder / (std::string{kNewPrefix} + name);
  std::filesystem::remove_all(temporary);  // of a process that was killed here
  create_folder(temporary);
  write_new_file(temporary / kSnapshotFile, content);
  sync_folder(temporary);
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

void remove_snapshots_below(const std::filesystem::path& wal_root, EventSeq seq) {
  for (const EventSeq old : list_snapshots(wal_root)) {
    if (old < seq) {
      std::filesystem::remove_all(wal_root / kSnapshotsFolder / name_of(old));
    }
  }
}

}  // namespace betex::journal
