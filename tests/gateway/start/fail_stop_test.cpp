#include "gateway/fail_stop.h"

#include <array>
#include <exception>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/log/log.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

// A child that ends by a fail-stop, its standard error being this descriptor.
int exit_code_with(int standard_error) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // one that waits for ever ends by this
    dup2(standard_error, STDERR_FILENO);
    set_up_logging({});
    fail_stop("match", std::make_exception_ptr(std::runtime_error{"broken"}));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(FailStopTest, TheCauseIsWrittenBeforeTheEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  EXPECT_EQ(exit_code_with(ends[1]), 74);
  close(ends[1]);
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(read(ends[0], text.data(), text.size())));
  close(ends[0]);
  EXPECT_NE(text.find("match failed, the gateway stops: broken"), std::string::npos) << text;
}

TEST(FailStopTest, AReaderThatPausesDoesNotHoldItUp) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  const std::string block(4096, 'x');
  while (write(ends[1], block.data(), block.size()) > 0) {
  }
  ASSERT_EQ(fcntl(ends[1], F_SETFL, 0), 0);
  EXPECT_EQ(exit_code_with(ends[1]), 74);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace betex::gateway
