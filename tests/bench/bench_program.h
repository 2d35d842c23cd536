// What main() of each benchmark does with its command line.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

namespace betex::bench {

// Of sysexits.h: the program does not know what it is asked for. tests/bench/run knows it, too.
inline constexpr int kUsageError = 64;

// Reads the command line into what `app` has been given, and calls `run`. Returns the exit status:
// --help prints what there is to say and is a success; what the program does not know is told, with
// what to do, and is a usage error before anything has been done; so is a CLI::ParseError of
// `run`'s. Another exception of its is told as a failure.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run);

// The option that each benchmark has: the least of everything, to see that it works. Its figures
// mean nothing.
void add_smoke(CLI::App& app, bool& smoke);

// Of the benchmarks that keep a log: an existing folder, in which they make one of their own.
void add_folder(CLI::App& app, std::string& folder);

// Of those that measure orders to gateways and back.
struct OrderOptions {
  std::string folder = std::filesystem::current_path();
  bool quick = false;
  bool smoke = false;

  [[nodiscard]] bool is_full() const noexcept { return !quick && !smoke; }

  // What there is of something in a run that is not full.
  template <typename Count>
  [[nodiscard]] Count less(Count when_quick, Count when_smoke) const noexcept {
    return smoke ? when_smoke : when_quick;
  }
};

void add_order_options(CLI::App& app, OrderOptions& options);

}  // namespace betex::bench
