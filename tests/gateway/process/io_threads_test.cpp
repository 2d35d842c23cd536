#include "gateway/process/io_threads.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace betex::gateway {
namespace {

TEST(IoThreadCount, IsWhatIsConfigured) {
  EXPECT_EQ(io_thread_count(1, 64), 1U);
  EXPECT_EQ(io_thread_count(5, 1), 5U);
}

TEST(IoThreadCount, GoesByTheProcessorsWhereNothingIsConfigured) {
  EXPECT_EQ(io_thread_count(0, 0), 1U);  // not known
  EXPECT_EQ(io_thread_count(0, 2), 1U);
  EXPECT_EQ(io_thread_count(0, 8), 2U);
  EXPECT_EQ(io_thread_count(0, 31), 7U);
  EXPECT_EQ(io_thread_count(0, 256), 8U);
}

// Each handler waits until all of them run: on fewer threads they never would.
TEST(IoThreads, RunSideBySide) {
  constexpr std::size_t kThreads = 3;
  constexpr std::chrono::seconds kPatience{60};
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::thread::id> here;
  IoThreads io{kThreads};
  for (std::size_t i = 0; i < kThreads; ++i) {
    boost::asio::post(io.context(), [&] {
      std::unique_lock lock{mutex};
      here.insert(std::this_thread::get_id());
      changed.notify_all();
      changed.wait_for(lock, kPatience, [&] { return here.size() == kThreads; });
    });
  }
  std::unique_lock lock{mutex};
  EXPECT_TRUE(changed.wait_for(lock, kPatience, [&] { return here.size() == kThreads; }));
}

TEST(IoThreads, EndWithWhatWasPostedUndone) {
  IoThreads io{2};
  io.stop();
  bool ran = false;
  boost::asio::post(io.context(), [&] { ran = true; });
  io.stop();
  EXPECT_FALSE(ran);
}

int niceness_of_this_thread() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
}

// What comes of a handler that throws, and whether the next one runs, as nice as it should be.
void expect_to_go_on(int niceness) {
  const int expected = niceness == 0 ? niceness_of_this_thread() : niceness;
  std::promise<std::string> failed;
  std::promise<int> went_on;
  IoThreads io{1,
               "test-io",
               [&failed](const std::exception_ptr& error) {
                 try {
                   std::rethrow_exception(error);
                 } catch (const std::exception& caught) {
                   failed.set_value(caught.what());
                 }
               },
               niceness};
  boost::asio::post(io.context(), [] { throw std::runtime_error{"broken"}; });
  boost::asio::post(io.context(), [&went_on] { went_on.set_value(niceness_of_this_thread()); });
  constexpr std::chrono::seconds kPatience{60};
  std::future<std::string> text = failed.get_future();
  ASSERT_EQ(text.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(text.get(), "broken");
  std::future<int> next = went_on.get_future();
  ASSERT_EQ(next.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(next.get(), expected);
}

TEST(IoThreads, GoOnAfterAFailureWhereSomebodyHandlesIt) {
  expect_to_go_on(0);
}

TEST(IoThreads, GoOnAfterAFailureAlsoWhereOthersComeFirst) {
  expect_to_go_on(19);
}

TEST(IoThreads, AreCalledAsTheirOwnerSays) {
  std::promise<std::string> name;
  IoThreads io{1, "test-io"};
  boost::asio::post(io.context(), [&name] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
  });
  EXPECT_EQ(name.get_future().get(), "test-io");
}

}  // namespace
}  // namespace betex::gateway
