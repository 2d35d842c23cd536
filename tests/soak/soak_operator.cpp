#include "tests/soak/soak_operator.h"

#include <exception>
#include <stdexcept>
#include <thread>

#include "tests/crash/day_file.h"
#include "tests/support/gateway_process.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// betex-fix's exit codes.
constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kNoSession = 2;
constexpr int kNotKnown = 3;

constexpr auto kPatience = 300s;  // with a request, over kills and starts
constexpr auto kRunTimeout = 120s;
constexpr auto kPause = 50ms;
constexpr std::uint64_t kBrokers = 4;
constexpr std::uint64_t kDaysPerVoid = 5;
constexpr std::uint64_t kDaysPerArchive = 4;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

void SoakOperator::work(const std::atomic<bool>& closing) {
  try {
    while (!closing.load(std::memory_order_relaxed)) {
      work_a_day(closing);
      ++day_;
    }
  } catch (const std::exception& error) {
    fault_ = error.what();
  }
}

// Odd days have runners, even ones are binary.
void SoakOperator::work_a_day(const std::atomic<bool>& closing) {
  const bool binary = day_ % 2 == 0;
  const std::string market = "DAY-" + std::to_string(day_);
  ask({"account", "deposit", "BROKER" + std::to_string(1 + day_ % kBrokers), "100000.00"});
  Words create{"market", "create", market, "--commission-bp", "500"};
  if (binary) {
    create.emplace_back("--binary");
  } else {
    create.insert(create.end(), {"--runners", market + ".A", market + ".B", market + ".C"});
  }
  ask(create);
  ask({"market", "open", market});
  write_day(settings_.day_file, day_);
  for (const auto end = Steady::now() + settings_.day;
       Steady::now() < end && !closing.load(std::memory_order_relaxed);) {
    std::this_thread::sleep_for(kPause);
  }
  ask({"market", "close", market});
  settle(market, binary ? "yes" : market + ".A");
  settle(market, binary ? "no" : market + ".B");
  if (day_ % kDaysPerVoid == 0) {
    Words make_void{"market", "void", market};
    if (binary) {
      make_void.insert(make_void.end(), {"--price", "0.25"});
    }
    ask(make_void);
  }
  if (day_ % kDaysPerArchive == 0) {
    ask({"market", "archive", market});
  }
}

void SoakOperator::settle(const std::string& market, const std::string& result) {
  ask({"market", "determine", market, result});
  ask({"market", "settle", market});
}

// Where it is refused, since what went before is still under way, it is asked under another id: the
// one before is used up. Where its answer was lost, under the same one.
void SoakOperator::ask(const Words& words) {
  ++requests_;
  int refusals = 0;
  std::string said;
  for (const auto end = Steady::now() + kPatience; Steady::now() < end;) {
    const std::vector<std::uint16_t> ports = settings_.ports();
    if (ports.empty()) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    Words arguments = words;
    arguments.insert(
        arguments.end(),
        {"--id", "soak-" + std::to_string(requests_) + "-" + std::to_string(refusals)});
    ChildProcess fix{betex_fix_command("OPS1", ports, settings_.state_file, arguments)};
    const int code = fix.wait(kRunTimeout);
    if (code == kDone) {
      return;
    }
    said = fix.standard_output() + fix.standard_error();
    if (code == kRefused) {
      ++refusals;
    } else if (code != kNoSession && code != kNotKnown) {
      throw std::runtime_error{"betex-fix " + joined(arguments) + " ended with " +
                               std::to_string(code) + ": " + said};
    }
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error{"betex-fix " + joined(words) + " in vain: " + said};
}

}  // namespace betex::test
