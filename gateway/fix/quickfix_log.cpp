#include "gateway/fix/quickfix_log.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/fix/secret_fields.h"

namespace betex::fix {

namespace {

constexpr char kSoh = '\x01';

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
  for (auto secret = find_secret(text, 0); secret; secret = find_secret(text, secret->begin)) {
    text.replace(secret->begin, secret->end - secret->begin, "***");
    secret->begin = std::min(text.find(kSoh, secret->begin), text.size()) + 1;
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
