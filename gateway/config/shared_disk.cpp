#include "gateway/config/shared_disk.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::gateway {

namespace {

constexpr std::uint64_t kUnknown = 0;

// Of the folder, or of where it will be made.
std::uint64_t type_of(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  try {
    return journal::file_system_type(folder);
  } catch (const journal::JournalError&) {
    return kUnknown;  // the start will say so
  }
}

}  // namespace

std::optional<std::string_view> mounted_once(std::uint64_t type) noexcept {
  struct Local {
    std::uint64_t type;
    std::string_view name;
  };

  // statfs(2)
  static constexpr std::array<Local, 5> kLocal{{{0xef53, "ext4"},
                                                {0x58465342, "XFS"},
                                                {0x9123683e, "Btrfs"},
                                                {0x2fc12fc1, "ZFS"},
                                                {0xf2f52010, "F2FS"}}};
  for (const Local& local : kLocal) {
    if (local.type == type) {
      return local.name;
    }
  }
  return std::nullopt;
}

std::vector<std::string> warnings_of_shared_disk(const ClusterConfig& cluster, std::uint64_t type) {
  std::vector<std::string> lines;
  if (cluster.mode != ClusterMode::SharedDisk) {
    return lines;
  }
  if (const auto name = mounted_once(type)) {
    lines.push_back("wal.root is on " + std::string{*name} +
                    ", which one machine at a time may have mounted: there is no hot standby, and "
                    "before another node mounts it the disk must have been detached from the one "
                    "that had it (gateway/OPERATING.md, A cluster)");
  }
  if (cluster.fence_command.empty()) {
    lines.push_back(
        "cluster.fence_command is left out: a node that stands still together with its clock, as a "
        "suspended virtual machine does, may acknowledge afterwards what is void "
        "(gateway/OPERATING.md, A cluster)");
  }
  return lines;
}

std::vector<std::string> warnings_of_shared_disk(const Config& config) {
  if (config.cluster.mode != ClusterMode::SharedDisk) {
    return {};
  }
  return warnings_of_shared_disk(config.cluster, type_of(config.wal.root));
}

}  // namespace betex::gateway
