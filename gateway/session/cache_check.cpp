#include "gateway/session/cache_check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/session/cache_entry.h"
#include "journal/data_file.h"
#include "journal/lmdb.h"

namespace betex::fix {
namespace {

using journal::Bytes;

constexpr const char* kDataFile = "data.mdb";

// A damaged tree may lead in circles.
constexpr rlim_t kProcessorSeconds = 300;

// ---- In the child -------------------------------------------------------------------------------

[[noreturn]] void damaged(const std::string& what) {
  throw std::runtime_error{what};
}

// A read goes down the tree by its key, a walk from neighbour to neighbour: both must find it.
void look_up(const journal::ReadTransaction& transaction,
             journal::Database database,
             const journal::Cursor::Entry& entry) {
  const auto found = transaction.get(database, entry.key);
  if (!found || found->data() != entry.value.data()) {
    damaged("an entry is not found by its key");
  }
}

template <typename Stored>
void walk(const journal::ReadTransaction& transaction,
          journal::Database database,
          std::size_t key_size) {
  constexpr std::uintptr_t kPage = 4096;
  const auto page_of = [](Bytes bytes) {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) / kPage;
  };
  journal::Cursor cursor{transaction, database};
  std::optional<journal::Cursor::Entry> before;
  for (auto entry = cursor.first(); entry; entry = cursor.next()) {
    if (entry->key.size() != key_size || !cache::load<Stored>(entry->key, entry->value)) {
      damaged("an entry's checksum is wrong");
    }
    if (before && !std::ranges::lexicographical_compare(before->key, entry->key)) {
      damaged("its entries are not in order");
    }
    if (!before || page_of(before->key) != page_of(entry->key)) {
      look_up(transaction, database, *entry);
      if (before) {
        look_up(transaction, database, *before);
      }
    }
    before = entry;
  }
}

// Lists of pages that may be used again, each behind its length, from the greatest down. One that
// names a page twice would give it to two.
void walk_free_pages(const journal::ReadTransaction& transaction, std::uint64_t pages) {
  constexpr std::uint64_t kFirst = 2;  // behind the meta pages
  std::vector<bool> seen(pages);
  journal::Cursor cursor{transaction, transaction.environment().free_pages()};
  for (auto entry = cursor.first(); entry; entry = cursor.next()) {
    std::vector<std::uint64_t> list(entry->value.size() / sizeof(std::uint64_t));
    std::memcpy(list.data(), entry->value.data(), list.size() * sizeof(std::uint64_t));
    if (list.empty() || list.front() >= list.size()) {
      damaged("a list of free pages is damaged");
    }
    for (std::size_t i = 1; i <= list.front(); ++i) {
      const std::uint64_t page = list[i];
      const bool descends = i == 1 || page < list[i - 1];
      if (page < kFirst || page >= pages || !descends || seen[page]) {
        damaged("a list of free pages is damaged");
      }
      seen[page] = true;
    }
  }
}

void walk_all(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kDataFile;
  journal::check_metas(file, folder.string(), journal::KeyOrder::Lexicographic);
  journal::Environment environment{folder,
                                   {.access = journal::EnvironmentOptions::Access::ReadOnly,
                                    .locking = journal::EnvironmentOptions::Locking::None,
                                    .max_databases = cache::kDatabases}};
  const std::size_t used = environment.used_bytes();
  if (std::filesystem::file_size(file) < used) {
    damaged("the file is shorter than its meta pages say");
  }
  const journal::ReadTransaction transaction{environment};
  const auto open = [&](const char* name) {
    return environment.open_database(transaction, name, journal::KeyOrder::Lexicographic);
  };
  walk<cache::StoredState>(transaction, open(cache::kStates), sizeof(std::uint32_t));
  walk<cache::StoredReport>(transaction, open(cache::kReports), cache::kMessageKeySize);
  walk<cache::StoredReport>(transaction, open(cache::kAnswers), cache::kMessageKeySize);
  walk_free_pages(transaction, used / environment.page_size());
}

// LMDB's last words are nobody's business, nor is a core.
void be_quiet() {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const rlimit time{.rlim_cur = kProcessorSeconds, .rlim_max = kProcessorSeconds};
  ::setrlimit(RLIMIT_CPU, &time);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    std::signal(signal, SIG_DFL);
  }
}

[[noreturn]] void run_child(const std::filesystem::path& folder, int output) {
  be_quiet();
  int code = EXIT_SUCCESS;
  try {
    walk_all(folder);
  } catch (const std::exception& error) {
    code = EXIT_FAILURE;
    const std::string_view why{error.what()};
    if (::write(output, why.data(), why.size()) < 0) {
      code = EXIT_FAILURE;  // then without words
    }
  }
  ::_exit(code);
}

// ---- In the parent ------------------------------------------------------------------------------

std::string read_all(int input) {
  std::string text;
  std::array<char, 1024> buffer;
  for (;;) {
    const ssize_t count = ::read(input, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

[[noreturn]] void throw_system_error(const char* what) {
  throw std::system_error{
      errno, std::generic_category(), std::string{"to look at the session cache: "} + what};
}

}  // namespace

std::optional<std::string> find_cache_damage(const std::filesystem::path& folder) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw_system_error("pipe");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    run_child(folder, ends[1]);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw_system_error("fork");
  }
  const std::string why = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return "reading it ends by signal " + std::to_string(WTERMSIG(status));
  }
  if (WEXITSTATUS(status) != EXIT_SUCCESS) {
    return why.empty() ? "it cannot be read" : why;
  }
  return std::nullopt;
}

}  // namespace betex::fix
