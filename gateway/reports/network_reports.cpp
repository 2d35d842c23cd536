// Who is on: the answer to NetworkCounterpartySystemStatusRequest(BC).
#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/reports/report_maker.h"

namespace betex::gateway {

void ReportMaker::network_status(const matching::Name& network_request_id,
                                 std::vector<fix::CounterpartyState> sessions,
                                 const fix::NodeState& node,
                                 const Tell& tell) const {
  for (fix::CounterpartyState& session : sessions) {
    session.suspended = model_.is_suspended(session.comp_id);
    if (session.suspended) {
      session.words += ", suspended";
    }
  }
  fix::NetworkStatus message{.request_id = network_request_id, .number = 1, .last = false};
  auto next = sessions.begin();
  do {
    const auto end = std::next(
        next,
        std::min<std::ptrdiff_t>(fix::kMaxSessionsOfAMessage, std::distance(next, sessions.end())));
    message.sessions.assign(std::move_iterator{next}, std::move_iterator{end});
    next = end;
    if (next == sessions.end()) {
      message.last = true;
      message.node = node;
    }
    tell({.id = {}, .body = message});
    ++message.number;
  } while (!message.last);
}

}  // namespace betex::gateway
