#include "gateway/tools/fix_request.h"

#include <map>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "journal/process/command_line.h"

namespace betex::tools {
namespace {

using client::NewOrder;
using client::Side;
using client::TimeInForce;

const std::map<std::string, Side>& sides() {
  static const std::map<std::string, Side> kSides{{"back", Side::BackOrBuy},
                                                  {"buy", Side::BackOrBuy},
                                                  {"lay", Side::LayOrSell},
                                                  {"sell", Side::LayOrSell}};
  return kSides;
}

// What the parser fills for one order subcommand; lives as long as the parser.
struct OrderWords {
  NewOrder order;
  std::vector<std::string> price;
  bool market = false;
  bool post_only = false;
  bool cancel_on_pause = false;
};

// "@ 2.04", "@2.04" or "2.04".
std::string join_price(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word;
  }
  if (!text.empty() && text.front() == '@') {
    text.erase(0, 1);
  }
  return text;
}

std::string read_price(const OrderWords& words) {
  std::string text = join_price(words.price);
  if (text.empty() != words.market) {
    throw CLI::ValidationError{"price", "either @ PRICE, or --market for a market order"};
  }
  return text;
}

NewOrder finish(OrderWords words) {
  words.order.price = read_price(words);
  if (words.post_only) {
    words.order.exec_inst = "6";
  }
  if (words.cancel_on_pause) {
    words.order.exec_inst += words.post_only ? " K" : "K";
  }
  return std::move(words.order);
}

void add_time_in_force(CLI::App& command, OrderWords& words) {
  const auto choice = [&](const char* flag, TimeInForce value, const char* help) {
    return command.add_flag_callback(
        flag, [&words, value] { words.order.time_in_force = value; }, help);
  };
  CLI::Option* const gtc = choice("--gtc", TimeInForce::GoodTillCancel, "good till cancelled");
  CLI::Option* const ioc = choice("--ioc", TimeInForce::ImmediateOrCancel, "immediate or cancel");
  CLI::Option* const fok = choice("--fok", TimeInForce::FillOrKill, "fill or kill");
  CLI::Option* const gtd =
      command.add_option("--expire", words.order.expire_time, "good till this UTC time")
          ->type_name("YYYYMMDD-HH:MM:SS")
          ->each([&words](const std::string&) {
            words.order.time_in_force = TimeInForce::GoodTillDate;
          });
  gtc->excludes(ioc)->excludes(fok)->excludes(gtd);
  ioc->excludes(fok)->excludes(gtd);
  fok->excludes(gtd);
}

void add_order(CLI::App& app,
               const std::string& verb,
               const char* help,
               const std::function<void(Request)>& chosen) {
  CLI::App* const command = app.add_subcommand(verb, help);
  const auto words = std::make_shared<OrderWords>();
  words->order.side = sides().at(verb);
  command->add_option("symbol", words->order.symbol, "instrument, as EPL-ARS-CHE.HOME")->required();
  command->add_option("quantity", words->order.quantity, "the backer's stake, or contracts")
      ->required();
  command->add_option("price", words->price, "@ and the odds, or @ and the probability")
      ->expected(0, 2);
  command->add_flag("--market", words->market, "at any price, the rest is cancelled");
  add_time_in_force(*command, *words);
  command->add_option("--min", words->order.min_quantity, "with --ioc: at least this, or nothing");
  command->add_flag("--post-only", words->post_only, "refuse the order if it would trade at once");
  command->add_flag("--cancel-on-pause", words->cancel_on_pause, "cancel it if the market halts");
  command->add_option("--id", words->order.cl_ord_id, "its ClOrdID; without it one is made up");
  command->callback([words, chosen] { chosen(finish(*words)); });
}

void add_side(CLI::App& command, std::optional<Side>& side) {
  command
      .add_option_function<std::string>(
          "--side", [&side](const std::string& word) { side = sides().at(word); }, "its side")
      ->check(CLI::IsMember(sides()));
}

// Both `cancel` and `status` name an order in the same words.
CLI::App* add_order_ref(CLI::App& app, const char* verb, const char* help, OrderRef& ref) {
  CLI::App* const command = app.add_subcommand(verb, help);
  command->add_option("id", ref.cl_ord_id, "the order's ClOrdID");
  command->add_option("--order", ref.order_id, "the exchange's order number instead");
  command->add_option("--symbol", ref.symbol, "of an order that was not sent from here");
  add_side(*command, ref.side);
  return command;
}

void require_order(const OrderRef& ref) {
  if (ref.cl_ord_id.empty() && ref.order_id.empty()) {
    throw CLI::RequiredError{"the order's ClOrdID, or --order NUMBER,"};
  }
}

void add_cancel(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto args = std::make_shared<CancelArgs>();
  CLI::App* const command = add_order_ref(app, "cancel", "cancel an order", args->order);
  command->add_option("--id", args->cl_ord_id, "the cancel's own ClOrdID");
  command->callback([args, chosen] {
    require_order(args->order);
    chosen(*args);
  });
}

void add_replace(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto args = std::make_shared<ReplaceArgs>();
  const auto price = std::make_shared<std::vector<std::string>>();
  CLI::App* const command =
      app.add_subcommand("replace", "give an order another quantity and price");
  command->add_option("id", args->order.cl_ord_id, "the order's ClOrdID")->required();
  command->add_option("quantity", args->quantity, "its new total, what is filled included")
      ->required();
  command->add_option("price", *price, "@ and the new price, or the old one")
      ->required()
      ->expected(1, 2);
  command->add_option("--order", args->order.order_id, "the exchange's order number, if known");
  command->add_option("--symbol", args->order.symbol, "of an order that was not sent from here");
  add_side(*command, args->order.side);
  command->add_option("--expire", args->expire_time, "of an order that has an expiry")
      ->type_name("YYYYMMDD-HH:MM:SS");
  command->add_option("--id", args->cl_ord_id, "the replace's own ClOrdID");
  command->callback([args, price, chosen] {
    args->price = join_price(*price);
    chosen(*args);
  });
}

void add_cancel_all(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto request = std::make_shared<client::MassCancelRequest>();
  CLI::App* const command = app.add_subcommand("cancel-all", "cancel all orders of the account");
  CLI::Option* const symbol =
      command->add_option("--symbol", request->symbol, "only those in this instrument");
  command->add_option("--market", request->market, "only those in this market")->excludes(symbol);
  add_side(*command, request->side);
  command->add_option("--id", request->cl_ord_id, "the request's own ClOrdID");
  command->callback([request, chosen] { chosen(*request); });
}

void add_orders(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto request = std::make_shared<client::MassStatusRequest>();
  CLI::App* const command = app.add_subcommand("orders", "the open orders of the account");
  command->add_option("--symbol", request->symbol, "only those in this instrument");
  add_side(*command, request->side);
  command->callback([request, chosen] { chosen(*request); });
}

void add_list(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto request = std::make_shared<client::SecurityListRequest>();
  CLI::App* const command = app.add_subcommand("list", "the instruments that there are");
  CLI::Option* const symbol = command->add_option("--symbol", request->symbol, "only this one");
  command->add_option("--market", request->market, "only those of this market")->excludes(symbol);
  command->callback([request, chosen] { chosen(*request); });
}

void add_market(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto request = std::make_shared<client::SecurityStatusRequest>();
  CLI::App* const command = app.add_subcommand("market", "whether an instrument is open");
  command->add_option("symbol", request->symbol, "instrument, as EPL-ARS-CHE.HOME")->required();
  command->callback([request, chosen] { chosen(*request); });
}

void add_status(CLI::App& app, const std::function<void(Request)>& chosen) {
  const auto args = std::make_shared<StatusArgs>();
  CLI::App* const command = add_order_ref(app, "status", "how an order stands", args->order);
  command->callback([args, chosen] {
    require_order(args->order);
    chosen(*args);
  });
}

}  // namespace

void add_requests(CLI::App& app, std::function<void(Request)> chosen) {
  add_order(app, "back", "back an outcome (odds markets)", chosen);
  add_order(app, "lay", "lay an outcome (odds markets)", chosen);
  add_order(app, "buy", "buy YES (binary markets)", chosen);
  add_order(app, "sell", "sell YES, which is to buy NO (binary markets)", chosen);
  add_replace(app, chosen);
  add_cancel(app, chosen);
  add_status(app, chosen);
  add_cancel_all(app, chosen);
  add_orders(app, chosen);
  add_list(app, chosen);
  add_market(app, chosen);
}

std::optional<Request> parse_line(const std::string& line) {
  std::istringstream stream{line.substr(0, line.find('#'))};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(std::move(word));
  }
  if (words.empty()) {
    return std::nullopt;
  }
  std::optional<Request> request;
  CLI::App app;
  app.require_subcommand(1);
  add_requests(app, [&request](Request chosen) { request = std::move(chosen); });
  process::parse(app, std::move(words));
  return request;
}

}  // namespace betex::tools
