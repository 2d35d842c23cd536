// A desk at the exchange, a broker's or an operator's: logs on, carries out one request at a time,
// and prints every report.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gateway/client/gateways.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "gateway/tools/interrupts.h"
#include "gateway/tools/known_names.h"
#include "gateway/tools/request.h"
#include "gateway/tools/screen.h"

namespace betex::tools {

enum class Output { Lines, Json, RawMessages };

struct DeskSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9880;
  std::vector<client::GatewayAddress> cluster{};  // of its nodes, in place of host and port
  std::optional<client::TlsFiles> tls;            // none: plain
  client::SessionSettings session;
  std::string account;
  client::ResetNumbers reset = client::ResetNumbers::No;
  std::filesystem::path state_file;
  std::chrono::milliseconds patience{5000};
  Output output = Output::Lines;
};

// A request that cannot be sent as it was worded.
class UnclearRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One thread. Reports go to `screen`, notes about the session to standard error.
class Desk {
 public:
  enum class Outcome { Accepted, Refused, WaitsForApproval };

  // `screen` must outlive it. Throws client::StateFileError.
  Desk(DeskSettings settings, Screen& screen);

  // From now on a signal ends the waiting for an answer, by client::TimedOut. `interrupts` must
  // outlive it.
  void heed(Interrupts& interrupts) noexcept { interrupts_ = &interrupts; }

  // Goes on with the numbers in the state file. Where they are not the gateway's, because its
  // journal is another one than at the last time, or the session was on with another state file,
  // says so and begins anew with 141=Y.
  // Throws client::ClientError.
  void log_on();

  // Returns when the request's answer and all that belongs to it have been printed: of one that
  // waits for a bet delay or an approval the answer that says so, or with Until::Settled the one
  // after it, however long that takes. Throws UnclearRequest, also for a PricesRequest, or
  // client::Disconnected where the session has ended before, and nothing was sent;
  // client::ClientError after: then the outcome is unknown, and a note says how to ask again. A
  // session that ends behind the answer is only said.
  Outcome carry_out(Request request);

  // Asks which instruments there are, and learns their names without printing them. Throws
  // client::ClientError.
  void learn_names();

  // Prints the next report, if one comes within `time`; false: none did. Throws
  // client::ClientError.
  bool print_next(std::chrono::milliseconds time);

  // Prints what has come by now; never more, however fast more comes. Throws client::ClientError.
  void print_arrived();

  // Prints what comes before the gateway's own Logout.
  void log_out();

  // The names in all that has come.
  [[nodiscard]] const KnownNames& names() const noexcept { return names_; }

  // False once standard output could not be written. From then on nothing is printed, and no report
  // counts as taken: the next logon gets it again.
  [[nodiscard]] bool all_printed() const noexcept { return screen_.works(); }

 private:
  void connect(client::ResetNumbers reset);
  Outcome outcome_of(const client::Message& message, std::uint32_t number, Until until);
  void print_what_belongs_to_it();
  void print_rest();
  [[nodiscard]] client::Message next_answer(std::uint32_t number, client::Clock::time_point until);
  client::Message to_message(Request::Body request);
  client::Message message_of(client::NewOrder& order);
  client::Message message_of(CancelArgs& args);
  client::Message message_of(ReplaceArgs& args);
  client::Message message_of(StatusArgs& args);
  client::Message message_of(client::MassCancelRequest& request);
  client::Message message_of(client::MassStatusRequest& request);
  client::Message message_of(client::OrderGroupRequest& request);
  client::Message message_of(client::ReplayRequest& request);
  client::Message message_of(client::LimitsRequest& request);
  client::Message message_of(client::SecurityListRequest& request);
  client::Message message_of(client::SecurityStatusRequest& request);
  client::Message message_of(NodeRequest& request);
  [[noreturn]] static client::Message message_of(PricesRequest& request);
  client::Message message_of(Operation& operation);
  // Gives a request that came without an id one of its own, without an account the session's.
  void fill(std::string& id);
  void fill_account(std::string& account) const;
  void complete(OrderRef& order) const;
  void print(const client::Report& report);
  void print_line(const std::string& line, Tone tone = Tone::Plain);
  std::string next_id();

  DeskSettings settings_;
  Screen& screen_;
  Interrupts* interrupts_ = nullptr;
  client::SessionStore store_;
  client::Gateways gateways_;
  client::Session session_;
  KnownNames names_;
  const std::string own_digits_;  // of each id that it makes up
  std::int64_t last_id_ = 0;      // microseconds since 1970
};

}  // namespace betex::tools
