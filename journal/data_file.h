// Checks the structure of LMDB's data.mdb before LMDB sees it. LMDB trusts its pages: a truncated
// file is a SIGBUS, a damaged page an abort() or a wild read. What passes here cannot crash it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace betex::journal {

struct DataFileEnd {
  std::uint64_t txn_id = 0;  // of the newest commit
  std::uint64_t bytes = 0;   // up to the end of the last page that it knows

  friend bool operator==(const DataFileEnd&, const DataFileEnd&) noexcept = default;
};

// Both meta pages are whole, of neighbouring commits, and of a file that our writer could have
// made. Throws MetaDamaged or FileTruncated, naming `segment`.
DataFileEnd check_metas(const std::filesystem::path& data_file, const std::string& segment);

// Every page that the commit `txn_id` can reach is in the file and is what it should be. Throws
// PageDamaged or FileTruncated. False where neither meta page is of that commit any more: a live
// writer has gone on, and the caller renews its view. The commit must be pinned by a read
// transaction if the file has a live writer.
[[nodiscard]] bool check_pages(const std::filesystem::path& data_file,
                               const std::string& segment,
                               std::uint64_t txn_id);

}  // namespace betex::journal
