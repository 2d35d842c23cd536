// The requests that we take: each with its row of the table and what reads it.
#pragma once

#include <cstdint>
#include <string_view>

#include <tl/expected.hpp>

#include "fix_spec/dialect.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/request_spec.h"
#include "matching/types.h"

namespace betex::fix {

// Who has sent a request.
struct Sender {
  matching::SessionId session;
  SessionRole role = SessionRole::Broker;
  const matching::Name& account;       // the one that it is for
  const matching::Currency& currency;  // the exchange's
};

struct Request {
  RequestSpec spec;

  // What is wrong with it `fields` remember; the result counts only where nothing is.
  Decoded (*read)(RequestFields& fields, const Sender& sender) = nullptr;
};

// Why a message is none of our requests.
enum class NotARequest : std::uint8_t {
  NoMsgType,  // FIX has no such type, and it is none of those that are the user's to define
  NotTaken,   // we do not take it, or not in this dialect
};

[[nodiscard]] tl::expected<const Request*, NotARequest> find_request(std::string_view msg_type,
                                                                     FixVersion version) noexcept;

// In whichever dialect; null where we have none.
[[nodiscard]] const Request* find_request(std::string_view msg_type) noexcept;

}  // namespace betex::fix
