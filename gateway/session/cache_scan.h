// Is a session cache's file whole, and what is in it? All of it is read and held against its
// checksums before any of it is mapped: a file may be cut off, its pages of any age, its sectors
// bad.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <vector>

#include "gateway/session/cache_layout.h"
#include "journal/file_system.h"
#include "matching/types.h"

namespace betex::fix {

// Why a file is not one to go on with; one sentence without a full stop.
class CacheDamage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One of a session's blocks, and what is in it.
struct KeptBlock {
  std::uint32_t index = 0;         // in the file
  std::uint32_t records = 0;       // in the block
  std::uint64_t first_record = 0;  // of all of its shelf
  std::uint32_t used = 0;          // bytes
  matching::MsgSeqNum first{};     // numbers of its records; without any, of the last one before
  matching::MsgSeqNum last{};
  matching::EventSeq last_event{};
};

// A session's messages of one kind, in the order of their numbers.
struct Shelf {
  std::deque<KeptBlock> blocks;   // the last one is written to
  std::uint64_t records = 0;      // that were ever stored: the next one's ordinal
  std::uint64_t next_serial = 0;  // of the next block
};

struct ScannedSession {
  std::uint32_t cell = 0;
  cache::Versioned<cache::SessionValue> value{};
  Shelf reports{};
  Shelf answers{};
};

struct ScannedCache {
  cache::Header header;
  cache::Versioned<cache::Writers> writers;
  std::vector<ScannedSession> sessions;
  std::vector<std::uint32_t> free_cells;  // of sessions; the first one last
  std::vector<std::uint64_t> block_versions;
  std::vector<std::uint32_t> free_blocks;  // the first one last
};

// For each report that is kept.
using ReportVisitor =
    std::function<void(const cache::SessionValue& session, const cache::Record& report)>;

// Reads all of the file, which nobody writes to. `key` is the one that it should have. Throws
// CacheDamage; journal::JournalError where it cannot be read.
[[nodiscard]] ScannedCache scan_cache(const journal::FileDescriptor& file,
                                      std::uint64_t key,
                                      const ReportVisitor& visit);

// The file's header; throws CacheDamage where it is none. To be had without the key.
[[nodiscard]] cache::Header read_header(const journal::FileDescriptor& file);

}  // namespace betex::fix
