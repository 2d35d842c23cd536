// What brokers say of their order groups.
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/tools/command.h"

namespace betex::tools {
namespace {

using client::OrderGroupRequest;
using Action = OrderGroupRequest::Action;

Request read_group(Action action, const Words& words) {
  return {OrderGroupRequest{.cl_ord_id = words.get("--id"),
                            .group = words.get("group"),
                            .action = action,
                            .terms = std::nullopt,
                            .account = words.get("--account")}};
}

// A group's terms are always said whole.
Request read_terms(Action action, const Words& words) {
  if (!words.has("--limit") || !words.has("--window-ms")) {
    throw CLI::RequiredError{"--limit QUANTITY and --window-ms MILLISECONDS"};
  }
  Request request = read_group(action, words);
  std::get<OrderGroupRequest>(request.body).terms =
      OrderGroupRequest::Terms{.limit = words.get("--limit"),
                               .window_ms = words.get("--window-ms"),
                               .resting_only = words.has("--resting-only"),
                               .cancel_on_disconnect = words.has("--cancel-on-disconnect")};
  return request;
}

Request read_create(const Command& /*command*/, const Words& words) {
  return read_terms(Action::Create, words);
}

Request read_update(const Command& /*command*/, const Words& words) {
  return read_terms(Action::Update, words);
}

Request read_reset(const Command& /*command*/, const Words& words) {
  return read_group(Action::Reset, words);
}

Request read_trip(const Command& /*command*/, const Words& words) {
  return read_group(Action::Trip, words);
}

Request read_delete(const Command& /*command*/, const Words& words) {
  return read_group(Action::Delete, words);
}

Argument group(std::string_view help) {
  return {.name = "group", .help = help, .takes = Takes::Group};
}

std::vector<Argument> with_common(std::vector<Argument> arguments) {
  arguments.push_back({.name = "--id", .help = "the request's own ClOrdID"});
  arguments.push_back({.name = "--account",
                       .help = "whose; without it the session's own",
                       .takes = Takes::Account});
  return arguments;
}

std::vector<Argument> terms(std::string_view name_help) {
  return with_common(
      {group(name_help),
       {.name = "--limit", .help = "required: how much may be filled, stake or contracts"},
       {.name = "--window-ms",
        .help = "required: in how many milliseconds, 1000 to 3600000",
        .takes = Takes::Number},
       {.name = "--resting-only",
        .help = "fills of its orders that take do not count",
        .takes = Takes::Nothing},
       {.name = "--cancel-on-disconnect",
        .help = "its orders are cancelled when this session has gone",
        .takes = Takes::Nothing}});
}

}  // namespace

std::vector<Command> order_group_commands() {
  return {{.words = "group create",
           .help = "make an order group: place orders in it with --group",
           .arguments = terms("a name for it, at most 15 characters"),
           .read = read_create},
          {.words = "group update",
           .help = "give it other terms, all of them; a lower limit may trip it at once",
           .arguments = terms("its name"),
           .read = read_update},
          {.words = "group reset",
           .help = "let a tripped group take orders again; nothing counts as filled",
           .arguments = with_common({group("its name")}),
           .read = read_reset},
          {.words = "group trip",
           .help = "cancel all its orders at once, and take none until it is reset",
           .arguments = with_common({group("its name")}),
           .read = read_trip},
          {.words = "group delete",
           .help = "forget a group that has no live orders",
           .arguments = with_common({group("its name")}),
           .read = read_delete}};
}

}  // namespace betex::tools
