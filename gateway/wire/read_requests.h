// Reads the body of each kind of request. What is wrong with it the RequestFields remember; the
// result counts only where nothing is.
#pragma once

#include "fix_spec/dialect.h"
#include "gateway/link/session_link.h"
#include "gateway/wire/request_fields.h"
#include "matching/commands.h"

namespace betex::fix {

// ---- read_commands.cpp: requests that act

[[nodiscard]] matching::PlaceOrder place_order(RequestFields& request,
                                               const matching::Name& account);
[[nodiscard]] matching::CancelOrder cancel_order(RequestFields& request,
                                                 const matching::Name& account);
[[nodiscard]] matching::AmendOrder amend_order(RequestFields& request,
                                               const matching::Name& account);
[[nodiscard]] matching::MassCancel mass_cancel(RequestFields& request,
                                               const matching::Name& account,
                                               FixVersion version);

// ---- read_queries.cpp: requests that change nothing. The session is for the caller to set.

[[nodiscard]] gateway::OrderStatusQuery status_query(RequestFields& request,
                                                     const matching::Name& account);
[[nodiscard]] gateway::MassStatusQuery mass_status_query(RequestFields& request,
                                                         const matching::Name& account);
[[nodiscard]] gateway::SecurityListQuery security_list_query(RequestFields& request);
[[nodiscard]] gateway::SecurityStatusQuery security_status_query(RequestFields& request);

}  // namespace betex::fix
