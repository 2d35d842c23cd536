#include "journal/environment_pool.h"

#include <utility>

#include "matching/assert.h"

namespace betex::journal {

EnvironmentPool::~EnvironmentPool() {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(open_.empty());
}

std::shared_ptr<Environment> EnvironmentPool::open(const std::filesystem::path& folder,
                                                   const EnvironmentOptions& options) {
  std::unique_lock lock{mutex_};
  for (;;) {
    const auto found = open_.find(folder);
    if (found == open_.end()) {
      return adopt(std::make_unique<Environment>(folder, options));
    }
    if (auto environment = found->second.lock()) {
      return environment;
    }
    closed_.wait(lock);  // its last holder is about to close it
  }
}

std::shared_ptr<Environment> EnvironmentPool::adopt(std::unique_ptr<Environment> environment) {
  auto& entry = open_[environment->folder()];
  BETEX_ASSERT(entry.expired());
  std::shared_ptr<Environment> shared{environment.release(),
                                      [this](Environment* last) { close(last); }};
  entry = shared;
  return shared;
}

void EnvironmentPool::close(Environment* environment) {
  const std::lock_guard lock{mutex_};
  open_.erase(environment->folder());
  delete environment;
  closed_.notify_all();
}

}  // namespace betex::journal
