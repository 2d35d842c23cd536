// Preloaded into a gateway (LD_PRELOAD): it stops itself, as SIGSTOP does, at a chosen call, once;
// the call is made when it goes on.
//
// BETEX_PAUSE_AT=PLACE, and BETEX_PAUSE_ARMED=FILE, without which it never stops. PLACE is one of
//   before-commit    before a sync of the journal: what was checked before it is old by then
//   after-commit     after the write of LMDB's meta page that follows a sync
//   before-segment   before a new segment gets its name
//   before-epoch     before the file `epoch` gets its new content
//   before-retire    before a segment is moved to retired/
//   before-snapshot  before a snapshot gets its name
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "tests/support/journal_calls.h"

namespace betex::test {
namespace {

bool is_place(std::string_view place) {
  static const char* const chosen = std::getenv("BETEX_PAUSE_AT");
  return chosen != nullptr && place == chosen;
}

// Returns when the process goes on: the signal is this thread's, and taken before it does.
void pause_once(std::string_view place) {
  static Arming arming{"BETEX_PAUSE_ARMED", false};
  static std::atomic<bool> paused{false};
  if (is_place(place) && arming.is_armed() && !paused.exchange(true)) {
    ::raise(SIGSTOP);
  }
}

void before_rename(std::string_view target) {
  if (target.find("/.new") == target.npos) {
    if (target.find("/segments/") != target.npos) {
      pause_once("before-segment");
    } else if (target.find("/retired/") != target.npos) {
      pause_once("before-retire");
    } else if (target.find("/snapshots/") != target.npos) {
      pause_once("before-snapshot");
    } else if (target.ends_with("/epoch")) {
      pause_once("before-epoch");
    }
  }
}

}  // namespace

void before_commit() {
  pause_once("before-commit");
}

void after_commit() {
  pause_once("after-commit");
}

}  // namespace betex::test

extern "C" int rename(const char* from, const char* to) noexcept {
  static auto* const next = betex::test::next_definition<int(const char*, const char*)>("rename");
  betex::test::before_rename(to);
  return next(from, to);
}
