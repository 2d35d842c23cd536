// The gateway as a process of its own, as an operator runs it: started with the repository's
// config/, free ports and a WAL of the test's choice; stopped, killed and waited for. It never
// outlives the test.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temp_folder.h"

namespace betex::test {

// A child with its output in files. *Owned by one thread, which must outlive it*: the kernel kills
// the child when the thread that started it ends.
class ChildProcess {
 public:
  // Its standard input is `input`.
  explicit ChildProcess(const std::vector<std::string>& command, const std::string& input = "");
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) const;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  // Its exit code, or minus the signal that ended it. Throws std::runtime_error, with what it has
  // written, where it does not end in time; it is killed then.
  int wait(std::chrono::milliseconds timeout);

  [[nodiscard]] bool ended();
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;

 private:
  TempFolder folder_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

// True when its standard error has `words`, behind its first `from` bytes; false where they have
// not come in time. The gateway's log has a thread of its own.
[[nodiscard]] bool comes_to_say(const ChildProcess& process,
                                const std::string& words,
                                std::size_t from = 0);

class GatewayProcess {
 public:
  // Returns when it listens; throws std::runtime_error with its own words if it ends instead.
  // `environment`: NAME=value each, for it alone.
  explicit GatewayProcess(const std::filesystem::path& wal_root,
                          const std::vector<std::string>& arguments = {},
                          const std::vector<std::string>& environment = {});

  // The same of another program that is started like betex-gateway.
  GatewayProcess(const std::string& program,
                 const std::filesystem::path& wal_root,
                 const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment);

  [[nodiscard]] std::uint16_t fix_port() const noexcept { return fix_port_; }

  [[nodiscard]] std::uint16_t tls_port() const noexcept { return tls_port_; }

  [[nodiscard]] std::uint16_t http_port() const noexcept { return http_port_; }

  [[nodiscard]] std::uint16_t market_data_port() const noexcept { return market_data_port_; }

  // SIGTERM, and its exit code.
  int terminate();

  // SIGKILL.
  void kill();

  [[nodiscard]] ChildProcess& process() noexcept { return process_; }

 private:
  ChildProcess process_;
  std::uint16_t fix_port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::uint16_t http_port_ = 0;
  std::uint16_t market_data_port_ = 0;
};

// The built betex-gateway with the repository's configuration, this WAL, free ports, and further
// `arguments`, each an option and its value; they win over these.
[[nodiscard]] std::vector<std::string> gateway_command(const std::filesystem::path& wal_root,
                                                       const std::vector<std::string>& arguments);

// The same of another program that is started like it.
[[nodiscard]] std::vector<std::string> gateway_command(const std::string& program,
                                                       const std::filesystem::path& wal_root,
                                                       const std::vector<std::string>& arguments);

// The command with these further variables, NAME=value each.
[[nodiscard]] std::vector<std::string> in_environment(const std::vector<std::string>& environment,
                                                      std::vector<std::string> command);

// A copy of the repository's configuration in `folder`, in which gateway.toml has `value` in place
// of `shipped`, which must stand in it. Returns the copy of gateway.toml.
[[nodiscard]] std::filesystem::path changed_config(const std::filesystem::path& folder,
                                                   const std::string& shipped,
                                                   const std::string& value);

// What the shipped gateway.toml says, and what stands there instead.
struct ConfigChange {
  std::string shipped;
  std::string value;
};

// The same for several.
[[nodiscard]] std::filesystem::path changed_config(const std::filesystem::path& folder,
                                                   const std::vector<ConfigChange>& changes);

// The session cache's file, which WAL_ROOT/cache/identity names: in memory as a rule.
[[nodiscard]] std::filesystem::path session_cache_file(const std::filesystem::path& wal_root);

// The built betex-fix as COMP_ID with the gateway on this port, its state file in `state_home`, and
// further `arguments`.
[[nodiscard]] std::vector<std::string> betex_fix_command(const std::string& comp_id,
                                                         std::uint16_t port,
                                                         const std::filesystem::path& state_home,
                                                         const std::vector<std::string>& arguments);

// The same with this state file, for a gateway that comes back at another port, or for a cluster,
// whose nodes have these ports.
[[nodiscard]] std::vector<std::string> betex_fix_command(const std::string& comp_id,
                                                         const std::vector<std::uint16_t>& ports,
                                                         const std::filesystem::path& state_file,
                                                         const std::vector<std::string>& arguments);

}  // namespace betex::test
