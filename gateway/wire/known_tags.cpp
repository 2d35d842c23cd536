#include "gateway/wire/known_tags.h"

#include <algorithm>
#include <array>

#include "gateway/wire/tags.h"

namespace betex::fix {
namespace {

constexpr std::array kSessionTags{7U,   16U,  36U,  45U,  58U,  98U,  108U,
                                  112U, 123U, 141U, 371U, 372U, 373U, 383U,
                                  384U, 385U, 464U, 553U, 554U, 789U, tag::kCancelOnDisconnect};

constexpr std::array kSessionTagsOfFixt{1130U, 1131U, 1137U, 1406U, 1410U};

constexpr std::array kApplicationTags{
    1U,   6U,   11U,  14U,  17U,  18U,    21U,    31U,    32U,    33U,    37U,   38U,  39U,  40U,
    41U,  42U,  44U,  45U,  54U,  55U,    58U,    59U,    60U,    102U,   103U,  110U, 126U, 146U,
    148U, 150U, 151U, 168U, 372U, 378U,   379U,   380U,   434U,   530U,   531U,  532U, 533U, 584U,
    585U, 790U, 797U, 911U, 912U, 20001U, 20002U, 20004U, 20005U, 20006U, 20068U};

constexpr std::array kApplicationTagsOfFixt{263U,  320U,  322U,   324U,   326U,   393U,  559U,
                                            560U,  561U,  562U,   893U,   965U,   1140U, 1300U,
                                            1369U, 2964U, 20030U, 20031U, 20032U, 20033U};

template <std::size_t N>
bool contains(const std::array<std::uint32_t, N>& tags, std::uint32_t tag) noexcept {
  return std::ranges::find(tags, tag) != tags.end();
}

}  // namespace

bool is_session_tag(std::uint32_t tag, FixVersion version) noexcept {
  return contains(kSessionTags, tag) ||
         (version == FixVersion::Fixt11 && contains(kSessionTagsOfFixt, tag));
}

bool is_application_tag(std::uint32_t tag, FixVersion version) noexcept {
  const bool of_dialect = version == FixVersion::Fixt11 ? contains(kApplicationTagsOfFixt, tag)
                                                        : tag == tag::kSelfTradePrevention44;
  return of_dialect || contains(kApplicationTags, tag);
}

}  // namespace betex::fix
