// QuickFIX's own log as debug lines of ours, without passwords.
#pragma once

#include "gateway/session/quickfix.h"

namespace betex::fix {

// Makes logs that write to the default logger of spdlog. Stateless, thread-safe.
class QuickfixLogFactory final : public FIX::LogFactory {
 public:
  FIX::Log* create() override;
  FIX::Log* create(const FIX::SessionID& session_id) override;
  void destroy(FIX::Log* log) override;
};

}  // namespace betex::fix
