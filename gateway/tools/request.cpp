#include "gateway/tools/request.h"

#include <algorithm>
#include <array>

#include "gateway/client/utc_time.h"

namespace betex::tools {

const OperationKind* operation_kind(std::string_view type) {
  static constexpr std::array kKinds{&kOperationsCommand,
                                     &kCreateMarket,
                                     &kMassAction,
                                     &kPartyAction,
                                     &kAnnouncement,
                                     &kSystemStatus,
                                     &kPositions};
  const auto* const found = std::find_if(
      kKinds.begin(), kKinds.end(), [type](const auto* kind) { return kind->type == type; });
  return found == kKinds.end() ? nullptr : *found;
}

client::Message to_message(const Operation& operation) {
  constexpr int kTransactTime = 60;
  client::Message message{operation.kind->type};
  message.add(operation.kind->id_tag, operation.id);
  for (const client::Field& field : operation.fields) {
    message.add(field.tag, field.value);
  }
  if (operation.kind->stamp == Stamp::TransactTime) {
    message.add(kTransactTime, client::utc_now());
  }
  return message;
}

}  // namespace betex::tools
