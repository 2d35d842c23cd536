#include "gateway/process/heap.h"

#include <malloc.h>

namespace betex::gateway {

// The most to which glibc's own rule leads, once blocks of 32 MiB have been freed.
void keep_freed_memory() noexcept {
  constexpr int kMiB = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  ::mallopt(M_TRIM_THRESHOLD, 64 * kMiB);
}

}  // namespace betex::gateway
