#include "gateway/transport/refusal_log.h"

#include <string_view>

namespace betex::fix {
namespace {

std::string_view text_of(RefusalKind why) {
  switch (why) {
    case RefusalKind::NotAccepted:
      return "connections that could not be accepted";
    case RefusalKind::TooMany:
      return "connections refused as too many";
    case RefusalKind::NoLogonInTime:
      return "connections closed without a logon in time";
    case RefusalKind::NoTls:
      return "connections closed for want of TLS";
    case RefusalKind::Garbled:
      return "connections closed for garbled messages";
    case RefusalKind::NotFix:
      return "connections closed for not speaking FIX";
    case RefusalKind::WrongPort:
      return "connections closed for speaking another protocol";
    case RefusalKind::NotFromThere:
      return "connections refused for where they came from";
    case RefusalKind::UnknownSession:
      return "connections closed for want of an acceptable Logon";
    case RefusalKind::BadLogon:
      return "logons refused";
    case RefusalKind::WrongCredentials:
      return "logons with the wrong credentials";
    case RefusalKind::NotEntitled:
      return "requests that a role or an account does not allow";
    case RefusalKind::NumberTooLow:
      return "logons with a MsgSeqNum too low";
    case RefusalKind::RefusedByClient:
      return "messages of ours that clients refused";
    case RefusalKind::AnotherHistory:
      return "clients that have seen what was never sent";
    case RefusalKind::NothingProven:
      return "sessions that get no further report";
    case RefusalKind::SessionFault:
      return "sessions ended for what they sent";
  }
  return "refusals";
}

}  // namespace

bool RefusalLog::may_write(RefusalKind why) {
  std::size_t left_out = 0;
  {
    const std::lock_guard lock{mutex_};
    Window& window = windows_[static_cast<std::size_t>(why)];
    const TimePoint now = now_();
    if (window.lines == 0 || now - window.begin >= std::chrono::seconds{1}) {
      left_out = window.lines > kLinesPerSecond ? window.lines - kLinesPerSecond : 0;
      window = {.begin = now, .lines = 0};
    }
    if (++window.lines > kLinesPerSecond) {
      return false;
    }
  }
  if (left_out > 0) {
    spdlog::warn("{} more {} were not logged", left_out, text_of(why));
  }
  return true;
}

}  // namespace betex::fix
