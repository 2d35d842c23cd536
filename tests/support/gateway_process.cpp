#include "tests/support/gateway_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kStartTimeout = 60s;  // sanitizers and busy machines are slow
constexpr std::chrono::milliseconds kStopTimeout = 60s;
constexpr std::chrono::milliseconds kPollInterval = 2ms;
constexpr int kNotExecuted = 127;

struct Files {
  std::string in;
  std::string out;
  std::string err;
};

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void execute(char** command, const Files& files, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(kNotExecuted);
  }
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  dup2(open(files.in.c_str(), O_RDONLY), STDIN_FILENO);
  dup2(open(files.out.c_str(), flags, 0600), STDOUT_FILENO);
  dup2(open(files.err.c_str(), flags, 0600), STDERR_FILENO);
  execv(command[0], command);
  _exit(kNotExecuted);
}

// The number after "NAME=" in a line like "listening fix=41234 http=35112 md=39034".
std::optional<std::uint16_t> port_in(std::string_view line, std::string_view name) {
  const std::size_t found = line.find(name);
  std::uint16_t port = 0;
  if (found == std::string_view::npos) {
    return std::nullopt;
  }
  const char* const begin = line.data() + found + name.size();
  const auto [end, error] = std::from_chars(begin, line.data() + line.size(), port);
  return error == std::errc{} && end != begin ? std::optional{port} : std::nullopt;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& input) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const Files files{
      .in = folder_.path() / "in", .out = folder_.path() / "out", .err = folder_.path() / "err"};
  std::ofstream{files.in, std::ios::binary} << input;
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) {
    throw std::system_error{errno, std::generic_category(), "fork"};
  }
  if (pid_ == 0) {
    execute(argv.data(), files, parent);
  }
}

ChildProcess::~ChildProcess() {
  if (!ended()) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
}

void ChildProcess::signal(int number) const {
  if (!ended_) {
    ::kill(pid_, number);
  }
}

bool ChildProcess::ended() {
  ended_ = ended_ || waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

int ChildProcess::wait(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!ended()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, &status_, 0);
      ended_ = true;
      throw std::runtime_error{"a process did not end in time; it wrote: " + standard_error()};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string ChildProcess::standard_output() const {
  return content_of(folder_.path() / "out");
}

std::string ChildProcess::standard_error() const {
  return content_of(folder_.path() / "err");
}

bool comes_to_say(const ChildProcess& process, const std::string& words, std::size_t from) {
  return comes_to([&] { return process.standard_error().find(words, from) != std::string::npos; });
}

std::vector<std::string> gateway_command(const std::filesystem::path& wal_root,
                                         const std::vector<std::string>& arguments) {
  return gateway_command(BETEX_GATEWAY_PROGRAM, wal_root, arguments);
}

std::vector<std::string> gateway_command(const std::string& program,
                                         const std::filesystem::path& wal_root,
                                         const std::vector<std::string>& arguments) {
  const std::array<std::pair<std::string, std::string>, 6> defaults{{
      {"--config", BETEX_CONFIG_FILE},
      {"--wal-root", wal_root.string()},
      {"--fix-port", "0"},
      {"--tls-port", "0"},
      {"--http-port", "0"},
      {"--market-data-port", "0"},
  }};
  std::vector<std::string> command{program};
  for (const auto& [option, value] : defaults) {
    if (std::find(arguments.begin(), arguments.end(), option) == arguments.end()) {
      command.insert(command.end(), {option, value});
    }
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::vector<std::string> in_environment(const std::vector<std::string>& environment,
                                        std::vector<std::string> command) {
  if (!environment.empty()) {
    command.insert(command.begin(), environment.begin(), environment.end());
    command.insert(command.begin(), "/usr/bin/env");
  }
  return command;
}

std::filesystem::path changed_config(const std::filesystem::path& folder,
                                     const std::string& shipped,
                                     const std::string& value) {
  return changed_config(folder, {{.shipped = shipped, .value = value}});
}

std::filesystem::path changed_config(const std::filesystem::path& folder,
                                     const std::vector<ConfigChange>& changes) {
  const std::filesystem::path original = std::filesystem::path{BETEX_CONFIG_FILE}.parent_path();
  std::filesystem::create_directories(folder);
  std::filesystem::copy(original, folder / "config", std::filesystem::copy_options::recursive);
  std::filesystem::create_directory_symlink(original.parent_path() / "fix_spec",
                                            folder / "fix_spec");
  const std::filesystem::path file = folder / "config" / "gateway.toml";
  std::string text = content_of(file);
  for (const ConfigChange& change : changes) {
    const std::size_t found = text.find(change.shipped);
    if (found == std::string::npos) {
      throw std::runtime_error{"config/gateway.toml does not say " + change.shipped};
    }
    text.replace(found, change.shipped.size(), change.value);
  }
  std::ofstream{file, std::ios::binary} << text;
  return file;
}

std::filesystem::path session_cache_file(const std::filesystem::path& wal_root) {
  const std::filesystem::path folder = wal_root / "cache";
  std::string identity = content_of(folder / "identity");
  if (identity.empty() || identity.back() != '\n') {
    throw std::runtime_error{"no session cache in " + wal_root.string()};
  }
  identity.pop_back();
  return folder / identity.substr(identity.rfind(' ') + 1);
}

std::vector<std::string> betex_fix_command(const std::string& comp_id,
                                           std::uint16_t port,
                                           const std::filesystem::path& state_home,
                                           const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"/usr/bin/env",
                                   "XDG_STATE_HOME=" + state_home.string(),
                                   BETEX_FIX_PROGRAM,
                                   "--as",
                                   comp_id,
                                   "--port",
                                   std::to_string(port),
                                   "--wait-ms",
                                   "40000"};  // a busy disk takes seconds now and then
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::vector<std::string> betex_fix_command(const std::string& comp_id,
                                           const std::vector<std::uint16_t>& ports,
                                           const std::filesystem::path& state_file,
                                           const std::vector<std::string>& arguments) {
  std::vector<std::string> command{
      BETEX_FIX_PROGRAM, "--as", comp_id, "--state", state_file.string(), "--wait-ms", "40000"};
  for (const std::uint16_t port : ports) {
    command.insert(command.end(), {"--gateway", "127.0.0.1:" + std::to_string(port)});
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

GatewayProcess::GatewayProcess(const std::filesystem::path& wal_root,
                               const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment)
    : GatewayProcess{BETEX_GATEWAY_PROGRAM, wal_root, arguments, environment} {}

GatewayProcess::GatewayProcess(const std::string& program,
                               const std::filesystem::path& wal_root,
                               const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment)
    : process_{in_environment(environment, gateway_command(program, wal_root, arguments))} {
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  std::string out;
  while (!(out = process_.standard_output()).ends_with('\n')) {
    if (process_.ended() || std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error{"the gateway does not listen; it wrote: " +
                               process_.standard_error()};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  const auto fix = port_in(out, "fix=");
  if (!out.starts_with("listening ") || !fix) {
    throw std::runtime_error{"not the line that tells the ports: " + out};
  }
  fix_port_ = *fix;
  tls_port_ = port_in(out, "tls=").value_or(0);
  http_port_ = port_in(out, "http=").value_or(0);
  market_data_port_ = port_in(out, " md=").value_or(0);
}

int GatewayProcess::terminate() {
  process_.signal(SIGTERM);
  return process_.wait(kStopTimeout);
}

void GatewayProcess::kill() {
  process_.signal(SIGKILL);
  process_.wait(kStopTimeout);
}

}  // namespace betex::test
