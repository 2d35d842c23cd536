#include "gateway/transport/write_queue.h"

#include <string>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

// "a" stands for a whole message.
std::string message(const std::string& name) {
  return "8=FIXT.1.1\0019=5\00135=0\001112=" + name + "\00110=100\001";
}

std::shared_ptr<const OutboundBlock> block(const std::string& bytes, std::size_t reports = 0) {
  auto made = std::make_shared<OutboundBlock>();
  made->bytes = bytes;
  made->reports = reports;
  return made;
}

class WriteQueueTest : public ::testing::Test {
 protected:
  // The socket takes `size` bytes of what it is given, or all of it.
  WriteQueue::Progress write(std::size_t size = std::string::npos) {
    std::string given;
    for (const auto& buffer : queue_.gather()) {
      given.append(static_cast<const char*>(buffer.data()), buffer.size());
    }
    stream_ += given.substr(0, size);
    return queue_.written(std::min(size, given.size()));
  }

  WriteQueue queue_;
  std::string stream_;
};

TEST_F(WriteQueueTest, TellsWhatHasLeft) {
  queue_.push(block(message("a") + message("b"), 2));
  queue_.push(block(message("c"), 1));
  const std::size_t size = message("a").size();

  const auto first = write(size + 3);
  EXPECT_EQ(first.bytes, size + 3);
  EXPECT_EQ(first.reports, 0U);
  const auto second = write(2 * size - 3 - 1);
  EXPECT_EQ(second.reports, 2U);
  EXPECT_FALSE(queue_.empty());
  EXPECT_EQ(write().reports, 1U);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(stream_, message("a") + message("b") + message("c"));
}

TEST_F(WriteQueueTest, DropsWhatHasNotBegun) {
  queue_.push(block(message("a")));
  queue_.push(block(message("b")));
  queue_.drop();
  EXPECT_TRUE(queue_.empty());
  queue_.push(block(message("new"), 1));
  EXPECT_EQ(write().reports, 1U);
  EXPECT_EQ(stream_, message("new"));
}

// Wherever it is interrupted, also within the checksum: whole messages, then the new ones.
TEST_F(WriteQueueTest, FinishesAMessageThatHasBegun) {
  const std::string old = message("a") + message("b");
  for (std::size_t begun = 0; begun <= old.size(); ++begun) {
    queue_.clear();
    stream_.clear();
    queue_.push(block(old, 2));
    queue_.push(block(message("c"), 1));
    if (begun != 0) {
      (void)write(begun);
    }
    queue_.drop();
    queue_.push(block(message("new"), 1));
    WriteQueue::Progress progress;
    while (!queue_.empty()) {
      const auto step = write(7);
      progress.bytes += step.bytes;
      progress.reports += step.reports;
    }
    const std::size_t size = message("a").size();
    const std::size_t messages = (begun + size - 1) / size;
    EXPECT_EQ(stream_, old.substr(0, messages * size) + message("new")) << begun;
    EXPECT_EQ(progress.bytes, message("new").size()) << begun;
    EXPECT_EQ(progress.reports, 1U) << begun;
  }
}

TEST_F(WriteQueueTest, WhatIsBeingWrittenIsDroppedWhenTheSocketHasSaidHowMuchItTook) {
  const std::size_t size = message("a").size();
  queue_.push(block(message("a") + message("b"), 2));
  queue_.push(block(message("c"), 1));
  const auto under_way = queue_.gather();
  queue_.drop();
  queue_.push(block(message("new"), 1));
  EXPECT_EQ(under_way.front().size(), 2 * size) << "what the socket has is not touched";
  const auto progress = queue_.written(size + 1);
  EXPECT_EQ(progress.bytes, 0U);
  EXPECT_EQ(progress.reports, 0U);
  EXPECT_EQ(write().bytes, message("new").size());
  EXPECT_EQ(stream_, message("b").substr(1) + message("new"));
}

TEST_F(WriteQueueTest, DropsAgainWhileTheRestOfAMessageIsStillToBeWritten) {
  const std::string old = message("a");
  for (std::size_t begun = 1; begun < old.size(); ++begun) {
    for (std::size_t more = 0; begun + more < old.size(); ++more) {
      queue_.clear();
      stream_.clear();
      queue_.push(block(old));
      (void)write(begun);
      queue_.drop();
      queue_.push(block(message("never")));
      if (more != 0) {
        (void)write(more);
      }
      queue_.drop();
      queue_.push(block(message("new")));
      (void)write();
      EXPECT_EQ(stream_, old + message("new")) << begun << " and " << more;
    }
  }
}

TEST_F(WriteQueueTest, ASocketThatTakesAllLeavesNothingToDrop) {
  queue_.push(block(message("a"), 1));
  const auto under_way = queue_.gather();
  queue_.drop();
  queue_.push(block(message("new"), 1));
  EXPECT_EQ(queue_.written(under_way.front().size()).reports, 0U);
  EXPECT_EQ(write().reports, 1U);
  EXPECT_EQ(stream_, message("new"));
}

}  // namespace
}  // namespace betex::fix
