// What operators say of accounts and FIX sessions. Both are suspended and resumed by the same
// message, PartyActionRequest(DH).
#include <iterator>
#include <utility>

#include "gateway/tools/command.h"
#include "gateway/tools/field_tags.h"
#include "gateway/tools/operation.h"

namespace betex::tools {
namespace {

using client::Field;

constexpr int kMaxCompIds = 100;

// ---- suspending and resuming -------------------------------------------------------------------

Request read_party_action(std::string_view action, const Command& command, const Words& words) {
  const bool account = command.words.starts_with("account");
  std::vector<Field> fields{{tag::kPartyActionType, std::string{action}},
                            {tag::kNoPartyIds, "1"},
                            {tag::kPartyId, words.get(account ? "account" : "session")},
                            {tag::kPartyIdSource, "D"},
                            {tag::kPartyRole, account ? "24" : "55"}};
  return read_request(kPartyAction, std::move(fields), command, words);
}

Request read_suspend(const Command& command, const Words& words) {
  return read_party_action(words.has("--cancel-orders") ? "1" : "0", command, words);
}

Request read_resume(const Command& command, const Words& words) {
  return read_party_action("2", command, words);
}

// ---- questions ---------------------------------------------------------------------------------

Request read_show_account(const Command& command, const Words& words) {
  return read_request(kPositions, {{tag::kPosReqType, "0"}}, command, words);
}

Request read_show_sessions(const Command& /*command*/, const Words& words) {
  Operation operation{.kind = &kSystemStatus, .id = "", .fields = {}};
  const std::vector<std::string> sessions = words.all("session");
  operation.fields.push_back({tag::kNetworkRequestType, sessions.empty() ? "1" : "9"});
  if (!sessions.empty()) {
    operation.fields.push_back({tag::kNoCompIds, std::to_string(sessions.size())});
    for (const std::string& session : sessions) {
      operation.fields.push_back({op_tag::kRefCompId, session});
    }
  }
  return {operation};
}

// ---- the table ---------------------------------------------------------------------------------

Argument account(int tag = op_tag::kAccount) {
  return {.name = "account", .help = "its name", .takes = Takes::Account, .tag = tag};
}

Argument session(int tag = op_tag::kRefCompId) {
  return {.name = "session", .help = "the client's CompID", .takes = Takes::Session, .tag = tag};
}

Argument amount(std::string_view help) {
  return text("amount", help, tag::kAmount);
}

Command of(Argument subject,
           std::string_view words,
           std::string_view operation,
           std::string_view help,
           std::vector<Argument> further = {}) {
  further.insert(further.begin(), std::move(subject));
  return operations_command(words, operation, help, std::move(further));
}

Command suspend(Argument subject, std::string_view words, std::string_view help) {
  return {.words = words,
          .help = help,
          .arguments = {std::move(subject),
                        {.name = "--cancel-orders",
                         .help = "cancel what is live of it as well",
                         .takes = Takes::Nothing},
                        dry_run_option(),
                        id_option()},
          .read = read_suspend};
}

Command resume(Argument subject, std::string_view words, std::string_view help) {
  return {.words = words,
          .help = help,
          .arguments = {std::move(subject), dry_run_option(), id_option()},
          .read = read_resume};
}

Command show_account_command() {
  Argument name = account();
  name.help = "an operator's: required; without it the session's own";
  name.least = 0;
  return {.words = "account show",
          .help = "what it has, and its bets; its orders: orders --account ACCOUNT",
          .arguments = {std::move(name)},
          .read = read_show_account};
}

std::vector<Argument> limits() {
  return {number("--max-open-orders", "at a time", tag::kMaxOpenOrders),
          text("--exposure", "what all its bets may cost at worst", tag::kExposureLimit),
          text("--market-exposure", "the same in each market", tag::kMarketExposureLimit),
          text("--credit", "how far beyond its balance it may bet", tag::kCredit),
          number("--discount-bp",
                 "off the commission, in hundredths of a percent",
                 tag::kCommissionDiscountBp)};
}

Command create_command() {
  std::vector<Argument> arguments{{.name = "kind",
                                   .help = "whether its orders are checked for funds",
                                   .takes = Takes::Choice,
                                   .tag = tag::kAccountKind,
                                   .choices = {{"unlimited", "1"}, {"collateralised", "2"}}}};
  std::vector<Argument> more = limits();
  std::move(more.begin(), more.end(), std::back_inserter(arguments));
  return of(account(),
            "account create",
            "CreateAccount",
            "make an account, with nothing in it",
            std::move(arguments));
}

}  // namespace

std::vector<Command> account_commands() {
  return {show_account_command(),
          create_command(),
          of(account(), "account deposit", "Deposit", "pay in", {amount("as 100.00")}),
          of(account(), "account withdraw", "Withdraw", "pay out", {amount("as 100.00")}),
          of(account(),
             "account correct",
             "Correct",
             "put a balance right, with a --remark that says why",
             {amount("as 100.00 or -100.00")}),
          of(account(),
             "account writeoff",
             "WriteOff",
             "take over its negative balance: the exchange pays it"),
          of(account(),
             "account limits",
             "SetLimits",
             "what it may do; what is not given stays, 0 is none",
             limits()),
          suspend(account(0), "account suspend", "it may cancel, and enter nothing"),
          resume(account(0), "account resume", "end its suspension"),
          {.words = "session show",
           .help = "who is on, with which numbers, and how the node is",
           .arguments = {{.name = "session",
                          .help = "CompIDs; without them all",
                          .takes = Takes::Session,
                          .least = 0,
                          .most = kMaxCompIds}},
           .read = read_show_sessions},
          of(session(), "session logout", "LogoutSession", "end its connection"),
          of(session(),
             "session numbers",
             "SetSessionNumbers",
             "repair the sequence numbers of a session that is off",
             {number("--next-in", "the next number that we expect", tag::kNextIn),
              number("--reserved-to", "ours up to here count as used", tag::kReservedTo),
              {.name = "--new-epoch",
               .help = "both begin at 1",
               .takes = Takes::Nothing,
               .tag = tag::kNewEpoch,
               .excludes = {"--next-in", "--reserved-to"}}}),
          suspend(session(0), "session suspend", "its client may cancel, and enter nothing"),
          resume(session(0), "session resume", "end its suspension")};
}

}  // namespace betex::tools
