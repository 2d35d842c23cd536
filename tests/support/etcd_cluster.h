// Members of an etcd cluster as processes of their own, on loopback and free ports, their data in a
// folder of the test's. They never outlive the test.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

struct EtcdOptions {
  std::size_t members = 3;
  std::uint64_t quota_bytes = std::uint64_t{4} << 30;
  // Else in /dev/shm, where there is one with room: a shared disk's stalls are not what is tested.
  bool on_disk = false;
  bool can_be_parted = false;         // members reach each other by links that can be cut
  std::filesystem::path certificate;  // PEM, with its key: clients come by TLS; empty: plain
  std::filesystem::path client_ca;    // whose certificates clients must show; empty: none
};

// False where etcd is not installed. In CI it is: a test must not pass because it was left out.
[[nodiscard]] bool etcd_is_installed();

// *Owned by one thread, which must outlive it.*
class EtcdCluster {
 public:
  // Returns when it has a leader and answers. Throws std::runtime_error with the members' own
  // words.
  explicit EtcdCluster(const EtcdOptions& options = {});
  ~EtcdCluster();
  EtcdCluster(const EtcdCluster&) = delete;
  EtcdCluster& operator=(const EtcdCluster&) = delete;
  EtcdCluster(EtcdCluster&&) = delete;
  EtcdCluster& operator=(EtcdCluster&&) = delete;

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::uint16_t client_port(std::size_t member) const;

  // "http://127.0.0.1:PORT" of each member, or "https://...".
  [[nodiscard]] std::vector<std::string> endpoints() const;

  // The member that leads by now.
  [[nodiscard]] std::size_t leader();

  void kill(std::size_t member);     // SIGKILL
  void restart(std::size_t member);  // one that was killed, with its data
  void pause(std::size_t member);    // SIGSTOP
  void resume(std::size_t member);

  // ---- Between members; only where they can be parted

  // What `from` says does not come to `to`; it comes late, when that is mended.
  void cut(std::size_t from, std::size_t to);

  // It and the others do not hear each other.
  void part(std::size_t member);

  // All hear each other again.
  void mend();

  // All that are neither killed nor paused. One that has ended by itself is started again.
  void wait_until_healthy(std::chrono::seconds most = std::chrono::seconds{60});

 private:
  struct Member;
  void begin();
  void start(Member& member);
  void let_pass_what_may();
  [[nodiscard]] std::vector<std::string> command(const Member& member) const;

  EtcdOptions options_;
  std::unique_ptr<TempFolder> folder_;
  // Of each member's process, 0: none; the links ask.
  std::shared_ptr<std::vector<std::atomic<pid_t>>> processes_;
  std::vector<std::unique_ptr<Member>> members_;
  std::set<std::pair<std::size_t, std::size_t>> cut_;  // from, to
};

}  // namespace betex::test
