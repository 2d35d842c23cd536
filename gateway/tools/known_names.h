// The names that have been seen: for completion.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "gateway/client/order_entry.h"
#include "gateway/tools/command.h"

namespace betex::tools {

class KnownNames {
 public:
  // Of instruments, markets, accounts, sessions and order groups, out of whatever names them.
  void learn(const client::Report& report);
  void learn(Takes kind, std::string_view name);

  // In order. Of a kind that has no names: none.
  [[nodiscard]] const std::set<std::string, std::less<>>& of(Takes kind) const;

 private:
  std::set<std::string, std::less<>> symbols_;
  std::set<std::string, std::less<>> markets_;
  std::set<std::string, std::less<>> accounts_;
  std::set<std::string, std::less<>> sessions_;
  std::set<std::string, std::less<>> groups_;
};

}  // namespace betex::tools
