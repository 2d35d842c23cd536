// Bytes of the bodies of MarketDataSnapshotFullRefresh(W) and MarketDataIncrementalRefresh(X). What
// tells of an instrument is written once, for all who get the same, and copied into the body of
// each; the sums that CheckSum(10) is made of come with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/link/market_data_link.h"
#include "gateway/link/report_parts.h"
#include "matching/types.h"

namespace betex::fix {

// MDEntryType(269) and MDUpdateAction(279).
enum class MdEntryType : char {
  Bid = '0',
  Offer = '1',
  Trade = '2',
  Volume = 'B',
  OpenInterest = 'C',
};
enum class MdUpdateAction : char { New = '0', Change = '1', Delete = '2' };

inline constexpr std::uint32_t kMaxMdEntries = 500;        // of a message
inline constexpr std::size_t kMaxMdBodyBytes = 16 * 1024;  // of a message

// Text that only grows, without a byte being written twice. *Owned by one thread.*
class GrowingText {
 public:
  // Room for `size` more bytes. Valid until the next call.
  [[nodiscard]] char* room(std::size_t size) {
    if (capacity_ - size_ < size) {
      grow(size);
    }
    return text_.get() + size_;
  }

  // What was written into the room ends here.
  void set_end(const char* end) noexcept { size_ = static_cast<std::size_t>(end - text_.get()); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Valid until more is written.
  [[nodiscard]] std::string_view from(std::size_t begin) const noexcept {
    return {text_.get() + begin, size_ - begin};
  }

  [[nodiscard]] std::string_view part(std::size_t begin, std::size_t size) const noexcept {
    return {text_.get() + begin, size};
  }

  // Keeps its memory.
  void clear() noexcept { size_ = 0; }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  void grow(std::size_t size);

  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// An entry of either message; what is none is left out. Prices are in millionths; sizes in the
// instrument's units, of which format.quantity_decimals make one.
struct MdEntry {
  MdEntryType type{};
  bool has_price = false;
  matching::Decimal price;         // 270
  matching::WideQuantity size;     // 271; not of a level that is gone
  matching::EventSeq trade;        // 1003, of a trade, as the next two
  matching::Side aggressor{};      // 2446
  matching::Timestamp trade_time;  // 272 and 273, in an image
};

// What the first entry of an instrument's in an X has besides.
struct MdBlockHead {
  std::string_view symbol;         // 55
  matching::Timestamp time;        // 60
  std::uint64_t rpt_seq = 0;       // 83
  std::uint64_t prev_rpt_seq = 0;  // 20050
};

// Appends entries of X about one instrument. *For a moment.*
class MdUpdateWriter {
 public:
  // `out` and what the head points to must outlive it.
  MdUpdateWriter(GrowingText& out, const DecimalFormat& format) noexcept
      : out_{out}, format_{format} {}

  // The next entry is the first one of a block.
  void begin(const MdBlockHead& head) noexcept {
    head_ = head;
    first_ = true;
  }

  void write(MdUpdateAction action, const MdEntry& entry);

 private:
  GrowingText& out_;
  DecimalFormat format_;
  MdBlockHead head_;
  bool first_ = true;
};

// What a W says of its instrument before the entries.
struct MdImageHead {
  std::string_view symbol;          // 55
  std::string_view market;          // 1300
  std::uint64_t rpt_seq = 0;        // 83
  matching::Timestamp updated;      // 779
  std::uint32_t depth = 0;          // 264; with 1 also 1021=1
  std::uint8_t status = 0;          // 1682, TradingStatus
  std::uint64_t version = 0;        // 20005
  std::uint8_t suspend_reason = 0;  // 20032; 0: absent
  bool in_play = false;             // 20033
  std::uint32_t conflate_ms = 0;    // 20051; 0: absent
};

// A W but for 262 and 814: the head, 893 and the number of entries, which follow.
void write_image_head(GrowingText& out,
                      const MdImageHead& head,
                      bool last_fragment,
                      std::uint32_t entries);

// `level` is MDPriceLevel(1023); 0: none.
void write_image_entry(GrowingText& out,
                       const DecimalFormat& format,
                       const MdEntry& entry,
                       std::uint32_t level);

// What every body for one request begins with.
class MdRequestPrefix {
 public:
  explicit MdRequestPrefix(const matching::Name& request_id);

  [[nodiscard]] std::string_view text() const noexcept { return {text_, size_}; }

  [[nodiscard]] std::uint8_t sum() const noexcept { return sum_; }

 private:
  char text_[40];  // 262= and the id
  std::uint8_t size_ = 0;
  std::uint8_t sum_ = 0;
};

// What a body is put together from: bytes with their sum modulo 256.
struct MdPart {
  std::string_view text;
  std::uint8_t sum = 0;
  std::uint32_t entries = 0;
};

// `resolved`: ApplQueueResolution(814) is 2.
[[nodiscard]] gateway::MarketDataBody make_update(const MdRequestPrefix& prefix,
                                                  bool resolved,
                                                  std::span<const MdPart> blocks);
[[nodiscard]] gateway::MarketDataBody make_image(const MdRequestPrefix& prefix,
                                                 bool resolved,
                                                 const MdPart& image);

}  // namespace betex::fix
