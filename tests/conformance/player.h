// Plays one script against a host.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/conformance/peer.h"
#include "tests/conformance/script.h"
#include "tests/conformance/variables.h"

namespace betex::conformance {

struct PlaySettings {
  Endpoint endpoint;
  std::map<std::string, Identity> identities;    // by the connection's name in scripts
  std::map<std::string, std::uint16_t> ports;    // likewise, where it is not the endpoint's
  std::map<std::string, std::string> variables;  // win over what scripts set
  Clock::duration patience = std::chrono::seconds{20};

  // Does what the exchange's operator is to do, as `operate("suspend", "RAIN-LON", "")` or
  // `operate("deposit", "BROKER1", "100.00")`; throws std::invalid_argument where there is no such
  // operation. None: the operator is out of reach.
  std::function<void(
      const std::string& operation, const std::string& subject, const std::string& value)>
      operate = {};
};

// One thread; one script each.
class Player {
 public:
  explicit Player(PlaySettings settings);
  ~Player();

  // What the host did otherwise than the script says, first, with file, line, both messages, the
  // fields that differ and the conversation before; empty if nothing. Every connection is closed at
  // the end, with a Logout where it is logged on. Throws ScriptError.
  std::string play(const Script& script);

 private:
  void run(const Statement& statement);
  void command(const Statement& statement);
  void change(const std::vector<std::string>& words, Peer& peer);
  void expect(const std::vector<FieldText>& fields, Strictness strictness, Peer& peer);
  void expect_end_or_silence(const std::vector<std::string>& words, Peer& peer);
  void expect_nothing_before_an_answer(Peer& peer);
  void send(const std::string& message, Peer& peer);
  void log_on(const std::string& fields, bool reset, Peer& peer);
  void log_out(Peer& peer);
  void repeat(const Statement& statement, Peer& peer);
  void log_all_out();
  void name_what_the_peer_has(const Peer& peer);
  [[nodiscard]] std::string expanded(const std::string& text, const Peer& peer);
  [[nodiscard]] std::uint32_t number(const std::string& text, const Peer& peer);
  Peer& peer(const std::string& name);

  PlaySettings settings_;
  Variables variables_;
  std::set<std::string> ids_;  // ClOrdIDs of what was sent
  std::map<std::string, std::unique_ptr<Peer>> peers_;
};

}  // namespace betex::conformance
