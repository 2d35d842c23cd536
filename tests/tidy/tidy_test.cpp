// Style as a test: who may include whom, the length of lines, words that a folder must not use.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kMaxLine = 100;

struct Rule {
  std::string folder;
  std::vector<std::string> own;      // folders or files that "..." may name
  std::vector<std::string> foreign;  // what <...> may name besides the standard library; * ends all
  bool allows_floating_point = true;
};

// The table of the design: arrows point to matching/, none to gateway/.
const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {"matching", {"matching"}, {}, false},
      {"journal",
       {"journal", "matching"},
       {"lmdb.h",
        "xxhash.h",
        "CLI/CLI.hpp",  // the tool
        "CLI/App.hpp",
        "nlohmann/json.hpp",  // its --json
        "openssl/evp.h",      // its seals
        "openssl/pem.h",
        "fcntl.h",
        "poll.h",
        "unistd.h",
        "sys/file.h",
        "sys/stat.h",
        "sys/statfs.h",
        "sys/statvfs.h",
        "sys/mman.h",
        "sys/wait.h",
        "sys/resource.h"},
       false},
      // What every program does at its start and end knows no journal.
      {"journal/process", {"journal/process"}, {"*"}, false},
      {"fix_spec", {"fix_spec", "matching"}, {}, true},
      {"gateway", {"gateway", "fix_spec", "journal", "matching"}, {"*"}, true},
      // The rooms of the gateway, from the lowest to the highest: gateway/README.md.
      {"gateway/ring", {"gateway/ring", "matching/assert.h"}, {"*"}, true},
      {"gateway/agent", {"gateway/agent", "gateway/ring", "matching/assert.h"}, {"*"}, true},
      {"gateway/link", {"gateway/link", "fix_spec", "matching"}, {}, false},
      {"gateway/config", {"gateway/config", "fix_spec", "journal", "matching"}, {"*"}, true},
      {"gateway/log", {"gateway/log", "gateway/config", "matching"}, {"*"}, true},
      {"gateway/http", {"gateway/http", "gateway/config"}, {"*"}, true},
      {"gateway/page",
       {"gateway/page",
        "gateway/http",
        "gateway/link",
        "fix_spec",
        "journal/enumerator_names.h",
        "matching"},
       {"*"},
       true},
      {"gateway/time", {"gateway/time", "gateway/link", "matching"}, {"*"}, true},
      // No thread, no socket.
      {"gateway/wire",
       {"gateway/wire", "gateway/link", "fix_spec", "matching"},
       {"tl/expected.hpp"},
       true},
      {"gateway/transport",
       {"gateway/transport",
        "gateway/wire",
        "gateway/link",
        "gateway/config",
        "gateway/agent",
        "fix_spec",
        "journal",
        "matching"},
       {"*"},
       true},
      {"gateway/session",
       {"gateway/session",
        "gateway/transport",
        "gateway/wire",
        "gateway/link",
        "gateway/config",
        "fix_spec",
        "journal",
        "matching"},
       {"*"},
       true},
      {"gateway/reports",
       {"gateway/reports", "gateway/link", "gateway/ring", "fix_spec", "matching"},
       {"*"},
       true},
      {"gateway/pipeline",
       {"gateway/pipeline",
        "gateway/reports",
        "gateway/link",
        "gateway/ring",
        "gateway/agent",
        "fix_spec",
        "journal",
        "matching"},
       {"*"},
       true},
      // More than one machine.
      {"gateway/cluster",
       {"gateway/cluster",
        "gateway/pipeline",
        "gateway/reports",
        "gateway/link",
        "gateway/agent",
        "gateway/ring",
        "journal",
        "matching"},
       {"*"},
       true},
      {"gateway/market_data",
       {"gateway/market_data",
        "gateway/pipeline",
        "gateway/reports",
        "gateway/wire",
        "gateway/link",
        "gateway/agent",
        "gateway/ring",
        "fix_spec",
        "matching"},
       {"*"},
       false},
      // No socket.
      {"gateway/replay",
       {"gateway/replay",
        "gateway/pipeline",
        "gateway/reports",
        "gateway/link",
        "gateway/agent",
        "gateway/ring",
        "matching"},
       {"*"},
       false},
      {"gateway/start",
       {"gateway/start",
        "gateway/session",
        "gateway/transport",
        "gateway/wire",
        "gateway/reports",
        "gateway/link",
        "gateway/config",
        "gateway/agent",
        "journal",
        "matching"},
       {"*"},
       true},
      {"gateway/process",
       {"gateway/process",
        "gateway/start",
        "gateway/session",
        "gateway/market_data",
        "gateway/replay",
        "gateway/cluster",
        "gateway/pipeline",
        "gateway/reports",
        "gateway/time",
        "gateway/http",
        "gateway/log",
        "gateway/config",
        "gateway/agent",
        "gateway/ring",
        "gateway/link",
        "journal",
        "matching"},
       {"*"},
       true},
      // What tests the gateway from outside does not share its code.
      {"gateway/client", {"gateway/client", "journal/quoted.h"}, {"*"}, true},
      {"gateway/tools",
       {"gateway/tools", "gateway/client", "gateway/config", "journal/process", "journal/quoted.h"},
       {"*"},
       true},
  };
  return kRules;
}

// Third-party headers that only these files may include.
struct Sole {
  std::string prefix;
  std::vector<std::string> files;
};

const std::vector<Sole>& soles() {
  static const std::vector<Sole> kSoles{
      {"lmdb.h", {"journal/lmdb.h", "journal/lmdb.cpp"}},
      {"quickfix/", {"gateway/session/quickfix.h"}},
  };
  return kSoles;
}

// Characters, not bytes.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool is_standard(const std::string& header) {
  return header.find_first_of("./") == std::string::npos;
}

// What is wrong with `text`, as "file:line: what".
std::vector<std::string> faults(const Rule& rule,
                                const std::string& file,
                                const std::string& text) {
  static const std::regex kInclude{R"(^\s*#\s*include\s*(["<])([^">]+)[">])"};
  static const std::regex kFloatingPoint{R"(\b(double|float)\b)"};
  std::vector<std::string> found;
  std::istringstream lines{text};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const auto fault = [&](const std::string& what) {
      found.push_back(file + ":" + std::to_string(number) + ": " + what);
    };
    if (width(line) > kMaxLine) {
      fault("longer than 100 columns");
    }
    std::smatch include;
    if (std::regex_search(line, include, kInclude)) {
      const std::string header = include[2];
      if (include[1] == "\"") {
        const bool allowed =
            std::any_of(rule.own.begin(), rule.own.end(), [&header](const std::string& own) {
              return header == own || header.starts_with(own + "/");
            });
        if (!allowed) {
          fault("may not include " + header);
        }
      } else if (!is_standard(header) && rule.foreign != std::vector<std::string>{"*"} &&
                 std::find(rule.foreign.begin(), rule.foreign.end(), header) ==
                     rule.foreign.end()) {
        fault("may not include " + header);
      }
      for (const Sole& sole : soles()) {
        if (header.starts_with(sole.prefix) &&
            std::find(sole.files.begin(), sole.files.end(), file) == sole.files.end()) {
          fault("only " + sole.files.front() + " includes " + header);
        }
      }
    }
    const std::string code = line.substr(0, line.find("//"));
    if (!rule.allows_floating_point && std::regex_search(code, kFloatingPoint)) {
      fault("no floating point here");
    }
  }
  return found;
}

std::vector<std::string> faults_of_folder(const Rule& rule, std::size_t& files) {
  const std::filesystem::path root{BETEX_SOURCE_DIR};
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / rule.folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cpp" && extension != ".def") {
      continue;
    }
    ++files;
    std::ifstream stream{entry.path()};
    std::ostringstream text;
    text << stream.rdbuf();
    const auto more =
        faults(rule, std::filesystem::relative(entry.path(), root).string(), text.str());
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

TEST(Tidy, EveryFolderKeepsToItsRule) {
  for (const Rule& rule : rules()) {
    std::size_t files = 0;
    EXPECT_THAT(faults_of_folder(rule, files), IsEmpty());
    EXPECT_GT(files, 0U) << rule.folder;
  }
}

// What a merge leaves behind where nobody has chosen: "file:line" of each.
std::vector<std::string> conflict_markers(const std::string& file, const std::string& text) {
  static const std::regex kMarker{"^(<{7}|>{7}|[|]{7})( |$)"};
  std::vector<std::string> found;
  std::istringstream lines{text};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (std::regex_search(line, kMarker)) {
      found.push_back(file + ":" + std::to_string(number));
    }
  }
  return found;
}

TEST(Tidy, NoFileHasTwoVersionsOfALine) {
  const std::filesystem::path root{BETEX_SOURCE_DIR};
  std::size_t files = 0;
  for (const char* const folder :
       {".ci", "config", "fix_spec", "gateway", "journal", "matching", "tests", "README.md"}) {
    std::vector<std::filesystem::path> paths{root / folder};
    if (std::filesystem::is_directory(paths.front())) {
      paths.assign(std::filesystem::recursive_directory_iterator{paths.front()}, {});
    }
    for (const std::filesystem::path& path : paths) {
      if (!std::filesystem::is_regular_file(path) || std::filesystem::file_size(path) > (8 << 20)) {
        continue;
      }
      ++files;
      std::ifstream stream{path, std::ios::binary};
      std::ostringstream text;
      text << stream.rdbuf();
      EXPECT_THAT(conflict_markers(std::filesystem::relative(path, root).string(), text.str()),
                  IsEmpty());
    }
  }
  EXPECT_GT(files, 500U);
}

TEST(Tidy, EachCheckBites) {
  EXPECT_THAT(conflict_markers("x",
                               "a\n<<<<<<"
                               "< HEAD\nb\n======"
                               "=\nc\n>>>>>>"
                               "> d\n"),
              ElementsAre("x:2", "x:6"));
  const Rule& matching = rules()[0];
  const Rule& journal = rules()[2];
  const Rule& gateway = rules()[4];
  EXPECT_THAT(faults(matching, "matching/x.h", "#include <vector>\n#include \"matching/y.h\"\n"),
              IsEmpty());
  EXPECT_THAT(faults(matching, "matching/x.h", "#include \"journal/y.h\"\n"),
              ElementsAre("matching/x.h:1: may not include journal/y.h"));
  EXPECT_THAT(faults(matching, "matching/x.h", "\n#include <unistd.h>\n"),
              ElementsAre("matching/x.h:2: may not include unistd.h"));
  EXPECT_THAT(faults(matching, "matching/x.h", "float x;  // never\nint y;  // no double\n"),
              ElementsAre("matching/x.h:1: no floating point here"));
  EXPECT_THAT(faults(journal, "journal/x.cpp", "#include <lmdb.h>\n"),
              ElementsAre("journal/x.cpp:1: only journal/lmdb.h includes lmdb.h"));
  EXPECT_THAT(faults(journal, "journal/lmdb.cpp", "#include <lmdb.h>\n"), IsEmpty());
  const Rule& ring = rules()[5];
  EXPECT_THAT(faults(ring, "gateway/ring/x.h", "#include \"matching/events.h\"\n"),
              ElementsAre("gateway/ring/x.h:1: may not include matching/events.h"));
  EXPECT_THAT(faults(gateway, "gateway/x.cpp", "#include <quickfix/Session.h>\n"), SizeIs(1));
  EXPECT_THAT(faults(gateway, "gateway/x.cpp", std::string(101, 'x') + "\n"),
              ElementsAre("gateway/x.cpp:1: longer than 100 columns"));
}

}  // namespace
}  // namespace betex
