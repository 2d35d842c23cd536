#include "gateway/session/quickfix_log.h"

#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/wire/secret_fields.h"

namespace betex::fix {

namespace {

class QuickfixLog final : public FIX::Log {
 public:
  explicit QuickfixLog(std::string session) : session_{std::move(session)} {}

  void clear() override {}

  void backup() override {}

  void onIncoming(const std::string& message) override { log("in", message); }

  void onOutgoing(const std::string& message) override { log("out", message); }

  void onEvent(const std::string& text) override {
    if (spdlog::should_log(spdlog::level::debug)) {
      spdlog::debug("session {}: {}", session_, printable(text));
    }
  }

 private:
  void log(std::string_view direction, const std::string& message) {
    if (spdlog::should_log(spdlog::level::trace)) {
      spdlog::trace("session {}: {} {}", session_, direction, printable(message));
    }
  }

  std::string session_;
};

}  // namespace

FIX::Log* QuickfixLogFactory::create() {
  return new QuickfixLog{"-"};
}

FIX::Log* QuickfixLogFactory::create(const FIX::SessionID& session_id) {
  return new QuickfixLog{session_id.getTargetCompID().getValue()};
}

void QuickfixLogFactory::destroy(FIX::Log* log) {
  delete log;
}

}  // namespace betex::fix
