// What reads MarketDataRequest(V).
#pragma once

#include "gateway/wire/order_decoder.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/requests.h"

namespace betex::fix {

// Where the form is good: a MarketDataRequest, or the MarketDataRequestReject that names the first
// thing of it that we do not serve, in the order of the tags.
[[nodiscard]] Decoded read_market_data_request(RequestFields& request, const Sender& sender);

}  // namespace betex::fix
