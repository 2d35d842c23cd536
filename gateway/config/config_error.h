// What is wrong in a configuration: all of it at once, each finding with its place and a remedy.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace betex::gateway {

// One thing that is wrong.
struct Finding {
  std::filesystem::path file;  // or what stands for it: "command line"
  int line = 0;                // 0: the file as a whole
  std::string key;             // as written in the file, with its section; may be empty
  std::string problem;
  std::string remedy;
};

// What is wrong with a value, and what to do; the place is added to it.
struct Complaint {
  std::string problem;
  std::string remedy;
};

// "file:line: key: problem; remedy", without the parts that are empty.
[[nodiscard]] std::string to_string(const Finding& finding);

// what() is one line for each finding. The program ends with kExitCode.
class ConfigError : public std::runtime_error {
 public:
  static constexpr int kExitCode = 78;  // EX_CONFIG

  // `findings` must not be empty.
  explicit ConfigError(std::vector<Finding> findings);

  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }

 private:
  std::vector<Finding> findings_;
};

}  // namespace betex::gateway
