// How betex-journal talks: lines for people or JSON lines for programs on standard output, and a
// progress bar on standard error where that is a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/event_codec.h"

namespace betex::journal {

enum class OutputStyle : std::uint8_t { Text, Json };

// One line of output: names and values, in order.
using Line = std::vector<EventField>;

// Standard output takes no more: whoever reads a log for it can stop.
struct OutputFailed {
  int error;  // the system's number for why
};

// "name=value name=value", texts quoted; or one JSON object, in which a list of all its values has
// the name of what may come again. Throws OutputFailed.
void print(OutputStyle style, std::string_view kind, const Line& line);

// A line of text. Throws OutputFailed.
void print(const std::string& line);

class ProgressBar {
 public:
  // What the command prints while the bar stands: many lines would be mixed with it, so that it is
  // not shown where they go to the terminal as well.
  enum class Output : std::uint8_t { AtTheEnd, ManyLines };

  // Counts from `from` to `to`.
  ProgressBar(std::uint64_t from, std::uint64_t to, Output output = Output::AtTheEnd);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t at);

 private:
  std::uint64_t from_;
  std::uint64_t to_;
  bool visible_;
  int percent_ = -1;
};

}  // namespace betex::journal
