// Which reports answer which request, and what they say has become of it.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/client/message.h"
#include "gateway/client/order_entry.h"
#include "gateway/tools/request.h"

namespace betex::tools {

enum class Progress {
  Unrelated,         // it answers something else, or nothing that was asked
  Underway,          // done; its cancels, payments or reports come, and another answer follows
  WaitsForDelay,     // an order's bet delay: what becomes of it follows
  WaitsForApproval,  // another operator's
  Done,
  Refused,
};

// Of the request that was sent as message `number`. Other reports of the same order may come
// before the one that answers.
[[nodiscard]] Progress progress_of(const client::Report& report,
                                   const client::Message& request,
                                   std::uint32_t number);

// The id by which the request acts once, and how to send it again under it; empty where it asks
// only.
[[nodiscard]] std::string how_to_repeat(const client::Message& request);

}  // namespace betex::tools
