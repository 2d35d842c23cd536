// What a script calls by name: values that it has set, captured or made up, numbers, and the time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace betex::conformance {

// "@name" in a text stands for a value, "@name+2" for a number and two more, "@@" for one @.
// "@now" is the time with milliseconds and "@seconds" without; both take an offset with a unit, as
// in
// "@now-130s" (s, m, h, d).
class Variables {
 public:
  void set(const std::string& name, std::string value);

  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;

  // Throws std::invalid_argument where a name is not known, or an offset is added to no number.
  [[nodiscard]] std::string expand(std::string_view text) const;

 private:
  [[nodiscard]] std::string value_of(const std::string& name, std::string_view& rest) const;

  std::map<std::string, std::string> values_;
};

}  // namespace betex::conformance
