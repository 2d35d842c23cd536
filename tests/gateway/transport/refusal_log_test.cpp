#include "gateway/transport/refusal_log.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

namespace betex::fix {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RefusalLogTest : public testing::Test {
 protected:
  RefusalLogTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(std::move(logger));
  }

  ~RefusalLogTest() override { spdlog::set_default_logger(before_); }

  RefusalLogTest(const RefusalLogTest&) = delete;
  RefusalLogTest& operator=(const RefusalLogTest&) = delete;
  RefusalLogTest(RefusalLogTest&&) = delete;
  RefusalLogTest& operator=(RefusalLogTest&&) = delete;

  void refuse(RefusalKind why, std::size_t times = 1) {
    for (std::size_t i = 0; i < times; ++i) {
      log_.write(why, spdlog::level::info, "from {}", "there");
    }
  }

  // What has been written since the last call.
  std::vector<std::string> lines() {
    std::istringstream text{text_.str()};
    text_.str("");
    std::vector<std::string> found;
    for (std::string line; std::getline(text, line);) {
      found.push_back(line);
    }
    return found;
  }

  RefusalLog::TimePoint now_{milliseconds{500}};

 private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
  RefusalLog log_{[this] { return now_; }};
};

TEST_F(RefusalLogTest, AFloodOfOneReasonIsCutOffAndCounted) {
  refuse(RefusalKind::TooMany, 1000);
  EXPECT_THAT(lines(), SizeIs(RefusalLog::kLinesPerSecond));
  now_ += milliseconds{999};
  refuse(RefusalKind::TooMany);
  EXPECT_THAT(lines(), IsEmpty());
  now_ += milliseconds{1};
  refuse(RefusalKind::TooMany);
  EXPECT_THAT(lines(),
              ElementsAre("warning: " + std::to_string(1001 - RefusalLog::kLinesPerSecond) +
                              " more connections refused as too many were not logged",
                          "info: from there"));
  now_ += milliseconds{1000};
  refuse(RefusalKind::TooMany);
  EXPECT_THAT(lines(), ElementsAre("info: from there")) << "they are counted once";
}

TEST_F(RefusalLogTest, OneReasonDoesNotHideAnother) {
  refuse(RefusalKind::TooMany, 1000);
  lines();
  refuse(RefusalKind::NumberTooLow);
  EXPECT_THAT(lines(), ElementsAre("info: from there"));
}

TEST_F(RefusalLogTest, AFewASecondAreAllWritten) {
  for (int second = 0; second < 3; ++second) {
    refuse(RefusalKind::NotFix, RefusalLog::kLinesPerSecond);
    now_ += milliseconds{1000};
  }
  EXPECT_THAT(lines(), SizeIs(3 * RefusalLog::kLinesPerSecond));
}

}  // namespace
}  // namespace betex::fix
