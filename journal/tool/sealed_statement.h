// A signed statement over closed segments of a log (FORMAT.md, "Signed statements"): who keeps it
// where the log's owner cannot change it can tell later whether somebody rewrote them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "journal/format.h"
#include "journal/tool/signing.h"

namespace betex::journal {

struct SealedSegment {
  EventSeq first_seq;
  EventSeq last_seq;
  Digest transactions{};  // SHA-256 of their bytes, one after the other

  friend bool operator==(const SealedSegment&, const SealedSegment&) noexcept = default;
};

// Segments without a gap, the first one right behind `after_seq`.
struct SealedStatement {
  WalId wal_id{};
  EventSeq after_seq;   // where the earlier statement ends
  Digest after_hash{};  // and its hash(); zeros where there is none
  std::vector<SealedSegment> segments;

  [[nodiscard]] EventSeq last_seq() const noexcept {
    return segments.empty() ? after_seq : segments.back().last_seq;
  }

  // The chain of hashes, over the last segment.
  [[nodiscard]] Digest hash() const;
};

// The statement as it is filed.
[[nodiscard]] std::string signed_text(const SealedStatement& statement, const SigningKey& key);

// Throws SealUnusable where the file is none, or was not signed by this key.
[[nodiscard]] SealedStatement read_sealed_statement(const std::filesystem::path& file,
                                                    const PublicKey& key);

}  // namespace betex::journal
