// The decoder of the journal's records under any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace betex::test {

// The first byte says what is made good in the rest, a record's value, before it is decoded: its
// lowest bit the header's sizes and counts, the next one the chain (without it nearly everything
// ends there). What is accepted is walked through, described and summed up; std::abort() where that
// contradicts the decoder. True where it was accepted.
bool decode_record(std::span<const std::uint8_t> input);

}  // namespace betex::test
