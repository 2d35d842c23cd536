// What operators say of markets and their runners, and what anybody may ask of one.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/tools/command.h"
#include "gateway/tools/field_tags.h"
#include "gateway/tools/operation.h"

namespace betex::tools {
namespace {

using client::Field;

constexpr std::string_view kOdds = "1";
constexpr std::string_view kBinary = "2";
constexpr int kMaxRunners = 100;

// ---- market create -----------------------------------------------------------------------------

// Odds where nothing else is said, and the ladder that most markets of the kind have.
std::vector<Field> kind_fields(const Command& command, const Words& words) {
  const bool binary = words.has("--binary");
  const std::string ladder = words.has("--ladder") ? words.get("--ladder")
                             : binary              ? "linear-cent"
                                                   : "classic";
  return {{tag::kMarketKind, std::string{binary ? kBinary : kOdds}},
          {tag::kLadder, std::string{code_of(argument_of(command, "--ladder"), ladder)}}};
}

Request read_create(const Command& command, const Words& words) {
  std::vector<Field> fields{{tag::kSecurityRequestType, "1"}};
  const std::vector<Field> kind = kind_fields(command, words);
  fields.insert(fields.end(), kind.begin(), kind.end());
  Request request = read_request(kCreateMarket, std::move(fields), command, words);
  const std::vector<std::string> runners = words.all("--runners");
  if (!runners.empty()) {
    std::vector<Field>& all = std::get<Operation>(request.body).fields;
    all.push_back({op_tag::kNoRelatedSym, std::to_string(runners.size())});
    std::transform(
        runners.begin(), runners.end(), std::back_inserter(all), [](const std::string& runner) {
          return Field{op_tag::kSymbol, runner};
        });
  }
  return request;
}

// ---- market determine --------------------------------------------------------------------------

struct Share {
  std::string symbol;
  std::string numerator;    // empty: the whole of a win
  std::string denominator;  // likewise
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isdigit(c) != 0;
  });
}

// "EPL-ARS-CHE.HOME" has won; "EPL-ARS-CHE.HOME=1/2" half of it.
Share to_share(const std::string& word) {
  const std::size_t equals = word.rfind('=');
  if (equals == std::string::npos) {
    return {.symbol = word, .numerator = "", .denominator = ""};
  }
  const std::size_t slash = word.find('/', equals);
  const std::string numerator = word.substr(equals + 1, slash - equals - 1);
  const std::string denominator = slash == std::string::npos ? "" : word.substr(slash + 1);
  if (equals == 0 || !all_digits(numerator) || !all_digits(denominator)) {
    throw CLI::ValidationError{
        "result", fmt::format("'{}' is no runner, and no runner with a share, as R=1/2", word)};
  }
  return {.symbol = word.substr(0, equals), .numerator = numerator, .denominator = denominator};
}

// All entries have the same denominator: a runner that has won a place whole takes the others'.
void add_shares(std::vector<Field>& fields, const std::vector<std::string>& words) {
  std::vector<Share> shares;
  std::string denominator = "1";
  for (const std::string& word : words) {
    shares.push_back(to_share(word));
    if (!shares.back().denominator.empty()) {
      denominator = shares.back().denominator;
    }
  }
  fields.push_back({op_tag::kNoRelatedSym, std::to_string(shares.size())});
  for (const Share& share : shares) {
    const bool whole = share.denominator.empty();
    fields.push_back({op_tag::kSymbol, share.symbol});
    fields.push_back({tag::kShareNumerator, whole ? denominator : share.numerator});
    fields.push_back({tag::kShareDenominator, whole ? denominator : share.denominator});
  }
}

// A binary market's only symbol is its name: YES has won it, or NO.
Request read_determine(const Command& command, const Words& words) {
  Request request = read_operation(command, words);
  std::vector<Field>& fields = std::get<Operation>(request.body).fields;
  const std::vector<std::string> result = words.all("result");
  if (result.size() == 1 && (result.front() == "yes" || result.front() == "no")) {
    fields.push_back({op_tag::kNoRelatedSym, "1"});
    fields.push_back({op_tag::kSymbol, words.get("market")});
    fields.push_back({tag::kShareNumerator, result.front() == "yes" ? "1" : "0"});
    fields.push_back({tag::kShareDenominator, "1"});
  } else {
    add_shares(fields, result);
  }
  return request;
}

// ---- market show -------------------------------------------------------------------------------

Request read_show(const Command& /*command*/, const Words& words) {
  return {
      client::SecurityStatusRequest{.security_status_req_id = "", .symbol = words.get("symbol")}};
}

// ---- the table ---------------------------------------------------------------------------------

Argument market() {
  return {.name = "market",
          .help = "its name, as EPL-ARS-CHE",
          .takes = Takes::Market,
          .tag = op_tag::kMarketSegmentId};
}

Argument runner(int tag) {
  return {.name = "symbol", .help = "as EPL-ARS-CHE.HOME", .takes = Takes::Symbol, .tag = tag};
}

Argument bet_delay() {
  return number("--bet-delay-ms", "how long orders wait in play", op_tag::kBetDelayMs);
}

Argument commission() {
  return number(
      "--commission-bp", "of net winnings, in hundredths of a percent", op_tag::kCommissionBp);
}

Argument max_quantity() {
  return text("--max", "the largest quantity of an order", op_tag::kMaxTradeVol);
}

// A command of a market that is for its safety: never refused because the market has moved on.
Command safety(std::string_view words,
               std::string_view operation,
               std::string_view help,
               std::vector<Argument> further = {}) {
  further.insert(further.begin(), market());
  return operations_command(words, operation, help, std::move(further));
}

// One that is not: it may say which version it was meant for.
Command guarded(std::string_view words,
                std::string_view operation,
                std::string_view help,
                std::vector<Argument> further = {}) {
  further.insert(further.begin(), market());
  further.push_back(version_option());
  return operations_command(words, operation, help, std::move(further));
}

Command create_command() {
  return {.words = "market create",
          .help = "make a market, which is inactive until it is opened",
          .arguments = {market(),
                        {.name = "--runners",
                         .help = "of an odds market, one or more",
                         .takes = Takes::Symbol,
                         .most = kMaxRunners},
                        {.name = "--binary",
                         .help = "a binary market: YES or NO, and no runners",
                         .takes = Takes::Nothing,
                         .excludes = {"--runners", "--winners"}},
                        {.name = "--ladder",
                         .help = "of prices; without it classic, or of a binary market linear-cent",
                         .takes = Takes::Choice,
                         .choices = {{"classic", "1"},
                                     {"finest", "2"},
                                     {"linear-cent", "3"},
                                     {"tapered-deci-cent", "4"},
                                     {"deci-cent", "5"}}},
                        text("--currency", "the exchange's", op_tag::kCurrency),
                        number("--winners", "how many runners win (1)", tag::kWinners),
                        text("--min", "the smallest quantity of an order", tag::kMinTradeVol),
                        text("--step", "of quantities", tag::kRoundLot),
                        max_quantity(),
                        bet_delay(),
                        {.name = "--passive-skips-delay",
                         .help = "post-only orders, which cannot take, wait for no bet delay",
                         .takes = Takes::Nothing,
                         .tag = tag::kPassiveSkipsDelay},
                        commission(),
                        text("--max-position",
                             "binary: most contracts of an account",
                             tag::kMaxPosition),
                        dry_run_option(),
                        id_option()},
          .read = read_create};
}

Command suspend_command() {
  return safety(
      "market suspend",
      "Suspend",
      "stop betting for a while",
      {{.name = "reason",
        .help = "why",
        .takes = Takes::Choice,
        .tag = tag::kSuspendReason,
        .choices =
            {{"goal", "1"}, {"runner-removal", "2"}, {"turning-in-play", "3"}, {"pause", "4"}}},
       {.name = "--cancel",
        .help = "which orders: none, those that lapse when it turns in play, or all",
        .takes = Takes::Choice,
        .tag = tag::kCancelScope,
        .choices = {{"none", "0"}, {"lapsing", "1"}, {"all", "2"}}}});
}

Command determine_command() {
  Command command = guarded("market determine",
                            "Determine",
                            "say who has won; again, also after it was settled, to correct it",
                            {{.name = "result",
                              .help = "the winners; R=1/2 of a dead heat; binary: yes or no",
                              .takes = Takes::Symbol,
                              .most = kMaxRunners}});
  command.read = read_determine;
  return command;
}

}  // namespace

std::vector<Command> market_commands() {
  return {
      {.words = "market show",
       .help = "whether an instrument is open",
       .arguments = {runner(0)},
       .read = read_show},
      create_command(),
      guarded(
          "market open",
          "Open",
          "let betting begin",
          {number("--runners", "refuse if it has another number of them", tag::kExpectedRunners)}),
      suspend_command(),
      guarded("market resume", "Resume", "let betting go on after a suspension"),
      safety("market halt", "Halt", "stop betting until it is unhalted"),
      guarded("market unhalt", "Unhalt", "end the halt: it is as it was before"),
      guarded("market inplay",
              "TurnInPlay",
              "the event begins: orders that lapse are cancelled, the bet delay acts"),
      safety("market close", "Close", "end betting"),
      guarded("market reopen", "Reopen", "of a closed market: it is suspended then"),
      determine_command(),
      guarded("market settle", "Settle", "pay by the result, or what a new result changes"),
      guarded("market void",
              "Void",
              "give the stakes back",
              {text("--price", "binary: what YES gets, and NO the rest", tag::kSettlPrice)}),
      guarded(
          "market archive", "Archive", "forget a settled market's bets: no correction after it"),
      guarded("market change",
              "ChangeMarket",
              "change its terms, until it is closed",
              {bet_delay(),
               {.name = "--passive-skips-delay",
                .help = "whether post-only orders, which cannot take, wait for none",
                .takes = Takes::Choice,
                .tag = tag::kPassiveSkipsDelay,
                .choices = {{"on", "Y"}, {"off", "N"}}},
               commission(),
               max_quantity()}),
      guarded("market describe",
              "DescribeMarket",
              "say what it is about",
              {text("--text", "of the market", tag::kMarketDesc),
               text("--parent", "the market that it belongs to", tag::kParentMarket),
               text("--start", "YYYYMMDD-HH:MM:SS, UTC", tag::kScheduledStart),
               {.name = "--symbol",
                .help = "of a runner, in place of the market",
                .takes = Takes::Symbol,
                .tag = op_tag::kSymbol,
                .excludes = {"--text", "--parent", "--start"}},
               text("--symbol-text", "of that runner", tag::kSecurityDesc)}),
      guarded("runner add", "AddRunner", "before the market opens", {runner(op_tag::kSymbol)}),
      guarded("runner remove",
              "RemoveRunner",
              "it does not run: bets on it are void",
              {runner(op_tag::kSymbol)})};
}

}  // namespace betex::tools
