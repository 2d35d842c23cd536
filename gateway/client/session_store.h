// What one side of a FIX session must remember between connections: its sequence numbers and the
// messages that it has sent, so that it can send them again. In memory, or also in a file, so that
// the session goes on after the process has ended in whatever way. The file is written anew when it
// has become large, with the last kSentKept messages: it does not grow with the session's age.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace betex::client {

// One thread at a time.
class SessionStore {
 public:
  // So many are kept at least. Whoever asks for older ones has lost what the session went by.
  static constexpr std::size_t kSentKept = 10'000;

  // A smaller file is never written anew.
  static constexpr std::size_t kLargeFileBytes = std::size_t{4} << 20U;

  // In memory only.
  SessionStore() = default;

  // In `file` as well, which is read if it exists, else created with its folders. Throws
  // StateFileError, also where another process has it open. The file is written with plain
  // write(2): it survives the process, not a power cut.
  explicit SessionStore(const std::filesystem::path& file);

  ~SessionStore();
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  // The number that the next message to be sent gets.
  [[nodiscard]] std::uint32_t next_out() const noexcept {
    return static_cast<std::uint32_t>(dropped_ + sent_.size() + 1);
  }

  // The first of the sent messages that are kept; next_out(): there is none.
  [[nodiscard]] std::uint32_t first_kept() const noexcept { return dropped_ + 1; }

  // The number that is expected from the counterparty.
  [[nodiscard]] std::uint32_t next_in() const noexcept { return next_in_; }

  // Keeps the message that is about to be sent as next_out(), which moves on.
  void add_sent(std::string frame);

  void set_next_in(std::uint32_t number);

  // Both numbers are 1 again, and nothing has been sent. Ends an open reset.
  void reset();

  // The counterparty is about to be asked for a reset: it is open until reset(), or until it has
  // refused. While it is, which numbers the two sides have is not known.
  void open_reset();
  void drop_reset();

  [[nodiscard]] bool reset_is_open() const noexcept { return reset_is_open_; }

  // The message sent as `number`, from first_kept() on and below next_out().
  [[nodiscard]] const std::string& sent(std::uint32_t number) const;

 private:
  void load();
  std::size_t load_line(std::string_view rest);
  void set_reset(std::string_view state, bool is_open);
  void append(std::string_view record);
  void write_anew_if_large();
  [[nodiscard]] std::string content_to_keep() const;

  std::filesystem::path file_;  // empty: in memory only
  std::uint32_t next_in_ = 1;
  bool reset_is_open_ = false;
  std::uint32_t dropped_ = 0;  // sent messages before those of sent_
  std::vector<std::string> sent_;
  int descriptor_ = -1;
  std::size_t file_bytes_ = 0;
  std::size_t large_at_ = kLargeFileBytes;  // when it is written anew
};

}  // namespace betex::client
