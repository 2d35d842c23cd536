#include "gateway/tools/fix_command_line.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/client/gateways.h"
#include "gateway/tools/command_parser.h"
#include "gateway/tools/password.h"
#include "journal/process/command_line.h"

namespace betex::tools {
namespace {

constexpr const char* kFooter = R"(
Without a subcommand, on a terminal: a prompt that takes the same words, with history and completion
(Tab). Options may stand before or behind the subcommand. The password of the session's user is the
first line of --password-file, else the environment's BETEX_FIX_PASSWORD, else "demo".

book and md show prices, by a market data session: on the command line the one of --as (MD1) at
--port (9883, with --tls 9884); in a script and at the prompt, which have a session already, the one
of --prices-as at --prices-port.

Of a cluster give each node by --gateway HOST:PORT: the one that leads is found, also while another
takes over, which a logon waits for.

Exit codes: 0 carried out; 1 the exchange refused (one of) the request(s); 2 no connection or
logon; 3 the session ended, or nothing came within --wait-ms, before the answer: the outcome is
not known yet, and comes with the next logon; 4 carried out, but not printed, since standard output
cannot be written: what is missing is printed at the next logon, and of a script the rest was not
sent; 5 it waits for another operator's approval; 64 wrong words; 74 standard input cannot be read,
or standard output cannot be written and nothing was to be carried out; 128 and its number: a signal
came before a script's end, and the rest was not sent.

An order or an operator's request acts once under its --id. After a 2 or 3 give it again with the
--id that was shown, an order with --again as well. KNOWN, with a 0, says that it was answered
before. Where a second operator had to approve it, he may have declined: replay EVENT, the one that
KNOWN names, shows what was answered.

Sequence numbers, and what was sent, are kept in a state file, so that reports made while nobody
was logged on are printed at the next logon.)";

constexpr std::uint16_t kTlsPort = 9881;
constexpr std::uint16_t kPricesTlsPort = 9884;

constexpr std::int64_t kLongestWatchMs = std::int64_t{366} * 24 * 3600 * 1000;

// What is not a setting of the session yet.
struct Files {
  std::string state;
  std::string password;
  std::string prices_password;
};

std::filesystem::path state_home() {
  const char* const chosen = std::getenv("XDG_STATE_HOME");
  if (chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') {
    return std::filesystem::path{home} / ".local" / "state";
  }
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  return error ? std::filesystem::path{"/tmp"} : temporary;
}

// One for a cluster, in whatever order its nodes are given.
std::string place_of(const DeskSettings& settings) {
  if (settings.cluster.empty()) {
    return fmt::format("{}:{}", settings.host, settings.port);
  }
  std::vector<std::string> nodes;
  for (const client::GatewayAddress& node : settings.cluster) {
    nodes.push_back(client::to_text(node));
  }
  std::ranges::sort(nodes);
  return fmt::format("{}", fmt::join(nodes, ","));
}

// A slash in a name would make a folder of what stands before it.
std::filesystem::path default_state_file(const DeskSettings& settings) {
  const std::string session = fmt::format("{}@{}", settings.session.sender, place_of(settings));
  std::string name;
  for (const char c : session) {
    name += c == '/' ? std::string{"%2F"} : std::string{c};
  }
  return state_home() / "betex-fix" / name;
}

void add_tls_options(CLI::App& app, DeskSettings& settings, const CLI::Option* port) {
  app.add_option_function<std::string>(
         "--tls",
         [&settings, port](const std::string& ca) {
           settings.tls.emplace().ca = ca;
           if (port->count() == 0) {
             settings.port = kTlsPort;
           }
         },
         "speak TLS; the PEM file of who has signed the gateway's certificate")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--certificate",
         [&settings](const std::string& file) {
           settings.tls = settings.tls.value_or(client::TlsFiles{});
           settings.tls->certificate = file;
         },
         "with --tls: our own certificate, a PEM file")
      ->type_name("FILE")
      ->needs("--tls");
  app.add_option_function<std::string>(
         "--key",
         [&settings](const std::string& file) {
           settings.tls = settings.tls.value_or(client::TlsFiles{});
           settings.tls->key = file;
         },
         "with --tls: its key, a PEM file; without it in the certificate's")
      ->type_name("FILE")
      ->needs("--certificate");
}

void add_password_options(CLI::App& app, Files& files) {
  app.add_option("--password-file", files.password, "whose first line is that user's password")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--password",
         [](const std::string&) {
           throw CLI::ValidationError{
               "--password",
               fmt::format("everybody on this machine can read a command line: use {} or "
                           "--password-file",
                           kPasswordVariable)};
         })
      ->group("");  // not in the help
}

void add_cluster_option(CLI::App& app, DeskSettings& settings) {
  app.add_option_function<std::vector<std::string>>(
         "--gateway",
         [&settings](const std::vector<std::string>& nodes) {
           for (const std::string& text : nodes) {
             const auto node = client::parse_gateway(text);
             if (!node) {
               throw CLI::ValidationError{
                   "--gateway", "'" + text + "' is not HOST:PORT, of an IPv6 address [HOST]:PORT"};
             }
             if (std::ranges::find(settings.cluster, *node) == settings.cluster.end()) {
               settings.cluster.push_back(*node);
             }
           }
         },
         "of a cluster: once for each of its nodes, in place of --host and --port")
      ->allow_extra_args(false)
      ->type_name("HOST:PORT")
      ->excludes("--host")
      ->excludes("--port");
}

void add_session_options(CLI::App& app, DeskSettings& settings, Files& files) {
  app.add_option("--as,--sender", settings.session.sender, "SenderCompID and Username")
      ->transform(field_text())
      ->type_name("COMPID");
  add_password_options(app, files);
  app.add_option("--host", settings.host, "of the gateway")
      ->transform(field_text())
      ->capture_default_str();
  CLI::Option* const port = app.add_option(
      "--port", settings.port, "of the gateway's plain FIX; with --tls of its FIX over TLS (9881)");
  port->check(CLI::Range(1, 65'535))
      ->transform(process::decimal())
      ->type_name("PORT")
      ->capture_default_str();
  add_tls_options(app, settings, port);
  add_cluster_option(app, settings);
  app.add_option("--target", settings.session.target, "TargetCompID")
      ->transform(field_text())
      ->capture_default_str();
  app.add_option("--account", settings.account, "of orders; without it the session's own")
      ->transform(field_text());
  app.add_flag_callback(
      "--fix44",
      [&settings] { settings.session.dialect = client::Dialect::Fix44; },
      "speak FIX.4.4 instead of FIXT.1.1 with FIX.5.0SP2");
  app.add_flag_callback(
      "--reset",
      [&settings] { settings.reset = client::ResetNumbers::Yes; },
      "begin both sides' sequence numbers anew (141=Y)");
  app.add_option("--state", files.state, "state file, instead of one per sender and gateway")
      ->type_name("FILE");
  app.add_option_function<std::int64_t>(
         "--wait-ms",
         [&settings](std::int64_t ms) { settings.patience = std::chrono::milliseconds{ms}; },
         "how long to wait for an answer (5000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{600'000}))
      ->transform(process::decimal())
      ->type_name("MS");
  CLI::Option* const raw = app.add_flag_callback(
      "--raw",
      [&settings] { settings.output = Output::RawMessages; },
      "print the FIX messages of both directions instead of lines, passwords masked");
  app.add_flag_callback(
         "--json",
         [&settings] { settings.output = Output::Json; },
         "print a JSON object a report instead of lines")
      ->excludes(raw);
}

void add_prices_options(CLI::App& app, PriceDeskSettings& prices, Files& files) {
  app.add_option("--prices-as", prices.sender, "of book and md in scripts and at the prompt")
      ->transform(field_text())
      ->type_name("COMPID")
      ->capture_default_str();
  app.add_option("--prices-port",
                 prices.port,
                 "likewise: where market data sessions log on; with --tls (9884)")
      ->check(CLI::Range(1, 65'535))
      ->transform(process::decimal())
      ->type_name("PORT")
      ->capture_default_str();
  app.add_option("--prices-password-file",
                 files.prices_password,
                 "likewise; without it the password of --as")
      ->type_name("FILE");
}

void add_modes(CLI::App& app, FixCommandLine& line) {
  app.require_subcommand(0, 1);
  app.fallthrough();  // options of the session may stand behind the subcommand as well
  add_commands(app, [&line](Request request) {
    const bool prices = std::holds_alternative<PricesRequest>(request.body);
    line.mode = prices ? Mode::Prices : Mode::Once;
    line.request = std::move(request);
  });
  CLI::App* const watch = app.add_subcommand("watch", "print reports until interrupted");
  watch->add_option("--for-ms", line.watch_ms, "or until this time has passed")
      ->check(CLI::Range(std::int64_t{0}, kLongestWatchMs))
      ->transform(process::decimal())
      ->type_name("MS");
  watch->callback([&line] { line.mode = Mode::Watch; });
  app.add_subcommand("script", "read requests from standard input, one a line, in these words")
      ->callback([&line] { line.mode = Mode::Script; });
}

// Options of sessions that have orders, or numbers that go on.
void refuse_with_prices(const CLI::App& app) {
  for (const char* const option : {"--fix44",
                                   "--account",
                                   "--state",
                                   "--prices-as",
                                   "--prices-port",
                                   "--prices-password-file"}) {
    if (app.get_option(option)->count() > 0) {
      throw CLI::ValidationError{option, "is not of book and md"};
    }
  }
}

// What both kinds of sessions are given in the same words, or the market data session on its own.
void complete_prices(const CLI::App& app, FixCommandLine& line, const Files& files) {
  const bool given = line.mode == Mode::Prices;
  DeskSettings& settings = line.settings;
  PriceDeskSettings& prices = line.prices;
  if (given) {
    refuse_with_prices(app);
    if (!settings.session.sender.empty()) {
      prices.sender = settings.session.sender;
    }
    if (app.get_option("--port")->count() > 0) {
      prices.port = settings.port;
    }
    if (settings.output == Output::Json) {
      auto& request = std::get<PricesRequest>(line.request->body);
      if (request.kind == PricesRequest::Kind::Book) {
        throw CLI::ValidationError{"--json", "is not of book: md watch has it"};
      }
      request.json = true;
    }
  } else if (settings.session.sender.empty()) {
    throw CLI::RequiredError{"--as"};
  }
  if (settings.tls && app.get_option(given ? "--port" : "--prices-port")->count() == 0) {
    prices.port = kPricesTlsPort;
  }
  prices.host = settings.host;
  for (client::GatewayAddress node : settings.cluster) {
    if (!given) {  // the same nodes, elsewhere
      node.port = prices.port;
    }
    prices.cluster.push_back(node);
  }
  prices.tls = settings.tls;
  prices.target = settings.session.target;
  prices.patience = settings.patience;
  prices.raw = settings.output == Output::RawMessages;
  prices.password_file =
      given || files.prices_password.empty() ? files.password : files.prices_password;
  static_cast<void>(read_password(prices.password_file));  // what is wrong with it is said at once
}

}  // namespace

std::variant<FixCommandLine, EarlyExit> parse_fix_command_line(int argc, const char* const* argv) {
  FixCommandLine line;
  Files files;
  CLI::App app{
      "A FIX client for people and scripts, brokers and operators: sends what they ask for "
      "and prints the reports.",
      "betex-fix"};
  app.footer(kFooter);
  app.option_defaults()->always_capture_default(false);
  add_session_options(app, line.settings, files);
  add_prices_options(app, line.prices, files);
  add_modes(app, line);
  try {
    process::parse(app, argc, argv);
    complete_prices(app, line, files);
    line.settings.session.password = read_password(files.password);
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const bool wrong = app.exit(error, text, text) != 0;
    return EarlyExit{.code = wrong ? process::kExitUsage : 0, .text = text.str()};
  } catch (const PasswordError& error) {
    return EarlyExit{.code = process::kExitUsage,
                     .text = std::string{"betex-fix: "} + error.what() + "\n"};
  }
  line.settings.state_file =
      files.state.empty() ? default_state_file(line.settings) : std::filesystem::path{files.state};
  return line;
}

}  // namespace betex::tools
