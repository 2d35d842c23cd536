// betex-journal, run to its end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/journal/child.h"

namespace betex::test {

struct ToolOutput {
  std::vector<std::string> lines;
  int code = -1;
};

// `arguments` are a command and its options; the WAL's folder goes between them. `variables`
// ("NAME=value") are added to its environment.
inline ToolOutput run_tool(const std::filesystem::path& wal_root,
                           std::vector<std::string> arguments,
                           const std::vector<std::string>& variables = {}) {
  arguments.insert(arguments.begin() + 1, wal_root.string());
  arguments.insert(arguments.begin(), BETEX_JOURNAL_TOOL);
  Child child{arguments, variables};
  child.close_input();
  ToolOutput output;
  for (std::string line = child.read_line(); !line.empty(); line = child.read_line()) {
    output.lines.push_back(line);
  }
  output.code = child.wait();
  return output;
}

}  // namespace betex::test
