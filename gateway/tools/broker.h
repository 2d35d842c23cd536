// A broker at the exchange: logs on, carries out one request at a time, and prints every report.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "gateway/tools/fix_request.h"

namespace betex::tools {

enum class Output { Lines, RawMessages };

struct BrokerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9880;
  std::optional<client::TlsFiles> tls;  // none: plain
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

// One thread. Reports go to standard output, notes about the session to standard error.
class Broker {
 public:
  enum class Outcome { Accepted, Refused };

  // Throws client::StateFileError.
  explicit Broker(BrokerSettings settings);

  // Goes on with the numbers in the state file. Where they are not the gateway's, because its
  // journal is another one than at the last time, or the session was on with another state file,
  // says so and begins anew with 141=Y.
  // Throws client::ClientError.
  void log_on();

  // Returns when the request's answer and all that belongs to it have been printed. Throws
  // UnclearRequest before anything is sent; client::ClientError after: then the outcome is unknown.
  Outcome carry_out(Request request);

  // Prints what comes within `time`. Throws client::ClientError.
  void watch(std::chrono::milliseconds time);

  // Prints what comes before the gateway's own Logout.
  void log_out();

  // False once standard output could not be written. From then on nothing is printed, and no report
  // counts as taken: the next logon gets it again.
  [[nodiscard]] bool all_printed() const noexcept { return why_not_printed_.empty(); }

  [[nodiscard]] const std::string& why_not_printed() const noexcept { return why_not_printed_; }

 private:
  [[nodiscard]] client::Connection open_connection() const;
  void connect(client::ResetNumbers reset);
  client::Message to_message(Request request);
  client::Message message_of(client::NewOrder& order);
  client::Message message_of(CancelArgs& args);
  client::Message message_of(ReplaceArgs& args);
  client::Message message_of(StatusArgs& args);
  client::Message message_of(client::MassCancelRequest& request);
  client::Message message_of(client::MassStatusRequest& request);
  client::Message message_of(client::SecurityListRequest& request);
  client::Message message_of(client::SecurityStatusRequest& request);
  // Gives a request that came without an id one of its own.
  void fill(std::string& id);
  void complete(OrderRef& order) const;
  void print(const client::Report& report);
  void print_line(const std::string& line);
  std::string next_cl_ord_id();

  BrokerSettings settings_;
  client::SessionStore store_;
  client::Session session_;
  std::int64_t last_id_ = 0;
  std::string why_not_printed_;
};

}  // namespace betex::tools
