// Standard output, line by line or as a picture that changes: coloured where somebody looks at it,
// and around what is being typed.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tools/tone.h"

namespace betex::tools {

enum class Colours { No, Yes };

// Yes for a terminal that has them, unless NO_COLOR is set.
[[nodiscard]] Colours colours_of(int descriptor);

struct ScreenSize {
  std::size_t columns = 0;
  std::size_t rows = 0;
};

// Of the terminal; nothing where it is none, or one whose cursor cannot be moved.
[[nodiscard]] std::optional<ScreenSize> size_of(int descriptor);

struct ScreenLine {
  std::string text;
  Tone tone = Tone::Plain;
};

// As a terminal shows it in this tone.
[[nodiscard]] std::string coloured(std::string_view line, Tone tone);

// One thread.
class Screen {
 public:
  explicit Screen(Colours colours) : colours_{colours} {}

  // False once standard output could not be written: from then on nothing is.
  bool print(std::string_view line, Tone tone = Tone::Plain);

  // Prints these lines, on a terminal in the place of those of the call before, if nothing else was
  // printed since. There, lines are cut at its width. As print().
  bool redraw(const std::vector<ScreenLine>& lines);

  // Called before and after each line, to take away what is being typed and to put it back.
  void surround(std::function<void()> before, std::function<void()> after);

  [[nodiscard]] bool works() const noexcept { return why_not_.empty(); }

  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }

 private:
  [[nodiscard]] std::string shown(std::string_view line, Tone tone) const;
  bool put(const std::string& text);

  Colours colours_;
  std::size_t drawn_ = 0;  // rows of the last picture that stand right above the cursor
  std::function<void()> before_ = [] {};
  std::function<void()> after_ = [] {};
  std::string why_not_;
};

}  // namespace betex::tools
