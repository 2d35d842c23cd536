#include "gateway/process/fail_stop.h"

#include <cstdlib>
#include <new>
#include <string>

#include <spdlog/spdlog.h>

#include "gateway/config/config_error.h"
#include "gateway/time/clock_at_start.h"
#include "journal/errors.h"

namespace betex::gateway {
namespace {

constexpr std::string_view kOutOfMemory =
    "out of memory; give it more (OPERATING.md, Sizing, says how much it needs), then start again: "
    "nothing that was reported is lost";

}  // namespace

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    return std::string{kOutOfMemory};
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

int exit_code_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const journal::JournalError& caught) {
    return caught.exit_code();
  } catch (const ConfigError&) {
    return ConfigError::kExitCode;
  } catch (const ClockError&) {
    return ClockError::kExitCode;
  } catch (...) {
    return kExitIo;
  }
}

void fail_stop(std::string_view where, const std::exception_ptr& error) noexcept {
  try {
    spdlog::critical("{} failed, the gateway stops: {}", where, text_of(error));
    spdlog::default_logger_raw()->flush();  // for a second at most
  } catch (...) {
    // The log's own failure must not keep the process alive.
  }
  std::_Exit(exit_code_of(error));
}

}  // namespace betex::gateway
