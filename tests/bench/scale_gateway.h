// betex-gateway on a log that is there already, and betex-journal on the same: how long a start and
// each tool take, and what the disk and memory hold then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/bench/scale_log.h"
#include "tests/support/gateway_process.h"

namespace betex::bench {

// *Owned by one thread, which must outlive it.* As shipped, but for the sessions and accounts of
// the log, with as many connections; it takes no snapshots, so that nothing but what is measured
// runs beside it.
class ScaleGateway {
 public:
  // The configuration goes to `folder`, where there is none. It begins a new segment after so many
  // events: then what nobody needs is retired.
  ScaleGateway(const ScaleSize& size,
               std::uint64_t segment_events,
               const std::filesystem::path& folder,
               std::filesystem::path wal_root);

  // Seconds until it has said that it listens.
  double start();

  void kill();

  // Waits until its threads have next to nothing to do and read nothing, some minutes at most:
  // after a start it looks at the older snapshots.
  void wait_until_it_rests() const;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // MiB: of its own, and of shared memory that it has mapped, which is the session cache.
  [[nodiscard]] double own_memory() const;
  [[nodiscard]] double shared_memory() const;

 private:
  std::filesystem::path wal_root_;
  std::string config_;
  std::unique_ptr<test::ChildProcess> process_;
  std::uint16_t port_ = 0;
};

// Of one run of betex-journal, whose output goes nowhere.
[[nodiscard]] double seconds_of_tool(const std::vector<std::string>& arguments);

// Of all files in it.
[[nodiscard]] std::uint64_t bytes_in(const std::filesystem::path& folder);

// Has the kernel forget what it holds of these files, which have been written to the disk.
void drop_from_memory(const std::filesystem::path& folder);

}  // namespace betex::bench
