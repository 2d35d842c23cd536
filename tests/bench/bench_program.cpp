#include "tests/bench/bench_program.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace betex::bench {

int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  try {
    app.parse(argc, argv);
    run();
    return EXIT_SUCCESS;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsageError;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", app.get_name().c_str(), error.what());
    return EXIT_FAILURE;
  }
}

void add_smoke(CLI::App& app, bool& smoke) {
  app.add_flag("--smoke", smoke, "The least of everything, to see that it works");
}

void add_folder(CLI::App& app, std::string& folder) {
  app.add_option("folder", folder, "Where the files go while it runs")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
}

void add_order_options(CLI::App& app, OrderOptions& options) {
  app.add_flag("--quick", options.quick, "Fewer of everything");
  add_smoke(app, options.smoke);
  add_folder(app, options.folder);
}

}  // namespace betex::bench
