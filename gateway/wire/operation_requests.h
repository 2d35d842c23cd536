// What reads the requests of operators: as RequestFields' readers do, each remembers what is wrong.
#pragma once

#include "gateway/wire/order_decoder.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/requests.h"

namespace betex::fix {

[[nodiscard]] Decoded read_security_definition_request(RequestFields& request,
                                                       const Sender& sender);
[[nodiscard]] Decoded read_operations_command(RequestFields& request, const Sender& sender);
[[nodiscard]] Decoded read_order_mass_action_request(RequestFields& request, const Sender& sender);
[[nodiscard]] Decoded read_party_action_request(RequestFields& request, const Sender& sender);
[[nodiscard]] Decoded read_network_status_request(RequestFields& request, const Sender& sender);
[[nodiscard]] Decoded read_announcement(RequestFields& request, const Sender& sender);

}  // namespace betex::fix
