#include "tests/conformance/player.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <optional>
#include <regex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"

namespace betex::conformance {

using namespace std::chrono_literals;
using client::Message;

namespace {

constexpr Clock::duration kLogonRetry = 100ms;

// Not used before, in this run or another one: the time in microseconds and a count. 27 characters.
std::string fresh_id() {
  static std::atomic<unsigned> count{0};
  std::string id;
  for (const char c : client::utc_now()) {
    if (c >= '0' && c <= '9') {
      id += c;
    }
  }
  return id + "-" + std::to_string(++count);
}

// "250ms", "3s".
Clock::duration duration(const std::string& text) {
  long amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (error == std::errc{} && unit == "ms") {
    return std::chrono::milliseconds{amount};
  }
  if (error == std::errc{} && unit == "s") {
    return std::chrono::seconds{amount};
  }
  throw std::invalid_argument{"not a duration such as 250ms or 3s: " + text};
}

// "A2" is one more connection for the session of A.
std::string session_of(const std::string& connection) {
  return connection.substr(0, connection.find_last_not_of("0123456789") + 1);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string table(const std::vector<Difference>& differences) {
  constexpr std::size_t kTagWidth = 8;
  constexpr std::size_t kValueWidth = 30;
  std::string text = "    " + padded("tag", kTagWidth) + padded("expected", kValueWidth) + "came\n";
  for (const Difference& difference : differences) {
    text += "    " + padded(std::to_string(difference.tag), kTagWidth) +
            padded(difference.expected, kValueWidth) +
            (difference.came.empty() ? "(not there)" : difference.came) + "\n";
  }
  return text;
}

// The text of a whole message as a script would write it.
std::string fields_text(const Message& message) {
  std::string text;
  for (const client::Field& field : message.fields()) {
    text += std::to_string(field.tag) + "=" + field.value + "|";
  }
  return text;
}

}  // namespace

Player::Player(PlaySettings settings) : settings_{std::move(settings)} {
  for (const auto& [name, value] : settings_.variables) {
    variables_.set(name, value);
  }
}

Player::~Player() = default;

std::string Player::play(const Script& script) {
  const Statement* current = nullptr;
  const auto where = [&] {
    return current == nullptr ? script.name() + ": at its end: "
                              : script.name() + ":" + std::to_string(current->line) + ": ";
  };
  try {
    for (const Statement& statement : script.statements()) {
      current = &statement;
      run(statement);
    }
    current = nullptr;
    log_all_out();
    return {};
  } catch (const std::invalid_argument& error) {
    throw ScriptError{where() + error.what()};
  } catch (const std::regex_error& error) {
    throw ScriptError{where() + error.what()};
  } catch (const std::runtime_error& error) {
    std::string text = where() + error.what() + "\n";
    if (current != nullptr) {
      text += "  script: " + current->text + "\n";
    }
    text += "  what was said, the last at the bottom:\n";
    for (const auto& [name, peer] : peers_) {
      text += peer->conversation();
    }
    return text;
  }
}

Peer& Player::peer(const std::string& name) {
  std::unique_ptr<Peer>& known = peers_[name];
  if (known == nullptr) {
    const auto identity = settings_.identities.find(session_of(name));
    if (identity == settings_.identities.end()) {
      throw std::invalid_argument{"connection " + name +
                                  " has no session: give one with --session"};
    }
    Endpoint endpoint = settings_.endpoint;
    if (const auto port = settings_.ports.find(session_of(name)); port != settings_.ports.end()) {
      endpoint.port = port->second;
      for (Place& other : endpoint.others) {
        other.port = port->second;
      }
    }
    known = std::make_unique<Peer>(name, identity->second, std::move(endpoint), ids_);
  }
  return *known;
}

void Player::name_what_the_peer_has(const Peer& peer) {
  variables_.set("next", std::to_string(peer.next_out));
  variables_.set("expected", std::to_string(peer.expected_in));
  variables_.set("dialect", peer.identity().dialect);
  variables_.set("sender", peer.identity().sender);
  variables_.set("target", peer.identity().target);
  variables_.set("username", peer.identity().username);
  variables_.set("password", peer.identity().password);
}

std::string Player::expanded(const std::string& text, const Peer& peer) {
  name_what_the_peer_has(peer);
  return variables_.expand(text);
}

std::uint32_t Player::number(const std::string& text, const Peer& peer) {
  const std::string digits = expanded(text, peer);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    throw std::invalid_argument{"no number: " + digits};
  }
  return value;
}

void Player::run(const Statement& statement) {
  Peer& peer = this->peer(statement.connection);
  switch (statement.kind) {
    case Statement::Kind::Send:
      return send(statement.message, peer);
    case Statement::Kind::SendRaw:
      return peer.send_raw(compose_raw(expanded(statement.message, peer)), settings_.patience);
    case Statement::Kind::Expect:
    case Statement::Kind::ExpectOnly:
      name_what_the_peer_has(peer);
      return expect(
          split_fields(statement.message),
          statement.kind == Statement::Kind::Expect ? Strictness::Listed : Strictness::Only,
          peer);
    case Statement::Kind::Command:
      return command(statement);
  }
}

void Player::command(const Statement& statement) {
  Peer& peer = this->peer(statement.connection);
  const std::vector<std::string>& words = statement.words;
  const std::string& name = words.front();
  if (name == "connect") {
    peer.connect(settings_.patience);
  } else if (name == "disconnect") {
    peer.disconnect(settings_.patience);
  } else if (name == "logon" || name == "relogon") {
    log_on(words.size() > 1 ? words[1] : "", name == "logon", peer);
  } else if (name == "logout") {
    log_out(peer);
  } else if (name == "expect") {
    expect_end_or_silence(words, peer);
  } else if (name == "wait") {
    std::this_thread::sleep_for(duration(words[1]));
  } else if (name == "repeat") {
    repeat(statement, peer);
  } else if (name == "operator") {
    if (!settings_.operate) {
      throw std::invalid_argument{
          "the exchange's operator is out of reach: a script with `operator` is played against a "
          "gateway in the same process only"};
    }
    settings_.operate(
        words[1], expanded(words[2], peer), words.size() > 3 ? expanded(words[3], peer) : "");
  } else {
    change(words, peer);
  }
}

void Player::change(const std::vector<std::string>& words, Peer& peer) {
  const std::string& name = words.front();
  if (name == "fresh") {
    for (auto id = words.begin() + 1; id != words.end(); ++id) {
      variables_.set(*id, fresh_id());
    }
  } else if (name == "set") {
    if (!settings_.variables.contains(words[1])) {
      variables_.set(words[1], expanded(words[2], peer));
    }
  } else if (name == "next") {
    peer.next_out = number(words[1], peer);
  } else if (name == "expected") {
    peer.expected_in = number(words[1], peer);
  } else if (words[1] == "on" || words[1] == "off") {
    peer.answers_test_requests = words[1] == "on";
  } else {
    throw std::invalid_argument{"answer-test-requests is on or off"};
  }
}

void Player::send(const std::string& message, Peer& peer) {
  const std::vector<FieldText> fields = split_fields(expanded(message, peer));
  for (const FieldText& field : fields) {
    if (field.tag == "11") {
      ids_.insert(field.value);
    }
  }
  peer.send(fields, settings_.patience);
}

void Player::expect(const std::vector<FieldText>& fields, Strictness strictness, Peer& peer) {
  const auto message = peer.next_message(fields, settings_.patience);
  if (!message) {
    throw Mismatch{"the host has disconnected"};
  }
  const auto differences = compare(fields, *message, variables_, strictness);
  if (!differences.empty()) {
    throw Mismatch{"not what was expected\n  came:   < " + fields_text(*message) + "\n" +
                   table(differences)};
  }
}

void Player::expect_end_or_silence(const std::vector<std::string>& words, Peer& peer) {
  if (words.size() == 2 && words[1] == "disconnect") {
    if (const auto message = peer.next_message({}, settings_.patience)) {
      throw Mismatch{"a message came where the connection should end: " + fields_text(*message)};
    }
  } else if (words.size() == 2 && words[1] == "end") {
    const std::vector<FieldText> any_number{{.tag = "34", .value = "*"}};
    const auto logout = peer.next_message(any_number, settings_.patience);
    if (logout && (logout->type() != "5" || peer.next_message(any_number, settings_.patience))) {
      throw Mismatch{"the connection should end, by a Logout at most: " + fields_text(*logout)};
    }
  } else if (words.size() == 2 && words[1] == "nothing") {
    expect_nothing_before_an_answer(peer);
  } else if (words.size() == 4 && words[1] == "nothing" && words[2] == "for") {
    peer.expect_silence(duration(words[3]));
  } else {
    throw std::invalid_argument{
        "expect disconnect, expect end, expect nothing, or expect nothing for 500ms"};
  }
}

// What was caused by what we have sent comes before the answer to a TestRequest sent now.
void Player::expect_nothing_before_an_answer(Peer& peer) {
  const std::string id = fresh_id();
  send("35=1|112=" + id, peer);
  expect({{.tag = "35", .value = "0"}, {.tag = "112", .value = id}}, Strictness::Listed, peer);
}

// Tried again where the host closes at once: it may not have noticed yet that the connection before
// has ended.
void Player::log_on(const std::string& fields, bool reset, Peer& peer) {
  const auto deadline = Clock::now() + settings_.patience;
  const std::string text = "35=A|" + std::string{reset ? "141=Y|" : ""} + fields;
  const std::uint32_t number = reset ? 1 : peer.next_out;
  for (;;) {
    peer.next_out = number;
    peer.expected_in = reset ? 1 : peer.expected_in;
    peer.connect(settings_.patience);
    send(text, peer);
    std::vector<FieldText> answer{{.tag = "35", .value = "A"}};
    if (reset) {
      answer.push_back({.tag = "141", .value = "Y"});
    }
    const auto message = peer.next_message(answer, settings_.patience);
    if (message) {
      const auto differences = compare(answer, *message, variables_, Strictness::Listed);
      if (!differences.empty()) {
        throw Mismatch{"the Logon was not accepted\n  came:   < " + fields_text(*message) + "\n" +
                       table(differences)};
      }
      if (reset) {
        peer.take_what_is_told_again();
      }
      return;
    }
    if (Clock::now() >= deadline) {
      throw Mismatch{"the Logon was not accepted: the host has disconnected"};
    }
    std::this_thread::sleep_for(kLogonRetry);
  }
}

void Player::log_out(Peer& peer) {
  send("35=5", peer);
  expect({{.tag = "35", .value = "5"}}, Strictness::Listed, peer);
  peer.disconnect(settings_.patience);
}

// "repeat 300 > 35=0|": the same message many times, in one piece.
void Player::repeat(const Statement& statement, Peer& peer) {
  const std::size_t mark = statement.text.find("> ");
  const std::uint32_t times = number(statement.words[1], peer);
  if (mark == std::string::npos) {
    throw std::invalid_argument{"repeat TIMES > FIELDS"};
  }
  for (std::uint32_t i = 0; i < times; ++i) {
    send(statement.text.substr(mark + 2), peer);
  }
}

// A connection that is not logged on any more, or that the script has put out of step, is closed
// without a word.
void Player::log_all_out() {
  for (const auto& [name, peer] : peers_) {
    if (!peer->connected()) {
      continue;
    }
    send("35=5", *peer);
    const auto message = peer->next_message({}, settings_.patience);
    if (message && message->type() != "5") {
      throw Mismatch{"the host has said more than the script, to " + name + ":\n  came:   < " +
                     fields_text(*message)};
    }
    peer->disconnect(settings_.patience);
  }
}

}  // namespace betex::conformance
