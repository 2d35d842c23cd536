// What the requests of operators have in common, and how the fields that several of them have are
// read: as RequestFields' readers do, each remembers what is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "fix_spec/field_index.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/requests.h"
#include "gateway/wire/tags.h"
#include "matching/commands.h"
#include "matching/request_kinds.h"
#include "matching/types.h"

namespace betex::fix {

// What a command says of itself, as far as its message has it: what it is about, and the version
// that its sender has seen. `id` is the field of the request's id.
template <typename Body>
Body command(RequestFields& request, FieldIndex id) {
  Body body;
  if constexpr (requires { body.market; }) {
    body.market = request.name(tag::kMarketSegmentId);
  }
  if constexpr (requires { body.symbol; }) {
    body.symbol = request.name(tag::kSymbol);
  }
  if constexpr (requires { body.account; }) {
    body.account = request.name(tag::kAccount);
  }
  if constexpr (requires { body.comp_id; }) {
    body.comp_id = request.name(tag::kRefCompId);
  }
  if constexpr (requires { body.version_guard; }) {
    body.version_guard = request.positive_integer(tag::kMarketVersion);
  }
  body.request_id = request.name(id);
  body.transact_time = request.time(tag::kTransactTime);
  return body;
}

template <typename Body>
OperatorRequest operator_request(RequestFields& request, Body body) {
  OperatorRequest asked{.body = std::move(body),
                        .digest = request.digest(),
                        .remark = {},
                        .test = request.flag(tag::kApplTestMessageIndicator),
                        .makes_safer = matching::kMakesSafer<Body>};
  if (request.has(tag::kText)) {
    asked.remark = request.printable<matching::Remark::kCapacity>(tag::kText);
  }
  return asked;
}

inline std::optional<std::uint32_t> integer_if_given(RequestFields& request, FieldIndex field) {
  return request.has(field) ? std::optional{request.integer(field)} : std::nullopt;
}

// The group that `count` counts has at least and at most so many entries, where it is there.
inline void limit_entries(RequestFields& request,
                          FieldIndex count,
                          std::uint32_t least,
                          std::uint32_t most) {
  const std::uint32_t number = request.integer(count);
  if (request.has(count) && (number < least || number > most)) {
    request.refuse_value(count);
  }
}

inline void check_currency(RequestFields& request, const Sender& sender) {
  if (request.has(tag::kCurrency) && request.text(tag::kCurrency) != sender.currency.view()) {
    request.refuse_value(tag::kCurrency);
  }
}

}  // namespace betex::fix
