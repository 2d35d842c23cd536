// A folder of its own for a test, removed with everything in it at the end.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace betex::test {

class TempFolder {
 public:
  TempFolder() : TempFolder{std::filesystem::temp_directory_path()} {}

  explicit TempFolder(const std::filesystem::path& parent) {
    std::string name = (parent / "betex-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error{errno, std::generic_category(), "mkdtemp " + name};
    }
    path_ = name;
  }

  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace betex::test
