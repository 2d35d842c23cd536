#include "gateway/process/fail_stop.h"

#include <array>
#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/log/log.h"
#include "gateway/process/port_reservation.h"
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

TEST(FailStopTest, WantOfMemoryIsSaidInWords) {
  const std::string text = text_of(std::make_exception_ptr(std::bad_alloc{}));
  EXPECT_EQ(text.find("out of memory; "), 0U) << text;
  EXPECT_EQ(text_of(std::make_exception_ptr(std::runtime_error{"broken"})), "broken");
}

TEST(PortReservationTest, EachCauseHasItsRemedy) {
  const auto text_for = [](const std::string& address, std::uint16_t port) {
    try {
      const PortReservation reservation{address, port, "--fix-port"};
      return std::string{"it was had"};
    } catch (const std::runtime_error& error) {
      return std::string{error.what()};
    }
  };
  const std::string elsewhere = text_for("192.0.2.1", 0);  // of the documentation's network
  EXPECT_NE(elsewhere.find("name an address of this machine's"), std::string::npos) << elsewhere;
  boost::asio::io_context context;
  const boost::asio::ip::tcp::acceptor user{context,
                                            {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::string used = text_for("127.0.0.1", user.local_endpoint().port());
  EXPECT_NE(used.find("stop whoever uses it"), std::string::npos) << used;
}

}  // namespace
}  // namespace betex::gateway
