// What the operators' commands have in common: how an Operation is read from words, and the
// options that many take.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/tools/command.h"
#include "gateway/tools/request.h"

namespace betex::tools {

// Fields of more than one operator's command.
namespace op_tag {
inline constexpr int kAccount = 1;
inline constexpr int kCurrency = 15;
inline constexpr int kSymbol = 55;
inline constexpr int kText = 58;
inline constexpr int kNoRelatedSym = 146;
inline constexpr int kRefCompId = 930;
inline constexpr int kMaxTradeVol = 1140;
inline constexpr int kMarketSegmentId = 1300;
inline constexpr int kApplTestMessageIndicator = 2330;
inline constexpr int kMarketVersion = 20005;
inline constexpr int kOpsCommand = 20011;
inline constexpr int kEventSeq = 20020;
inline constexpr int kBetDelayMs = 20035;
inline constexpr int kCommissionBp = 20036;
}  // namespace op_tag

// Arguments that are a number, or any other word.
[[nodiscard]] Argument number(std::string_view name, std::string_view help, int tag);
[[nodiscard]] Argument text(std::string_view name, std::string_view help, int tag);

// --wait, --dry-run, --id, --remark, --version.
[[nodiscard]] Argument wait_option(std::string_view help);
[[nodiscard]] Argument dry_run_option();
[[nodiscard]] Argument id_option();
[[nodiscard]] Argument remark_option();
[[nodiscard]] Argument version_option();

[[nodiscard]] Until until(const Words& words);

// A command that is an OperationsCommand(UOC) with this name in 20011: `arguments`, and the options
// that all of them take.
[[nodiscard]] Command operations_command(std::string_view words,
                                         std::string_view operation,
                                         std::string_view help,
                                         std::vector<Argument> arguments = {});

// An OperationsCommand(UOC): the command's own name, and each argument that has a tag.
[[nodiscard]] Request read_operation(const Command& command, const Words& words);

// As read_operation, of another message: `fields` first, then those of the arguments.
[[nodiscard]] Request read_request(const OperationKind& kind,
                                   std::vector<client::Field> fields,
                                   const Command& command,
                                   const Words& words);

// OrderMassActionRequest(CA): the orders that --symbol, --market, --of, --of-session and --side
// name. Throws CLI::RequiredError where none does.
[[nodiscard]] Request read_mass_action(const Command& command, const Words& words);

}  // namespace betex::tools
