// The other end of a FIX connection, by hand: sends any bytes, reads whole messages, and knows
// nothing of sessions. For tests that must do what no proper client would.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/patience.h"

namespace betex::test {

// One message: its fields in order.
class RawFixMessage {
 public:
  explicit RawFixMessage(std::string bytes);

  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

  // Of the first field with this tag; empty where there is none.
  [[nodiscard]] std::string value(int tag) const;

  [[nodiscard]] std::string type() const { return value(35); }

  [[nodiscard]] int number() const { return std::stoi(value(34)); }

  // With | for SOH.
  [[nodiscard]] std::string text() const;

  // The same without the fields that a resend may change: 8 9 10 34 43 52 122 ...: `tags` are left
  // out.
  [[nodiscard]] std::string text_without(const std::vector<int>& tags) const;

 private:
  struct Field {
    int tag;
    std::string value;
  };

  std::string bytes_;
  std::vector<Field> fields_;
};

// "YYYYMMDD-HH:MM:SS.mmm" now, in UTC.
[[nodiscard]] std::string fix_now();

// `begin_string` and `body` (from 35= on, | for SOH, the last one included) as a whole message.
[[nodiscard]] std::string fix_message(std::string_view begin_string, std::string body);

// Blocking; owned by one thread. What comes too late throws std::runtime_error.
class RawFixPeer {
 public:
  struct Names {
    std::string begin_string;
    std::string sender;
    std::string target;
  };

  // `from`: the address of loopback that it comes from, as 127.0.0.2; empty: the usual one.
  RawFixPeer(std::uint16_t port, Names names, const std::string& from = {});
  ~RawFixPeer();
  RawFixPeer(const RawFixPeer&) = delete;
  RawFixPeer& operator=(const RawFixPeer&) = delete;

  // The next number that send() uses.
  int next_out = 1;

  void send_bytes(std::string_view bytes);

  // `type`, then `fields` ("11=A|55=X|"), with a proper header and next_out.
  void send(std::string_view type, std::string_view fields = {});
  [[nodiscard]] std::string message(std::string_view type,
                                    std::string_view fields,
                                    int number) const;

  // The next message.
  [[nodiscard]] RawFixMessage read(std::chrono::milliseconds deadline = kPatience);

  // The next one that is not a Heartbeat(0) or TestRequest(1), unless `type` is that. On a machine
  // that is slow a TestRequest may come at any time: it asks for proof of what was sent.
  [[nodiscard]] RawFixMessage read_type(std::string_view type);

  // Nothing where no whole message comes in time.
  [[nodiscard]] std::optional<RawFixMessage> try_read(std::chrono::milliseconds deadline);

  // True when the other end ends the stream in time; what comes before is thrown away.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds deadline = kPatience);

  // All bytes until the other end ends the stream.
  [[nodiscard]] std::string read_all(std::chrono::milliseconds deadline = kPatience);

  void close();

  // Closes by a reset (RST), as a machine does whose process was killed with bytes unread.
  void reset();

 private:
  bool fill(std::chrono::milliseconds deadline);

  Names names_;
  int socket_ = -1;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace betex::test
