// A file outside of WAL_ROOT that says of which log it is and how far that was durable: what tells
// a start that an older copy of the log was restored, or another one. It is written once a second;
// being late is no harm, it only notices less.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "journal/format.h"
#include "matching/types.h"

namespace betex::gateway {

struct Witness {
  journal::WalId wal_id{};
  matching::EventSeq durable;

  friend bool operator==(const Witness&, const Witness&) = default;
};

// None where there is no such file. Throws JournalError: WitnessDamaged where it is not what
// write_witness() has written, UnknownVersion where a later version of the program has, another one
// where it cannot be read.
[[nodiscard]] std::optional<Witness> read_witness(const std::filesystem::path& file);

// Replaces the file as a whole; durable when it returns. Throws JournalError.
void write_witness(const std::filesystem::path& file, const Witness& witness);

// Throws JournalError where the witness in `file` is of another log than `log` (WitnessForeign), or
// that ends before it (WitnessAhead); what read_witness() throws too.
void check_against_witness(const std::filesystem::path& file, const Witness& log);

// Keeps the file up to date, by a thread of its own for which nobody waits: where a disk or a
// network does not answer, the file is late. *Owned by one thread.*
class WitnessThread {
 public:
  // `durable` is called on the thread, and must stay good as long as this object; it must not
  // block.
  WitnessThread(std::filesystem::path file,
                const journal::WalId& wal_id,
                std::function<matching::EventSeq()> durable,
                std::chrono::milliseconds interval = std::chrono::seconds{1});

  // Has it written once more, if something has become durable since. Waits a moment for that, and
  // leaves it to itself if that is not enough.
  ~WitnessThread();

  WitnessThread(const WitnessThread&) = delete;
  WitnessThread& operator=(const WitnessThread&) = delete;
  WitnessThread(WitnessThread&&) = delete;
  WitnessThread& operator=(WitnessThread&&) = delete;

 private:
  struct Shared;

  const std::shared_ptr<Shared> shared_;  // with the thread, which may outlive this
  std::thread thread_;
};

}  // namespace betex::gateway
