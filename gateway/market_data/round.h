// What is made once for all who get the same, and then copied into the messages of each: blocks of
// entries for X, and images W, in one stretch of text. *For a moment, owned by one thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/wire/checksum.h"
#include "gateway/wire/market_data_writer.h"

namespace betex::gateway {

class Round {
 public:
  struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint32_t entries = 0;
    std::uint8_t sum = 0;
    bool is_image = false;  // a W of its own; else entries of X
    bool resolved = false;  // 814=2
  };

  // Pieces that go to the same readers, in this order.
  struct Update {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t bytes = 0;
  };

  [[nodiscard]] fix::GrowingText& text() noexcept { return text_; }

  // What was written since the last piece is one.
  void end_piece(std::uint32_t entries, bool is_image, bool resolved) {
    const std::size_t size = text_.size() - ended_;
    pieces_.push_back({.begin = static_cast<std::uint32_t>(ended_),
                       .size = static_cast<std::uint32_t>(size),
                       .entries = entries,
                       .sum = fix::checksum(text_.from(ended_)),
                       .is_image = is_image,
                       .resolved = resolved});
    ended_ = text_.size();
  }

  // Bytes since the last piece.
  [[nodiscard]] std::size_t unended() const noexcept { return text_.size() - ended_; }

  // What was written since the last piece is nothing.
  void drop_unended() noexcept { text_.set_end(text_.from(0).data() + ended_); }

  [[nodiscard]] std::size_t piece_count() const noexcept { return pieces_.size(); }

  // The pieces from `first` on. Nothing where there is none.
  [[nodiscard]] Update update_since(std::size_t first) const noexcept {
    Update update{.first = static_cast<std::uint32_t>(first),
                  .count = static_cast<std::uint32_t>(pieces_.size() - first)};
    for (std::size_t i = first; i < pieces_.size(); ++i) {
      update.bytes += pieces_[i].size;
    }
    return update;
  }

  [[nodiscard]] const Piece& piece(std::size_t index) const noexcept { return pieces_[index]; }

  [[nodiscard]] fix::MdPart part(const Piece& piece) const noexcept {
    return {
        .text = text_.part(piece.begin, piece.size), .sum = piece.sum, .entries = piece.entries};
  }

  // Keeps its memory, as far as an ordinary round needs it.
  void clear() {
    constexpr std::size_t kOrdinary = 4 * 1024 * 1024;
    if (text_.capacity() > kOrdinary) {
      text_ = {};
    }
    text_.clear();
    pieces_.clear();
    ended_ = 0;
  }

 private:
  fix::GrowingText text_;
  std::vector<Piece> pieces_;
  std::size_t ended_ = 0;
};

}  // namespace betex::gateway
