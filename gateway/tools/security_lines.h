// Lines for SecurityList(y) and SecurityListUpdateReport(BK): instruments, what there is to know of
// each, and how they come and go.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/message.h"

namespace betex::tools {

// One, and where the answer is about this instrument alone some more: how it is described, which
// prices it has, its market's terms. Not escaped yet. Throws client::ProtocolError where a field is
// missing that it must have.
[[nodiscard]] std::vector<std::string> security_lines(const client::Message& message);

// One for each instrument of a BK. Likewise.
[[nodiscard]] std::vector<std::string> security_update_lines(const client::Message& message);

// An instrument that y or BK names.
struct ListedSecurity {
  std::string action;  // "listed", "changed" or "removed", by BK; else empty
  std::string symbol;
  std::string market;
  std::string kind;    // "odds" or "binary"; empty: not told, as the next
  std::string status;  // 965
};

[[nodiscard]] std::vector<ListedSecurity> listed_securities(const client::Message& message);

}  // namespace betex::tools
