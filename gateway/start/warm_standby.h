// The state of a log that another machine writes, kept as far as it may be read there: up to the
// newest sealed segment. The live one is never opened: its writer, on another machine, could reuse
// or cut off pages that are mapped here.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/start/startup.h"
#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "matching/cl_ord_id_key.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by one thread.* It begins with the newest whole snapshot, and takes no lock. What it
// cannot read it gives up with a warning, and begins anew some time later.
class WarmStandby {
 public:
  // All must outlive it.
  struct Sources {
    const std::filesystem::path& wal_root;
    journal::EnvironmentPool& pool;  // the process's one pool for this WAL
    const Config& config;
    matching::ClOrdIdKey key{};
  };

  explicit WarmStandby(const Sources& sources) : sources_{sources} {}

  // Reads on for about so long; loading a snapshot takes its own time.
  void work(std::chrono::milliseconds most) noexcept;

  // Lets go of all that it reads: this process is going to write there. work() does nothing then.
  void finish() noexcept;

  // The state, once, after finish(). None: there is none that could be read.
  [[nodiscard]] std::optional<WarmStart> take();

  // Up to where it has the log.
  [[nodiscard]] matching::EventSeq last_seq() const noexcept {
    return state_ ? state_->engine.last_seq() : matching::EventSeq{0};
  }

 private:
  using Steady = std::chrono::steady_clock;

  void read_on(Steady::time_point until);
  void look_for_sealed();
  void begin();
  void open_reader();
  void close_reader();
  void give_up(std::string_view why) noexcept;

  const Sources sources_;
  std::optional<WarmStart> state_;                  // its position: as of the last close_reader()
  std::unique_ptr<journal::JournalReader> reader_;  // null: nothing is being read
  matching::EventSeq sealed_;                       // the last event of the sealed segments
  Steady::time_point next_look_{};
  bool finished_ = false;
};

}  // namespace betex::gateway
