// What durability costs: the journal beside a plain LMDB loop (one record an event, segments alike)
// and a plain append + fdatasync loop, with the same bytes on the same file system. The three are
// interleaved commit by commit, since a disk's absolute figures drift. Run a release build:
//
//   journal_bench [FOLDER [replay]]    FOLDER: where to write; default: the temporary folder
//
// The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "journal/file_system.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"
#include "journal/lmdb.h"
#include "journal/prepared_segment.h"
#include "matching/batch_events.h"
#include "matching/event_tail.h"
#include "tests/bench/json_line.h"

namespace betex::journal {
namespace {

using bench::Beside;
using bench::JsonLine;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::uint64_t kSegmentEvents = 1'000'000;  // as in the shipped configuration
constexpr std::size_t kMapSize = std::size_t{2} << 30U;
constexpr std::uint64_t kPreparedBytes = std::uint64_t{192} << 20U;
constexpr Seconds kTimePerBatchSize{6};

// Transactions of one event each: what stands in each of our records' transactions, and in each
// record of the plain loops.
class Source {
 public:
  // With events of 128 bytes: that kind's first size, so that builds of before it grew can be held
  // against this one.
  static Source small() {
    matching::BatchCompleted event;
    event.cause = matching::CancelCause::MassCancel;
    event.work = matching::BatchWork::CancelOrders;
    return Source{"small events", event, 0};
  }

  // With the largest events: cancels of 4096 orders.
  static Source large() {
    matching::OrderCancelledBatched event;
    event.cause = matching::CancelCause::MassCancel;
    event.count = matching::kMaxBatchedOrders;
    return Source{"cancels of 4096 orders", event, event.count * sizeof(matching::OrderId)};
  }

  // What the events are.
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] matching::TransactionView at(std::uint64_t seq) const {
    matching::TransactionView view;
    view.header.tx_id = TxId{seq};
    view.header.timestamp = matching::Timestamp{static_cast<std::int64_t>(seq)};
    view.header.event_count = 1;
    view.header.events_size = static_cast<std::uint32_t>(words_.size() * sizeof(std::uint64_t));
    view.first_seq = EventSeq{seq};
    view.events = std::as_bytes(std::span{words_});
    return view;
  }

  // The same as bytes.
  void copy(std::uint64_t seq, std::byte* to) const {
    const matching::TransactionView view = at(seq);
    std::memcpy(to, &view.header, sizeof(view.header));
    std::memcpy(to + sizeof(view.header), view.events.data(), view.events.size());
  }

  [[nodiscard]] std::size_t record_size() const {
    return sizeof(matching::TransactionHeader) + words_.size() * sizeof(std::uint64_t);
  }

 private:
  template <typename Event>
  static constexpr std::size_t kSize = matching::first_size<Event>();

  template <typename Event>
  Source(std::string name, Event event, std::size_t tail)
      : name_{std::move(name)}, words_((kSize<Event> + tail) / sizeof(std::uint64_t)) {
    event.header.kind = Event::kKind;
    event.header.size = static_cast<std::uint32_t>(kSize<Event> + tail);
    std::memcpy(words_.data(), &event, kSize<Event>);
  }

  std::string name_;
  std::vector<std::uint64_t> words_;
};

Seconds cpu_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

// Something that makes batches of events durable.
class Contestant {
 public:
  Contestant() = default;
  virtual ~Contestant() = default;
  Contestant(const Contestant&) = delete;
  Contestant& operator=(const Contestant&) = delete;

  // The events [first, first + count), durable when it returns.
  virtual void commit(const Source& source, std::uint64_t first, std::size_t count) = 0;

  void timed_commit(const Source& source, std::size_t count) {
    const Clock::time_point start = Clock::now();
    const Seconds cpu_start = cpu_time();
    commit(source, next_, count);
    cpu_ += cpu_time() - cpu_start;
    times_.emplace_back(Clock::now() - start);
    next_ += count;
  }

  void forget_times() {
    times_.clear();
    cpu_ = Seconds{0};
  }

  // Of this thread alone, so it holds on a busy machine too.
  [[nodiscard]] double cpu_us() const {
    return cpu_.count() * 1e6 / static_cast<double>(times_.size());
  }

  [[nodiscard]] double events_per_second(std::size_t batch) const {
    Seconds sum{0};
    for (const Seconds time : times_) {
      sum += time;
    }
    return static_cast<double>(batch * times_.size()) / sum.count();
  }

  [[nodiscard]] double median_us() const {
    std::vector<Seconds> sorted = times_;
    std::nth_element(sorted.begin(),
                     sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                     sorted.end());
    return sorted[sorted.size() / 2].count() * 1e6;
  }

 private:
  std::uint64_t next_ = 1;
  std::vector<Seconds> times_;
  Seconds cpu_{0};
};

class OurJournal final : public Contestant {
 public:
  OurJournal(const std::filesystem::path& folder, EnvironmentPool& pool)
      : journal_{{.wal_root = folder,
                  .max_segment_events = kSegmentEvents,
                  .segment_map_size_bytes = kMapSize},
                 pool},
        wanted_{.wal_root = folder, .map_size = kMapSize, .filled_bytes = kPreparedBytes} {
    journal_.recover(EventSeq{0}, [](const auto&) {});
    prepare_segment(wanted_);
    preparer_ = std::jthread{[this](const std::stop_token& stop) { prepare(stop); }};
  }

  void commit(const Source& source, std::uint64_t first, std::size_t count) override {
    for (std::size_t i = 0; i < count; ++i) {
      journal_.append(source.at(first + i));
    }
    journal_.commit();
  }

 private:
  // As the gateway does: the next one when half of a segment is written.
  void prepare(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (journal_.durable_seq().value() % kSegmentEvents > kSegmentEvents / 2) {
        prepare_segment(wanted_);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }

  Journal journal_;
  const PreparedSegment wanted_;
  std::jthread preparer_;
};

class PlainLmdb final : public Contestant {
 public:
  explicit PlainLmdb(std::filesystem::path folder) : folder_{std::move(folder)} {
    create_folder(folder_);
  }

  void commit(const Source& source, std::uint64_t first, std::size_t count) override {
    if (!environment_ || events_ >= kSegmentEvents ||
        environment_->used_bytes() >= kMapSize / 4 * 3) {
      begin_segment(first);
    }
    WriteTransaction transaction{*environment_};
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<std::byte> value =
          transaction.append_reserved(IntegerKey{first + i}.bytes(), source.record_size());
      source.copy(first + i, value.data());
    }
    transaction.commit();
    events_ += count;
  }

 private:
  void begin_segment(std::uint64_t first) {
    environment_.reset();
    const std::filesystem::path folder = folder_ / std::to_string(first);
    create_folder(folder);
    environment_ = std::make_unique<Environment>(
        folder,
        EnvironmentOptions{.access = EnvironmentOptions::Access::ReadWrite, .map_size = kMapSize});
    sync_folder(folder);
    sync_folder(folder_);
    events_ = 0;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Environment> environment_;
  std::uint64_t events_ = 0;
};

class PlainAppend final : public Contestant {
 public:
  explicit PlainAppend(const std::filesystem::path& file)
      : path_{file}, file_{file, O_WRONLY | O_CREAT | O_APPEND} {}

  void commit(const Source& source, std::uint64_t first, std::size_t count) override {
    buffer_.resize(count * source.record_size());
    for (std::size_t i = 0; i < count; ++i) {
      source.copy(first + i, buffer_.data() + i * source.record_size());
    }
    if (::write(file_.get(), buffer_.data(), buffer_.size()) !=
            static_cast<ssize_t>(buffer_.size()) ||
        ::fdatasync(file_.get()) != 0) {
      throw_io_error(errno, "write", path_);
    }
  }

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::vector<std::byte> buffer_;
};

void compare(const std::filesystem::path& folder,
             const Source& source,
             std::size_t batch,
             JsonLine& line) {
  EnvironmentPool pool;
  create_folder(folder);
  OurJournal journal{folder / "journal", pool};
  PlainLmdb lmdb{folder / "lmdb"};
  PlainAppend append{folder / "append"};
  Contestant* const contestants[] = {&journal, &lmdb, &append};
  const auto round = [&] {
    for (Contestant* contestant : contestants) {
      contestant->timed_commit(source, batch);
    }
  };
  for (int warm_up = 0; warm_up < 3; ++warm_up) {
    round();
  }
  for (Contestant* contestant : contestants) {
    contestant->forget_times();
  }
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(kTimePerBatchSize);
  while (Clock::now() < end) {
    round();
  }
  const double ours = journal.events_per_second(batch);
  const double theirs = lmdb.events_per_second(batch);
  const double raw = append.events_per_second(batch);
  std::printf("%7zu %12.0f %12.0f %12.0f %8.2f %8.2f %10.0f %10.0f %8.2f %9.0f %9.0f\n",
              batch,
              ours,
              theirs,
              raw,
              ours / theirs,
              ours / raw,
              journal.median_us(),
              lmdb.median_us(),
              journal.median_us() / lmdb.median_us(),
              journal.cpu_us(),
              lmdb.cpu_us());
  std::fflush(stdout);
  const std::string name = std::to_string(batch) + " " + source.name() + ", ";
  line.add(name + "durable", ours, "events/s", Beside{"plain LMDB", theirs});
  line.add(name + "append and sync", raw, "events/s");
  line.add(
      name + "median commit", journal.median_us(), "us", Beside{"plain LMDB", lmdb.median_us()});
  line.add(name + "processor time of a commit",
           journal.cpu_us(),
           "us",
           Beside{"plain LMDB", lmdb.cpu_us()});
}

// Verified and decoded, from the page cache, not applied.
void measure_replay(const std::filesystem::path& folder, const Source& source, JsonLine& line) {
  constexpr std::size_t kBatch = 5000;
  constexpr std::size_t kBatches = 400;
  const std::filesystem::path wal = folder / "replay";
  EnvironmentPool pool;
  {
    Journal journal{{.wal_root = wal,
                     .max_segment_events = kSegmentEvents,
                     .segment_map_size_bytes = kMapSize,
                     .sync = JournalConfig::Sync::Never},
                    pool};
    journal.recover(EventSeq{0}, [](const auto&) {});
    for (std::uint64_t seq = 1; seq <= kBatch * kBatches; ++seq) {
      journal.append(source.at(seq));
      if (seq % kBatch == 0) {
        journal.commit();
      }
    }
  }
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const Seconds start = cpu_time();
    JournalReader reader{wal, pool};
    std::uint64_t events = 0;
    std::uint64_t tags = 0;
    while (const auto transaction = reader.next()) {
      matching::for_each_event(*transaction, [&](EventSeq, const auto& event) {
        tags += event.header.size;
        ++events;
      });
    }
    const Seconds time = cpu_time() - start;
    if (tags > 0) {
      best = std::max(best, static_cast<double>(events) / time.count());
    }
  }
  std::printf(
      "\nreplay, verified and decoded, from the page cache: %.1f million events a second of "
      "processor time\n",
      best / 1e6);
  line.add("replay, verified and decoded", best, "events/s");
}

enum class What : std::uint8_t { All, Replay };

int run(const std::filesystem::path& parent, What what) {
  const std::filesystem::path folder =
      parent / ("betex-journal-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const Source source = Source::small();
  JsonLine line{"journal_bench"};
  std::printf("%zu bytes a transaction of one event, segments of %llu events, %s\n\n",
              source.record_size(),
              static_cast<unsigned long long>(kSegmentEvents),
              folder.c_str());
  if (what == What::Replay) {
    measure_replay(folder, source, line);
    std::filesystem::remove_all(folder);
    line.print();
    return 0;
  }
  std::printf(
      "          durable events a second                ratio to        median commit, us        "
      "processor, us\n");
  std::printf(
      "  batch      journal   plain LMDB   append+sync     LMDB   append    journal       "
      "LMDB    ratio   journal      LMDB\n");
  for (const std::size_t batch : {1U, 16U, 256U, 1024U, 5000U, 32768U}) {
    compare(folder / "small", source, batch, line);
    std::filesystem::remove_all(folder / "small");
  }
  constexpr std::size_t kLargeBatch = 256;
  std::printf("cancels of 4096 orders, %zu bytes each:\n", Source::large().record_size());
  compare(folder / "large", Source::large(), kLargeBatch, line);
  measure_replay(folder, source, line);
  std::filesystem::remove_all(folder);
  line.print();
  return 0;
}

}  // namespace
}  // namespace betex::journal

int main(int argc, char** argv) {
  return betex::journal::run(
      argc > 1 ? std::filesystem::path{argv[1]} : std::filesystem::temp_directory_path(),
      argc > 2 && argv[2] == std::string_view{"replay"} ? betex::journal::What::Replay
                                                        : betex::journal::What::All);
}
