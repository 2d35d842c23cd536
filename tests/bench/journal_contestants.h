// What journal_bench compares: the journal, and what it is held against, with the same bytes.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
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
#include "journal/lmdb.h"
#include "journal/prepared_segment.h"
#include "matching/batch_events.h"
#include "matching/event_tail.h"

namespace betex::journal {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

inline constexpr std::uint64_t kSegmentEvents = 1'000'000;  // as in the shipped configuration
inline constexpr std::size_t kMapSize = std::size_t{2} << 30U;

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

inline Seconds cpu_time() {
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
  OurJournal(const std::filesystem::path& folder,
             std::uint64_t prepared_bytes,
             EnvironmentPool& pool)
      : journal_{{.wal_root = folder,
                  .max_segment_events = kSegmentEvents,
                  .segment_map_size_bytes = kMapSize},
                 pool},
        wanted_{.wal_root = folder, .map_size = kMapSize, .filled_bytes = prepared_bytes} {
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

}  // namespace betex::journal
