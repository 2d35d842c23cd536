// What operators ask for in scripts, beyond the steps of a market.
#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <variant>

#include "tests/scripts/script_runner.h"
#include "tests/scripts/script_words.h"

namespace betex::matching::testing {
namespace {

constexpr std::array<std::string_view, 13> kVerbs{"change",
                                                  "describe",
                                                  "mass-cancel",
                                                  "numbers",
                                                  "require",
                                                  "approve",
                                                  "decline",
                                                  "announce",
                                                  "stop",
                                                  "suspend-account",
                                                  "resume-account",
                                                  "suspend-session",
                                                  "resume-session"};

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool is_operation(const std::vector<std::string>& words) {
  if (words[0] == "halt" || words[0] == "unhalt") {
    return words.size() > 1 && words[1] == "all";
  }
  return std::find(kVerbs.begin(), kVerbs.end(), words[0]) != kVerbs.end();
}

// SESSION asks ID [version=N] [late=SECONDS] [remark=WORD] COMMAND
ScriptRunner::Lines ScriptRunner::request(const Words& words) {
  Request asked{.id = words.at(2)};
  std::size_t at = 3;
  for (; words.at(at).find('=') != std::string::npos; ++at) {
    const std::string value = words[at].substr(words[at].find('=') + 1);
    if (words[at].starts_with("version=")) {
      asked.version = std::stoull(value);
    } else if (words[at].starts_with("late=")) {
      asked.late_s = std::stoll(value);
    } else if (words[at].starts_with("remark=")) {
      asked.remark = value;
    } else {
      throw std::invalid_argument{"no option: " + words[at]};
    }
  }
  const Words command{words.begin() + static_cast<std::ptrdiff_t>(at), words.end()};
  for (const std::string& word : command) {
    asked.content += word + " ";
  }
  request_ = asked;
  session_ = sessions_.at(words[0]);
  const Lines lines = execute(command);
  session_ = SessionId{};
  request_ = {};
  return lines;
}

// Makes the command the request that is asked for.
void ScriptRunner::sign(Command& command) const {
  if (!request_.remark.empty()) {
    command.remark = Remark{request_.remark};
  }
  if (request_.id.empty()) {
    return;
  }
  std::visit(
      [this, &command](auto& body) {
        if constexpr (requires { body.request_id, body.transact_time; }) {
          body.request_id = Name{request_.id};
          body.transact_time = now_ - Timestamp{request_.late_s * kSecond};
          command.digest = std::hash<std::string>{}(request_.content);
        }
        if constexpr (requires { body.version_guard, body.request_id; }) {
          body.version_guard = request_.version;
        }
      },
      command.body);
}

void ScriptRunner::note_proposals(const TransactionView& transaction) {
  if (transaction.header.event_count == 0) {
    return;
  }
  for_each_event(transaction, [this]<typename Event>(EventSeq seq, const Event& event) {
    if constexpr (std::is_same_v<Event, OperationProposed>) {
      proposals_[std::string{event.request_id.view()}] = seq;
    }
  });
}

ScriptRunner::Lines ScriptRunner::operations_command(const Words& words) {
  const std::string& verb = words[0];
  const std::string& first = words.size() > 1 ? words[1] : verb;
  if (verb == "halt") {
    return send(HaltExchange{});
  }
  if (verb == "unhalt") {
    return send(UnhaltExchange{});
  }
  if (verb == "change") {
    return send(change_of(words));
  }
  if (verb == "describe") {
    return send(description_of(words));
  }
  if (verb == "mass-cancel") {
    return send(cancel_on_behalf(words));
  }
  if (verb == "numbers") {
    return send(numbers_of(words));
  }
  if (verb == "require") {
    return send(requirement_of(words));
  }
  if (verb == "approve") {
    const auto known = proposals_.find(first);
    return send(Approve{.proposal = Name{first},
                        .proposed = known == proposals_.end() ? EventSeq{1} : known->second});
  }
  if (verb == "decline") {
    return send(Decline{.proposal = Name{first}});
  }
  if (verb == "announce") {
    return send(Announce{.headline = Remark{first}, .urgent = has_word(words, "urgent")});
  }
  if (verb == "stop") {
    return send(StopExchange{.notice_s = static_cast<std::uint32_t>(std::stoul(first))});
  }
  const bool cancels = has_word(words, "cancel");
  if (verb == "suspend-account") {
    return send(SuspendAccount{.account = Name{first}, .cancel_orders = cancels});
  }
  if (verb == "resume-account") {
    return send(ResumeAccount{.account = Name{first}});
  }
  if (verb == "suspend-session") {
    return send(SuspendSession{.comp_id = Name{first}, .cancel_orders = cancels});
  }
  return send(ResumeSession{.comp_id = Name{first}});
}

// change MARKET [delay=MS] [commission=BP] [largest=QUANTITY] [passive=yes|no]
ChangeMarket ScriptRunner::change_of(const Words& words) const {
  ChangeMarket change{.market = Name{words.at(1)}};
  if (!option(words, 2, "delay").empty()) {
    change.bet_delay_ms = number_option(words, "delay", 0);
  }
  if (!option(words, 2, "commission").empty()) {
    change.commission_bp = number_option(words, "commission", 0);
  }
  if (!option(words, 2, "largest").empty()) {
    change.max_quantity = money_option(words, "largest");
  }
  if (const std::string passive = option(words, 2, "passive"); !passive.empty()) {
    change.passive_skips_delay = passive == "yes";
  }
  return change;
}

// describe MARKET [SYMBOL] [text=WORD] [parent=NAME] [start=SECONDS]
DescribeMarket ScriptRunner::description_of(const Words& words) const {
  DescribeMarket describe{.market = Name{words.at(1)}};
  Description& description = *describe.description;
  if (words.size() > 2 && words[2].find('=') == std::string::npos) {
    describe.symbol = Name{words[2]};
  }
  if (const std::string text = option(words, 2, "text"); !text.empty()) {
    description.text = DescriptionText{text};
  }
  if (const std::string parent = option(words, 2, "parent"); !parent.empty()) {
    description.parent = Name{parent};
  }
  if (const std::string start = option(words, 2, "start"); !start.empty()) {
    description.scheduled_start = Timestamp{std::stoll(start) * kSecond};
  }
  return describe;
}

// mass-cancel [account=NAME] [session=NAME] [market=NAME] [symbol=SYMBOL] [bids|asks]
CancelOnBehalf ScriptRunner::cancel_on_behalf(const Words& words) const {
  CancelOnBehalf cancel{.account = Name{option(words, 1, "account")},
                        .comp_id = Name{option(words, 1, "session")},
                        .market = Name{option(words, 1, "market")},
                        .symbol = Name{option(words, 1, "symbol")}};
  if (has_word(words, "bids")) {
    cancel.side = static_cast<std::uint8_t>(Side::Bid);
  } else if (has_word(words, "asks")) {
    cancel.side = static_cast<std::uint8_t>(Side::Ask);
  }
  return cancel;
}

// numbers SESSION [in=N] [reserved=N] [new-epoch]
SetSessionNumbers ScriptRunner::numbers_of(const Words& words) const {
  return {.comp_id = Name{words.at(1)},
          .next_in = MsgSeqNum{number_option(words, "in", 0)},
          .reserved_to = MsgSeqNum{number_option(words, "reserved", 0)},
          .new_epoch = has_word(words, "new-epoch")};
}

// require [results] [funds] [session-numbers]
RequireApproval ScriptRunner::requirement_of(const Words& words) {
  const auto bit = [&words](const char* word, ApprovalClass its) {
    return has_word(words, word) ? static_cast<std::uint32_t>(its) : 0U;
  };
  return {.classes = bit("results", ApprovalClass::Results) | bit("funds", ApprovalClass::Funds) |
                     bit("session-numbers", ApprovalClass::SessionNumbers)};
}

}  // namespace betex::matching::testing
