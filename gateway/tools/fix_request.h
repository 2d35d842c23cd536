// The words in which betex-fix takes orders, the same on its command line and in each line of a
// script:
//
//   back|lay|buy|sell SYMBOL QUANTITY @ PRICE [--ioc|--fok|--gtc] [--post-only] [--id ID] ...
//   replace ID QUANTITY @ PRICE [--symbol SYMBOL --side SIDE]
//   cancel ID [--symbol SYMBOL --side SIDE]
//   status ID [--symbol SYMBOL --side SIDE]
//   cancel-all [--symbol SYMBOL | --market MARKET] [--side SIDE]
//   orders [--symbol SYMBOL] [--side SIDE]
//   list [--symbol SYMBOL | --market MARKET]
//   market SYMBOL
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include <CLI/App.hpp>

#include "gateway/client/order_entry.h"

namespace betex::tools {

// Which order a cancel or status request means. `symbol` and `side` are needed where this session
// has not sent the order itself, since FIX wants them in the request.
struct OrderRef {
  std::string cl_ord_id;
  std::string order_id;  // 37; empty: by cl_ord_id
  std::string symbol;
  std::optional<client::Side> side;
};

struct CancelArgs {
  OrderRef order;
  std::string cl_ord_id;  // of the cancel request itself; empty: one is made up
};

struct ReplaceArgs {
  OrderRef order;
  std::string cl_ord_id;  // of the request itself; empty: one is made up
  std::string quantity;
  std::string price;
  std::string expire_time;
};

struct StatusArgs {
  OrderRef order;
};

// Ids and the account are filled in by whoever sends it.
using Request = std::variant<client::NewOrder,
                             CancelArgs,
                             ReplaceArgs,
                             StatusArgs,
                             client::MassCancelRequest,
                             client::MassStatusRequest,
                             client::SecurityListRequest,
                             client::SecurityStatusRequest>;

// Adds the subcommands above to `app`, which must be parsed only once. The one that was given is
// told to `chosen` at the end of the parse; wrong words are CLI::ParseErrors of the parse.
void add_requests(CLI::App& app, std::function<void(Request)> chosen);

// Reads one line of a script; nothing for an empty one or a comment (#). Throws CLI::ParseError.
std::optional<Request> parse_line(const std::string& line);

}  // namespace betex::tools
