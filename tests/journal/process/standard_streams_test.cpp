// Each case in a child of its own, whose descriptors it may spoil.
#include "journal/process/standard_streams.h"

#include <cerrno>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace betex::process {
namespace {

// The exit code of a child that does this.
template <typename Action>
int in_a_child(const Action& action) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(action());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Of standard output, to what it was sent to.
int full() {
  return dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

TEST(StandardStreamsTest, AFileOpenedLaterIsNeverAStandardStream) {
  EXPECT_EQ(in_a_child([] {
              for (const int descriptor : {0, 1, 2}) {
                close(descriptor);
              }
              open_standard_descriptors();
              return open("/dev/zero", O_RDWR) > 2 ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, WhatWasClosedStillCannotBeUsed) {
  EXPECT_EQ(in_a_child([] {
              for (const int descriptor : {0, 1, 2}) {
                close(descriptor);
              }
              open_standard_descriptors();
              char byte = 0;
              const bool read_fails = read(0, &byte, 1) == -1 && errno == EBADF;
              const bool write_fails = write(1, "x", 1) == -1 && errno == EBADF;
              const bool error_fails = write(2, "x", 1) == -1 && errno == EBADF;
              return read_fails && write_fails && error_fails ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, WhatIsOpenIsLeftAlone) {
  EXPECT_EQ(in_a_child([] {
              close(0);
              full();
              open_standard_descriptors();
              return write(1, "x", 1) == -1 && errno == ENOSPC ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, TheLastFlushIsChecked) {
  EXPECT_EQ(in_a_child([] {
              full();
              std::printf("a report");  // stays in the buffer
              const auto failure = flush_standard_output();
              return failure == "No space left on device" ? 0 : 1;
            }),
            0);
  EXPECT_EQ(in_a_child([] { return flush_standard_output() ? 1 : 0; }), 0);
}

TEST(StandardStreamsTest, AWriteThatFailedBeforeIsNotForgotten) {
  EXPECT_EQ(in_a_child([] {
              full();
              std::printf("a report");
              std::fflush(stdout);
              return flush_standard_output() ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, OnlyASuccessBecomesAnInputOutputError) {
  const auto after = [](int exit_code) {
    return in_a_child([exit_code] {
      full();
      std::printf("a report");
      return exit_code_after_output("test", exit_code);
    });
  };
  EXPECT_EQ(after(0), 74);
  EXPECT_EQ(after(65), 65);
  EXPECT_EQ(in_a_child([] { return exit_code_after_output("test", 0); }), 0);
}

TEST(StandardStreamsTest, AnErrorThatNobodyReadsHoldsNothingUp) {
  EXPECT_EQ(in_a_child([] {
              int ends[2];
              if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) != STDERR_FILENO) {
                return 1;
              }
              alarm(30);  // a process that waits for ever ends by this
              print_error("test", std::string(1 << 20, 'x'));
              return 0;
            }),
            0);
}

TEST(StandardStreamsTest, NoCoreIsWritten) {
  EXPECT_EQ(in_a_child([] {
              disable_core_dumps();
              rlimit limit{};
              return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace betex::process
