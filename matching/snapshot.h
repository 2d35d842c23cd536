// The whole state as bytes, in an order that depends on the history alone and not on how the state
// is laid out in memory: the content of a snapshot, and what the state's hash is taken over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "matching/state.h"

namespace betex::matching {

// Where the bytes of a state go.
class StateSink {
 public:
  virtual ~StateSink() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;
};

class StateHasher final : public StateSink {
 public:
  void write(std::span<const std::byte> bytes) override;

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

// Hands the bytes on in large pieces. `write` must outlive it.
class StateWriter final : public StateSink {
 public:
  explicit StateWriter(const std::function<void(std::span<const std::byte>)>& write);
  void write(std::span<const std::byte> bytes) override;
  void flush();

 private:
  const std::function<void(std::span<const std::byte>)>& write_;
  std::vector<std::byte> buffer_;
};

void save(const State& state, StateSink& sink);

// `state` must be new. Throws std::runtime_error where the bytes are no saved state.
void load(State& state, std::span<const std::byte> bytes);

// ---- Sections -----------------------------------------------------------------------------------
//
// A saved state is a row of sections: what is in it, the size of one record, how many there are,
// the records. A record's fields are its bytes one after the other; later versions add some at its
// end. A record that an older program saved has zeros for these, and a section that it did not know
// is not there: so old states can be loaded for ever, and no state of a newer program is taken.

enum class Section : std::uint32_t {  // in snapshots: never change; they ascend
  Counters = 1,
  Exchange = 2,
  Sessions = 3,
  Accounts = 4,
  Markets = 5,
  Instruments = 6,
  Rows = 7,
  RowSums = 8,
  Orders = 9,
  LiveTerms = 10,
  ChainedIds = 11,
  OtherIds = 12,
  DelayedAmends = 13,
  Batches = 14,
  RequestIds = 15,
  Descriptions = 16,
  Volumes = 17,
  Proposals = 18,
  ProposedShares = 19,
  OrderGroups = 20,
  GroupFills = 21,
  DeletedGroups = 22,
};

struct SectionHeader {
  Section section{};
  std::uint32_t record_size = 0;
  std::uint64_t count = 0;
};

static_assert(std::has_unique_object_representations_v<SectionHeader>);

[[noreturn]] void fail_damaged(const std::string& what);

// Adds up the sizes of the fields of a record.
class RecordSize {
 public:
  template <typename... Values>
  void operator()(const Values&...) {
    static_assert((std::has_unique_object_representations_v<Values> && ...));
    size_ += static_cast<std::uint32_t>((sizeof(Values) + ...));
  }

  [[nodiscard]] std::uint32_t value() const noexcept { return size_; }

 private:
  std::uint32_t size_ = 0;
};

template <typename Record, typename Archive>
[[nodiscard]] std::uint32_t record_size(Archive&& archive) {
  RecordSize size;
  const Record record{};
  archive(size, record);
  return size.value();
}

class RecordWriter {
 public:
  explicit RecordWriter(StateSink& sink) : sink_{sink} {}

  template <typename... Values>
  void operator()(const Values&... values) {
    (sink_.write(std::as_bytes(std::span{&values, 1})), ...);
  }

 private:
  StateSink& sink_;
};

// Gives zeros beyond the end of a record.
class RecordReader {
 public:
  explicit RecordReader(std::span<const std::byte> record) : left_{record} {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

 private:
  template <typename T>
  void get(T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    const std::size_t there = std::min(left_.size(), sizeof(T));
    std::memcpy(static_cast<void*>(&value), left_.data(), there);
    std::memset(reinterpret_cast<char*>(&value) + there, 0, sizeof(T) - there);
    left_ = left_.subspan(there);
  }

  std::span<const std::byte> left_;
};

// Writes sections. `archive(archive, value)` lists a record's fields, in both directions.
class Saver {
 public:
  explicit Saver(StateSink& sink) : sink_{sink} {}

  // `for_each(put)` calls `put(values...)` for each of `count` records; `Record` is what one of
  // them is archived from.
  template <typename Record, typename ForEach, typename Archive>
  void section(Section section, std::uint64_t count, Archive&& archive, ForEach&& for_each) {
    RecordWriter{sink_}(SectionHeader{
        .section = section, .record_size = record_size<Record>(archive), .count = count});
    for_each([&](const Record& record) {
      RecordWriter writer{sink_};
      archive(writer, record);
    });
  }

 private:
  StateSink& sink_;
};

// Reads them, in the order in which they were written.
class Loader {
 public:
  explicit Loader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  // Calls `take(record)` for each of the section's records; none where the section is not there.
  template <typename Record, typename Archive, typename Take>
  void section(Section section, Archive&& archive, Take&& take) {
    if (bytes_.empty()) {
      return;
    }
    SectionHeader header;
    RecordReader{bytes_}(header);
    check(bytes_.size() >= sizeof(header), "a section's header");
    if (header.section > section) {
      return;
    }
    check(header.section == section && header.record_size != 0 &&
              header.record_size <= record_size<Record>(archive),
          "a section that this program does not know");
    bytes_ = bytes_.subspan(sizeof(header));
    check(header.count <= bytes_.size() / header.record_size, "it ends too early");
    for (std::uint64_t left = header.count; left != 0; --left) {
      RecordReader reader{bytes_.first(header.record_size)};
      bytes_ = bytes_.subspan(header.record_size);
      Record record{};
      archive(reader, record);
      take(record);
    }
  }

  static void check(bool holds, const char* what) {
    if (!holds) {
      fail_damaged(what);
    }
  }

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
};

// Orders, and ClOrdIDs. Sessions, accounts, markets, instruments and rows must have been loaded.
void save_orders(const State& state, Saver& saver);
void load_orders(State& state, Loader& loader);

// Descriptions, traded volumes and proposals. Markets and instruments must have been loaded.
void save_operations(const State& state, Saver& saver);
void load_operations(State& state, Loader& loader);

// Order groups. Sessions, accounts and orders must have been loaded.
void save_order_groups(const State& state, Saver& saver);
void load_order_groups(State& state, Loader& loader);

}  // namespace betex::matching
