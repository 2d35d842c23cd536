// betex-journal: reads, verifies, dumps and snapshots a WAL, also beside a running gateway.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "journal/errors.h"
#include "journal/tool/commands.h"

namespace betex::journal {
namespace {

constexpr int kExitUsage = 64;

// Adds what every command has.
template <typename Options>
void add_common(CLI::App& command, Options& options) {
  command.add_option("wal", options.wal_root, "The WAL's folder")->required();
  command.add_flag_callback(
      "--json", [&options] { options.style = OutputStyle::Json; }, "JSON lines");
}

int run(int argc, char** argv) {
  CLI::App app{"Reads, verifies, dumps and snapshots a write-ahead log."};
  app.require_subcommand(1);

  StatOptions stat_options;
  CLI::App& stat_command = *app.add_subcommand("stat", "Segments, snapshots, the log's identity");
  add_common(stat_command, stat_options);
  stat_command.final_callback([&] { stat(stat_options); });

  DumpOptions dump_options;
  CLI::App& dump_command = *app.add_subcommand("dump", "Events, one line each");
  add_common(dump_command, dump_options);
  dump_command.add_option("--from", dump_options.from, "First event sequence");
  dump_command.add_option("--to", dump_options.to, "Last event sequence");
  dump_command.add_option("--market", dump_options.market, "Only this market: number or name");
  dump_command.add_option("--account", dump_options.account, "Only this account: number or name");
  dump_command.add_option("--order", dump_options.order, "Only this order's number");
  dump_command.final_callback([&] { dump(dump_options); });

  VerifyOptions verify_options;
  CLI::App& verify_command =
      *app.add_subcommand("verify", "Checks every byte, and replays into an engine");
  add_common(verify_command, verify_options);
  verify_command.add_flag_callback(
      "--no-replay", [&] { verify_options.replay = VerifyOptions::Replay::No; }, "Only the bytes");
  verify_command.final_callback([&] { verify(verify_options); });

  SnapshotOptions snapshot_options;
  CLI::App& snapshot_command = *app.add_subcommand("snapshot", "Writes a snapshot of the state");
  add_common(snapshot_command, snapshot_options);
  snapshot_command.final_callback([&] { snapshot(snapshot_options); });

  RetireOptions retire_options;
  CLI::App& retire_command =
      *app.add_subcommand("retire", "Moves old segments to retired/, with no gateway running");
  add_common(retire_command, retire_options);
  retire_command
      .add_option("--up-to", retire_options.up_to, "Segments wholly at or below this event")
      ->required();
  retire_command.add_flag_callback(
      "--without-snapshots",
      [&] { retire_options.floor = RetireOptions::Floor::None; },
      "Also above the second-newest snapshot; recovery may then need retired/");
  retire_command.final_callback([&] { retire(retire_options); });

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  } catch (const JournalError& error) {
    std::fprintf(stderr, "betex-journal: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "betex-journal: %s\n", error.what());
    return kExitIo;
  }
}

}  // namespace
}  // namespace betex::journal

int main(int argc, char** argv) {
  return betex::journal::run(argc, argv);
}
