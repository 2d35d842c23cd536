// A password in memory, wiped when it is no longer needed. What the pages of the process held is in
// core files, in swap and in what the next allocation finds.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace betex::gateway {

// Never copied, and never in the object itself: a move leaves nothing behind.
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}

  ~Secret();

  Secret(Secret&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}

  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  // Valid until it is moved from or destroyed.
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  void wipe() noexcept;

  std::vector<char> bytes_;
};

}  // namespace betex::gateway
