// Standard output, line by line: coloured where somebody looks at it, and around what is being
// typed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gateway/tools/tone.h"

namespace betex::tools {

enum class Colours { No, Yes };

// Yes for a terminal that has them, unless NO_COLOR is set.
[[nodiscard]] Colours colours_of(int descriptor);

// As a terminal shows it in this tone.
[[nodiscard]] std::string coloured(std::string_view line, Tone tone);

// One thread.
class Screen {
 public:
  explicit Screen(Colours colours) : colours_{colours} {}

  // False once standard output could not be written: from then on nothing is.
  bool print(std::string_view line, Tone tone = Tone::Plain);

  // Called before and after each line, to take away what is being typed and to put it back.
  void surround(std::function<void()> before, std::function<void()> after);

  [[nodiscard]] bool works() const noexcept { return why_not_.empty(); }

  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }

 private:
  Colours colours_;
  std::function<void()> before_ = [] {};
  std::function<void()> after_ = [] {};
  std::string why_not_;
};

}  // namespace betex::tools
