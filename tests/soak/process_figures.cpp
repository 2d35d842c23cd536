#include "tests/soak/process_figures.h"

#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>

#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr double kMiB = 1024 * 1024;

// Calls `visit` with each entry, as far as they are there.
template <typename Iterator, typename Visitor>
void for_each_entry(const std::filesystem::path& folder, Visitor&& visit) {
  std::error_code error;
  Iterator entry{folder, error};
  while (!error && entry != Iterator{}) {
    visit(*entry);
    entry.increment(error);
  }
}

double bytes_of(const std::filesystem::directory_entry& entry) {
  std::error_code gone;
  const bool is_file = entry.is_regular_file(gone);
  const auto size = is_file ? entry.file_size(gone) : 0;
  return gone ? 0 : static_cast<double>(size);
}

}  // namespace

std::optional<ProcessFigures> figures_of(pid_t process) {
  const std::filesystem::path proc = "/proc/" + std::to_string(process);
  ProcessFigures figures;
  std::ifstream status{proc / "status"};
  bool has_memory = false;  // one that has ended, and was not waited for, has none
  std::string key;
  while (status >> key) {
    if (key == "RssAnon:") {
      double kib = 0;
      status >> kib;
      figures.memory = kib / 1024;
      has_memory = true;
    } else if (key == "Threads:") {
      status >> figures.threads;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  for_each_entry<std::filesystem::directory_iterator>(
      proc / "fd", [&figures](const auto&) { figures.descriptors += 1; });
  return has_memory ? std::optional{figures} : std::nullopt;
}

double mib_in(const std::filesystem::path& folder) {
  double bytes = 0;
  for_each_entry<std::filesystem::recursive_directory_iterator>(
      folder, [&bytes](const auto& entry) { bytes += bytes_of(entry); });
  return bytes / kMiB;
}

double mib_of_session_caches(const std::filesystem::path& folder) {
  const std::string beginning = folder.string() + '/';
  double bytes = 0;
  for_each_entry<std::filesystem::directory_iterator>("/dev/shm", [&](const auto& entry) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("betex-") &&
        folder_of_session_cache(entry.path()).string().starts_with(beginning)) {
      bytes += bytes_of(entry);
    }
  });
  return bytes / kMiB;
}

}  // namespace betex::test
