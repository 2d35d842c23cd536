#include "tests/conformance/peer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/client/error.h"

namespace betex::conformance {

using client::Message;

namespace {

constexpr std::size_t kRemembered = 16;
constexpr std::chrono::milliseconds kQuiet{60};

bool wants(const std::vector<FieldText>& wanted, const std::string& tag) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const FieldText& field) {
    return field.tag == tag && !field.absent;
  });
}

bool wants(const std::vector<FieldText>& wanted, const std::string& tag, std::string_view value) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const FieldText& field) {
    return field.tag == tag && field.value == value;
  });
}

}  // namespace

Peer::Peer(std::string name, Identity identity, Endpoint endpoint, const std::set<std::string>& ids)
    : name_{std::move(name)},
      identity_{std::move(identity)},
      endpoint_{std::move(endpoint)},
      ids_{ids} {}

void Peer::connect(Clock::duration patience) {
  link_ = std::make_unique<Link>(endpoint_, Clock::now() + patience);
  said_logout_ = false;
  unread_.reset();
}

void Peer::disconnect(Clock::duration patience) {
  if (link_ == nullptr) {
    return;
  }
  link_->end_stream();
  const auto deadline = Clock::now() + patience;
  while (const auto message = read(deadline)) {  // was on its way: it counts as read
    expected_in = message->poss_dup() ? expected_in : message->seq_num() + 1;
  }
  link_.reset();
}

void Peer::send(const std::vector<FieldText>& fields, Clock::duration patience) {
  const bool numbered = std::any_of(
      fields.begin(), fields.end(), [](const FieldText& field) { return field.tag == "34"; });
  said_logout_ = said_logout_ || wants(fields, "35", "5");
  const std::string bytes = compose(fields, identity_, next_out);
  next_out += numbered ? 0 : 1;
  send_raw(bytes, patience);
}

void Peer::send_raw(const std::string& bytes, Clock::duration patience) {
  if (link_ == nullptr) {
    throw Mismatch{"there is no connection"};
  }
  remember(">", bytes);
  link_->send(bytes, Clock::now() + patience);
}

std::optional<Message> Peer::read(Clock::time_point deadline) {
  if (unread_) {
    return std::exchange(unread_, std::nullopt);
  }
  std::string& received = link_->received();
  for (;;) {
    try {
      if (const auto length = client::frame_length(received); length && *length != 0) {
        const std::string frame = received.substr(0, *length);
        received.erase(0, *length);
        remember("<", frame);
        return Message::parse(frame);
      }
    } catch (const client::ProtocolError& error) {
      throw Mismatch{"what came is no FIX message: " + std::string{error.what()}};
    }
    if (!link_->receive(deadline)) {
      return std::nullopt;
    }
  }
}

std::optional<Message> Peer::next_message(const std::vector<FieldText>& wanted,
                                          Clock::duration patience) {
  if (link_ == nullptr) {
    throw Mismatch{"there is no connection"};
  }
  const auto deadline = Clock::now() + patience;
  for (;;) {
    const auto message = read(deadline);
    if (!message) {
      if (link_->ended()) {
        link_.reset();
        return std::nullopt;
      }
      throw Mismatch{"nothing came in time"};
    }
    check_envelope(*message, wants(wanted, "34"));
    const bool answer = message->find(client::tag::kTestReqId).has_value();
    const bool heartbeat =
        message->type() == "0" && !answer && (!wants(wanted, "35", "0") || wants(wanted, "112"));
    const bool test_request = message->type() == "1" && !wants(wanted, "35", "1");
    const bool repeated = message->has(97, "Y") && !wants(wanted, "97");
    const bool filled = message->type() == "4" && message->poss_dup() && !wants(wanted, "35", "4");
    if (test_request) {
      answer_test_request(*message, patience);
    }
    const auto cl_ord_id = message->find(11);
    const bool of_others =
        message->type() == "8" && cl_ord_id && !ids_.contains(std::string{*cl_ord_id});
    if (!heartbeat && !test_request && !repeated && !filled && !of_others) {
      return message;
    }
  }
}

void Peer::answer_test_request(const Message& test_request, Clock::duration patience) {
  if (answers_test_requests && !said_logout_) {
    send({{.tag = "35", .value = "0"},
          {.tag = "112", .value = std::string{test_request.get(client::tag::kTestReqId)}}},
         patience);
  }
}

void Peer::take_what_is_told_again() {
  while (auto message = read(Clock::now() + kQuiet)) {
    if (message->type() != "1" && !message->has(97, "Y")) {
      unread_ = std::move(message);
      return;
    }
    check_envelope(*message, false);
    if (message->type() == "1") {
      answer_test_request(*message, kQuiet * 100);
    }
  }
}

void Peer::expect_silence(Clock::duration length) {
  const auto deadline = Clock::now() + length;
  if (link_ == nullptr) {
    throw Mismatch{"there is no connection"};
  }
  if (const auto message = read(deadline)) {
    throw Mismatch{"a message came"};
  }
  if (link_->ended()) {
    throw Mismatch{"the host has disconnected"};
  }
}

// What holds for every message of a session: its names, its number, its time.
void Peer::check_envelope(const Message& message, bool number_is_wanted) {
  const auto must_be = [&](int tag, const std::string& value) {
    if (!message.has(tag, value)) {
      throw Mismatch{"tag " + std::to_string(tag) + " of what came is " +
                     std::string{message.find(tag).value_or("missing")} + ", expected " + value};
    }
  };
  must_be(client::tag::kBeginString, identity_.dialect);
  must_be(client::tag::kSenderCompId, identity_.target);
  must_be(client::tag::kTargetCompId, identity_.sender);
  if (!message.find(client::tag::kSendingTime)) {
    throw Mismatch{"what came has no SendingTime(52)"};
  }
  if (message.poss_dup()) {
    return;
  }
  if (!number_is_wanted) {
    must_be(client::tag::kMsgSeqNum, std::to_string(expected_in));
  }
  expected_in = message.seq_num() + 1;
}

void Peer::remember(std::string_view mark, std::string_view bytes) {
  conversation_.push_back(name_ + " " + std::string{mark} + " " + client::readable(bytes));
  if (conversation_.size() > kRemembered) {
    conversation_.pop_front();
  }
}

std::string Peer::conversation() const {
  std::string text;
  for (const std::string& line : conversation_) {
    text += "    " + line + "\n";
  }
  return text;
}

}  // namespace betex::conformance
