// betex-conformance: plays conformance scripts against a FIX host and says what it did otherwise.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/conformance/passwords.h"
#include "tests/conformance/player.h"

namespace {

using betex::conformance::kPasswordVariable;
using betex::conformance::password_of;
using betex::conformance::Place;
using betex::conformance::Player;
using betex::conformance::PlaySettings;
using betex::conformance::read_passwords;
using betex::conformance::Script;

struct Options {
  PlaySettings play;
  std::string dialect = "FIXT.1.1";
  std::string senders = "BROKER1,BROKER2";
  std::string target = "BETEX";
  std::string password_file;
  std::vector<std::string> sessions;
  std::vector<std::string> sets;
  std::vector<std::string> others;
  unsigned patience_s = 20;
  std::vector<std::string> scripts;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

// One that stands on the command line is not repeated either: what is printed may be kept.
void add_password_options(CLI::App& app, Options& options) {
  app.add_option("--password-file",
                 options.password_file,
                 "Password(554), a line for each connection, the last for all that follow");
  app.add_option_function<std::string>(
         "--password",
         [](const std::string&) {
           throw CLI::ValidationError{"--password",
                                      "everybody on this machine could read it; give " +
                                          std::string{kPasswordVariable} + " or --password-file"};
         })
      ->group("");
}

void add_options(CLI::App& app, Options& options) {
  auto& endpoint = options.play.endpoint;
  app.add_option("--host", endpoint.host, "Name or address")->capture_default_str();
  app.add_option("--port", endpoint.port)->required();
  app.add_option("--other",
                 options.others,
                 "Another node of the host, HOST:PORT; may be given several times")
      ->allow_extra_args(false);
  app.add_option("--dialect", options.dialect)
      ->check(CLI::IsMember({"FIXT.1.1", "FIX.4.4"}))
      ->capture_default_str();
  app.add_option("--sender", options.senders, "SenderCompIDs of connections A, B ...")
      ->capture_default_str();
  app.add_option("--target", options.target, "The host's CompID")->capture_default_str();
  add_password_options(app, options);
  app.add_option("--session",
                 options.sessions,
                 "Another connection: NAME=COMPID[,DIALECT[,PORT]], as MD=MD1,FIXT.1.1,9883");
  app.add_option("--set", options.sets, "NAME=VALUE for a name that scripts set");
  app.add_option("--patience", options.patience_s, "Seconds that an answer may take")
      ->capture_default_str();
  app.add_flag("--tls", endpoint.tls);
  app.add_option("--ca", endpoint.tls_files.ca, "PEM file of who signs the host's certificate");
  app.add_option("--cert", endpoint.tls_files.certificate, "PEM file of our certificate");
  app.add_option("--key", endpoint.tls_files.key, "PEM file of its key");
  app.add_option("--server-name", endpoint.tls_files.server_name, "Name in the host's certificate");
  app.add_option("scripts", options.scripts, "Scripts, or folders of them")->required();
}

bool is_dialect(const std::string& word) {
  return word == "FIXT.1.1" || word == "FIX.4.4";
}

std::uint16_t to_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    throw std::runtime_error{"not a port: " + text};
  }
  return port;
}

// "HOST:PORT"; the last colon is the one before the port.
Place to_place(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    throw std::runtime_error{"--other is HOST:PORT, not " + text};
  }
  return {.host = text.substr(0, colon), .port = to_port(text.substr(colon + 1))};
}

void add_identities(Options& options) {
  const auto senders = split(options.senders, ',');
  const auto passwords = read_passwords(options.password_file);
  for (std::size_t i = 0; i < senders.size(); ++i) {
    options.play.identities[std::string(1, static_cast<char>('A' + i))] = {
        .dialect = options.dialect,
        .sender = senders[i],
        .target = options.target,
        .username = senders[i],
        .password = password_of(passwords, i)};
  }
  for (std::size_t i = 0; i < options.sessions.size(); ++i) {
    const std::string& session = options.sessions[i];
    const std::size_t equals = session.find('=');
    const auto parts = split(session.substr(std::min(equals, session.size() - 1) + 1), ',');
    if (equals == std::string::npos || parts.empty() || parts.size() > 3 ||
        (parts.size() >= 2 && !is_dialect(parts[1]))) {
      throw std::runtime_error{
          "--session is NAME=COMPID[,DIALECT[,PORT]]; give its password in the file"};
    }
    if (parts.size() == 3) {
      options.play.ports[session.substr(0, equals)] = to_port(parts[2]);
    }
    options.play.identities[session.substr(0, equals)] = {
        .dialect = parts.size() >= 2 ? parts[1] : options.dialect,
        .sender = parts[0],
        .target = options.target,
        .username = parts[0],
        .password = password_of(passwords, senders.size() + i)};
  }
  for (const std::string& set : options.sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) {
      throw std::runtime_error{"--set is NAME=VALUE, not " + set};
    }
    options.play.variables[set.substr(0, equals)] = set.substr(equals + 1);
  }
}

std::vector<std::filesystem::path> script_files(const std::vector<std::string>& names) {
  std::vector<std::filesystem::path> files;
  for (const std::string& name : names) {
    if (!std::filesystem::is_directory(name)) {
      files.emplace_back(name);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator{name}) {
      if (entry.path().extension() == ".script") {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    throw std::runtime_error{"cannot read " + file.string()};
  }
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// All of them, so that a mistake in one is found before the first is played.
std::vector<Script> read_scripts(const Options& options) {
  std::vector<Script> scripts;
  for (const auto& file : script_files(options.scripts)) {
    Script script = Script::parse(file.string(), content_of(file), options.dialect);
    if (script.applies()) {
      scripts.push_back(std::move(script));
    }
  }
  return scripts;
}

// How many scripts found something. Throws where there is nothing to play: that certifies nobody.
int play_all(const Options& options) {
  int played = 0;
  int failures = 0;
  const std::vector<Script> scripts = read_scripts(options);
  if (scripts.empty()) {
    throw std::runtime_error{"there is no script for " + options.dialect + " among these"};
  }
  for (const Script& script : scripts) {
    if (script.needs_operator()) {
      std::cout << "not played " << script.name()
                << ": the exchange's operator has to act in it, who is out of reach of a client\n";
      continue;
    }
    ++played;
    const std::string failure = Player{options.play}.play(script);
    std::cout << (failure.empty() ? "ok      " : "FAILED  ") << script.name() << "\n"
              << failure << std::flush;
    failures += failure.empty() ? 0 : 1;
  }
  std::cout << played << " of " << scripts.size() << " scripts played, " << failures << " failed\n";
  return failures;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    CLI::App app{
        "Plays conformance scripts against a FIX host. Exit code 0: all as expected, 1: not, "
        "2: a mistake in a script or on the command line."};
    add_options(app, options);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    for (const std::string& other : options.others) {
      options.play.endpoint.others.push_back(to_place(other));
    }
    add_identities(options);
    options.play.patience = std::chrono::seconds{options.patience_s};
    return play_all(options) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "betex-conformance: " << error.what() << "\n";
    return 2;
  }
}
