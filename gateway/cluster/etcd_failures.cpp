#include "gateway/cluster/etcd_failures.h"

#include <cstddef>

#include "journal/quoted.h"

namespace betex::cluster::etcd {
namespace {

using Why = StoreRefused::Why;

constexpr std::size_t kMaxQuoted = 200;

// gRPC's codes.
constexpr std::int64_t kInvalidArgument = 3;
constexpr std::int64_t kNotFound = 5;
constexpr std::int64_t kAlreadyExists = 6;
constexpr std::int64_t kPermissionDenied = 7;
constexpr std::int64_t kFailedPrecondition = 9;
constexpr std::int64_t kOutOfRange = 11;
constexpr std::int64_t kUnimplemented = 12;
constexpr std::int64_t kUnauthenticated = 16;

}  // namespace

std::optional<Failure> failure_in(const Json& reply) {
  const Json& error = field(reply, "error");
  const Json& object = error.is_object() ? error : reply;
  const Json& code = field(object, object.contains("grpc_code") ? "grpc_code" : "code");
  if (error.is_null() && code.is_null()) {
    return std::nullopt;
  }
  const Json& message = field(object, "message");
  Failure failure{.code = integer(code), .message = {}};
  if (message.is_string()) {
    failure.message = message.get_ref<const std::string&>();
  } else if (error.is_string()) {
    failure.message = error.get_ref<const std::string&>();
  }
  return failure;
}

// Whatever is not known to have been refused before anything happened is unknown: time-outs, a lost
// leader, a member that stops, and what the member says of its own talk with itself.
void throw_for(const Failure& failure, const std::string& place) {
  const std::string what = place + "etcd says " + journal::in_quotes(failure.message, kMaxQuoted);
  if (failure.says("database space exceeded")) {
    throw StoreRefused{Why::NoSpace, what};
  }
  switch (failure.code) {
    case kNotFound:
      throw StoreRefused{failure.says("lease not found") ? Why::LeaseGone : Why::Other, what};
    case kUnauthenticated:
      throw TokenRefused{what};
    case kPermissionDenied:
      throw StoreRefused{Why::Unauthorised, what};
    case kInvalidArgument:
      if (failure.says("revision of auth store is old")) {
        throw TokenRefused{what};
      }
      throw StoreRefused{failure.says("user name is empty") || failure.says("authentication failed")
                             ? Why::Unauthorised
                             : Why::Other,
                         what};
    case kOutOfRange:
      throw StoreRefused{failure.says("compacted") ? Why::Compacted : Why::Other, what};
    case kFailedPrecondition:
      if (failure.says("not leader")) {
        break;
      }
      if (failure.says("authentication is not enabled")) {
        throw StoreRefused{Why::Unauthorised,
                           what +
                               ": it asks nobody to log on, so name no user for it, or have it "
                               "ask"};
      }
      throw StoreRefused{Why::Other, what};
    case kAlreadyExists:
    case kUnimplemented:
      throw StoreRefused{Why::Other, what};
    default:
      break;
  }
  throw StoreUnknown{what};
}

}  // namespace betex::cluster::etcd
