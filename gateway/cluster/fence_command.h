// The operator's command that keeps an older writer from a shared disk: a fence agent, a detach of
// the volume, a blocklist of its storage.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "journal/format.h"

namespace betex::cluster {

struct Fencing {
  std::string command;
  journal::WriterEpoch before;  // of who wrote last, 0: nobody has
  journal::WriterEpoch epoch;   // that is going to be given
  std::string node_before;      // that has had the epoch before; empty: unknown
};

// Runs it by `/bin/sh -c`, with the epoch before as $1, the new one as $2, and the node that has
// had the one before as $3, in a process group of its own and with nothing on its standard input.
// *Owned by one thread.*
class FenceCommand {
 public:
  // Throws std::system_error where it cannot be started.
  explicit FenceCommand(const Fencing& fencing);

  // Kills what still runs of it.
  ~FenceCommand();
  FenceCommand(const FenceCommand&) = delete;
  FenceCommand& operator=(const FenceCommand&) = delete;
  FenceCommand(FenceCommand&&) = delete;
  FenceCommand& operator=(FenceCommand&&) = delete;

  // Its exit code, or minus the signal that ended it; none: it still runs. Does not block.
  [[nodiscard]] std::optional<int> status();

  // The end of what it has written to standard output and standard error, in one line.
  [[nodiscard]] std::string said() const;

 private:
  void read_output();

  int output_ = -1;  // the end that is read
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string said_;
};

}  // namespace betex::cluster
