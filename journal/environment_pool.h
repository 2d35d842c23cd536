// Opens each environment at most once per process: the writer and the readers of a segment share
// it, because closing one of two would silently drop the locks of the other. Thread-safe.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "journal/lmdb.h"

namespace betex::journal {

// Must outlive the environments that it gave out.
class EnvironmentPool {
 public:
  EnvironmentPool() = default;
  ~EnvironmentPool();
  EnvironmentPool(const EnvironmentPool&) = delete;
  EnvironmentPool& operator=(const EnvironmentPool&) = delete;
  EnvironmentPool(EnvironmentPool&&) = delete;
  EnvironmentPool& operator=(EnvironmentPool&&) = delete;

  // The environment in `folder`: the open one where there is one (its options count), else opened
  // now. It is closed when the last holder lets go of it.
  [[nodiscard]] std::shared_ptr<Environment> open(const std::filesystem::path& folder,
                                                  const EnvironmentOptions& options);

  // Opens in `temporary`, lets `prepare` fill it, and takes it in under the name `folder`, to which
  // `prepare` has renamed it.
  template <typename Prepare>
  [[nodiscard]] std::shared_ptr<Environment> create(const std::filesystem::path& temporary,
                                                    const std::filesystem::path& folder,
                                                    const EnvironmentOptions& options,
                                                    Prepare&& prepare) {
    auto environment = std::make_unique<Environment>(temporary, options);
    const std::lock_guard lock{mutex_};
    prepare(*environment);
    environment->set_folder(folder);
    return adopt(std::move(environment));
  }

 private:
  [[nodiscard]] std::shared_ptr<Environment> adopt(std::unique_ptr<Environment> environment);
  void close(Environment* environment);

  std::mutex mutex_;
  std::condition_variable closed_;
  std::map<std::filesystem::path, std::weak_ptr<Environment>> open_;  // guarded by mutex_
};

}  // namespace betex::journal
