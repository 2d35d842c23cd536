// A writer in a process of its own, for tests that kill it or let it compete for the lock.
//
//   journal_child open WAL            opens, prints "open", stays until its input ends
//   journal_child insist WAL          the same, on whatever file system
//   journal_child watch-disk WAL      opens, prints "low" or "enough", commits a transaction when
//                                     its input ends, and says it again
//   journal_child count WAL           reads all, prints how many transactions there are
//   journal_child read WAL            reads one transaction, prints "reading", and keeps its view
//                                     until its input ends
//   journal_child write WAL SEED      commits batches of random sizes for ever; after each commit
//                                     it writes the last durable transaction's id (8 bytes)
//   journal_child write-prepared WAL SEED   the same, with segments prepared ahead of time
//   journal_child write-retiring WAL SEED   the same as write; what is durable is retired
//   journal_child write-unsynced WAL SEED   the same as write, but syncs nothing
//   journal_child write-large WAL SEED      commits three transactions, acknowledges the third and
//                                     waits for the end of its input; then it commits one that is
//                                     larger than the map, acknowledges it and goes on as write
//   journal_child write-larger WAL SEED     the same, but lets the live segment's map grow for it
//
// A number behind SEED limits the batches.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <unistd.h>

#include "journal/errors.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"
#include "journal/prepared_segment.h"
#include "tests/journal/grow_map.h"
#include "tests/journal/transactions.h"

namespace betex::test {
namespace {

journal::JournalConfig config_for(const std::string& wal_root) {
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

enum class Segments : std::uint8_t { MadeWhenNeeded, PreparedAhead, Retired };

struct Batches {
  unsigned seed = 0;
  std::uint64_t count = ~std::uint64_t{0};
  Segments segments = Segments::MadeWhenNeeded;
};

// False where nobody listens any more.
bool acknowledge(const journal::Journal& journal) {
  const std::uint64_t last = journal.position().last_tx_id.value();
  return ::write(STDOUT_FILENO, &last, sizeof(last)) == sizeof(last);
}

void commit_batch(journal::Journal& journal, std::uint64_t size) {
  TransactionMaker maker{journal.position().last_tx_id, journal.position().last_seq};
  for (std::uint64_t i = 0; i < size; ++i) {
    journal.append(maker.next());
  }
  journal.commit();
}

void write_batches(journal::Journal& journal,
                   const journal::JournalConfig& config,
                   const Batches& batches) {
  std::mt19937 random{batches.seed};
  for (std::uint64_t batch = 0; batch < batches.count; ++batch) {
    if (batches.segments == Segments::PreparedAhead && batch % 8 == 0) {
      journal::prepare_segment({.wal_root = config.wal_root,
                                .map_size = config.segment_map_size_bytes,
                                .filled_bytes = std::uint64_t{1} << 18U});
    }
    // Now and then a batch that does not fit into what is left of the map.
    commit_batch(journal, random() % 50 == 0 ? 2000 : random() % 40 + 1);
    if (batches.segments == Segments::Retired) {
      journal.advance_recovery_point(journal.durable_seq());
    }
    if (!acknowledge(journal)) {
      return;
    }
  }
}

void commit_large_transaction(journal::Journal& journal) {
  EventBytes events;
  for (std::uint32_t i = 0; i < kLargeEvents; ++i) {
    events.add(matching::OrderRested{});
  }
  matching::TransactionView large;
  large.header = make_transaction_header(journal.position().last_tx_id.next(), events);
  large.first_seq = journal.durable_seq().next();
  large.events = events.bytes();
  journal.append(large);
  journal.commit();
}

// As a writer might that does not begin a new segment for it.
void grow_live_map(const journal::Journal& journal,
                   const std::string& wal_root,
                   journal::EnvironmentPool& pool) {
  const std::string live = journal.position().segment.value().text();
  grow_map(*pool.open(std::filesystem::path{wal_root} / journal::kSegmentsFolder / live, {}),
           std::size_t{16} << 20U);
}

void read_one(const std::string& wal_root, journal::EnvironmentPool& pool) {
  journal::JournalReader reader{wal_root, pool};
  std::puts(reader.next() ? "reading" : "nothing to read");
  std::fflush(stdout);
  wait_for_end_of_input();
}

void count_all(const std::string& wal_root, journal::EnvironmentPool& pool) {
  journal::JournalReader reader{wal_root, pool};
  unsigned count = 0;
  while (reader.next()) {
    ++count;
  }
  std::printf("%u\n", count);
}

void watch_disk(journal::Journal& journal) {
  const auto look = [&] {
    std::puts(journal.disk_is_low() ? "low" : "enough");
    std::fflush(stdout);
  };
  look();
  wait_for_end_of_input();
  commit_batch(journal, 1);
  look();
}

int run(const std::string& command, const std::vector<std::string>& arguments) {
  try {
    journal::EnvironmentPool pool;
    if (command == "read") {
      read_one(arguments[0], pool);
      return 0;
    }
    if (command == "count") {
      count_all(arguments[0], pool);
      return 0;
    }
    journal::JournalConfig config = config_for(arguments[0]);
    if (command == "write-unsynced") {
      config.sync = journal::JournalConfig::Sync::Never;
    }
    if (command == "insist") {
      config.remote_file_systems = journal::JournalConfig::RemoteFileSystems::Accept;
    }
    journal::Journal journal{config, pool};
    journal.recover(journal::EventSeq{0}, [](const auto&) {});
    if (command == "watch-disk") {
      watch_disk(journal);
      return 0;
    }
    if (command == "open" || command == "insist") {
      std::puts("open");
      std::fflush(stdout);
      wait_for_end_of_input();
      return 0;
    }
    if (command == "write-large" || command == "write-larger") {
      commit_batch(journal, kBeforeLarge);
      acknowledge(journal);
      wait_for_end_of_input();
      if (command == "write-larger") {
        grow_live_map(journal, arguments[0], pool);
      }
      commit_large_transaction(journal);
      acknowledge(journal);
    }
    Batches batches{.seed = static_cast<unsigned>(std::stoul(arguments[1]))};
    if (arguments.size() > 2) {
      batches.count = std::stoull(arguments[2]);
    }
    if (command == "write-prepared") {
      batches.segments = Segments::PreparedAhead;
    }
    if (command == "write-retiring") {
      batches.segments = Segments::Retired;
    }
    write_batches(journal, config, batches);
    journal.close();
    return 0;
  } catch (const journal::JournalError& error) {
    // The output of a writer is its acknowledgements.
    std::fprintf(command.starts_with("write") ? stderr : stdout, "%s\n", error.what());
    return error.exit_code();
  }
}

}  // namespace
}  // namespace betex::test

int main(int argc, char** argv) {
  return argc < 3 ? 64 : betex::test::run(argv[1], {argv + 2, argv + argc});
}
