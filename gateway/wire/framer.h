// Cuts a byte stream into FIX messages by BeginString, BodyLength and CheckSum alone. Faces hostile
// peers: whatever comes in, it never reads past its buffer, never copies a frame, and works at most
// a constant number of times over each byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace betex::fix {

// Owned by its connection's strand. The way to use it: read the socket into prepare(), tell
// commit() how much came, take next() until it needs more.
class Framer {
 public:
  enum class Status : std::uint8_t {
    Frame,     // `bytes` is a whole message, from "8=" to the SOH after the checksum
    Garbled,   // `bytes` were no message and are skipped: to be counted, not answered
    NeedMore,  // no whole message in the buffer
    Fatal,     // a length beyond the limit, or no message in as much: close the connection
  };

  struct Result {
    Status status = Status::NeedMore;
    std::string_view bytes;  // valid until the next prepare()
  };

  // `max_message_size` counts the whole message, in bytes, at least 64.
  explicit Framer(std::size_t max_message_size);

  // Room for the next bytes of the stream; never empty once next() has said NeedMore. Moves what
  // has not been consumed to the front if the room behind it is short.
  [[nodiscard]] std::span<char> prepare();

  // The first `size` bytes of the last prepare()'s room were filled.
  void commit(std::size_t size);

  // Frames come with their checksum right and 8, 9, 35 as their first three fields. Fatal is final.
  [[nodiscard]] Result next();

  // A frame of next()'s as bytes that may be changed; valid as long.
  [[nodiscard]] std::span<char> writable(std::string_view frame) noexcept;

 private:
  struct Header {
    enum class State : std::uint8_t { Complete, Incomplete, Malformed, TooLong };
    State state = State::Incomplete;
    std::size_t frame_size = 0;  // Complete only
  };

  [[nodiscard]] Header read_header(std::string_view bytes) const noexcept;
  Result take_frame(std::string_view bytes, std::size_t frame_size);
  std::string_view skip(std::string_view bytes);

  std::size_t max_message_size_;
  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;  // of what is not consumed
  std::size_t end_ = 0;    // of what is filled
  std::size_t skipped_since_frame_ = 0;
  bool in_garbage_ = false;  // what was skipped last did not end where a message may begin
  bool fatal_ = false;
};

}  // namespace betex::fix
