#include "journal/format.h"

#include <charconv>
#include <cstdio>

#include "journal/errors.h"

namespace betex::journal {
namespace {

constexpr std::size_t kSeqDigits = 20;
constexpr std::size_t kEpochDigits = 10;

template <typename Integer>
std::optional<Integer> parse_digits(std::string_view digits) {
  Integer value{};
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || rest != end) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::string SegmentName::text() const {
  char buffer[kSeqDigits + 1 + kEpochDigits + 1];
  std::snprintf(buffer,
                sizeof(buffer),
                "%020llu-%010u",
                static_cast<unsigned long long>(first_seq.value()),
                epoch.value());
  return buffer;
}

std::optional<SegmentName> SegmentName::parse(std::string_view text) {
  if (text.size() != kSeqDigits + 1 + kEpochDigits || text[kSeqDigits] != '-') {
    return std::nullopt;
  }
  const auto first_seq = parse_digits<std::uint64_t>(text.substr(0, kSeqDigits));
  const auto epoch = parse_digits<std::uint32_t>(text.substr(kSeqDigits + 1));
  if (!first_seq || !epoch || *first_seq == 0 || *epoch == 0) {
    return std::nullopt;
  }
  return SegmentName{.first_seq = EventSeq{*first_seq}, .epoch = WriterEpoch{*epoch}};
}

void check_version(std::uint32_t version,
                   const std::string& place,
                   std::optional<std::uint64_t> key) {
  if (version < kOldestFormatVersion || version > kFormatVersion) {
    throw JournalError{{.fault = Fault::UnknownVersion,
                        .what = "it has format version " + std::to_string(version) +
                                ", and this program reads versions " +
                                std::to_string(kOldestFormatVersion) + " to " +
                                std::to_string(kFormatVersion),
                        .segment = place,
                        .key = key}};
  }
}

}  // namespace betex::journal
