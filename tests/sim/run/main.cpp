// The simulator, for people: runs seeds, or one of them with its trace, and makes one that fails
// smaller.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <spdlog/spdlog.h>

#include "tests/sim/run/figures.h"
#include "tests/sim/run/isolated.h"
#include "tests/sim/run/plan.h"
#include "tests/sim/run/smaller.h"

namespace betex::sim {
namespace {

constexpr const char* kUsage =
    "Usage: betex-sim [--from SEED] [--seeds COUNT] [--jobs N] [--planted FAULT] [--go-on]\n"
    "       betex-sim --seed SEED [--planted FAULT] [--trace] [--as-it-is]\n"
    "       betex-sim --plan FILE [--trace] [--as-it-is]\n"
    "Runs a whole exchange on a simulated machine, once for each seed, and says what did not "
    "hold.\n"
    "The first seed that fails is made smaller, and the plan that is left is printed: it can be "
    "kept\n"
    "in a file for --plan.\n"
    "  --from SEED      the first one (1)\n"
    "  --seeds COUNT    how many (1000)\n"
    "  --jobs N         processes at once (1)\n"
    "  --planted FAULT  no-gate, number-used-twice, report-dropped-at-start, lock-not-released,\n"
    "                   old-id-acts or late-renewal\n"
    "  --go-on          behind a seed that fails, too\n"
    "  --trace          print what happened\n"
    "  --as-it-is       do not make it smaller\n"
    "Exit code: 0 all is well, 1 something did not hold, 2 the command line is wrong.\n";

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  Seeds seeds{.first = 1, .count = 1000};
  std::optional<std::uint64_t> seed;
  std::optional<std::string> plan;
  bool trace = false;
  bool smaller = true;
  bool goes_on = false;
};

template <typename Number>
Number number_of(std::string_view option, std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    throw UsageError{std::string{option} + " needs a number, not \"" + std::string{text} + "\""};
  }
  return value;
}

Options parse(const std::vector<std::string_view>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto value = [&]() -> std::string_view {
      if (i + 1 == words.size()) {
        throw UsageError{std::string{word} + " needs a value"};
      }
      return words[++i];
    };
    if (word == "--from") {
      options.seeds.first = number_of<std::uint64_t>(word, value());
    } else if (word == "--seeds") {
      options.seeds.count = number_of<std::uint64_t>(word, value());
    } else if (word == "--jobs") {
      options.seeds.jobs = number_of<unsigned>(word, value());
    } else if (word == "--seed") {
      options.seed = number_of<std::uint64_t>(word, value());
    } else if (word == "--plan") {
      options.plan = std::string{value()};
    } else if (word == "--planted") {
      const std::string_view name = value();
      const std::optional<Planted> planted = planted_by_name(name);
      if (!planted) {
        throw UsageError{"--planted: there is no fault \"" + std::string{name} + "\""};
      }
      options.seeds.planted = *planted;
    } else if (word == "--trace") {
      options.trace = true;
    } else if (word == "--as-it-is") {
      options.smaller = false;
    } else if (word == "--go-on") {
      options.goes_on = true;
    } else {
      throw UsageError{"\"" + std::string{word} + "\" is no option"};
    }
  }
  if (options.seeds.jobs == 0) {
    throw UsageError{"--jobs needs at least 1"};
  }
  if (options.seed && options.plan) {
    throw UsageError{"--seed does not go with --plan"};
  }
  return options;
}

Plan plan_in(const std::string& file) {
  std::ifstream in{file};
  if (!in) {
    throw UsageError{"--plan: " + file + " cannot be read"};
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  try {
    return plan_from_text(text);
  } catch (const std::invalid_argument& error) {
    throw UsageError{file + ": " + error.what()};
  }
}

void print(const Outcome& outcome) {
  for (const std::string& line : outcome.trace) {
    std::cout << line << '\n';
  }
  for (const std::string& fault : outcome.faults_found) {
    std::cout << "did not hold: " << fault << '\n';
  }
}

void print_smaller(const Plan& plan, const Dictionaries& dictionaries) {
  std::cerr << "making it smaller\n";
  const Plan least = smaller(plan, [&](const Plan& each) {
    return !run_isolated(each, dictionaries).faults_found.empty();
  });
  std::cout << "# What is left of seed " << plan.seed << ":\n" << to_text(least);
  print(run_isolated(least, dictionaries));
}

int run_one(const Plan& plan, const Options& options, const Dictionaries& dictionaries) {
  const Outcome outcome = run_isolated(plan, dictionaries, {.keep_trace = options.trace});
  print(outcome);
  Figures figures;
  figures.add(outcome);
  std::cout << figures.text() << "trace " << std::hex << outcome.trace_hash << std::dec << '\n';
  if (outcome.faults_found.empty()) {
    return EXIT_SUCCESS;
  }
  if (options.smaller) {
    print_smaller(plan, dictionaries);
  }
  return EXIT_FAILURE;
}

int run_many(const Options& options, const Dictionaries& dictionaries) {
  constexpr std::uint64_t kBetweenLines = 1'000;
  Figures figures;
  std::optional<Plan> failed;
  run_seeds(options.seeds, dictionaries, [&](const Plan& plan, const Outcome& outcome) {
    figures.add(outcome);
    if (figures.runs % kBetweenLines == 0) {
      std::cerr << figures.runs << " of " << options.seeds.count << '\n';
    }
    if (outcome.faults_found.empty()) {
      return true;
    }
    std::cout << "seed " << plan.seed << ":\n";
    print(outcome);
    if (!failed) {
      failed = plan;
    }
    return options.goes_on;
  });
  std::cout << figures.text();
  if (!failed) {
    return EXIT_SUCCESS;
  }
  if (options.smaller) {
    print_smaller(*failed, dictionaries);
  }
  return EXIT_FAILURE;
}

int go(const std::vector<std::string_view>& words) {
  constexpr int kWrongUsage = 2;
  try {
    const Options options = parse(words);
    spdlog::set_level(spdlog::level::off);  // thousands of starts have much to say
    const std::optional<Plan> plan =
        options.plan   ? std::optional{plan_in(*options.plan)}
        : options.seed ? std::optional{plan_of(*options.seed, options.seeds.planted)}
                       : std::nullopt;
    const Dictionaries dictionaries{BETEX_DICTIONARIES_DIR};
    return plan ? run_one(*plan, options, dictionaries) : run_many(options, dictionaries);
  } catch (const UsageError& error) {
    std::cerr << "betex-sim: " << error.what() << '\n' << kUsage;
    return kWrongUsage;
  }
}

}  // namespace
}  // namespace betex::sim

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (!words.empty() && (words[0] == "--help" || words[0] == "-h")) {
    std::cout << betex::sim::kUsage;
    return EXIT_SUCCESS;
  }
  try {
    return betex::sim::go(words);
  } catch (const std::exception& error) {
    std::cerr << "betex-sim: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
