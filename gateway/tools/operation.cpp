#include "gateway/tools/operation.h"

#include <iterator>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace betex::tools {
namespace {

using client::Field;

// Each argument that has a tag of its own, in the order of the table.
void add_fields(std::vector<Field>& fields, const Command& command, const Words& words) {
  for (const Argument& argument : command.arguments) {
    if (argument.tag == 0 || !words.has(argument.name)) {
      continue;
    }
    const bool flag = argument.takes == Takes::Nothing;
    fields.push_back(
        {argument.tag, flag ? "Y" : std::string{code_of(argument, words.get(argument.name))}});
  }
}

}  // namespace

Argument number(std::string_view name, std::string_view help, int tag) {
  return {.name = name, .help = help, .takes = Takes::Number, .tag = tag};
}

Argument text(std::string_view name, std::string_view help, int tag) {
  return {.name = name, .help = help, .tag = tag};
}

Argument wait_option(std::string_view help) {
  return {.name = "--wait", .help = help, .takes = Takes::Nothing};
}

Argument dry_run_option() {
  return {.name = "--dry-run",
          .help = "say what would come of it, and do nothing",
          .takes = Takes::Nothing,
          .tag = op_tag::kApplTestMessageIndicator};
}

Argument id_option() {
  return {.name = "--id", .help = "the request's id, which acts once; without it one is made up"};
}

Argument remark_option() {
  return {.name = "--remark", .help = "why, for the log", .tag = op_tag::kText};
}

Argument version_option() {
  return {.name = "--version",
          .help = "the market's version that you have seen: refused if it is another",
          .takes = Takes::Number,
          .tag = op_tag::kMarketVersion};
}

Until until(const Words& words) {
  return words.has("--wait") ? Until::Settled : Until::Answered;
}

Command operations_command(std::string_view words,
                           std::string_view operation,
                           std::string_view help,
                           std::vector<Argument> arguments) {
  arguments.push_back(remark_option());
  arguments.push_back(dry_run_option());
  arguments.push_back(id_option());
  arguments.push_back(wait_option("return when another operator has approved it, or not"));
  return {.words = words,
          .help = help,
          .arguments = std::move(arguments),
          .read = read_operation,
          .operation = operation};
}

Request read_operation(const Command& command, const Words& words) {
  return read_request(
      kOperationsCommand, {{op_tag::kOpsCommand, std::string{command.operation}}}, command, words);
}

Request read_request(const OperationKind& kind,
                     std::vector<Field> fields,
                     const Command& command,
                     const Words& words) {
  add_fields(fields, command, words);
  return {.body = Operation{.kind = &kind, .id = words.get("--id"), .fields = std::move(fields)},
          .until = until(words)};
}

Request read_mass_action(const Command& command, const Words& words) {
  constexpr int kSide = 54;
  constexpr int kMassActionType = 1373;
  constexpr int kMassActionScope = 1374;
  constexpr int kNoTargetPartyIds = 1461;
  constexpr int kTargetPartyId = 1462;
  constexpr int kTargetPartyIdSource = 1463;
  constexpr int kTargetPartyRole = 1464;
  const bool of_account = words.has("--of");
  const bool of_party = of_account || words.has("--of-session");
  const bool in_market = words.has("--market");
  const bool in_instrument = words.has("--symbol");
  if (!of_party && !in_market && !in_instrument) {
    throw CLI::RequiredError{
        "the order's ClOrdID, or --order NUMBER (an operator: --symbol, --market, --of or "
        "--of-session)"};
  }
  Operation operation{.kind = &kMassAction, .id = words.get("--id"), .fields = {}};
  std::vector<Field>& fields = operation.fields;
  fields.push_back({kMassActionType, "3"});
  fields.push_back({kMassActionScope, in_instrument ? "1" : in_market ? "9" : "7"});
  if (in_instrument) {
    fields.push_back({op_tag::kSymbol, words.get("--symbol")});
  }
  if (in_market) {
    fields.push_back({op_tag::kMarketSegmentId, words.get("--market")});
  }
  if (of_party) {
    fields.push_back({kNoTargetPartyIds, "1"});
    fields.push_back({kTargetPartyId, words.get(of_account ? "--of" : "--of-session")});
    fields.push_back({kTargetPartyIdSource, "D"});
    fields.push_back({kTargetPartyRole, of_account ? "24" : "55"});
  }
  if (words.has("--side")) {
    fields.push_back(
        {kSide, std::string{code_of(argument_of(command, "--side"), words.get("--side"))}});
  }
  add_fields(fields, command, words);  // --dry-run
  return {operation};
}

}  // namespace betex::tools
