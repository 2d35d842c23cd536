// What the disk does where a call of the C library takes a file's descriptor as well as a socket's.
// libc_descriptors.cpp defines write(2), writev(2), close(2) and the like for the whole program,
// and comes here with what is no socket of the simulated network. Each behaves as the call whose
// name it bears, errno included, for any real descriptor: also where no Machine exists, and where
// the file is none of the simulated disk's. Each counts itself by Machine::pass() where it is the
// disk's. Reads have nothing to do with the disk: they are the real ones.
#pragma once

#include <cstddef>

#include <sys/types.h>
#include <sys/uio.h>

namespace betex::sim {

ssize_t disk_write(int file, const void* bytes, std::size_t size);  // libc_files.cpp
ssize_t disk_writev(int file, const iovec* pieces, int count);      // libc_files.cpp
int disk_close(int file);                                           // libc_files.cpp

}  // namespace betex::sim
