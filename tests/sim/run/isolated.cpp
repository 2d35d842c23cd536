#include "tests/sim/run/isolated.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace betex::sim {
namespace {

// ---- An outcome as a text, for the pipe between the two processes: a line each of numbers, then
// texts, each behind its length.

void put(std::ostream& out, const std::vector<std::string>& texts) {
  out << texts.size() << '\n';
  for (const std::string& text : texts) {
    out << text.size() << '\n' << text << '\n';
  }
}

void take(std::istream& in, std::vector<std::string>& texts) {
  std::size_t count = 0;
  in >> count;
  for (std::size_t i = 0; i < count && in; ++i) {
    std::size_t size = 0;
    in >> size;
    in.ignore();
    std::string text(size, '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    texts.push_back(std::move(text));
  }
}

std::string to_text(const Outcome& outcome) {
  std::ostringstream out;
  out << outcome.trace_hash << ' ' << outcome.steps << ' ' << outcome.events << ' '
      << outcome.starts << ' ' << outcome.snapshots << ' ' << outcome.retired << ' '
      << outcome.requests << ' ' << outcome.told << ' ' << outcome.stalls << ' ' << outcome.ends
      << ' ' << outcome.cuts << '\n';
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    out << outcome.planned.at(i) << ' ' << outcome.happened.at(i) << ' ';
  }
  out << '\n';
  put(out, outcome.faults_found);
  put(out, outcome.trace);
  out << "end\n";
  return out.str();
}

std::optional<Outcome> outcome_from(const std::string& text) {
  std::istringstream in{text};
  Outcome outcome;
  in >> outcome.trace_hash >> outcome.steps >> outcome.events >> outcome.starts >>
      outcome.snapshots >> outcome.retired >> outcome.requests >> outcome.told >> outcome.stalls >>
      outcome.ends >> outcome.cuts;
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    in >> outcome.planned.at(i) >> outcome.happened.at(i);
  }
  take(in, outcome.faults_found);
  take(in, outcome.trace);
  std::string end;
  in >> end;
  return end == "end" ? std::optional{std::move(outcome)} : std::nullopt;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return;  // nobody reads it any more
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

// A child that runs one plan, and what it has said so far.
class Child {
 public:
  Child(Plan plan, const Dictionaries& dictionaries, const RunOptions& options)
      : plan_{std::move(plan)}, deadline_{std::chrono::steady_clock::now() + kRealTimeLimit} {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
      throw std::system_error{errno, std::generic_category(), "pipe"};
    }
    process_ = ::fork();
    if (process_ < 0) {
      throw std::system_error{errno, std::generic_category(), "fork"};
    }
    if (process_ == 0) {
      ::close(ends[0]);
      write_all(ends[1], to_text(outcome_here(dictionaries, options)));
      ::_exit(0);  // nothing of the parent's is to be ended by its child
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }

  ~Child() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(pipe_);
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] int pipe() const noexcept { return pipe_; }

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

  // Reads what is there, without waiting; true when it has ended, by itself or at its limit. Nobody
  // may have looked for longer than that: who has something to say is not late.
  bool read_some() {
    pollfd ready{.fd = pipe_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 0) <= 0) {
      late_ = std::chrono::steady_clock::now() >= deadline_;
      return late_;
    }
    std::array<char, 65536> buffer;
    const ssize_t size = ::read(pipe_, buffer.data(), buffer.size());
    if (size > 0) {
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return size == 0 || (size < 0 && errno != EINTR);
  }

  Outcome outcome() {
    if (late_) {
      return failed("the run does not come to its end");
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    std::optional<Outcome> outcome = outcome_from(text_);
    if (outcome) {
      return std::move(*outcome);
    }
    return failed(WIFSIGNALED(status)
                      ? "the run was ended by signal " + std::to_string(WTERMSIG(status))
                      : "the run has ended with code " + std::to_string(WEXITSTATUS(status)));
  }

 private:
  [[nodiscard]] Outcome outcome_here(const Dictionaries& dictionaries,
                                     const RunOptions& options) const {
    try {
      return run(plan_, folder_.path(), dictionaries, options);
    } catch (const std::exception& error) {
      return failed(std::string{"the simulation itself has failed: "} + error.what());
    }
  }

  static Outcome failed(std::string why) {
    Outcome outcome;
    outcome.faults_found.push_back(std::move(why));
    return outcome;
  }

  const Plan plan_;
  const test::TempFolder folder_{"/dev/shm"};
  const std::chrono::steady_clock::time_point deadline_;
  pid_t process_ = 0;
  int pipe_ = -1;
  std::string text_;
  bool late_ = false;
};

// Until one has something to say, or might be at its limit.
void wait_for(const std::list<std::unique_ptr<Child>>& children) {
  constexpr int kBetweenLooksMs = 1000;
  std::vector<pollfd> pipes;
  for (const auto& child : children) {
    pipes.push_back({.fd = child->pipe(), .events = POLLIN, .revents = 0});
  }
  ::poll(pipes.data(), pipes.size(), kBetweenLooksMs);
}

}  // namespace

Outcome run_isolated(const Plan& plan,
                     const Dictionaries& dictionaries,
                     const RunOptions& options) {
  std::list<std::unique_ptr<Child>> one;
  Child& child = *one.emplace_back(std::make_unique<Child>(plan, dictionaries, options));
  for (bool ended = false; !ended;) {
    wait_for(one);
    ended = child.read_some();
  }
  return child.outcome();
}

std::uint64_t run_seeds(const Seeds& seeds, const Dictionaries& dictionaries, const Hears& hears) {
  std::list<std::unique_ptr<Child>> children;
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  bool more = true;
  while ((more && begun < seeds.count) || !children.empty()) {
    while (more && begun < seeds.count && children.size() < seeds.jobs) {
      children.push_back(std::make_unique<Child>(
          plan_of(seeds.first + begun, seeds.planted), dictionaries, RunOptions{}));
      ++begun;
    }
    wait_for(children);
    for (auto child = children.begin(); child != children.end();) {
      if ((*child)->read_some()) {
        ++ended;
        more = hears((*child)->plan(), (*child)->outcome()) && more;
        child = children.erase(child);
      } else {
        ++child;
      }
    }
  }
  return ended;
}

}  // namespace betex::sim
