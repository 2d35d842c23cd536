#include "gateway/session/session_core.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/dictionaries.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

SessionCore::SessionCore(SessionSettings session_settings,
                         const SessionEnvironment& session_environment,
                         QuickfixEvents& events,
                         decltype(SessionStore::Callbacks::sent_messages) sent_messages,
                         std::function<std::shared_ptr<void>()> session)
    : settings{std::move(session_settings)},
      environment{session_environment},
      strand{environment.io.get_executor()},
      sending_time{
          environment.clock, environment.machine_clock, environment.limits.sending_time_tolerance},
      quickfix{settings,
               sending_time,
               environment.dictionaries.provider(),
               events,
               std::move(sent_messages)},
      keep_alive{std::move(session)} {}

SessionCore::~SessionCore() = default;

void SessionCore::send_logout(const std::string& text) {
  if (!quickfix.sent_logout()) {
    quickfix.log_out(text);
    ending.leave_by(std::chrono::steady_clock::now() + environment.limits.logout_grace);
  }
}

void SessionCore::end_by_logout(const std::string& text) {
  ending.note(SessionEnd::Fault);
  environment.refusals.write(
      RefusalKind::SessionFault, spdlog::level::warn, "session {}: {}", settings.comp_id, text);
  send_logout(text);
  ending.disconnect();
}

void SessionCore::end_for_another_history(const std::string& text) {
  environment.metrics.clients_ahead.add();
  ending.note(SessionEnd::Fault);
  environment.refusals.write(
      RefusalKind::AnotherHistory, spdlog::level::err, "session {}: {}", settings.comp_id, text);
  send_logout(text);
  ending.disconnect();
}

}  // namespace betex::fix
