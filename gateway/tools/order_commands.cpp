// What brokers say: orders, and questions about orders and instruments.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/tools/command.h"
#include "gateway/tools/operation.h"

namespace betex::tools {
namespace {

using client::NewOrder;
using client::Side;
using client::TimeInForce;

constexpr const char* kTime = "YYYYMMDD-HH:MM:SS, UTC";

// "@ 2.04", "@2.04" or "2.04", whether the shell has made one word of it or two. Empty where there
// is no number. Two numbers are no price: nobody knows which one was meant.
std::string read_price(const Words& words) {
  const std::string given = fmt::format("{}", fmt::join(words.all("price"), " "));
  std::string_view price = given;
  if (price.starts_with('@')) {
    price.remove_prefix(1);
  }
  price.remove_prefix(std::min(price.find_first_not_of(' '), price.size()));
  if (price.find_first_of("@ ") != std::string_view::npos) {
    throw CLI::ValidationError{"price", fmt::format("'{}' is not one price, as @ 2.04", given)};
  }
  return std::string{price};
}

std::string read_order_price(const Words& words) {
  std::string price = read_price(words);
  if (price.empty() != words.has("--market")) {
    throw CLI::ValidationError{"price", "either @ PRICE, or --market for a market order"};
  }
  return price;
}

std::string read_new_price(const Words& words) {
  std::string price = read_price(words);
  if (price.empty()) {
    throw CLI::ValidationError{"price", "there is none behind the @"};
  }
  return price;
}

std::string read_exec_inst(const Words& words) {
  std::string codes = words.has("--post-only") ? "6" : "";
  if (words.has("--cancel-on-pause")) {
    codes += codes.empty() ? "K" : " K";
  }
  return codes;
}

TimeInForce read_time_in_force(const Words& words) {
  return words.has("--gtc")      ? TimeInForce::GoodTillCancel
         : words.has("--ioc")    ? TimeInForce::ImmediateOrCancel
         : words.has("--fok")    ? TimeInForce::FillOrKill
         : words.has("--expire") ? TimeInForce::GoodTillDate
                                 : TimeInForce::Day;
}

Request read_order(const Command& command, const Words& words) {
  const bool buys = command.words == "back" || command.words == "buy";
  if (words.has("--again") && !words.has("--id")) {
    throw CLI::RequiredError{"with --again, the --id that the order had"};
  }
  return {.body = NewOrder{.cl_ord_id = words.get("--id"),
                           .symbol = words.get("symbol"),
                           .side = buys ? Side::BackOrBuy : Side::LayOrSell,
                           .quantity = words.get("quantity"),
                           .price = read_order_price(words),
                           .time_in_force = read_time_in_force(words),
                           .account = words.get("--account"),
                           .min_quantity = words.get("--min"),
                           .expire_time = words.get("--expire"),
                           .exec_inst = read_exec_inst(words),
                           .persistence = words.has("--persist") ? "1" : "",
                           .market_version = words.get("--version"),
                           .reference = words.get("--reference"),
                           .order_group = words.get("--group"),
                           .poss_resend = words.has("--again")},
          .until = until(words)};
}

std::optional<Side> read_side(const Command& command, const Words& words) {
  if (!words.has("--side")) {
    return std::nullopt;
  }
  return static_cast<Side>(code_of(argument_of(command, "--side"), words.get("--side")).front());
}

// The first of these options that was given; null: none of them.
const char* first_given(const Words& words, std::initializer_list<const char*> options) {
  const auto* const found = std::find_if(
      options.begin(), options.end(), [&words](const char* option) { return words.has(option); });
  return found == options.end() ? nullptr : *found;
}

bool names_an_order(const Words& words) {
  return words.has("id") || words.has("--order");
}

OrderRef read_order_ref(const Command& command, const Words& words) {
  return {.cl_ord_id = words.get("id"),
          .order_id = words.get("--order"),
          .symbol = words.get("--symbol"),
          .side = read_side(command, words)};
}

// No option that was given may be without effect: it would cancel more than was meant.
Request read_cancel(const Command& command, const Words& words) {
  if (!names_an_order(words)) {
    if (words.has("--account")) {
      throw CLI::ValidationError{
          "--account",
          "is the account of an order that an ID names; all orders of one are cancelled by --of"};
    }
    return read_mass_action(command, words);
  }
  if (const char* const option =
          first_given(words, {"--market", "--of", "--of-session", "--dry-run"})) {
    throw CLI::ExcludesError{option, "an order"};
  }
  return {CancelArgs{.order = read_order_ref(command, words),
                     .account = words.get("--account"),
                     .cl_ord_id = words.get("--id")}};
}

Request read_replace(const Command& command, const Words& words) {
  return {.body = ReplaceArgs{.order = read_order_ref(command, words),
                              .account = words.get("--account"),
                              .cl_ord_id = words.get("--id"),
                              .quantity = words.get("quantity"),
                              .price = read_new_price(words),
                              .expire_time = words.get("--expire"),
                              .persistence = words.has("--persist") ? "1"
                                             : words.has("--lapse") ? "0"
                                                                    : "",
                              .market_version = words.get("--version")},
          .until = until(words)};
}

Request read_status(const Command& command, const Words& words) {
  if (!names_an_order(words)) {
    if (const char* const option = first_given(words, {"--symbol", "--side", "--account"})) {
      throw CLI::RequiredError{fmt::format("with {}, the order's ClOrdID or --order", option)};
    }
    return {NodeRequest{}};
  }
  return {StatusArgs{.order = read_order_ref(command, words), .account = words.get("--account")}};
}

Request read_cancel_all(const Command& command, const Words& words) {
  return {client::MassCancelRequest{.cl_ord_id = words.get("--id"),
                                    .symbol = words.get("--symbol"),
                                    .market = words.get("--market"),
                                    .side = read_side(command, words),
                                    .account = words.get("--account"),
                                    .own_session = words.has("--session"),
                                    .reference = words.get("--reference"),
                                    .order_group = words.get("--group")}};
}

Request read_orders(const Command& command, const Words& words) {
  return {client::MassStatusRequest{.mass_status_req_id = "",
                                    .symbol = words.get("--symbol"),
                                    .side = read_side(command, words),
                                    .account = words.get("--account"),
                                    .reference = words.get("--reference"),
                                    .order_group = words.get("--group")}};
}

Request read_replay(const Command& /*command*/, const Words& words) {
  client::ReplayRequest request{.request_id = "", .first = words.get("first")};
  if (words.has("last")) {
    request.last = words.get("last");
  }
  return {request};
}

Request read_limits(const Command& /*command*/, const Words& /*words*/) {
  return {client::LimitsRequest{.request_id = "", .username = ""}};
}

Request read_list(const Command& /*command*/, const Words& words) {
  using Updates = client::SecurityListRequest::Updates;
  return {client::SecurityListRequest{.security_req_id = "",
                                      .symbol = words.get("--symbol"),
                                      .market = words.get("--market"),
                                      .updates = words.has("--follow")     ? Updates::Begin
                                                 : words.has("--unfollow") ? Updates::End
                                                                           : Updates::AsBefore}};
}

Argument side() {
  return {.name = "--side",
          .help = "only of this side; of an order, its side",
          .takes = Takes::Choice,
          .choices = {{"back", "1"}, {"buy", "1"}, {"lay", "2"}, {"sell", "2"}}};
}

Argument symbol_option(std::string_view help) {
  return {.name = "--symbol", .help = help, .takes = Takes::Symbol};
}

Argument market_option(std::string_view help) {
  return {.name = "--market", .help = help, .takes = Takes::Market, .excludes = {"--symbol"}};
}

Argument account() {
  return {
      .name = "--account", .help = "whose; without it the session's own", .takes = Takes::Account};
}

Argument reference(std::string_view help) {
  return {.name = "--reference", .help = help};
}

Argument group(std::string_view help) {
  return {.name = "--group", .help = help, .takes = Takes::Group};
}

Argument market_version() {
  return {.name = "--version",
          .help =
              "the market's version that you have seen: with another one it is refused, later "
              "cancelled",
          .takes = Takes::Number};
}

Argument order_number() {
  return {.name = "--order", .help = "the exchange's order number instead"};
}

Argument optional_id() {
  return {.name = "id", .help = "the order's ClOrdID", .least = 0};
}

std::vector<Argument> order_arguments() {
  return {
      {.name = "symbol", .help = "instrument, as EPL-ARS-CHE.HOME", .takes = Takes::Symbol},
      {.name = "quantity", .help = "the backer's stake, or contracts"},
      {.name = "price", .help = "@ and the odds, or @ and the probability", .least = 0, .most = 2},
      {.name = "--market", .help = "at any price, the rest is cancelled", .takes = Takes::Nothing},
      {.name = "--gtc",
       .help = "good till cancelled",
       .takes = Takes::Nothing,
       .excludes = {"--ioc", "--fok", "--expire"}},
      {.name = "--ioc",
       .help = "immediate or cancel",
       .takes = Takes::Nothing,
       .excludes = {"--fok", "--expire"}},
      {.name = "--fok", .help = "fill or kill", .takes = Takes::Nothing, .excludes = {"--expire"}},
      {.name = "--expire", .help = kTime},
      {.name = "--min", .help = "with --ioc: at least this, or nothing"},
      {.name = "--post-only",
       .help = "refuse the order if it would trade at once",
       .takes = Takes::Nothing},
      {.name = "--cancel-on-pause",
       .help = "cancel it if the market halts",
       .takes = Takes::Nothing},
      {.name = "--persist",
       .help = "keep it when the market turns in play",
       .takes = Takes::Nothing},
      market_version(),
      reference(
          "a customer's or a strategy's, at most 15 characters: it comes back on each report"),
      group("the order group that its fills count in"),
      {.name = "--id", .help = "its ClOrdID; without it one is made up"},
      {.name = "--again",
       .help = "it may have arrived before, under this --id: it acts once",
       .takes = Takes::Nothing},
      wait_option("return when a bet delay is over"),
      account()};
}

Command order_command(std::string_view verb, std::string_view help) {
  return {.words = verb, .help = help, .arguments = order_arguments(), .read = read_order};
}

Command replace_command() {
  return {.words = "replace",
          .help = "give an order another quantity and price; with the same ones other terms alone",
          .arguments = {{.name = "id", .help = "the order's ClOrdID"},
                        {.name = "quantity", .help = "its new total, what is filled included"},
                        {.name = "price", .help = "@ and the new price, or the old one", .most = 2},
                        order_number(),
                        symbol_option("of an order that was not sent from here"),
                        side(),
                        {.name = "--expire", .help = kTime},
                        {.name = "--persist",
                         .help = "keep it when the market turns in play",
                         .takes = Takes::Nothing,
                         .excludes = {"--lapse"}},
                        {.name = "--lapse",
                         .help = "cancel it when the market turns in play",
                         .takes = Takes::Nothing},
                        market_version(),
                        {.name = "--id", .help = "the replace's own ClOrdID"},
                        wait_option("return when a bet delay is over"),
                        account()},
          .read = read_replace};
}

Command cancel_command() {
  return {.words = "cancel",
          .help = "cancel an order; without its ID an operator's: all orders that the options name",
          .arguments = {optional_id(),
                        order_number(),
                        symbol_option("of an order that was not sent from here; or all there"),
                        side(),
                        market_option("operators: all orders of the market"),
                        {.name = "--of",
                         .help = "operators: all orders of this account",
                         .takes = Takes::Account},
                        {.name = "--of-session",
                         .help = "operators: all orders of this session",
                         .takes = Takes::Session,
                         .excludes = {"--of"}},
                        {.name = "--id", .help = "the cancel's own ClOrdID"},
                        dry_run_option(),
                        account()},
          .read = read_cancel};
}

}  // namespace

std::vector<Command> order_commands() {
  return {order_command("back", "back an outcome (odds markets)"),
          order_command("lay", "lay an outcome (odds markets)"),
          order_command("buy", "buy YES (binary markets)"),
          order_command("sell", "sell YES, which is to buy NO (binary markets)"),
          replace_command(),
          cancel_command(),
          {.words = "status",
           .help = "how an order stands; without its ID an operator's: how the node is",
           .arguments = {optional_id(),
                         order_number(),
                         symbol_option("of an order that was not sent from here"),
                         side(),
                         account()},
           .read = read_status},
          {.words = "cancel-all",
           .help = "cancel all orders of the account",
           .arguments = {symbol_option("only those in this instrument"),
                         market_option("only those in this market"),
                         side(),
                         {.name = "--session",
                          .help = "only those that this session has entered",
                          .takes = Takes::Nothing,
                          .excludes = {"--symbol", "--market"}},
                         reference("only those with this reference"),
                         group("only those of this order group"),
                         {.name = "--id", .help = "the request's own ClOrdID"},
                         account()},
           .read = read_cancel_all},
          {.words = "orders",
           .help = "the open orders of the account",
           .arguments = {symbol_option("only those in this instrument"),
                         side(),
                         reference("only those with this reference"),
                         group("only those of this order group"),
                         account()},
           .read = read_orders},
          {.words = "replay",
           .help = "the reports of events once more, marked as told again; also drop copies'",
           .arguments = {{.name = "first",
                          .help = "number of the first event, as an ExecID has it before its dash",
                          .takes = Takes::Number},
                         {.name = "last",
                          .help = "of the last one; without it the newest",
                          .takes = Takes::Number,
                          .least = 0}},
           .read = read_replay},
          {.words = "limits",
           .help = "how many messages the session may send, and how many now",
           .arguments = {},
           .read = read_limits},
          {.words = "list",
           .help = "the instruments that there are; those of an archived market only by name",
           .arguments = {symbol_option("only this one"),
                         market_option("only those of this market"),
                         {.name = "--follow",
                          .help = "operators: and from now on be told how markets change",
                          .takes = Takes::Nothing,
                          .excludes = {"--symbol", "--market"}},
                         {.name = "--unfollow",
                          .help = "operators: be told so no longer; lists nothing",
                          .takes = Takes::Nothing,
                          .excludes = {"--symbol", "--market", "--follow"}}},
           .read = read_list}};
}

}  // namespace betex::tools
