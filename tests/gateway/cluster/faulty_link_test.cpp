// The network that tests cut: what it lets pass, holds back, and hands over late.
#include "tests/support/faulty_link.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/patience.h"

namespace betex::test {
namespace {

constexpr int kPatienceMs = std::chrono::milliseconds{kPatience}.count();
constexpr int kAWhileMs = 100;  // in which nothing comes

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One end of a connection, or a socket that listens.
class End {
 public:
  explicit End(int number) : number_{number} {
    if (number_ < 0) {
      throw std::system_error{errno, std::generic_category(), "socket"};
    }
  }

  ~End() {
    if (number_ >= 0) {
      close(number_);
    }
  }

  End(End&& other) noexcept : number_{std::exchange(other.number_, -1)} {}

  End(const End&) = delete;
  End& operator=(const End&) = delete;
  End& operator=(End&&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }

  [[nodiscard]] bool comes_within(int milliseconds) const {
    pollfd waited_for{number_, POLLIN, 0};
    return poll(&waited_for, 1, milliseconds) == 1;
  }

  void say(std::string_view text) const {
    ASSERT_EQ(send(number_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  // So many bytes; fewer where the other side ends before.
  [[nodiscard]] std::string hear(std::size_t size) const {
    std::string text;
    std::array<char, 65'536> piece{};
    while (text.size() < size && comes_within(kPatienceMs)) {
      const ssize_t got =
          recv(number_, piece.data(), std::min(piece.size(), size - text.size()), 0);
      if (got <= 0) {
        break;
      }
      text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

  // The other side has said good-bye, or has gone without.
  [[nodiscard]] bool is_over() const {
    char byte = 0;
    return comes_within(kPatienceMs) && recv(number_, &byte, 1, 0) <= 0;
  }

 private:
  int number_;
};

class FaultyLinkTest : public testing::Test {
 protected:
  FaultyLinkTest() : listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_.get(), SOMAXCONN), 0);
    EXPECT_EQ(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t target() const { return port_; }

  [[nodiscard]] static End call(const FaultyLink& link) {
    End end{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(link.port());
    EXPECT_EQ(connect(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return end;
  }

  [[nodiscard]] End take_call() const {
    EXPECT_TRUE(listener_.comes_within(kPatienceMs));
    return End{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  }

  [[nodiscard]] bool is_called_within(int milliseconds) const {
    return listener_.comes_within(milliseconds);
  }

 private:
  End listener_;
  std::uint16_t port_ = 0;
};

TEST_F(FaultyLinkTest, PassesBothWaysUntilBothHaveSaidGoodBye) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  client.say("question");
  EXPECT_EQ(server.hear(8), "question");
  shutdown(client.get(), SHUT_WR);
  EXPECT_TRUE(server.is_over());
  server.say("answer");
  EXPECT_EQ(client.hear(6), "answer");
  shutdown(server.get(), SHUT_WR);
  EXPECT_TRUE(client.is_over());
}

TEST_F(FaultyLinkTest, HoldsBackWhatItPassesOnLate) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  link.cut();
  client.say("question");
  server.say("answer");
  EXPECT_FALSE(server.comes_within(kAWhileMs));
  EXPECT_FALSE(client.comes_within(kAWhileMs));
  link.mend();
  EXPECT_EQ(server.hear(8), "question");
  EXPECT_EQ(client.hear(6), "answer");
}

TEST_F(FaultyLinkTest, TakesCallsThatNobodyHearsOf) {
  FaultyLink link{target()};
  link.cut();
  {
    const End client = call(link);
    client.say("late");
    EXPECT_FALSE(is_called_within(kAWhileMs));
  }
  link.mend();
  const End server = take_call();
  EXPECT_EQ(server.hear(4), "late");
  EXPECT_TRUE(server.is_over());
}

TEST_F(FaultyLinkTest, CutsAnswersAlone) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  link.cut_answers();
  client.say("question");
  EXPECT_EQ(server.hear(8), "question");
  server.say("answer");
  EXPECT_FALSE(client.comes_within(kAWhileMs));
  const End other = call(link);
  other.say("x");
  const End its_server = take_call();
  EXPECT_EQ(its_server.hear(1), "x");
  link.mend();
  EXPECT_EQ(client.hear(6), "answer");
}

TEST_F(FaultyLinkTest, CutsRequestsAlone) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  client.say("first");
  EXPECT_EQ(server.hear(5), "first");
  link.cut_requests();
  client.say("question");
  EXPECT_FALSE(server.comes_within(kAWhileMs));
  server.say("answer");
  EXPECT_EQ(client.hear(6), "answer");
  const End other = call(link);
  EXPECT_FALSE(is_called_within(kAWhileMs));
  link.mend();
  EXPECT_EQ(server.hear(8), "question");
  const End its_server = take_call();
  other.say("x");
  EXPECT_EQ(its_server.hear(1), "x");
}

TEST_F(FaultyLinkTest, IsCutAfterSoManyBytes) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  client.say("before");
  EXPECT_EQ(server.hear(6), "before");
  link.cut_after(10);
  client.say("123456");
  EXPECT_EQ(server.hear(6), "123456");
  server.say("answer");
  EXPECT_EQ(client.hear(6), "answer");
  client.say("7890abcd");
  EXPECT_EQ(server.hear(4), "7890");
  EXPECT_FALSE(server.comes_within(kAWhileMs));
  server.say("late");
  EXPECT_FALSE(client.comes_within(kAWhileMs));
  link.mend();
  EXPECT_EQ(server.hear(4), "abcd");
  EXPECT_EQ(client.hear(4), "late");
  client.say("and on without an end");
  EXPECT_EQ(server.hear(21), "and on without an end");
}

TEST_F(FaultyLinkTest, TellsCallersApart) {
  std::atomic<std::uint16_t> first_port{0};
  FaultyLink link{target(), [&](std::uint16_t port) -> std::optional<std::size_t> {
                    return port == first_port.load() ? 1U : 2U;
                  }};
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const End first{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ASSERT_EQ(bind(first.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(first.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  first_port = ntohs(address.sin_port);
  const sockaddr_in to = loopback(link.port());
  ASSERT_EQ(connect(first.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  const End server = take_call();
  const End second = call(link);
  const End its_server = take_call();

  link.let_pass(1, false, true);
  link.let_pass(2, true, false);
  first.say("question");
  EXPECT_FALSE(server.comes_within(kAWhileMs));
  server.say("answer");
  EXPECT_EQ(first.hear(6), "answer");
  second.say("question");
  EXPECT_EQ(its_server.hear(8), "question");
  its_server.say("answer");
  EXPECT_FALSE(second.comes_within(kAWhileMs));
  link.mend();
  EXPECT_EQ(server.hear(8), "question");
  EXPECT_EQ(second.hear(6), "answer");
}

TEST_F(FaultyLinkTest, EndsACallOfNobody) {
  const FaultyLink link{target(), [](std::uint16_t) { return std::optional<std::size_t>{}; }};
  const End client = call(link);
  EXPECT_TRUE(client.is_over());
  EXPECT_FALSE(is_called_within(kAWhileMs));
}

TEST_F(FaultyLinkTest, PressesBackAndLosesNothing) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  link.cut();
  std::string sent;
  // Buffers of the kernel take some megabytes at most.
  for (int i = 0; i < 100'000; ++i) {
    const std::string piece = "piece " + std::to_string(i) + std::string(4096, '.');
    const ssize_t size =
        send(client.get(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) {
      break;
    }
    sent.append(piece, 0, static_cast<std::size_t>(size));
  }
  EXPECT_EQ(errno, EAGAIN);
  link.mend();
  EXPECT_TRUE(server.hear(sent.size()) == sent);
}

TEST_F(FaultyLinkTest, ResetsWhatThereIsAndTakesNewCalls) {
  FaultyLink link{target()};
  const End client = call(link);
  const End server = take_call();
  client.say("question");
  EXPECT_EQ(server.hear(8), "question");
  link.cut();
  const End held = call(link);
  link.reset_connections();
  EXPECT_TRUE(client.is_over());
  EXPECT_TRUE(server.is_over());
  EXPECT_TRUE(held.is_over());
  link.mend();
  const End next = call(link);
  const End its_server = take_call();
  next.say("x");
  EXPECT_EQ(its_server.hear(1), "x");
}

TEST_F(FaultyLinkTest, EndsCallsToNobody) {
  std::uint16_t dead = 0;
  {
    const FaultyLink other{target()};
    dead = other.port();
  }
  FaultyLink link{dead};
  const End client = call(link);
  EXPECT_TRUE(client.is_over());
}

}  // namespace
}  // namespace betex::test
