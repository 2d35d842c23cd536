// What durability costs: the journal beside a plain LMDB loop (one record an event, segments alike)
// and a plain append + fdatasync loop, with the same bytes on the same file system. The three are
// interleaved commit by commit, since a disk's absolute figures drift. Run a release build.
//
// The files go into a new folder in FOLDER (default: the temporary folder) and are removed at the
// end. The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "journal/file_system.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/journal_contestants.h"
#include "tests/bench/json_line.h"
#include "tests/support/temp_folder.h"

namespace betex::journal {
namespace {

using bench::Beside;
using bench::JsonLine;

// How much of it all.
struct Effort {
  Seconds time_per_batch_size{6};
  std::vector<std::size_t> batches{1, 16, 256, 1024, 5000, 32768};
  std::size_t large_batch = 256;
  std::uint64_t prepared_bytes = std::uint64_t{192} << 20U;  // of each next segment
  std::size_t replay_batches = 400;
  int replays = 5;
};

Effort least_effort() {
  return {.time_per_batch_size = Seconds{0.05},
          .batches = {1, 16},
          .large_batch = 2,
          .prepared_bytes = std::uint64_t{1} << 20U,
          .replay_batches = 2,
          .replays = 1};
}

struct Run {
  Effort effort;
  JsonLine line{"journal_bench"};
};

void compare(const std::filesystem::path& folder,
             const Source& source,
             std::size_t batch,
             Run& run) {
  EnvironmentPool pool;
  create_folder(folder);
  OurJournal journal{folder / "journal", run.effort.prepared_bytes, pool};
  PlainLmdb lmdb{folder / "lmdb"};
  PlainAppend append{folder / "append"};
  Contestant* const contestants[] = {&journal, &lmdb, &append};
  const auto round = [&] {
    for (Contestant* contestant : contestants) {
      contestant->timed_commit(source, batch);
    }
  };
  for (int warm_up = 0; warm_up < 3; ++warm_up) {
    round();
  }
  for (Contestant* contestant : contestants) {
    contestant->forget_times();
  }
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(run.effort.time_per_batch_size);
  while (Clock::now() < end) {
    round();
  }
  const double ours = journal.events_per_second(batch);
  const double theirs = lmdb.events_per_second(batch);
  const double raw = append.events_per_second(batch);
  std::printf("%7zu %12.0f %12.0f %12.0f %8.2f %8.2f %10.0f %10.0f %8.2f %9.0f %9.0f\n",
              batch,
              ours,
              theirs,
              raw,
              ours / theirs,
              ours / raw,
              journal.median_us(),
              lmdb.median_us(),
              journal.median_us() / lmdb.median_us(),
              journal.cpu_us(),
              lmdb.cpu_us());
  std::fflush(stdout);
  const std::string name = std::to_string(batch) + " " + source.name() + ", ";
  JsonLine& line = run.line;
  line.add(name + "durable", ours, "events/s", Beside{"plain LMDB", theirs});
  line.add(name + "append and sync", raw, "events/s");
  line.add(
      name + "median commit", journal.median_us(), "us", Beside{"plain LMDB", lmdb.median_us()});
  line.add(name + "processor time of a commit",
           journal.cpu_us(),
           "us",
           Beside{"plain LMDB", lmdb.cpu_us()});
}

// Verified and decoded, from the page cache, not applied.
void measure_replay(const std::filesystem::path& folder, const Source& source, Run& run) {
  constexpr std::size_t kBatch = 5000;
  const std::filesystem::path wal = folder / "replay";
  EnvironmentPool pool;
  {
    Journal journal{{.wal_root = wal,
                     .max_segment_events = kSegmentEvents,
                     .segment_map_size_bytes = kMapSize,
                     .sync = JournalConfig::Sync::Never},
                    pool};
    journal.recover(EventSeq{0}, [](const auto&) {});
    for (std::uint64_t seq = 1; seq <= kBatch * run.effort.replay_batches; ++seq) {
      journal.append(source.at(seq));
      if (seq % kBatch == 0) {
        journal.commit();
      }
    }
  }
  double best = 0;
  for (int i = 0; i < run.effort.replays; ++i) {
    const Seconds start = cpu_time();
    JournalReader reader{wal, pool};
    std::uint64_t events = 0;
    std::uint64_t tags = 0;
    while (const auto transaction = reader.next()) {
      matching::for_each_event(*transaction, [&](EventSeq, const auto& event) {
        tags += event.header.size;
        ++events;
      });
    }
    const Seconds time = cpu_time() - start;
    if (tags > 0) {
      best = std::max(best, static_cast<double>(events) / time.count());
    }
  }
  std::printf(
      "\nreplay, verified and decoded, from the page cache: %.1f million events a second of "
      "processor time\n",
      best / 1e6);
  run.line.add("replay, verified and decoded", best, "events/s");
}

enum class What : std::uint8_t { All, Replay };

void measure(const std::filesystem::path& parent, What what, const Effort& effort) {
  const test::TempFolder temporary{parent};
  const std::filesystem::path& folder = temporary.path();
  const Source source = Source::small();
  Run run{.effort = effort};
  std::printf("%zu bytes a transaction of one event, segments of %llu events, %s\n\n",
              source.record_size(),
              static_cast<unsigned long long>(kSegmentEvents),
              folder.c_str());
  if (what == What::Replay) {
    measure_replay(folder, source, run);
    run.line.print();
    return;
  }
  std::printf(
      "          durable events a second                ratio to        median commit, us        "
      "processor, us\n");
  std::printf(
      "  batch      journal   plain LMDB   append+sync     LMDB   append    journal       "
      "LMDB    ratio   journal      LMDB\n");
  for (const std::size_t batch : effort.batches) {
    compare(folder / "small", source, batch, run);
    std::filesystem::remove_all(folder / "small");
  }
  std::printf("cancels of 4096 orders, %zu bytes each:\n", Source::large().record_size());
  compare(folder / "large", Source::large(), effort.large_batch, run);
  measure_replay(folder, source, run);
  run.line.print();
}

}  // namespace
}  // namespace betex::journal

int main(int argc, char** argv) {
  using betex::journal::What;
  CLI::App app{"What durability costs: the journal beside plain loops, and replay.",
               "journal_bench"};
  std::string folder = std::filesystem::temp_directory_path();
  std::string part;
  bool smoke = false;
  betex::bench::add_folder(app, folder);
  app.add_option("part", part, "Only this: replay")->check(CLI::IsMember({"replay"}));
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    betex::journal::measure(folder,
                            part.empty() ? What::All : What::Replay,
                            smoke ? betex::journal::least_effort() : betex::journal::Effort{});
  });
}
