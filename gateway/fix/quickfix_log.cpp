#include "gateway/fix/quickfix_log.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

namespace betex::fix {

namespace {

constexpr char kSoh = '\x01';
constexpr std::string_view kPasswordField =
    "\x01"
    "554=";

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

std::string printable(std::string_view message) {
  std::string text{message};
  for (std::size_t at = text.find(kPasswordField); at != std::string::npos;
       at = text.find(kPasswordField, at + 1)) {
    const std::size_t value = at + kPasswordField.size();
    const std::size_t end = std::min(text.find(kSoh, value), text.size());
    text.replace(value, end - value, "***");
  }
  for (char& c : text) {
    if (c == kSoh) {
      c = '|';
    } else if (c < ' ' || c > '~') {
      c = '?';
    }
  }
  return text;
}

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
