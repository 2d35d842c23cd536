#include "tests/sim/machine/stack.h"

#include <cerrno>
#include <system_error>

#include <sys/mman.h>

#include "tests/sim/machine/sanitizers.h"

namespace betex::sim {
namespace {

constexpr std::size_t kGuard = 65536;  // a multiple of each machine's page
constexpr std::size_t kSize = std::size_t{kHasSanitizer ? 4096U : 1024U} * 1024U;

}  // namespace

Stack::Stack() {
  void* const pages = mmap(nullptr,
                           kGuard + kSize,
                           PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK,
                           -1,
                           0);
  if (pages == MAP_FAILED || mprotect(pages, kGuard, PROT_NONE) != 0) {
    throw std::system_error{errno, std::generic_category(), "no memory for a fiber's stack"};
  }
  pages_ = static_cast<std::byte*>(pages);
  sanitizer::begin_stack(lowest(), size());
}

Stack::~Stack() {
  if (!is_kept_) {
    sanitizer::end_stack(lowest(), size());
    munmap(pages_, kGuard + kSize);
  }
}

void* Stack::lowest() const noexcept {
  return pages_ + kGuard;
}

std::size_t Stack::size() const noexcept {
  return kSize;
}

}  // namespace betex::sim
