// How the process keeps memory that it has freed.
#pragma once

namespace betex::gateway {

// What is freed is used again, up to 64 MiB a thread, and not given back to the system only to be
// asked for anew: prices for many sessions take megabytes at each turn, and each page that comes
// back from the system is cleared first. Before the first thread.
void keep_freed_memory() noexcept;

}  // namespace betex::gateway
