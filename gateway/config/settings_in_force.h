// What the running gateway goes by, so that a reload can say which of the new values need a
// restart. Read from the text of print(), so that no value is forgotten here that is printed there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// *Owned by the main thread.*
class SettingsInForce {
 public:
  explicit SettingsInForce(const Config& config);

  // `fresh` was loaded and what may change of it is in force now. Returns the names of the values
  // that differ and are not: "wal.root", "session BROKER1: Accounts".
  [[nodiscard]] std::vector<std::string> take_over(const Config& fresh);

 private:
  std::map<std::string, std::string> values_;  // by name
};

}  // namespace betex::gateway
