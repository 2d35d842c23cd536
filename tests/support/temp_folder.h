// A folder of its own for a test, removed with everything in it at the end. What gateways whose
// logs were in it have left in memory, their session caches, goes with it.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace betex::test {

// The folder whose session cache a file is, by its header (gateway/session/CACHE.md); empty where
// it is none.
[[nodiscard]] inline std::filesystem::path folder_of_session_cache(
    const std::filesystem::path& file) {
  constexpr std::string_view kMagic = "BETEXMSG";
  constexpr std::size_t kFolderAt = 48;
  std::array<char, 4080> header{};  // with zeros behind the folder
  std::ifstream{file, std::ios::binary}.read(header.data(),
                                             static_cast<std::streamsize>(header.size()));
  const std::string_view text{header.data(), header.size()};
  return text.starts_with(kMagic) ? text.substr(kFolderAt, text.find('\0', kFolderAt) - kFolderAt)
                                  : std::string_view{};
}

class TempFolder {
 public:
  TempFolder() : TempFolder{std::filesystem::temp_directory_path()} {}

  explicit TempFolder(const std::filesystem::path& parent) {
    std::string name = (parent / "betex-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error{errno, std::generic_category(), "mkdtemp " + name};
    }
    path_ = name;
    resolved_ = std::filesystem::canonical(path_);
  }

  ~TempFolder() {
    std::error_code ignored;
    remove_session_caches();
    std::filesystem::remove_all(path_, ignored);
  }

  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void remove_session_caches() const {
    std::error_code ignored;
    std::error_code gone;
    const std::string folder = path_.string() + '/';
    const std::string resolved = resolved_.string() + '/';
    for (std::filesystem::directory_iterator file{"/dev/shm", ignored};
         !ignored && file != std::filesystem::directory_iterator{};
         file.increment(ignored)) {
      if (!file->path().filename().string().starts_with("betex-") || !file->is_regular_file(gone)) {
        continue;
      }
      const std::string cache = folder_of_session_cache(file->path()).string();
      if (cache.starts_with(folder) || cache.starts_with(resolved)) {
        std::filesystem::remove(file->path(), gone);
      }
    }
  }

  std::filesystem::path path_;
  std::filesystem::path resolved_;  // where no part of it is a link
};

}  // namespace betex::test
