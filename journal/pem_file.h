// A PEM file, read block by block. For the keys of our seals and the certificates of our TLS.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

#include "journal/freed_by.h"

namespace betex::journal {

class PemFile {
 public:
  // Where it cannot be opened errno says why, and it is as one without a block.
  explicit PemFile(const std::filesystem::path& name) : file_{std::fopen(name.c_str(), "re")} {}

  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }

  // The next block of a kind, as what owns it: `read` is one of OpenSSL's PEM_read functions. Null:
  // no more of it, or one that cannot be read. OpenSSL's queue of errors then has one for it.
  template <typename Owner, typename Read>
  [[nodiscard]] Owner next(Read read) {
    return Owner{file_ ? read(file_.get(), nullptr, nullptr, nullptr) : nullptr};
  }

 private:
  std::unique_ptr<std::FILE, FreedBy<std::fclose>> file_;
};

}  // namespace betex::journal
