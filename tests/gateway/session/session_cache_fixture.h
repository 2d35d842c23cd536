// A session cache in a temporary folder, which is opened as often as a test says, each time for the
// boot, the journal and the sessions that the test says then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/session/session_cache.h"
#include "matching/info.h"
#include "matching/types.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

class SessionCacheTest : public testing::Test {
 protected:
  static constexpr matching::SessionId kSession{1};
  static constexpr matching::SessionEpoch kEpoch{1};
  static constexpr std::size_t kFileBytes = std::size_t{2} << 20;

  // A block of a page, and how many messages of these tests go into it.
  static constexpr std::uint32_t kBlock = 4096;
  static constexpr std::size_t kOfABlock = kBlock / fix::cache::record_bytes(12);

  static matching::SessionInfo known_session() {
    return {.session = kSession,
            .comp_id = matching::Name{"BROKER1"},
            .epoch = kEpoch,
            .next_in = matching::MsgSeqNum{5},
            .reserved_to = matching::MsgSeqNum{10'000},
            .delivered = matching::EventSeq{3}};
  }

  // A cache of blocks of a page.
  static fix::CacheLimits small(std::size_t blocks_in_file, const fix::CacheBounds& bounds = {}) {
    return {
        .file_bytes = fix::cache::first_block_at(256, static_cast<std::uint32_t>(blocks_in_file)) +
                      fix::cache::kPage + (kBlock + fix::cache::kCellBytes) * blocks_in_file,
        .block_bytes = kBlock,
        .bounds = bounds};
  }

  fix::SessionCache open(const fix::CacheLimits& limits = {.file_bytes = kFileBytes}) const {
    return fix::SessionCache{
        folder(), identity_, {.sessions = sessions_, .last_seq = last_seq_}, limits};
  }

  std::filesystem::path folder() const { return temp_.path() / "cache"; }

  static std::vector<std::string> read(const fix::SessionCache& cache,
                                       std::uint32_t first,
                                       std::uint32_t last,
                                       matching::SessionEpoch epoch = kEpoch) {
    std::vector<std::string> bytes;
    for (const auto& message :
         cache.read(kSession, epoch, matching::MsgSeqNum{first}, matching::MsgSeqNum{last})) {
      bytes.push_back(message.bytes);
    }
    return bytes;
  }

  TempFolder temp_;
  fix::CacheIdentity identity_{.boot_id = "boot", .wal_id = "wal"};
  std::vector<matching::SessionInfo> sessions_;
  matching::EventSeq last_seq_{1000};
};

}  // namespace betex::test
