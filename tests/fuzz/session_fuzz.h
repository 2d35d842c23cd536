// Whether the target of sessions comes as far as it should.
#pragma once

#include <cstdint>

namespace betex::test {

// Inputs by now whose Logon, a broker's or an operator's, was taken. What a market data session
// does the engine does not know.
[[nodiscard]] std::uint64_t inputs_logged_on() noexcept;

}  // namespace betex::test
