#include "tests/sim/clients/trader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "tests/sim/clients/bodies.h"

namespace betex::sim {
namespace {

using client::Message;

constexpr std::size_t kWindow = 24;  // messages without an answer
constexpr std::size_t kSentAgainAtMost = 3;

constexpr int kClOrdId = 11;
constexpr int kExecId = 17;
constexpr int kRefSeqNum = 45;
constexpr int kSymbol = 55;
constexpr int kPossResend = 97;
constexpr int kSecurityStatusReqId = 324;
constexpr int kApplBegSeqNum = 1182;
constexpr int kApplEndSeqNum = 1183;
constexpr int kApplResponseType = 1348;
constexpr int kSettlementReportId = 20105;
constexpr int kMarketVersion = 20005;
constexpr int kReportId = 20068;
constexpr int kReportsToldAgain = 20077;

// How the message names what it tells of; empty: it tells of no event.
std::string report_id_of(const Message& message) {
  const int tag = message.type() == "8"     ? kExecId
                  : message.type() == "UMS" ? kSettlementReportId
                                            : kReportId;
  std::string id{message.find(tag).value_or("")};
  return id == "0" ? "" : id;
}

std::uint64_t event_of(const std::string& report_id) {
  std::uint64_t event = 0;
  std::from_chars(report_id.data(), report_id.data() + report_id.size(), event);
  return event;
}

}  // namespace

Trader::Trader(ClientSettings settings, client::Dialect dialect, Witness& witness)
    : FixClient{std::move(settings), dialect, witness} {}

std::vector<std::string> Trader::faults() const {
  std::vector<std::string> faults = FixClient::faults();
  for (std::string& fault : record_.faults()) {
    faults.push_back(std::move(fault));
  }
  return faults;
}

bool Trader::may_act() const {
  return record_.outstanding() < kWindow;
}

std::string Trader::what_is_outstanding() const {
  return std::to_string(record_.outstanding()) +
         (record_.outstanding() == 0 ? "" : ", one of them " + record_.first_outstanding());
}

// What is told again, and answers to questions, do not come any more.
void Trader::lost_connection() {
  replay_.reset();
}

void Trader::take(const Message& message) {
  witness().told(comp_id(), message);
  const std::string id = report_id_of(message);
  if (!id.empty()) {
    if (message.has(kPossResend, "Y")) {
      note_told_again(message);
    }
    told_.insert(id);
  }
  const std::string& type = message.type();
  if (type == "j" || type == "3") {
    take_refused_message(message);
  } else if (type == "r" || type == "UOH") {
    take_group(message);
  } else if (type == "f") {
    take_status(message);
  } else if (type == "BX") {
    take_replay_ack(message);
  } else if (type == "BY") {
    take_replay_end(message);
  } else if (type == "8" || type == "9" || type == "UMS" || type == "UAR" ||
             (type == "B" &&
              message.find(client::tag::kText).value_or("").starts_with("Account "))) {
    note(message);
  } else if (type != "B" && type != "h" && type != "DI" && type != "BF" && type != "y" &&
             type != "AP") {
    add_fault("a message that nobody has asked for: " + words_of(message));
  }
}

// What the record finds in it is told at once; whether all was answered, at the end.
void Trader::note(const Message& message) {
  record_.told(message);
  for (; contradictions_ < record_.contradictions().size(); ++contradictions_) {
    witness().fault(comp_id(), record_.contradictions()[contradictions_]);
  }
}

// The same refusal may come again: it has done nothing but once.
void Trader::take_refused_message(const Message& message) {
  const auto number = static_cast<std::uint32_t>(message.get_int(kRefSeqNum));
  const auto refused = id_of_.find(number);
  if (refused == id_of_.end()) {
    return;  // a question, or told again
  }
  record_.refused_as_message(refused->second);
  id_of_.erase(refused);
}

// The answer to a mass cancel, or of an order group: to what was asked, or that its fills have
// tripped it.
void Trader::take_group(const Message& message) {
  const std::string key = "answer " + report_id_of(message);
  if (const auto id = message.find(kClOrdId); id && told_.insert(key).second) {
    record_.answered(std::string{*id});
  }
}

void Trader::take_status(const Message& message) {
  if (const auto version = message.find(kMarketVersion)) {
    versions_.insert_or_assign(std::string{message.get(kSymbol)}, std::string{*version});
  }
  if (!message.find(kSecurityStatusReqId)) {
    note(message);
  }
}

// ---- Replays

void Trader::take_replay_ack(const Message& message) {
  if (message.has(kApplResponseType, "0")) {
    replay_ = Replay{.first = static_cast<std::uint64_t>(message.get_int(kApplBegSeqNum)),
                     .last = static_cast<std::uint64_t>(message.get_int(kApplEndSeqNum)),
                     .told = {}};
  }
}

void Trader::note_told_again(const Message& message) {
  const std::string id = report_id_of(message);
  const std::uint64_t event = event_of(id);
  if (replay_ && event >= replay_->first && event <= replay_->last) {
    replay_->told.insert(id);
  }
}

// All that it was told of those events, and nothing else, was told once more.
void Trader::take_replay_end(const Message& message) {
  if (!replay_) {
    return;
  }
  const auto count = static_cast<std::size_t>(message.get_int(kReportsToldAgain));
  std::set<std::string> known;
  for (const std::string& id : told_) {
    const std::uint64_t event = event_of(id);
    if (event >= replay_->first && event <= replay_->last) {
      known.insert(id);
    }
  }
  if (replay_->told != known || count != known.size()) {
    add_fault("a replay of events " + std::to_string(replay_->first) + " to " +
              std::to_string(replay_->last) + " has told " + std::to_string(count) + " reports, " +
              std::to_string(replay_->told.size()) + " of them came, and " +
              std::to_string(known.size()) + " are known");
  }
  replay_.reset();
}

// ---- What it sends again

void Trader::send(const std::string& id, const Message& message) {
  id_of_[next_number()] = id;
  session().send(message);
}

void Trader::send_last_again() {
  const std::size_t count = std::min(sent_.size(), kSentAgainAtMost);
  for (std::size_t i = sent_.size() - count; i < sent_.size(); ++i) {
    send_again(sent_[i]);
  }
}

void Trader::send_again(const std::string& id) {
  if (const auto order = record_.orders().find(id); order != record_.orders().end()) {
    client::NewOrder again = order->second.sent;
    again.poss_resend = true;
    record_.sending_again(id);
    send(id, message_of(again));
    return;
  }
  Message again{"F"};
  again.add(kPossResend, "Y");  // of the header, so it stands first
  const Message first = client::to_message(cancels_.at(id));
  for (const client::Field& field : first.fields()) {
    again.add(field.tag, field.value);
  }
  record_.sending_again(id);
  send(id, again);
}

// What it did not wait for before it hung up.
void Trader::logged_on() {
  if (const auto id = std::exchange(to_repeat_, std::nullopt)) {
    send_again(*id);
  }
}

std::optional<Message> Trader::request_to_misplace() {
  const client::NewOrder order = some_order();
  record_.sending(order);
  placed_.push_back(order.cl_ord_id);
  id_of_[next_number()] = order.cl_ord_id;
  count_request();
  return message_of(order);
}

}  // namespace betex::sim
