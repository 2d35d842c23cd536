// QuickFIX's own log as debug lines of ours, without passwords.
#pragma once

#include <string>
#include <string_view>

#include "gateway/fix/quickfix.h"

namespace betex::fix {

// `message` with | for SOH and ? for what else is not printable, and with the values of
// Password(554), NewPassword(925) and their like masked: whatever a peer writes may stand in a log
// line.
[[nodiscard]] std::string printable(std::string_view message);

// Makes logs that write to the default logger of spdlog. Stateless, thread-safe.
class QuickfixLogFactory final : public FIX::LogFactory {
 public:
  FIX::Log* create() override;
  FIX::Log* create(const FIX::SessionID& session_id) override;
  void destroy(FIX::Log* log) override;
};

}  // namespace betex::fix
