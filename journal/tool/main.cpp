// betex-journal: reads, verifies, dumps, snapshots, seals and exports a WAL, also beside a running
// gateway.
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "journal/errors.h"
#include "journal/process/command_line.h"
#include "journal/process/standard_streams.h"
#include "journal/safe_path.h"
#include "journal/tool/account_statement.h"
#include "journal/tool/commands.h"
#include "journal/tool/seal.h"
#include "journal/tool/transfer.h"

namespace betex::journal {
namespace {

constexpr const char* kProgram = "betex-journal";

// What the command line asks for; CLI11 fills it in and calls the command.
struct Requests {
  StatOptions stat;
  DumpOptions dump;
  StatementOptions statement;
  VerifyOptions verify;
  SnapshotOptions snapshot;
  RetireOptions retire;
  SealOptions seal;
  ExportOptions export_;
  ImportOptions import;
};

CLI::Option* add_number(CLI::App& command,
                        const std::string& name,
                        std::uint64_t& number,
                        const std::string& description) {
  return command.add_option(name, number, description)->transform(process::decimal());
}

template <typename Options>
void add_wal(CLI::App& command, Options& options) {
  command
      .add_option_function<std::string>(
          "wal",
          [&options](const std::string& folder) { options.wal_root = resolve_folder(folder); },
          "The WAL's folder")
      ->required();
}

template <typename Options>
void add_style(CLI::App& command, Options& options) {
  command.add_flag_callback(
      "--json", [&options] { options.style = OutputStyle::Json; }, "JSON lines");
}

void add_stat(CLI::App& app, StatOptions& options) {
  CLI::App& command = *app.add_subcommand("stat", "Segments, snapshots, the log's identity");
  add_wal(command, options);
  add_style(command, options);
  command.final_callback([&options] { stat(options); });
}

void add_dump(CLI::App& app, DumpOptions& options) {
  CLI::App& command = *app.add_subcommand("dump", "Events, one line each");
  add_wal(command, options);
  add_style(command, options);
  add_number(command, "--from", options.from, "First event sequence");
  add_number(command, "--to", options.to, "Last event sequence");
  command.add_option("--market", options.market, "Only this market: number or name");
  command.add_option("--account", options.account, "Only this account: number or name");
  add_number(command, "--order", options.order, "Only this order's number");
  command.add_option("--reference", options.reference, "Only orders with this reference");
  command.add_option(
      "--order-group", options.order_group, "Only this order group and its orders: number or name");
  command.final_callback([&options] { dump(options); });
}

void add_statement(CLI::App& app, StatementOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "statement", "What moved an account's money, with the balance after each");
  add_wal(command, options);
  add_style(command, options);
  command.add_option("--account", options.account, "Of the account with this name")->required();
  add_number(command, "--from", options.from, "First event; what was before is brought forward");
  command.final_callback([&options] { statement(options); });
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App& command =
      *app.add_subcommand("verify", "Checks every byte, and replays into an engine");
  add_wal(command, options);
  add_style(command, options);
  command.add_flag_callback(
      "--no-replay", [&options] { options.replay = VerifyOptions::Replay::No; }, "Only the bytes");
  CLI::Option* const against =
      command.add_option("--against", options.against, "Holds it against a statement of seal");
  CLI::Option* const public_key = command.add_option(
      "--public-key", options.public_key, "Of who signed the statement: a PEM file");
  against->needs(public_key);
  public_key->needs(against);
  command.final_callback([&options] { verify(options); });
}

void add_snapshot(CLI::App& app, SnapshotOptions& options) {
  CLI::App& command = *app.add_subcommand("snapshot", "Writes a snapshot of the state");
  add_wal(command, options);
  add_style(command, options);
  command.final_callback([&options] { snapshot(options); });
}

void add_retire(CLI::App& app, RetireOptions& options) {
  CLI::App& command =
      *app.add_subcommand("retire", "Moves old segments to retired/, with no gateway running");
  add_wal(command, options);
  add_style(command, options);
  add_number(command, "--up-to", options.up_to, "Segments wholly at or below this event")
      ->required();
  command.add_flag_callback(
      "--without-snapshots",
      [&options] { options.floor = RetireOptions::Floor::None; },
      "Also above the second-newest snapshot; recovery may then need retired/");
  command.final_callback([&options] { retire(options); });
}

void add_seal(CLI::App& app, SealOptions& options) {
  CLI::App& command =
      *app.add_subcommand("seal", "Prints a signed statement over the closed segments");
  add_wal(command, options);
  command.add_option("--key", options.key, "The private Ed25519 key that signs: a PEM file")
      ->required();
  command.add_option("--after", options.after, "Goes on from this earlier statement");
  command.add_flag_callback(
      "--all",
      [&options] { options.newest = SealOptions::Newest::Sealed; },
      "The newest segment too, with no gateway running");
  command.final_callback([&options] { seal(options); });
}

void add_export(CLI::App& app, ExportOptions& options) {
  CLI::App& command =
      *app.add_subcommand("export", "Events as a stream, for another node's import");
  add_wal(command, options);
  CLI::Option* const after =
      add_number(command, "--after", options.after, "Begins behind this event; 0: with the first");
  command
      .add_flag_callback(
          "--with-snapshot",
          [&options] { options.begin = ExportOptions::Begin::WithSnapshot; },
          "Begins with a snapshot where the first events are retired, for a new node")
      ->excludes(after);
  command.final_callback([&options] { export_log(options); });
}

void add_import(CLI::App& app, ImportOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "import", "Appends an export from standard input, with no gateway running");
  add_wal(command, options);
  add_style(command, options);
  command.final_callback([&options] { import_log(options); });
}

int run(int argc, char** argv) {
  CLI::App app{"Reads, verifies, dumps, snapshots, seals and exports a write-ahead log.", kProgram};
  app.require_subcommand(1);
  Requests requests;
  add_stat(app, requests.stat);
  add_dump(app, requests.dump);
  add_statement(app, requests.statement);
  add_verify(app, requests.verify);
  add_snapshot(app, requests.snapshot);
  add_retire(app, requests.retire);
  add_seal(app, requests.seal);
  add_export(app, requests.export_);
  add_import(app, requests.import);
  try {
    process::parse(app, argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : process::kExitUsage;
  } catch (const JournalError& error) {
    process::print_error(kProgram, error.what());
    return error.exit_code();
  } catch (const OutputFailed& failed) {
    process::print_error(
        kProgram,
        "standard output cannot be written: " + std::generic_category().message(failed.error));
    std::clearerr(stdout);  // it has been said
    return kExitIo;
  } catch (const std::exception& error) {
    process::print_error(kProgram, error.what());
    return kExitIo;
  }
}

}  // namespace
}  // namespace betex::journal

int main(int argc, char** argv) {
  using namespace betex;
  process::open_standard_descriptors();
  process::disable_core_dumps();
  ::umask(0027);  // what it makes is for the gateway's group to read, whatever the shell says
  return process::exit_code_after_output(journal::kProgram, journal::run(argc, argv));
}
