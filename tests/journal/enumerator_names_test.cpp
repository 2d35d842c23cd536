#include "journal/enumerator_names.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "matching/events.h"

namespace betex::journal {
namespace {

enum class Planet : std::uint8_t { Mercury = 0, Earth = 3, Eris = 255 };

TEST(EnumeratorNames, AreThoseOfTheSource) {
  EXPECT_EQ(name_of(Planet::Mercury), "Mercury");
  EXPECT_EQ(name_of(Planet::Earth), "Earth");
  EXPECT_EQ(name_of(Planet::Eris), "Eris");
  EXPECT_EQ(name_of(matching::RefuseInbound::Answer::SessionReject), "SessionReject");
  static_assert(name_of(matching::Reason::ClockUncertain) == "ClockUncertain");
}

TEST(EnumeratorNames, AnyOtherValueHasNone) {
  for (int value = 0; value <= std::numeric_limits<std::uint8_t>::max(); ++value) {
    if (value != 0 && value != 3 && value != 255) {
      EXPECT_EQ(name_of(static_cast<Planet>(value)), "") << value;
    }
  }
}

// Names are looked for in the first few hundred values only; no reason may stand behind them.
TEST(EnumeratorNames, EveryReasonHasOne) {
  for (int value = 0; value <= std::numeric_limits<std::uint16_t>::max(); ++value) {
    const auto reason = static_cast<matching::Reason>(value);
    EXPECT_EQ(name_of(reason).empty(), to_text(reason) == "unknown reason") << value;
  }
}

}  // namespace
}  // namespace betex::journal
