// What is told of instruments from how things are now: as SecurityList(y) has them, and how one
// stands. Made of the markets alone, for whoever keeps them.
#pragma once

#include <cstddef>
#include <vector>

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

// What the query is about now, ascending: what it names, or all whose market is not archived. Who
// answers in portions takes it once: what comes or is archived meanwhile changes no total.
[[nodiscard]] std::vector<matching::InstrumentId> instruments_of(const Securities& securities,
                                                                 const SecurityListQuery& query);

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
