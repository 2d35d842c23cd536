// One frame as a flat table of tags and values: made in one pass, views into the frame, no maps.
// What guard, decoder and session transport read a message from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/wire/decimal.h"
#include "gateway/wire/tags.h"
#include "matching/types.h"

namespace betex::fix {

struct Field {
  std::uint32_t tag = 0;
  std::string_view value;
};

// Reusable, 12 KiB: keep one per thread or strand. The views live as long as the frame.
class FieldTable {
 public:
  static constexpr std::size_t kMaxFields = 512;

  // Why reading stopped. The fields before the fault stand in the table.
  enum class Fault : std::uint8_t { None, BadTag, NoValue, TooManyFields };

  // Reads a frame as Framer gives it (every field ends with SOH). `max_fields` ≤ kMaxFields. Behind
  // a fault only MsgSeqNum(34) is still looked for: a message that is refused has its number.
  Fault read(std::string_view frame, std::size_t max_fields = kMaxFields) noexcept;

  [[nodiscard]] std::span<const Field> fields() const noexcept { return {fields_.data(), size_}; }

  [[nodiscard]] Fault fault() const noexcept { return fault_; }

  // The tag of the field without a value, where the fault is NoValue; else 0.
  [[nodiscard]] std::uint32_t fault_tag() const noexcept { return fault_tag_; }

  // The first field with this tag, or null.
  [[nodiscard]] const Field* find(std::uint32_t tag) const noexcept;

  // Its value; empty where there is none.
  [[nodiscard]] std::string_view value(std::uint32_t tag) const noexcept;

  // ---- The standard header, at hand without a search. Empty where absent.

  [[nodiscard]] std::string_view begin_string() const noexcept { return header_[BeginString]; }

  [[nodiscard]] std::string_view msg_type() const noexcept { return header_[MsgType]; }

  [[nodiscard]] std::string_view sender_comp_id() const noexcept { return header_[Sender]; }

  [[nodiscard]] std::string_view target_comp_id() const noexcept { return header_[Target]; }

  [[nodiscard]] std::string_view sending_time() const noexcept { return header_[SendingTime]; }

  // None where it is absent, no integer of 1 to 9 digits, or 0.
  [[nodiscard]] std::optional<matching::MsgSeqNum> msg_seq_num() const noexcept;

  [[nodiscard]] bool poss_dup() const noexcept { return header_[PossDup] == "Y"; }

  [[nodiscard]] bool poss_resend() const noexcept { return header_[PossResend] == "Y"; }

 private:
  enum HeaderSlot : std::size_t {
    BeginString,
    MsgType,
    MsgSeqNum,
    Sender,
    Target,
    SendingTime,
    PossDup,
    PossResend,
  };

  static constexpr std::size_t kHeaderSlots = 8;

  Fault stop(Fault fault, std::string_view rest) noexcept;

  // Where the value of this header field is kept at hand, or null.
  std::string_view* header_value(std::uint32_t tag) noexcept;

  std::array<Field, kMaxFields> fields_;
  std::size_t size_ = 0;
  std::array<std::string_view, kHeaderSlots> header_;
  Fault fault_ = Fault::None;
  std::uint32_t fault_tag_ = 0;
};

// A, 0 to 5: the session layer's own messages, everything else is an application message.
[[nodiscard]] constexpr bool is_session_message(std::string_view msg_type) noexcept {
  return msg_type.size() == 1 &&
         std::string_view{"A012345"}.find(msg_type[0]) != std::string_view::npos;
}

}  // namespace betex::fix
