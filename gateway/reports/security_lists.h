// What is told of instruments from how things are now: as SecurityList(y) has them, and how one
// stands. Made of the markets alone, for whoever keeps them.
#pragma once

#include <cstddef>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/reports/securities.h"
#include "matching/types.h"

namespace betex::gateway {

// How far an answer of many messages has got.
struct AnswerPlace {
  std::size_t next = 0;  // index of the message
  std::size_t total = 0;
};

// How many instruments the query is about.
[[nodiscard]] std::size_t count_listed(const Securities& securities,
                                       const SecurityListQuery& query);

// The `index`th of them. Instruments are never removed, and later ones stand behind: an index stays
// that of the same one.
[[nodiscard]] matching::InstrumentId listed_at(const Securities& securities,
                                               const SecurityListQuery& query,
                                               std::size_t index);

// Message `place.next` of the answer, about this instrument; 0: there is none at all.
[[nodiscard]] fix::Report security_list(const Securities& securities,
                                        matching::InstrumentId instrument,
                                        const SecurityListQuery& query,
                                        AnswerPlace place);

// The answer to SecurityStatusRequest(e).
[[nodiscard]] fix::Report security_status(const Securities& securities,
                                          const SecurityStatusQuery& query,
                                          matching::Timestamp now);

}  // namespace betex::gateway
