#include "gateway/client/session_store.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
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
// which are its frame. The last line may be torn by the end of the process; it was never acted on.
constexpr std::string_view kIn = "in ";
constexpr std::string_view kOut = "out ";
constexpr mode_t kMode = 0600;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw StateFileError{"state file " + file.string() + ": " + what};
}

// What was sent is nobody else's business, whatever the umask and an older version have left.
void check_is_private(int descriptor, const std::filesystem::path& file) {
  struct stat info {};

  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    fail(file, "it is no regular file");
  }
  if ((info.st_mode & ALLPERMS) != kMode && fchmod(descriptor, kMode) != 0) {
    fail(file,
         std::string{"others may read it, and it cannot be changed: "} + std::strerror(errno));
  }
}

std::uint32_t parse_next_in(std::string_view digits, const std::filesystem::path& file) {
  std::uint32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || at != end || number == 0) {
    fail(file, "not a sequence number: " + std::string{digits});
  }
  return number;
}

}  // namespace

SessionStore::SessionStore(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  // It may be in a folder that others can write to, such as /tmp.
  descriptor_ =
      open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode);
  if (descriptor_ < 0) {
    fail(file,
         errno == ELOOP ? std::string{"it is a link; name the file itself"}
                        : std::string{"cannot open it: "} + std::strerror(errno));
  }
  try {
    check_is_private(descriptor_, file);
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      fail(file, "another process uses this session now");
    }
    load(file);
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
}

void SessionStore::set_next_in(std::uint32_t number) {
  if (number != next_in_) {
    append(std::string{kIn} + std::to_string(number) + '\n');
    next_in_ = number;
  }
}

void SessionStore::reset() {
  if (descriptor_ >= 0 && ftruncate(descriptor_, 0) != 0) {
    throw StateFileError{std::string{"cannot empty the state file: "} + std::strerror(errno)};
  }
  next_in_ = 1;
  sent_.clear();
}

const std::string& SessionStore::sent(std::uint32_t number) const {
  return sent_.at(number - 1);
}

void SessionStore::load(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{stream}, {}};
  std::string_view rest = content;
  std::size_t line_end = rest.find('\n');
  while (line_end != std::string_view::npos) {
    if (rest.starts_with(kIn)) {
      next_in_ = parse_next_in(rest.substr(kIn.size(), line_end - kIn.size()), file);
    } else if (rest.starts_with(kOut)) {
      // A frame may contain line ends in its texts; its own length tells where it ends.
      const auto length = frame_length(rest.substr(kOut.size()));
      if (!length || kOut.size() + *length >= rest.size()) {
        break;
      }
      line_end = kOut.size() + *length;
      sent_.emplace_back(rest.substr(kOut.size(), *length));
    } else {
      fail(file, "not written by this program; remove it to begin the session anew");
    }
    rest.remove_prefix(line_end + 1);
    line_end = rest.find('\n');
  }
  if (ftruncate(descriptor_, static_cast<off_t>(content.size() - rest.size())) != 0) {
    fail(file, std::string{"cannot cut its torn last line off: "} + std::strerror(errno));
  }
}

void SessionStore::append(std::string_view record) {
  if (descriptor_ < 0) {
    return;
  }
  if (write(descriptor_, record.data(), record.size()) != static_cast<ssize_t>(record.size())) {
    throw StateFileError{std::string{"cannot write the state file: "} + std::strerror(errno)};
  }
}

}  // namespace betex::client
