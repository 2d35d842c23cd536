// A log as an exchange leaves it after some weeks: accounts that bet in a few markets each, orders
// that rest, are cancelled, amended and taken, sessions that log on every day and prove what they
// have, markets that are settled and followed by others. An engine makes it as fast as it can, in
// process; its time ends when the writing begins, so that a gateway can go on with it at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace betex::bench {

struct ScaleSize {
  int sessions = 100;
  int markets = 1'000;             // that are open at a time
  int accounts = 10'000;           // shared out among the sessions
  std::uint64_t orders = 100'000;  // that rest at a time
  std::uint64_t events = 10'000'000;
  int days = 40;      // of journaled time, however many events
  int away_days = 0;  // for so long the last session has been away; 0: it was there
};

// Events of a segment, and from one snapshot to the next: a hundredth of the log, and so of a log
// of 100 million events what is shipped.
[[nodiscard]] std::uint64_t segment_events(const ScaleSize& size);

// The least events that a log of these sessions, markets and accounts has.
[[nodiscard]] std::uint64_t least_events(const ScaleSize& size);

// Session `index`, from 0, trades for the accounts with these numbers: its own, and every so many
// as there are sessions.
[[nodiscard]] std::string scale_account(const ScaleSize& size, int index);

// An odds market's runner in which nobody has bet.
inline constexpr std::string_view kQuietRunner = "QUIET.A";

struct ScaleLogTold {
  std::uint64_t events = 0;
  std::uint64_t orders = 0;   // that were accepted
  std::uint64_t resting = 0;  // at the end
  std::size_t snapshots = 0;
  double seconds = 0;           // without the snapshots
  double snapshot_seconds = 0;  // of each, from the engine in memory
};

// In `wal_root`, where there must not be one: all segments, and the snapshots that a gateway with
// `replay_days` of 7 keeps, the last one half an interval before the end.
ScaleLogTold write_scale_log(const ScaleSize& size, const std::filesystem::path& wal_root);

}  // namespace betex::bench
