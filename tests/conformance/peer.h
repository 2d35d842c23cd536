// One end of a FIX session as a script drives it: it counts numbers, checks what every message must
// have, answers TestRequests, and keeps what was said for the report of a failure.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "gateway/client/message.h"
#include "tests/conformance/link.h"
#include "tests/conformance/message_text.h"
#include "tests/conformance/variables.h"

namespace betex::conformance {

// The host did not do what the script expects; what() says what it did.
class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One thread at a time.
class Peer {
 public:
  // `ids`: the ClOrdIDs of the script's own requests, by whichever peer. Must outlive it.
  Peer(std::string name, Identity identity, Endpoint endpoint, const std::set<std::string>& ids);

  // A new connection; the numbers go on.
  void connect(Clock::duration patience);

  // Ends the connection and waits until the host has noticed.
  void disconnect(Clock::duration patience);

  // `fields` are expanded. Without a 34 of its own the message takes next_out and moves it.
  void send(const std::vector<FieldText>& fields, Clock::duration patience);
  void send_raw(const std::string& bytes, Clock::duration patience);

  // The next message but Heartbeats without 112, TestRequests (which are answered), repeated
  // reports (97=Y), reports of others' orders and a resend's gap fills, unless `wanted` is of that
  // kind. Nothing when the
  // connection has ended. Throws Mismatch when nothing comes in time, or what comes is no FIX
  // message of this session.
  std::optional<client::Message> next_message(const std::vector<FieldText>& wanted,
                                              Clock::duration patience);

  // After a Logon with 141=Y a host that is in use tells again what nobody has proven to have
  // (97=Y) and asks whether it has arrived: reads that, and answers, until nothing comes for a
  // moment. A script that counts numbers would be out of step when it came later.
  void take_what_is_told_again();

  // Whether anything comes until then; what comes is a Mismatch.
  void expect_silence(Clock::duration length);

  std::uint32_t next_out = 1;
  std::uint32_t expected_in = 1;
  bool answers_test_requests = true;

  [[nodiscard]] bool connected() const noexcept { return link_ != nullptr; }

  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }

  // The last messages in both directions, as "A > 8=...|".
  [[nodiscard]] std::string conversation() const;

 private:
  std::optional<client::Message> read(Clock::time_point deadline);
  void check_envelope(const client::Message& message, bool number_is_wanted);
  void answer_test_request(const client::Message& test_request, Clock::duration patience);
  void remember(std::string_view mark, std::string_view bytes);

  std::string name_;
  Identity identity_;
  Endpoint endpoint_;
  const std::set<std::string>& ids_;
  std::unique_ptr<Link> link_;
  std::optional<client::Message> unread_;  // was read, and is not looked at yet
  std::deque<std::string> conversation_;
  bool said_logout_ = false;  // on this connection: nothing that comes is answered any more
};

}  // namespace betex::conformance
