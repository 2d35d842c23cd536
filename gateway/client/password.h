// A password in memory, wiped when it is no longer needed: what the pages of the process held is in
// swap and in what the next allocation finds. Not the gateway's Secret: the client shares no code
// with what it is the witness of.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/crypto.h>

namespace betex::client {

// Never copied, and never in the object itself: a move leaves nothing behind.
class Password {
 public:
  Password() = default;

  explicit Password(std::string_view text) : bytes_(text.begin(), text.end()) {}

  ~Password() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  Password(Password&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}

  // What was here is `other`'s from now on, and wiped with it.
  Password& operator=(Password&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }

  Password(const Password&) = delete;
  Password& operator=(const Password&) = delete;

  // Valid until it is moved from or destroyed.
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), bytes_.size()}; }

  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

 private:
  std::vector<char> bytes_;
};

// For texts that a password has passed through. Afterwards it is empty.
inline void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace betex::client
