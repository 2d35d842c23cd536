#include "gateway/tools/broker.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <openssl/crypto.h>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"
#include "gateway/tools/report_line.h"
#include "journal/quoted.h"

namespace betex::tools {
namespace {

using client::Message;
using client::Report;
using client::ResetNumbers;

constexpr int kClOrdId = 11;
constexpr int kSide = 54;
constexpr int kSymbol = 55;
constexpr int kSecurityStatusReqId = 324;
constexpr int kMassStatusReqId = 584;
constexpr int kOrdStatusReqId = 790;
constexpr int kLastFragment = 893;

// The report is the answer to the request that was sent as `number`. Other reports of the same
// order may come before it.
bool answers(const Report& report, const Message& request, std::uint32_t number) {
  if (const auto* reject = std::get_if<client::MessageReject>(&report)) {
    return reject->ref_seq_num == number;
  }
  if (const auto* reject = std::get_if<client::CancelReject>(&report)) {
    return (request.type() == "F" || request.type() == "G") &&
           request.has(kClOrdId, reject->cl_ord_id);
  }
  if (const auto* mass_cancel = std::get_if<client::MassCancelReport>(&report)) {
    return request.type() == "q" && request.has(kClOrdId, mass_cancel->cl_ord_id);
  }
  if (const auto* message = std::get_if<Message>(&report)) {
    const bool last_of_list = message->type() == "y" && !message->has(kLastFragment, "N");
    return (request.type() == "x" && last_of_list) ||
           (request.type() == "e" && message->type() == "f" &&
            message->find(kSecurityStatusReqId) == request.find(kSecurityStatusReqId));
  }
  const auto& execution = std::get<client::ExecutionReport>(report);
  const char type = execution.exec_type;
  if (request.type() == "H") {
    return type == 'I' && request.has(kOrdStatusReqId, execution.status_req_id);
  }
  if (request.type() == "AF") {
    return request.has(kMassStatusReqId, execution.mass_status_req_id) && execution.last_report;
  }
  const bool first_or_last =
      type == '5' || type == '0' || type == '4' || type == '8' || type == 'A';
  return first_or_last && request.has(kClOrdId, execution.cl_ord_id);
}

// For the eyes of whoever looks on: the values of Password(554) and NewPassword(925) as stars.
std::string without_passwords(std::string_view frame) {
  std::string text{frame};
  for (const std::string_view field : {"\x01"
                                       "554=",
                                       "\x01"
                                       "925="}) {
    const std::size_t at = text.find(field);
    if (at != std::string::npos) {
      const std::size_t value = at + field.size();
      const std::size_t length = std::min(text.find(client::kSoh, value), text.size()) - value;
      OPENSSL_cleanse(text.data() + value, length);  // also what moves away of it
      text.replace(value, length, "***");
    }
  }
  return text;
}

}  // namespace

Broker::Broker(BrokerSettings settings)
    : settings_{std::move(settings)},
      store_{settings_.state_file},
      session_{std::move(settings_.session), store_} {
  if (settings_.output == Output::RawMessages) {
    session_.observe([this](client::Traffic traffic, std::string_view frame) {
      print_line(fmt::format("{} {}",
                             traffic == client::Traffic::Sent ? ">" : "<",
                             client::readable(without_passwords(frame))));
    });
  }
}

client::Connection Broker::open_connection() const {
  if (settings_.tls) {
    return client::Connection::open_tls(
        settings_.host, settings_.port, *settings_.tls, settings_.patience);
  }
  return client::Connection::open(settings_.host, settings_.port, settings_.patience);
}

void Broker::log_on() {
  const bool used_here = store_.next_out() > 1 || store_.next_in() > 1;
  try {
    connect(settings_.reset);
  } catch (const client::HistoryMismatch& mismatch) {
    const std::string why =
        used_here ? "the gateway's journal is not the one of the last time, or the session was on "
                    "meanwhile by another port, address or state file"
                  : "the session was on before by another port, address or state file";
    fmt::print(stderr,
               "betex-fix: {}\nbetex-fix: the numbers in {} are not the gateway's: {}; both sides' "
               "numbers begin anew\n",
               journal::escaped(mismatch.what(), ""),
               settings_.state_file.string(),
               why);
    connect(ResetNumbers::Yes);
  }
  session_.forget_password();
  session_.synchronise(settings_.patience);
  watch(std::chrono::milliseconds{0});
}

void Broker::connect(ResetNumbers reset) {
  session_.logon(open_connection(), reset, settings_.patience);
}

Broker::Outcome Broker::carry_out(Request request) {
  const Message message = to_message(std::move(request));
  const std::uint32_t number = session_.send(message);
  const auto deadline = client::Clock::now() + settings_.patience;
  std::optional<Outcome> outcome;
  while (!outcome) {
    const auto answer = session_.receive(deadline - client::Clock::now());
    if (!answer) {
      throw client::TimedOut{fmt::format(
          "no answer to message {} within {} ms; whether it acted is not known yet: `betex-fix "
          "watch` shows it when it comes",
          number,
          settings_.patience.count())};
    }
    const Report report = client::to_report(*answer);
    print(report);
    if (answers(report, message, number)) {
      outcome = refused(report) ? Outcome::Refused : Outcome::Accepted;
    }
  }
  session_.synchronise(settings_.patience);  // the fills that came with the answer
  watch(std::chrono::milliseconds{0});
  return *outcome;
}

void Broker::watch(std::chrono::milliseconds time) {
  const auto deadline = client::Clock::now() + time;
  while (const auto message = session_.receive(deadline - client::Clock::now())) {
    print(client::to_report(*message));
  }
}

void Broker::log_out() {
  session_.logout(settings_.patience);
  try {
    watch(std::chrono::milliseconds{0});
  } catch (const client::Disconnected&) {
    return;  // all that came before the end has been printed
  }
}

Message Broker::to_message(Request request) {
  return std::visit([this](auto& args) { return message_of(args); }, request);
}

Message Broker::message_of(client::NewOrder& order) {
  order.account = settings_.account;
  fill(order.cl_ord_id);
  return client::to_message(order);
}

Message Broker::message_of(CancelArgs& args) {
  complete(args.order);
  fill(args.cl_ord_id);
  return client::to_message(client::CancelRequest{.cl_ord_id = args.cl_ord_id,
                                                  .orig_cl_ord_id = args.order.cl_ord_id,
                                                  .order_id = args.order.order_id,
                                                  .symbol = args.order.symbol,
                                                  .side = *args.order.side,
                                                  .account = settings_.account});
}

Message Broker::message_of(ReplaceArgs& args) {
  complete(args.order);
  fill(args.cl_ord_id);
  return client::to_message(client::ReplaceRequest{.cl_ord_id = args.cl_ord_id,
                                                   .orig_cl_ord_id = args.order.cl_ord_id,
                                                   .order_id = args.order.order_id,
                                                   .symbol = args.order.symbol,
                                                   .side = *args.order.side,
                                                   .quantity = args.quantity,
                                                   .price = args.price,
                                                   .expire_time = args.expire_time,
                                                   .account = settings_.account});
}

Message Broker::message_of(StatusArgs& args) {
  complete(args.order);
  return client::to_message(client::StatusRequest{.cl_ord_id = args.order.cl_ord_id,
                                                  .order_id = args.order.order_id,
                                                  .symbol = args.order.symbol,
                                                  .side = *args.order.side,
                                                  .status_req_id = next_cl_ord_id(),
                                                  .account = settings_.account});
}

Message Broker::message_of(client::MassCancelRequest& request) {
  request.account = settings_.account;
  fill(request.cl_ord_id);
  return client::to_message(request);
}

Message Broker::message_of(client::MassStatusRequest& request) {
  request.account = settings_.account;
  fill(request.mass_status_req_id);
  return client::to_message(request);
}

Message Broker::message_of(client::SecurityListRequest& request) {
  fill(request.security_req_id);
  return client::to_message(request);
}

Message Broker::message_of(client::SecurityStatusRequest& request) {
  fill(request.security_status_req_id);
  return client::to_message(request);
}

void Broker::fill(std::string& id) {
  if (id.empty()) {
    id = next_cl_ord_id();
  }
}

// Takes what is missing from the order as this session sent it.
void Broker::complete(OrderRef& order) const {
  for (std::uint32_t number = store_.next_out() - 1;
       number > 0 && (order.symbol.empty() || !order.side);
       --number) {
    const Message sent = Message::parse(store_.sent(number));
    const bool names_it = sent.type() == "D" || sent.type() == "G";
    if (names_it && sent.has(kClOrdId, order.cl_ord_id)) {
      order.symbol = sent.get(kSymbol);
      order.side = static_cast<client::Side>(sent.get(kSide).front());
    }
  }
  if (order.symbol.empty() || !order.side) {
    throw UnclearRequest{fmt::format("order {} was not sent from here: --symbol and --side?",
                                     order.cl_ord_id.empty() ? order.order_id : order.cl_ord_id)};
  }
}

void Broker::print(const Report& report) {
  if (settings_.output == Output::Lines) {
    print_line(to_line(report));
  }
}

void Broker::print_line(const std::string& line) {
  if (!all_printed()) {
    return;
  }
  errno = 0;
  const std::string text = line + '\n';
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    why_not_printed_ = std::strerror(errno);
    session_.leave_untaken();
  }
}

// Unique for an account as long as nobody else makes up ids from the same clock: the time in
// microseconds, moved on where two are made in one.
std::string Broker::next_cl_ord_id() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  last_id_ = std::max<std::int64_t>(now, last_id_ + 1);
  const std::chrono::system_clock::time_point time{std::chrono::microseconds{last_id_}};
  std::string id = client::format_utc(time);  // 20261122-14:00:00.123456
  std::erase_if(id, [](char c) { return c == ':' || c == '.'; });
  return id;
}

}  // namespace betex::tools
