// A follower that was away for longer than the quorum log keeps is given what it lacks by a command
// of the operator's (seed_command), and starts again.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "journal/errors.h"
#include "journal/format.h"

namespace betex::cluster {

// The quorum log does not have any more what comes after this journal's end (QuorumLogTooOld), and
// there is a command that may bring it.
class LeftBehind : public journal::JournalError {
 public:
  // `last` is the journal's last event, 0 where it has none; `leader` the node that leads, empty
  // where nobody does or it is unknown.
  LeftBehind(const JournalError& error, journal::EventSeq last, std::string leader);

  [[nodiscard]] journal::EventSeq last() const noexcept { return last_; }

  [[nodiscard]] const std::string& leader() const noexcept { return leader_; }

 private:
  journal::EventSeq last_;
  std::string leader_;
};

// *Owned by one thread.* One for all starts of a process: it counts what is in vain.
class Seeder {
 public:
  static constexpr int kMostInVain = 3;

  struct Settings {
    std::string command;  // $1: the WAL's folder, $2: LeftBehind::last(), $3: LeftBehind::leader()
    std::filesystem::path wal_root;
    // Waits for so long; false: the process has been asked to end.
    std::function<bool(std::chrono::milliseconds)> pause;
  };

  explicit Seeder(Settings settings);

  // Nobody has the journal open. Runs the command to its end, however long that takes, and logs
  // what it says. True: it has ended with 0, and the node is to start again; false: asked to end,
  // and the command was killed. Throws JournalError, QuorumLogTooOld again, with the command's end
  // and words: where it has ended otherwise, and where this is called once more when kMostInVain
  // commands in a row have ended with 0 and the journal ends where it did.
  [[nodiscard]] bool seed(const LeftBehind& behind);

 private:
  [[nodiscard]] std::optional<int> run(const LeftBehind& behind);

  const Settings settings_;
  std::optional<journal::EventSeq> last_;  // where the journal ended at the last call
  int since_moved_ = 0;                    // commands that were run since it ends there
  std::string said_;                       // by the last one
};

}  // namespace betex::cluster
