#include "gateway/client/session_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/client/message.h"

namespace betex::client {
namespace {

// The file is a log of lines: "in N" for the next expected number, "out BYTES" for a sent message,
// which are its frame, "reset asked" and "reset refused"; one that was written anew begins with
// "dropped N", how many sent messages came before. The last line may be torn by the end of the
// process; it was never acted on.
constexpr std::string_view kIn = "in ";
constexpr std::string_view kOut = "out ";
constexpr std::string_view kReset = "reset ";
constexpr std::string_view kDropped = "dropped ";
constexpr std::string_view kAsked = "asked";
constexpr std::string_view kRefused = "refused";
constexpr mode_t kMode = 0600;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw StateFileError{"state file " + file.string() + ": " + what};
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what, int error) {
  fail(file, what + ": " + std::strerror(error));
}

// What was sent is nobody else's business, whatever the umask and an older version have left.
void check_is_private(int descriptor, const std::filesystem::path& file) {
  struct stat info {};

  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    fail(file, "it is no regular file");
  }
  if ((info.st_mode & ALLPERMS) != kMode && fchmod(descriptor, kMode) != 0) {
    fail(file, "others may read it, and that cannot be changed", errno);
  }
}

bool stands_under(const std::filesystem::path& file, int descriptor) {
  struct stat opened {};

  struct stat named {};

  return fstat(descriptor, &opened) == 0 && lstat(file.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

void lock(int descriptor, const std::filesystem::path& file) {
  const bool locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno != EWOULDBLOCK) {
    fail(file, "cannot lock it", errno);
  }
  // Whoever writes it anew puts another file in its place, which he has locked before.
  if (!locked || !stands_under(file, descriptor)) {
    fail(file, "another process uses this session now");
  }
}

// A file of that content in the place of `file`, locked and open; -1, and all is as before, where
// that is not possible.
int replace(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path fresh = file.string() + ".being-written";
  unlink(fresh.c_str());  // one that was not finished
  const int descriptor =
      open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (descriptor < 0) {
    return -1;
  }
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      break;
    }
    content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  const bool done = content.empty() && flock(descriptor, LOCK_EX | LOCK_NB) == 0 &&
                    fchmod(descriptor, kMode) == 0 && fsync(descriptor) == 0 &&
                    rename(fresh.c_str(), file.c_str()) == 0;
  if (done) {
    return descriptor;
  }
  close(descriptor);
  unlink(fresh.c_str());
  return -1;
}

// By the descriptor: another file may stand under the name by now. What cannot be read is not taken
// for a file that ends there, which would be cut off.
std::string content_of(int descriptor, const std::filesystem::path& file) {
  std::string content;
  std::array<char, 65536> chunk;
  for (;;) {
    const ssize_t count =
        pread(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(content.size()));
    if (count == 0) {
      return content;
    }
    if (count > 0) {
      content.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      fail(file, "cannot read it", errno);
    }
  }
}

// Of the frame that `rest` begins with; nothing where it is torn.
std::optional<std::size_t> length_of_frame(std::string_view rest,
                                           const std::filesystem::path& file) {
  try {
    return frame_length(rest);
  } catch (const ProtocolError& error) {
    fail(file,
         std::string{"damaged; remove it to begin the session anew, its orders stay: "} +
             error.what());
  }
}

bool parse_reset(std::string_view state, const std::filesystem::path& file) {
  if (state != kAsked && state != kRefused) {
    fail(file, "not the state of a reset: " + std::string{state});
  }
  return state == kAsked;
}

std::uint32_t parse_number(std::string_view digits, const std::filesystem::path& file) {
  std::uint32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || at != end || number == 0) {
    fail(file, "not a sequence number: " + std::string{digits});
  }
  return number;
}

}  // namespace

SessionStore::SessionStore(const std::filesystem::path& file) : file_{file} {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  // It may be in a folder that others can write to, such as /tmp.
  descriptor_ =
      open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode);
  if (descriptor_ < 0 && errno == ELOOP) {
    fail(file, "it is a link; name the file itself");
  }
  if (descriptor_ < 0) {
    fail(file, "cannot open it", errno);
  }
  try {
    check_is_private(descriptor_, file);
    lock(descriptor_, file);
    load();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

SessionStore::~SessionStore() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

void SessionStore::add_sent(std::string frame) {
  append(std::string{kOut} + frame + '\n');
  sent_.push_back(std::move(frame));
  write_anew_if_large();
}

void SessionStore::set_next_in(std::uint32_t number) {
  if (number != next_in_) {
    append(std::string{kIn} + std::to_string(number) + '\n');
    next_in_ = number;
    write_anew_if_large();
  }
}

void SessionStore::reset() {
  if (descriptor_ >= 0 && ftruncate(descriptor_, 0) != 0) {
    fail(file_, "cannot empty it", errno);
  }
  next_in_ = 1;
  reset_is_open_ = false;
  dropped_ = 0;
  sent_.clear();
  file_bytes_ = 0;
  large_at_ = kLargeFileBytes;
}

void SessionStore::open_reset() {
  set_reset(kAsked, true);
}

void SessionStore::drop_reset() {
  set_reset(kRefused, false);
}

void SessionStore::set_reset(std::string_view state, bool is_open) {
  if (is_open != reset_is_open_) {
    append(std::string{kReset} + std::string{state} + '\n');
    reset_is_open_ = is_open;
  }
}

const std::string& SessionStore::sent(std::uint32_t number) const {
  return sent_.at(number - first_kept());
}

void SessionStore::load() {
  const std::string content = content_of(descriptor_, file_);
  std::string_view rest = content;
  for (std::size_t size = load_line(rest); size > 0; size = load_line(rest)) {
    rest.remove_prefix(size);
  }
  if (ftruncate(descriptor_, static_cast<off_t>(content.size() - rest.size())) != 0) {
    fail(file_, "cannot cut its torn last line off", errno);
  }
  file_bytes_ = content.size() - rest.size();
  write_anew_if_large();
}

std::string SessionStore::content_to_keep() const {
  std::string content;
  if (dropped_ > 0) {
    content.append(kDropped).append(std::to_string(dropped_)).append("\n");
  }
  for (const std::string& frame : sent_) {
    content.append(kOut).append(frame).append("\n");
  }
  content.append(kIn).append(std::to_string(next_in_)).append("\n");
  if (reset_is_open_) {
    content.append(kReset).append(kAsked).append("\n");
  }
  return content;
}

// Where that is not possible it goes on as it is, and is tried again when it is twice as large.
void SessionStore::write_anew_if_large() {
  if (descriptor_ < 0 || file_bytes_ < large_at_) {
    return;
  }
  if (sent_.size() > kSentKept) {
    const std::size_t old = sent_.size() - kSentKept;
    sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(old));
    dropped_ += static_cast<std::uint32_t>(old);
  }
  const std::string content = content_to_keep();
  if (const int fresh = replace(file_, content); fresh >= 0) {
    close(descriptor_);  // and gives back its lock
    descriptor_ = fresh;
    file_bytes_ = content.size();
  }
  large_at_ = std::max(kLargeFileBytes, 2 * file_bytes_);
}

// The size of the line that `rest` begins with, its end included; 0 where it is torn.
std::size_t SessionStore::load_line(std::string_view rest) {
  std::size_t size = rest.find('\n');
  if (size == std::string_view::npos) {
    return 0;
  }
  if (rest.starts_with(kDropped) && next_out() == 1) {
    dropped_ = parse_number(rest.substr(kDropped.size(), size - kDropped.size()), file_);
  } else if (rest.starts_with(kIn)) {
    next_in_ = parse_number(rest.substr(kIn.size(), size - kIn.size()), file_);
  } else if (rest.starts_with(kReset)) {
    reset_is_open_ = parse_reset(rest.substr(kReset.size(), size - kReset.size()), file_);
  } else if (rest.starts_with(kOut)) {
    // A frame may contain line ends in its texts; its own length tells where it ends.
    const auto length = length_of_frame(rest.substr(kOut.size()), file_);
    if (!length || kOut.size() + *length >= rest.size()) {
      return 0;
    }
    size = kOut.size() + *length;
    sent_.emplace_back(rest.substr(kOut.size(), *length));
  } else {
    fail(file_, "not written by this program; remove it to begin the session anew");
  }
  return size + 1;
}

// A line that was written in part is taken back: the next one would be read as its rest.
void SessionStore::append(std::string_view record) {
  if (descriptor_ < 0) {
    return;
  }
  const ssize_t written = write(descriptor_, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) {
    file_bytes_ += record.size();
    return;
  }
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0 && ftruncate(descriptor_, lseek(descriptor_, 0, SEEK_END) - written) != 0) {
    fail(file_, "cannot take back what was written of a line", errno);
  }
  fail(file_, "cannot write it", error);
}

}  // namespace betex::client
