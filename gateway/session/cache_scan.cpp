#include "gateway/session/cache_scan.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace betex::fix {

using cache::BlockValue;
using cache::Record;
using cache::SessionValue;
using cache::Table;
using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionId;

namespace {

// Nobody makes greater ones; a header that says so is read no further.
constexpr std::uint32_t kMostSessions = 1U << 24;
constexpr std::uint32_t kMostBlocks = 1U << 24;
constexpr std::uint32_t kMostBlockBytes = 1U << 24;

std::size_t size_of(const journal::FileDescriptor& file) {
  struct stat info {};

  if (::fstat(file.get(), &info) != 0) {
    journal::throw_io_error(errno, "fstat", "the session cache");
  }
  return static_cast<std::size_t>(info.st_size);
}

void read_all(const journal::FileDescriptor& file, std::span<std::byte> to, std::size_t at) {
  if (journal::read_at(file, to.data(), to.size(), at) != to.size()) {
    throw CacheDamage{"the file is cut off"};
  }
}

template <typename Value>
std::vector<cache::Versioned<Value>> read_cells(const journal::FileDescriptor& file,
                                                std::uint64_t key,
                                                Table table,
                                                std::size_t at,
                                                std::uint32_t count) {
  std::vector<cache::Cell<Value>> cells(count);
  read_all(file, std::as_writable_bytes(std::span{cells}), at);
  std::vector<cache::Versioned<Value>> values;
  values.reserve(count);
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto value = cache::load(cells[index], cache::seed_of(key, table, index));
    if (!value) {
      throw CacheDamage{"entry " + std::to_string(index) + " of table " +
                        std::to_string(static_cast<std::uint64_t>(table)) + " is damaged"};
    }
    values.push_back(*value);
  }
  return values;
}

struct OwnedBlock {
  std::uint32_t index = 0;
  BlockValue value;
};

// Of one session and kind, by serial.
using OwnedBlocks = std::map<std::uint64_t, OwnedBlock>;

class Scan {
 public:
  Scan(const journal::FileDescriptor& file, const cache::Header& header, const ReportVisitor& visit)
      : file_{file}, visit_{visit} {
    found_.header = header;
  }

  ScannedCache run() {
    const cache::Header& header = found_.header;
    found_.writers =
        read_cells<cache::Writers>(file_, header.key, Table::Writers, cache::kWritersAt, 1).front();
    find_sessions();
    find_blocks();
    for (ScannedSession& session : found_.sessions) {
      const SessionValue& value = session.value.value;
      session.reports.records = value.reports;
      session.answers.records = value.answers;
      fill(session, session.reports, false);
      fill(session, session.answers, true);
    }
    if (!owned_.empty()) {
      throw CacheDamage{"a block belongs to a session that is not there"};
    }
    return std::move(found_);
  }

 private:
  void find_sessions() {
    const auto cells = read_cells<SessionValue>(
        file_, found_.header.key, Table::Sessions, cache::kSessionsAt, found_.header.sessions);
    std::map<std::uint32_t, std::uint32_t> seen;
    for (std::uint32_t cell = found_.header.sessions; cell-- > 0;) {
      const std::uint32_t session = cells[cell].value.session;
      if (session == 0) {
        found_.free_cells.push_back(cell);
      } else if (!seen.emplace(session, cell).second) {
        throw CacheDamage{"session " + std::to_string(session) + " is there twice"};
      } else {
        found_.sessions.push_back({.cell = cell, .value = cells[cell]});
      }
    }
  }

  void find_blocks() {
    const auto cells = read_cells<BlockValue>(file_,
                                              found_.header.key,
                                              Table::Blocks,
                                              cache::blocks_table_at(found_.header.sessions),
                                              found_.header.blocks);
    found_.block_versions.resize(cells.size());
    for (auto index = static_cast<std::uint32_t>(cells.size()); index-- > 0;) {
      const BlockValue& value = cells[index].value;
      found_.block_versions[index] = cells[index].version;
      if (value.session == 0) {
        found_.free_blocks.push_back(index);
        continue;
      }
      const OwnedBlock block{.index = index, .value = value};
      if (!owned_[{value.session, value.answers != 0}].emplace(value.serial, block).second) {
        throw CacheDamage{"two blocks have the same place"};
      }
    }
  }

  void fill(const ScannedSession& session, Shelf& shelf, bool answers) {
    const auto owned = owned_.extract({session.value.value.session, answers});
    if (owned.empty()) {
      return;
    }
    const OwnedBlocks& blocks = owned.mapped();
    for (auto block = blocks.begin(); block != blocks.end(); ++block) {
      const auto next = std::next(block);
      const bool last = next == blocks.end();
      const std::uint64_t end = last ? shelf.records : next->second.value.first_record;
      const std::uint64_t first = block->second.value.first_record;
      if ((!last && next->first != block->first + 1) || end < first ||
          end - first > found_.header.block_bytes / sizeof(Record)) {
        throw CacheDamage{"a block of session " + std::to_string(session.value.value.session) +
                          " is missing"};
      }
      shelf.blocks.push_back({.index = block->second.index,
                              .records = static_cast<std::uint32_t>(end - first),
                              .first_record = first});
      read_block(session.value.value, shelf, answers);
      shelf.next_serial = block->first + 1;
    }
  }

  // The last one of the shelf, whose records are counted already.
  void read_block(const SessionValue& session, Shelf& shelf, bool answers) {
    KeptBlock& block = shelf.blocks.back();
    bytes_.resize(found_.header.block_bytes);
    read_all(file_,
             bytes_,
             cache::first_block_at(found_.header.sessions, found_.header.blocks) +
                 std::size_t{block.index} * found_.header.block_bytes);
    const std::uint64_t seed =
        cache::record_seed(found_.header.key, SessionId{session.session}, answers);
    MsgSeqNum before = last_number_before(shelf);
    block.first = before;
    block.last = before;
    for (std::uint32_t i = 0; i < block.records; ++i) {
      const auto place = std::span<const std::byte>{bytes_}.subspan(block.used);
      const std::uint64_t ordinal = block.first_record + i;
      const auto record = cache::record_at(place, seed, ordinal);
      if (!record || !cache::is_whole(place, *record, seed, ordinal)) {
        throw CacheDamage{"a message's checksum is wrong"};
      }
      const MsgSeqNum number{record->number};
      if (record->epoch != session.epoch || number <= before ||
          number.value() > session.last_number || (record->event == 0) != answers) {
        throw CacheDamage{"a message is not where it belongs"};
      }
      before = number;
      block.first = i == 0 ? number : block.first;
      block.last = number;
      block.last_event = std::max(block.last_event, EventSeq{record->event});
      block.used += static_cast<std::uint32_t>(cache::record_bytes(record->size));
      if (!answers) {
        visit_(session, *record);
      }
    }
  }

  [[nodiscard]] static MsgSeqNum last_number_before(const Shelf& shelf) {
    return shelf.blocks.size() < 2 ? MsgSeqNum{} : shelf.blocks[shelf.blocks.size() - 2].last;
  }

  const journal::FileDescriptor& file_;
  const ReportVisitor& visit_;
  ScannedCache found_;
  std::map<std::pair<std::uint32_t, bool>, OwnedBlocks> owned_;
  std::vector<std::byte> bytes_;
};

}  // namespace

cache::Header read_header(const journal::FileDescriptor& file) {
  cache::Header header;
  read_all(file, std::as_writable_bytes(std::span{&header, 1}), 0);
  if (header.magic != cache::kMagic || header.checksum != cache::checksum_of(header)) {
    throw CacheDamage{"its header is damaged"};
  }
  if (header.version != cache::kVersion) {
    throw CacheDamage{"it is of another version"};
  }
  return header;
}

ScannedCache scan_cache(const journal::FileDescriptor& file,
                        std::uint64_t key,
                        const ReportVisitor& visit) {
  const cache::Header header = read_header(file);
  if (header.key != key) {
    throw CacheDamage{"it is another cache's"};
  }
  if (header.files != 1 || header.file != 0) {
    throw CacheDamage{"it is one of several"};
  }
  if (header.sessions > kMostSessions || header.blocks > kMostBlocks ||
      header.block_bytes > kMostBlockBytes || header.block_bytes % cache::kPage != 0 ||
      size_of(file) != cache::file_bytes(header)) {
    throw CacheDamage{"its size is not what its header says"};
  }
  return Scan{file, header, visit}.run();
}

}  // namespace betex::fix
