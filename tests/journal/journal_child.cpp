// A writer in a process of its own, for tests that kill it or let it compete for the lock.
//
//   journal_child open WAL            opens, prints "open", stays until its input ends
//   journal_child write WAL SEED      commits batches of random sizes for ever; after each commit
//   it
//                                     writes the last durable transaction's id (8 bytes)
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <unistd.h>

#include "journal/errors.h"
#include "journal/journal.h"
#include "tests/journal/transactions.h"

namespace betex::test {
namespace {

journal::JournalConfig config_for(const char* wal_root) {
  journal::JournalConfig config;
  config.wal_root = wal_root;
  config.max_segment_events = 300;
  config.segment_map_size_bytes = std::size_t{1} << 20U;
  return config;
}

void wait_for_end_of_input() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

void write_for_ever(journal::Journal& journal, unsigned seed) {
  std::mt19937 random{seed};
  TransactionMaker maker{journal.position().last_tx_id, journal.position().last_seq};
  for (;;) {
    // Now and then a batch that does not fit into what is left of the map.
    const std::uint64_t size = random() % 50 == 0 ? 2000 : random() % 40 + 1;
    for (std::uint64_t i = 0; i < size; ++i) {
      journal.append(maker.next());
    }
    journal.commit();
    const std::uint64_t acknowledged = maker.last_tx_id().value();
    if (::write(STDOUT_FILENO, &acknowledged, sizeof(acknowledged)) != sizeof(acknowledged)) {
      return;
    }
  }
}

int run(const std::string& command, char** arguments) {
  try {
    journal::EnvironmentPool pool;
    journal::Journal journal{config_for(arguments[0]), pool};
    journal.recover(journal::EventSeq{0}, [](const auto&) {});
    if (command == "open") {
      std::puts("open");
      std::fflush(stdout);
      wait_for_end_of_input();
    } else {
      write_for_ever(journal, static_cast<unsigned>(std::atoi(arguments[1])));
    }
    return 0;
  } catch (const journal::JournalError& error) {
    std::puts(error.what());
    return error.exit_code();
  }
}

}  // namespace
}  // namespace betex::test

int main(int argc, char** argv) {
  return argc < 3 ? 64 : betex::test::run(argv[1], argv + 2);
}
