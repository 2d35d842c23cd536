#include "gateway/transport/strangers.h"

#include <string>
#include <utility>

#include "gateway/wire/field_table.h"
#include "gateway/wire/secret_fields.h"

namespace betex::fix {

namespace {

// What a stranger says, as a log may have it.
std::string quoted(std::string_view text) {
  constexpr std::size_t kLoggedLength = 32;
  return printable(text.substr(0, kLoggedLength));
}

// What names the session that is asked for. It may be long, and is kept for a while.
std::string name_of(const FieldTable& logon) {
  constexpr std::size_t kMaxSize = 64;
  std::string name;
  for (const std::string_view part :
       {logon.begin_string(), logon.sender_comp_id(), logon.target_comp_id()}) {
    name.append(part.substr(0, kMaxSize)) += '|';
  }
  return name;
}

}  // namespace

void Strangers::logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  constexpr std::size_t kFields = 64;  // those that count stand in front
  const auto fields = std::make_unique<FieldTable>();
  fields->read(frames.front(), kFields);
  metrics_.connections_refused.add();
  refusals_.write(RefusalKind::UnknownSession,
                  spdlog::level::warn,
                  "connection from {}: {} (SenderCompID '{}', TargetCompID '{}'), closed",
                  connection->address(),
                  why_,
                  quoted(fields->sender_comp_id()),
                  quoted(fields->target_comp_id()));
  LogonGate::Attempt attempt{.session = name_of(*fields),
                             .known = false,
                             .credentials = {.address = connection->origin()},
                             .done = [connection](bool /*right*/) { connection->close(); }};
  for (const std::string_view frame : frames) {
    connection->mask_secrets(frame);
  }
  const std::lock_guard lock{mutex_};
  waiting_[connection.get()] = gate_.enter(std::move(attempt));
}

void Strangers::closed(Connection& connection) {
  const std::lock_guard lock{mutex_};
  if (const auto ticket = waiting_.extract(&connection)) {
    gate_.leave(ticket.mapped());
  }
}

}  // namespace betex::fix
