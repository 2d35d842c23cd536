#include "tests/support/broker.h"

#include <stdexcept>
#include <thread>
#include <utility>
#include <variant>

#include "gateway/client/error.h"

namespace betex::test {
namespace {

constexpr int kOrdStatusReqId = 790;
constexpr std::chrono::milliseconds kRetryInterval{5};

template <typename Kind>
Kind as(const client::Message& message) {
  client::Report report = client::to_report(message);
  if (Kind* const body = std::get_if<Kind>(&report)) {
    return std::move(*body);
  }
  std::string fields;
  for (const client::Field& field : message.fields()) {
    fields += std::to_string(field.tag) + "=" + field.value + "|";
  }
  throw std::runtime_error{"another kind of message was expected than " + fields};
}

}  // namespace

client::Dialect dialect_of(const std::string& comp_id) {
  const bool fix44 = comp_id == "BROKER3" || comp_id == "BROKER4";
  return fix44 ? client::Dialect::Fix44 : client::Dialect::Fixt11;
}

Broker::Broker(std::string comp_id)
    : session_{
          {.dialect = dialect_of(comp_id), .sender = comp_id, .password = client::Password{"demo"}},
          store_} {}

void log_on(client::Session& session, std::uint16_t port, client::ResetNumbers reset) {
  const auto deadline = client::Clock::now() + kPatience;
  while (!session.logged_on()) {
    try {
      session.logon(client::Connection::open("127.0.0.1", port, kPatience), reset, kPatience);
    } catch (const client::HistoryMismatch&) {
      throw;
    } catch (const client::LogonRefused&) {
      if (client::Clock::now() >= deadline) {
        throw;
      }
      std::this_thread::sleep_for(kRetryInterval);
    }
  }
  session.synchronise(kPatience);
}

client::Message Broker::next_message() {
  auto message = session_.receive(kPatience);
  if (!message) {
    throw std::runtime_error{"no message came"};
  }
  return std::move(*message);
}

client::ExecutionReport Broker::next_execution() {
  return as<client::ExecutionReport>(next_message());
}

client::CancelReject Broker::next_cancel_reject() {
  return as<client::CancelReject>(next_message());
}

client::MessageReject Broker::next_message_reject() {
  return as<client::MessageReject>(next_message());
}

std::vector<client::Message> Broker::rest() {
  const std::string id = "barrier-" + std::to_string(++barriers_);
  send(client::StatusRequest{
      .cl_ord_id = id, .symbol = "RAIN-LON", .side = client::Side::LayOrSell, .status_req_id = id});
  std::vector<client::Message> messages;
  for (client::Message message = next_message(); !message.has(kOrdStatusReqId, id);
       message = next_message()) {
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace betex::test
