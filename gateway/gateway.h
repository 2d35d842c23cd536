// The gateway as one object: everything between the sockets and the journal, wired in its
// constructor. Reading that constructor is reading the system.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "gateway/config/config.h"
#include "matching/commands.h"

namespace betex::gateway {

struct Ports {
  std::uint16_t fix = 0;
  std::optional<std::uint16_t> tls;
  std::optional<std::uint16_t> http;
  std::optional<std::uint16_t> market_data;
  std::optional<std::uint16_t> market_data_tls;
};

// What the command line says of a start.
struct StartOptions {
  bool accept_clock = false;     // the machine's clock is right, whatever the log or the kernel say
  bool new_epochs = false;       // an older log was restored: all sessions begin again
  bool init_quorum_log = false;  // make the cluster's log from this node's journal
  bool adopt_quorum_log = false;  // the cluster's log goes on from this node's journal

  // Waits for so long; false: the program has been asked to end.
  std::function<bool(std::chrono::milliseconds)> pause = [](std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
    return true;
  };

  // In a cluster another node leads, and this one follows it, with probes and metrics on this port
  // if there is one. Once, before the constructor returns.
  std::function<void(std::optional<std::uint16_t> http)> standing_by =
      [](std::optional<std::uint16_t>) {};

  // An operator asks for a stop, so long from now: its announcement is durable. Called on another
  // thread, and not while the journal is replayed.
  std::function<void(std::chrono::seconds)> stop_requested = [](std::chrono::seconds) {};
};

// *Owned by the main thread.*
class Gateway {
 public:
  // Says whether to stop waiting: a second SIGTERM skips the waiting, not the commit.
  using Impatient = std::function<bool()>;

  // Binds the ports, takes the writer lock, replays the journal, waits for a clock that can be
  // trusted and runs the start's commands. Nothing is accepted yet. In a replicated cluster it
  // stays in here for as long as another node leads, days perhaps, and follows it. Throws
  // JournalError (cluster::LeftBehind, where a seed_command may help), ConfigError, ClockError or
  // StoppedWhileWaiting (the clock, the cluster), std::system_error (a port) or std::runtime_error,
  // each with what, where and what to do.
  // `config` must outlive it.
  explicit Gateway(const Config& config, const StartOptions& options = {});

  // Without a stop() first it ends like a crash, but for the threads.
  ~Gateway();

  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Starts the threads and accepts connections. From now on a failure in any of them is fail-stop:
  // it is logged and the process ends, with the exit code of its cause, without another byte to
  // any client.
  Ports start();

  // Takes over what may change while it runs: certificates, credentials, how many connections there
  // may be; of a session its AllowFrom, Authentication, CertificateName, Username, RequireTls and
  // throttle; sessions and accounts that are new; which requests need a second operator. Throws
  // std::runtime_error where the certificates are wrong; then nothing has changed.
  void reload(const Config& config);

  // A command of the exchange's operator, journaled and acted on like all others, for who has the
  // gateway in the same process. Throws std::runtime_error where the command ring is full.
  void operate(matching::CommandBody command);

  // It is going to be stopped then, and goes on as it is until then: for whoever asks how it is.
  void expect_stop(std::chrono::steady_clock::time_point time);

  // Orderly: stop reading, drain the commands, SessionDown, last commit, reports out, Logouts. In a
  // cluster another node leads from the last commit on.
  void stop(const Impatient& impatient);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::gateway
