// What an order's round trip cannot be faster than: one durable commit and one TCP round trip.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <thread>

#include "journal/lmdb.h"
#include "tests/bench/loopback.h"

namespace betex::bench {

inline constexpr std::size_t kRecordSize = 512;   // about one order's transaction, with its header
inline constexpr std::size_t kMessageSize = 220;  // about an order, and a New

// One record of kRecordSize appended and committed, as the journal does it, and nothing else.
class PlainCommit {
 public:
  explicit PlainCommit(const std::filesystem::path& folder);

  void operator()();

 private:
  journal::Environment environment_;
  std::array<std::byte, kRecordSize> record_{};
  std::uint64_t last_key_ = 0;
};

// A message of kMessageSize to another thread over loopback, and one back.
class PingPong {
 public:
  PingPong();
  ~PingPong();
  PingPong(const PingPong&) = delete;
  PingPong& operator=(const PingPong&) = delete;

  void operator()();

 private:
  Listener listener_;
  std::thread echo_;
  int descriptor_ = -1;
  std::array<char, kMessageSize> message_{};
};

}  // namespace betex::bench
