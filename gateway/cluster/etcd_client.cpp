#include "gateway/cluster/etcd_client.h"

#include <algorithm>

#include "gateway/cluster/etcd_answers.h"
#include "gateway/cluster/etcd_members.h"
#include "gateway/cluster/etcd_requests.h"

namespace betex::cluster {
namespace {

using etcd::field;
using etcd::integer;
using etcd::Json;
using etcd::list;
using etcd::Malformed;
using etcd::not_negative;
using etcd::required;
using etcd::revision_of;
using etcd::text_of;
using Deadline = etcd::Members::Deadline;
using Why = StoreRefused::Why;

}  // namespace

EtcdClient::EtcdClient(const EtcdSettings& settings)
    : members_{std::make_unique<etcd::Members>(settings)} {}

EtcdClient::~EtcdClient() = default;

TransactionResult EtcdClient::transact(std::span<const KeyIs> conditions,
                                       std::span<const Put> puts,
                                       std::span<const std::string> otherwise) {
  const Deadline deadline = members_->deadline();
  const std::size_t done = puts.empty() ? 1 : puts.size();
  try {
    return members_->ask(
        {.path = "/v3/kv/txn",
         .body = etcd::text_of_transaction(conditions, puts, otherwise),
         .reads_only = puts.empty()},
        deadline,
        [&](const Json& reply) { return etcd::transaction_result(reply, done, otherwise); });
  } catch (const StoreRefused& refused) {
    if (refused.why() != Why::NoSpace || puts.empty()) {
      throw;
    }
    // The transaction that takes the last of the space is done, and is answered like the ones
    // behind it, which are not.
    const TransactionResult result = members_->ask(
        {.path = "/v3/kv/txn", .body = etcd::text_of_question(puts), .reads_only = true},
        deadline,
        [](const Json& reply) { return etcd::transaction_result(reply, 1, {}); });
    if (!result.succeeded) {
      throw;
    }
    return result;
  }
}

std::optional<std::string> EtcdClient::get(const std::string& key) {
  return members_->ask({.path = "/v3/kv/range", .body = etcd::range_of(key), .reads_only = true},
                       members_->deadline(),
                       [&](const Json& reply) {
                         static_cast<void>(revision_of(reply));  // no answer is without
                         return etcd::only_value(reply, key);
                       });
}

std::vector<KeyValue> EtcdClient::range(const std::string& prefix) {
  return members_->ask({.path = "/v3/kv/range",
                        .body = etcd::range_of_prefix(prefix, kMostInRange),
                        .reads_only = true},
                       members_->deadline(),
                       [&](const Json& reply) {
                         static_cast<void>(revision_of(reply));  // no answer is without
                         return etcd::all_values(reply, prefix, kMostInRange);
                       });
}

LeaseId EtcdClient::grant(std::chrono::seconds ttl) {
  return members_->ask({.path = "/v3/lease/grant", .body = etcd::number_field("TTL", ttl.count())},
                       members_->deadline(),
                       [](const Json& reply) -> LeaseId {
                         const std::int64_t id = integer(required(reply, "ID"));
                         if (id == 0) {
                           throw Malformed{"a lease without a number"};
                         }
                         return id;
                       });
}

std::chrono::seconds EtcdClient::keep_alive(LeaseId lease) {
  const std::int64_t left =
      members_->ask({.path = "/v3/lease/keepalive", .body = etcd::number_field("ID", lease)},
                    members_->deadline(),
                    [&](const Json& reply) {
                      const Json& result = required(reply, "result");
                      if (integer(required(result, "ID")) != lease) {
                        throw Malformed{"another lease than was asked for"};
                      }
                      return integer(field(result, "TTL"));
                    });
  if (left <= 0) {
    throw StoreRefused{Why::LeaseGone, "the lease has ended"};
  }
  return std::chrono::seconds{left};
}

void EtcdClient::revoke(LeaseId lease) {
  members_->ask({.path = "/v3/lease/revoke", .body = etcd::number_field("ID", lease)},
                members_->deadline(),
                [](const Json& reply) { return revision_of(reply); });
}

void EtcdClient::compact(std::uint64_t revision) {
  try {
    members_->ask({.path = "/v3/kv/compaction",
                   .body = etcd::number_field("revision", static_cast<std::int64_t>(revision))},
                  members_->deadline(),
                  [](const Json& reply) { return revision_of(reply); });
  } catch (const StoreRefused& refused) {
    if (refused.why() != Why::Compacted) {
      throw;
    }
  }
}

StoreStatus EtcdClient::status() {
  const Deadline deadline = members_->deadline();
  StoreStatus status = members_->ask(
      {.path = "/v3/maintenance/status", .body = "{}", .reads_only = true},
      deadline,
      [](const Json& reply) {
        return StoreStatus{.version = text_of(required(reply, "version")),
                           .database_bytes = not_negative(field(reply, "dbSize")),
                           .database_bytes_in_use = not_negative(field(reply, "dbSizeInUse")),
                           .alarms = {}};
      });
  status.alarms = members_->ask(
      {.path = "/v3/maintenance/alarm", .body = R"({"action":"GET"})", .reads_only = true},
      deadline,
      [](const Json& reply) {
        std::vector<std::string> alarms;
        for (const Json& entry : list(field(reply, "alarms"))) {
          const std::string& alarm = text_of(required(entry, "alarm"));
          if (std::ranges::find(alarms, alarm) == alarms.end()) {  // each member may have it
            alarms.push_back(alarm);
          }
        }
        return alarms;
      });
  return status;
}

}  // namespace betex::cluster
