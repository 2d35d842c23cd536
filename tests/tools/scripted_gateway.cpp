#include "tests/tools/scripted_gateway.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/utc_time.h"

namespace betex::tools {
namespace {

using client::Message;

constexpr int kTestReqId = 112;
constexpr int kResetSeqNumFlag = 141;

ScriptedGateway::Reply usual_reply(const Message& message) {
  if (message.type() == "A") {
    Message logon{"A"};
    logon.add(98, "0").add(108, "30").add(1137, "9");
    if (message.has(kResetSeqNumFlag, "Y")) {
      logon.add(kResetSeqNumFlag, "Y");
    }
    return {.messages = {logon}};
  }
  if (message.type() == "1") {
    return {.messages = {Message{"0"}.add(kTestReqId, message.get(kTestReqId))}};
  }
  if (message.type() == "5") {
    return {.messages = {Message{"5"}}, .hang_up = true};
  }
  return {};
}

}  // namespace

ScriptedGateway::ScriptedGateway(Script script)
    : script_{std::move(script)}, listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 1) != 0 ||
      getsockname(listener_, any, &size) != 0) {
    throw std::system_error{errno, std::generic_category(), "a scripted gateway"};
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

ScriptedGateway::~ScriptedGateway() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void ScriptedGateway::run() {
  for (int connection = accept(listener_, nullptr, nullptr); connection >= 0;
       connection = accept(listener_, nullptr, nullptr)) {
    serve(connection);
    close(connection);
  }
}

void ScriptedGateway::serve(int connection) {
  std::string received;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
      return;
    }
    received.append(buffer.data(), static_cast<std::size_t>(count));
    while (const auto length = client::frame_length(received)) {
      const Message message = Message::parse(received.substr(0, *length));
      received.erase(0, *length);
      if (!answer(connection, message)) {
        return;
      }
    }
  }
}

// False where it hangs up.
bool ScriptedGateway::answer(int connection, const Message& message) {
  if (message.has(kResetSeqNumFlag, "Y")) {
    next_out_ = 1;
  }
  const Reply reply = script_(message).value_or(usual_reply(message));
  for (const Message& each : reply.messages) {
    const std::string now = client::utc_now();
    const std::string frame = encode({.begin_string = message.get(client::tag::kBeginString),
                                      .sender = message.get(client::tag::kTargetCompId),
                                      .target = message.get(client::tag::kSenderCompId),
                                      .seq_num = next_out_++,
                                      .sending_time = now},
                                     each);
    if (send(connection, frame.data(), frame.size(), MSG_NOSIGNAL) != std::ssize(frame)) {
      return false;
    }
  }
  return !reply.hang_up;
}

}  // namespace betex::tools
