#include "gateway/tools/desk.h"

#include <algorithm>
#include <random>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"
#include "gateway/tools/answer.h"
#include "gateway/tools/password.h"
#include "gateway/tools/report_json.h"
#include "gateway/tools/report_line.h"
#include "gateway/tools/say.h"

namespace betex::tools {
namespace {

using client::Message;
using client::Report;
using client::ResetNumbers;

constexpr int kClOrdId = 11;
constexpr int kSide = 54;
constexpr int kSymbol = 55;
constexpr int kRefCompId = 930;
constexpr int kNetworkRequestType = 935;
constexpr int kNoCompIds = 936;

// Between two looks for a signal.
constexpr std::chrono::milliseconds kStep{100};

std::string six_random_digits() {
  std::random_device random;
  return fmt::format("{:06}", std::uniform_int_distribution<int>{0, 999'999}(random));
}

}  // namespace

Desk::Desk(DeskSettings settings, Screen& screen)
    : settings_{std::move(settings)},
      screen_{screen},
      store_{settings_.state_file},
      gateways_{settings_.cluster.empty()
                    ? std::vector{client::GatewayAddress{settings_.host, settings_.port}}
                    : settings_.cluster,
                settings_.tls},
      session_{std::move(settings_.session), store_},
      own_digits_{six_random_digits()} {
  if (settings_.output == Output::RawMessages) {
    session_.observe([this](client::Traffic traffic, std::string_view frame) {
      print_line(fmt::format("{} {}",
                             traffic == client::Traffic::Sent ? ">" : "<",
                             client::readable(without_passwords(frame))));
    });
  }
}

void Desk::log_on() {
  const bool used_here = store_.next_out() > 1 || store_.next_in() > 1;
  if (store_.reset_is_open()) {
    say("whether the gateway has begun both sides' numbers anew is not known: it is asked again");
  }
  try {
    connect(settings_.reset);
  } catch (const client::HistoryMismatch& mismatch) {
    const std::string why =
        used_here ? "the gateway's journal is not the one of the last time, or the session was on "
                    "meanwhile by another port, address or state file"
                  : "the session was on before by another port, address or state file";
    say(mismatch.what());
    say(fmt::format("the numbers in {} are not the gateway's: {}; both sides' numbers begin anew",
                    settings_.state_file.string(),
                    why));
    connect(ResetNumbers::Yes);
  }
  session_.forget_password();
  session_.synchronise(settings_.patience);
  print_arrived();
}

void Desk::connect(ResetNumbers reset) {
  gateways_.log_on(session_, reset, settings_.patience);
}

Desk::Outcome Desk::carry_out(Request request) {
  if (!session_.logged_on()) {
    print_rest();  // ends by saying why
  }
  const Until until = request.until;
  const Message message = to_message(std::move(request.body));
  const std::uint32_t number = session_.send(message);
  try {
    const Outcome outcome = outcome_of(message, number, until);
    print_what_belongs_to_it();
    return outcome;
  } catch (const client::ClientError&) {
    if (const std::string again = how_to_repeat(message); !again.empty()) {
      say(fmt::format("the same request with {} acts once", again));
    }
    throw;
  }
}

// The fills that came with an answer. Where the session ends here, that changes nothing of the
// outcome.
void Desk::print_what_belongs_to_it() {
  try {
    session_.synchronise(settings_.patience);
    print_arrived();
  } catch (const client::ClientError& error) {
    say(fmt::format("{}; what came with the answer is printed at the next logon", error.what()));
  }
}

Desk::Outcome Desk::outcome_of(const Message& message, std::uint32_t number, Until until) {
  auto deadline = client::Clock::now() + settings_.patience;
  for (;;) {
    const Report report = client::to_report(next_answer(number, deadline));
    print(report);
    switch (progress_of(report, message, number)) {
      case Progress::Done:
        return Outcome::Accepted;
      case Progress::Refused:
        return Outcome::Refused;
      case Progress::WaitsForDelay:
        if (until == Until::Answered) {
          return Outcome::Accepted;
        }
        deadline = client::Clock::time_point::max();
        break;
      case Progress::WaitsForApproval:
        if (until == Until::Answered) {
          return Outcome::WaitsForApproval;
        }
        deadline = client::Clock::time_point::max();
        break;
      case Progress::Underway:
        deadline = std::max(deadline, client::Clock::now() + settings_.patience);
        break;
      case Progress::Unrelated:
        break;
    }
  }
}

Message Desk::next_answer(std::uint32_t number, client::Clock::time_point until) {
  while (client::Clock::now() < until) {
    if (interrupts_ != nullptr && interrupts_->came() != 0) {
      throw client::TimedOut{fmt::format("interrupted before the answer to message {}", number)};
    }
    const client::Clock::duration step{kStep};
    auto answer = session_.receive(std::min(step, until - client::Clock::now()));
    if (answer) {
      return std::move(*answer);
    }
  }
  throw client::TimedOut{fmt::format(
      "no answer to message {} within {} ms; whether it acted is not known yet: `betex-fix watch` "
      "shows it when it comes",
      number,
      settings_.patience.count())};
}

void Desk::learn_names() {
  client::SecurityListRequest request;
  const Message message = message_of(request);
  const std::uint32_t number = session_.send(message);
  const auto deadline = client::Clock::now() + settings_.patience;
  for (Progress progress = Progress::Unrelated; progress == Progress::Unrelated;) {
    const Report report = client::to_report(next_answer(number, deadline));
    progress = progress_of(report, message, number);
    const auto* const listed = std::get_if<Message>(&report);
    if (listed != nullptr && listed->type() == "y") {
      names_.learn(report);
    } else if (progress == Progress::Unrelated) {
      print(report);
    }
  }
}

bool Desk::print_next(std::chrono::milliseconds time) {
  const auto message = session_.receive(time);
  if (message) {
    print(client::to_report(*message));
  }
  return message.has_value();
}

void Desk::print_arrived() {
  if (print_next(std::chrono::milliseconds{0})) {
    for (std::size_t more = session_.waiting(); more > 0; --more) {
      print_next(std::chrono::milliseconds{0});
    }
  }
}

void Desk::print_rest() {
  while (print_next(std::chrono::milliseconds{0})) {
  }
}

void Desk::log_out() {
  session_.logout(settings_.patience);
  try {
    print_rest();
  } catch (const client::Disconnected&) {
    return;  // all that came before the end has been printed
  }
}

Message Desk::to_message(Request::Body request) {
  return std::visit([this](auto& args) { return message_of(args); }, request);
}

Message Desk::message_of(client::NewOrder& order) {
  fill_account(order.account);
  fill(order.cl_ord_id);
  return client::to_message(order);
}

Message Desk::message_of(CancelArgs& args) {
  complete(args.order);
  fill_account(args.account);
  fill(args.cl_ord_id);
  return client::to_message(client::CancelRequest{.cl_ord_id = args.cl_ord_id,
                                                  .orig_cl_ord_id = args.order.cl_ord_id,
                                                  .order_id = args.order.order_id,
                                                  .symbol = args.order.symbol,
                                                  .side = *args.order.side,
                                                  .account = args.account});
}

Message Desk::message_of(ReplaceArgs& args) {
  complete(args.order);
  fill_account(args.account);
  fill(args.cl_ord_id);
  return client::to_message(client::ReplaceRequest{.cl_ord_id = args.cl_ord_id,
                                                   .orig_cl_ord_id = args.order.cl_ord_id,
                                                   .order_id = args.order.order_id,
                                                   .symbol = args.order.symbol,
                                                   .side = *args.order.side,
                                                   .quantity = args.quantity,
                                                   .price = args.price,
                                                   .expire_time = args.expire_time,
                                                   .account = args.account,
                                                   .persistence = args.persistence,
                                                   .market_version = args.market_version});
}

Message Desk::message_of(StatusArgs& args) {
  complete(args.order);
  fill_account(args.account);
  return client::to_message(client::StatusRequest{.cl_ord_id = args.order.cl_ord_id,
                                                  .order_id = args.order.order_id,
                                                  .symbol = args.order.symbol,
                                                  .side = *args.order.side,
                                                  .status_req_id = next_id(),
                                                  .account = args.account});
}

Message Desk::message_of(client::MassCancelRequest& request) {
  fill_account(request.account);
  fill(request.cl_ord_id);
  return client::to_message(request);
}

Message Desk::message_of(client::MassStatusRequest& request) {
  fill_account(request.account);
  fill(request.mass_status_req_id);
  return client::to_message(request);
}

Message Desk::message_of(client::OrderGroupRequest& request) {
  fill_account(request.account);
  fill(request.cl_ord_id);
  return client::to_message(request);
}

Message Desk::message_of(client::ReplayRequest& request) {
  fill(request.request_id);
  return client::to_message(request);
}

Message Desk::message_of(client::LimitsRequest& request) {
  fill(request.request_id);
  request.username = session_.sender();
  return client::to_message(request);
}

Message Desk::message_of(client::SecurityListRequest& request) {
  fill(request.security_req_id);
  return client::to_message(request);
}

Message Desk::message_of(client::SecurityStatusRequest& request) {
  fill(request.security_status_req_id);
  return client::to_message(request);
}

// The node's figures come with any answer: asked for is the shortest, about this session alone.
Message Desk::message_of(NodeRequest& /*request*/) {
  Operation operation{
      .kind = &kSystemStatus,
      .id = "",
      .fields = {{kNetworkRequestType, "9"}, {kNoCompIds, "1"}, {kRefCompId, session_.sender()}}};
  return message_of(operation);
}

Message Desk::message_of(PricesRequest& /*request*/) {
  throw UnclearRequest{"prices are told to market data sessions only"};
}

// The account of the session's orders does not narrow an operator's cancel down: who thinks so
// would cancel everybody's.
Message Desk::message_of(Operation& operation) {
  if (operation.kind == &kMassAction && !settings_.account.empty()) {
    throw UnclearRequest{fmt::format(
        "--account {} is of orders; --of names an account whose orders an operator cancels",
        settings_.account)};
  }
  fill(operation.id);
  return tools::to_message(operation);
}

void Desk::fill(std::string& id) {
  if (id.empty()) {
    id = next_id();
  }
}

void Desk::fill_account(std::string& account) const {
  if (account.empty()) {
    account = settings_.account;
  }
}

// Takes what is missing from the order as this session sent it.
void Desk::complete(OrderRef& order) const {
  for (std::uint32_t number = store_.next_out() - 1;
       number >= store_.first_kept() && (order.symbol.empty() || !order.side);
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

void Desk::print(const Report& report) {
  names_.learn(report);
  if (settings_.output == Output::Lines) {
    const Tone tone = tone_of(report);
    for (const std::string& line : to_lines(report)) {
      print_line(line, tone);
    }
  } else if (settings_.output == Output::Json) {
    print_line(report_json(report));
  }
}

void Desk::print_line(const std::string& line, Tone tone) {
  if (all_printed() && !screen_.print(line, tone)) {
    session_.leave_untaken();
  }
}

// The time in microseconds, moved on where two are made in one, and digits of this desk: operators
// have one space of ids, and two scripts that ask for the same at the same moment must not be taken
// for one that asks again.
std::string Desk::next_id() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  last_id_ = std::max<std::int64_t>(now, last_id_ + 1);
  const std::chrono::system_clock::time_point time{std::chrono::microseconds{last_id_}};
  std::string id = client::format_utc(time);  // 20261122-14:00:00.123456
  std::erase_if(id, [](char c) { return c == ':' || c == '.'; });
  return id + own_digits_;
}

}  // namespace betex::tools
