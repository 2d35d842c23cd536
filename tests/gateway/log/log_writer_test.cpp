// The log's writer against a pipe whose reader is the test, and against disks that are full.
#include "gateway/log/log_writer.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <regex>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr LogWriterLimits kSmall{.queue_bytes = 64 << 10, .patience = 10ms};
constexpr std::chrono::milliseconds kLong = 60s;

std::string say(std::string_view text) {
  return "log: " + std::string{text} + "\n";
}

// Its reader pauses until it is asked to read.
class Pipe {
 public:
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
  }

  ~Pipe() {
    hang_up();
    close_for_writing();
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int for_writing() const { return ends_[1]; }

  // Leaves no room for another byte.
  void fill() {
    const std::string empty_lines(4096, '\n');
    const int flags = fcntl(ends_[1], F_GETFL);
    fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
    while (write(ends_[1], empty_lines.data(), empty_lines.size()) > 0) {
    }
    fcntl(ends_[1], F_SETFL, flags);
  }

  void hang_up() { close(std::exchange(ends_[0], -1)); }

  void close_for_writing() { close(std::exchange(ends_[1], -1)); }

  // Until the other end is closed.
  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

// The sum over all places where the log says it.
std::uint64_t said_to_be_dropped(const std::string& text) {
  static const std::regex said{"log: ([0-9]+) lines of the log were dropped"};
  std::uint64_t sum = 0;
  for (auto at = std::sregex_iterator{text.begin(), text.end(), said}; at != std::sregex_iterator{};
       ++at) {
    sum += std::stoull((*at)[1]);
  }
  return sum;
}

std::size_t lines_with(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(LogWriterTest, LinesAreWrittenInTheirOrder) {
  Pipe pipe;
  LogWriter writer{LogTarget{pipe.for_writing()}, say};
  std::string pushed;
  for (int i = 0; i < 100; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    pushed += line;
    writer.push(line, LogWriter::Weight::Usual);
  }
  ASSERT_TRUE(writer.flush(kLong));
  pipe.close_for_writing();
  EXPECT_EQ(pipe.read_all(), pushed);
  EXPECT_EQ(writer.lines_dropped(), 0U);
}

TEST(LogWriterTest, APausedReaderCostsLinesThatAreCountedAndSaid) {
  constexpr std::size_t kPushed = 1000;
  const std::string line = std::string(1000, 'x') + "\n";
  Pipe pipe;
  pipe.fill();  // so that the first line waits already
  std::string text;
  {
    LogWriter writer{LogTarget{pipe.for_writing()}, say, kSmall};
    for (std::size_t i = 0; i < kPushed; ++i) {
      writer.push(line, LogWriter::Weight::Usual);  // a push that waited would wait for ever
    }
    EXPECT_GT(writer.lines_dropped(), 0U);
    EXPECT_FALSE(writer.flush(1ms)) << "nobody has read yet";
    std::thread reader{[&] { text = pipe.read_all(); }};
    EXPECT_TRUE(writer.flush(kLong));
    const std::uint64_t dropped = writer.lines_dropped();
    pipe.close_for_writing();
    reader.join();
    EXPECT_EQ(lines_with(text, line) + dropped, kPushed);
    EXPECT_EQ(said_to_be_dropped(text), dropped) << "once or more often";
  }
}

TEST(LogWriterTest, AnInheritedDescriptorStaysBlocking) {
  const Pipe pipe;
  LogWriter writer{LogTarget{pipe.for_writing()}, say};
  writer.push("line\n", LogWriter::Weight::Usual);
  ASSERT_TRUE(writer.flush(kLong));
  EXPECT_EQ(fcntl(pipe.for_writing(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LogWriterTest, ANonBlockingDescriptorIsWaitedFor) {
  const std::string line = std::string(1000, 'x') + "\n";
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.for_writing(), F_SETFL, O_NONBLOCK), 0);
  std::string text;
  LogWriter writer{LogTarget{pipe.for_writing()}, say};
  for (int i = 0; i < 200; ++i) {
    writer.push(line, LogWriter::Weight::Usual);
  }
  std::thread reader{[&] { text = pipe.read_all(); }};
  EXPECT_TRUE(writer.flush(kLong));
  pipe.close_for_writing();
  reader.join();
  EXPECT_EQ(text.size(), 200 * line.size());
  EXPECT_EQ(writer.lines_dropped(), 0U);
}

TEST(LogWriterTest, WarningsStillHaveRoomWhereUsualLinesHaveNone) {
  Pipe pipe;
  std::string text;
  LogWriter writer{LogTarget{pipe.for_writing()}, say, kSmall};
  for (int i = 0; i < 1000; ++i) {
    writer.push(std::string(1000, 'x') + "\n", LogWriter::Weight::Usual);
  }
  writer.push("the end is near\n", LogWriter::Weight::Warning);
  std::thread reader{[&] { text = pipe.read_all(); }};
  EXPECT_TRUE(writer.flush(kLong));
  pipe.close_for_writing();
  reader.join();
  EXPECT_THAT(text, HasSubstr("\nthe end is near\n"));
}

TEST(LogWriterTest, TheEndDoesNotWaitForAReaderThatNeverComes) {
  const Pipe pipe;
  LogWriter writer{LogTarget{pipe.for_writing()}, say, kSmall};
  for (int i = 0; i < 1000; ++i) {
    writer.push(std::string(1000, 'x') + "\n", LogWriter::Weight::Usual);
  }
}  // hangs, or comes here

TEST(LogWriterTest, WhatAFullDiskDoesNotTakeIsCounted) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  {
    LogWriter writer{LogTarget{full}, say};
    writer.push("lost\n", LogWriter::Weight::Usual);
    ASSERT_TRUE(writer.flush(kLong));
    EXPECT_EQ(writer.lines_dropped(), 1U);
  }
  close(full);
}

// As on a disk that runs full within a line, and has room again.
TEST(LogTargetTest, ATornLineDoesNotSpoilTheNextOne) {
  std::signal(SIGXFSZ, SIG_IGN);
  const test::TempFolder folder;
  const auto file = folder.path() / "log";
  LogTarget target{file};
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{.rlim_cur = 13, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::size_t lost = target.write("first\nsecond line\nthird\n");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(lost, 2U);
  EXPECT_EQ(target.write("fourth\n"), 0U);
  std::string text(100, '\0');
  const int in = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(read(in, text.data(), text.size()), 0)));
  close(in);
  EXPECT_EQ(text, "first\nsecond \nfourth\n");
}

}  // namespace
}  // namespace betex::gateway
