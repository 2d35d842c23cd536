#include "tests/gateway/cluster/fake_store.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace betex::test {

using cluster::KeyIs;
using cluster::KeyValue;
using cluster::LeaseId;
using cluster::Put;
using cluster::StoreRefused;
using cluster::StoreStatus;
using cluster::StoreUnknown;
using cluster::TransactionResult;

void FakeStore::advance(std::chrono::nanoseconds time) {
  now_ += time;
  end_leases();
}

void FakeStore::end_leases() {
  if (std::erase_if(leases_, [&](const auto& lease) { return lease.second.ends <= now_; }) > 0) {
    erase_keys_without_lease();
  }
}

void FakeStore::erase_keys_without_lease() {
  const std::size_t erased = std::erase_if(keys_, [&](const auto& key) {
    const LeaseId lease = key.second.second;
    return lease != 0 && !leases_.contains(lease);
  });
  revision_ += erased;
}

void FakeStore::deliver(std::size_t index) {
  const auto at = late_.begin() + static_cast<std::ptrdiff_t>(index);
  const std::function<void()> work = std::move(*at);
  late_.erase(at);
  work();
}

std::optional<std::string> FakeStore::value(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? std::nullopt : std::optional{found->second.first};
}

std::vector<KeyValue> FakeStore::range(const std::string& prefix) const {
  std::vector<KeyValue> values;
  for (auto at = keys_.lower_bound(prefix); at != keys_.end() && at->first.starts_with(prefix) &&
                                            values.size() < FakeClient::kMostInRange;
       ++at) {
    values.push_back({.key = at->first, .value = at->second.first});
  }
  return values;
}

void FakeStore::set(const std::string& key, const std::string& value) {
  keys_[key] = {value, 0};
  ++revision_;
}

void FakeStore::erase(const std::string& key) {
  keys_.erase(key);
  ++revision_;
}

TransactionResult FakeStore::transact(const Transaction& transaction) {
  if (!transaction.puts.empty() && !has_space) {
    throw StoreRefused{StoreRefused::Why::NoSpace, "no space"};
  }
  std::set<std::string> written;
  for (const Put& put : transaction.puts) {
    if (!written.insert(put.key).second) {
      throw StoreRefused{StoreRefused::Why::Other,
                         "duplicate key given in txn request: " + put.key};
    }
  }
  const bool is_blind = ignores_conditions && !transaction.puts.empty();
  const bool holds = is_blind || std::ranges::all_of(transaction.conditions, [&](const KeyIs& is) {
                       return value(is.key) == is.value;
                     });
  TransactionResult result{.succeeded = holds, .revision = revision_, .found = {}};
  if (!holds) {
    for (const std::string& key : transaction.otherwise) {
      result.found.push_back(value(key));
    }
    return result;
  }
  for (const Put& put : transaction.puts) {
    if (put.lease != 0 && !leases_.contains(put.lease)) {
      throw StoreRefused{StoreRefused::Why::LeaseGone, "requested lease not found"};
    }
  }
  for (const Put& put : transaction.puts) {
    const std::optional<std::string> before = value(put.key);
    keys_[put.key] = {put.value, put.lease};
    if (on_put) {
      on_put(put.key, before, put.value);
    }
  }
  if (!transaction.puts.empty()) {
    ++revision_;
  }
  result.revision = revision_;
  return result;
}

LeaseId FakeStore::grant(std::chrono::seconds ttl) {
  if (!has_space) {
    throw StoreRefused{StoreRefused::Why::NoSpace, "no space"};
  }
  leases_[++last_lease_] = {.ttl = ttl, .ends = now_ + ttl};
  return last_lease_;
}

std::chrono::seconds FakeStore::keep_alive(LeaseId lease) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) {
    throw StoreRefused{StoreRefused::Why::LeaseGone, "requested lease not found"};
  }
  found->second.ends = now_ + found->second.ttl;
  return found->second.ttl;
}

void FakeStore::revoke(LeaseId lease) {
  if (leases_.erase(lease) == 0) {
    throw StoreRefused{StoreRefused::Why::LeaseGone, "requested lease not found"};
  }
  erase_keys_without_lease();
}

void FakeStore::compact(std::uint64_t revision) {
  if (revision <= compacted_) {
    throw StoreRefused{StoreRefused::Why::Compacted, "required revision has been compacted"};
  }
  if (revision > revision_) {
    throw StoreRefused{StoreRefused::Why::Other, "required revision is a future revision"};
  }
  compacted_ = revision;
  ++compactions;
}

template <typename Work>
auto FakeClient::call(const Work& work) {
  if (store_.before_call) {
    store_.before_call(number_);
  }
  ++store_.calls;
  const auto alone = [work] {
    try {
      static_cast<void>(work());
    } catch (const StoreRefused&) {
      // Nobody hears of it.
    }
  };
  switch (store_.fault ? store_.fault(number_) : Fault::None) {
    case Fault::RequestLost:
      throw StoreUnknown{"the request was lost"};
    case Fault::AnswerLost:
      alone();
      throw StoreUnknown{"the answer was lost"};
    case Fault::Late:
      store_.late_.emplace_back(alone);
      throw StoreUnknown{"the request is late"};
    case Fault::NoSpace:
      throw StoreRefused{StoreRefused::Why::NoSpace, "no space"};
    case Fault::DoneButNoSpace:
      alone();
      throw StoreRefused{StoreRefused::Why::NoSpace, "no space"};
    case Fault::Unauthorised:
      throw StoreRefused{StoreRefused::Why::Unauthorised, "permission denied"};
    case Fault::Doubled:
      store_.late_.emplace_back(alone);
      break;
    case Fault::None:
      break;
  }
  auto answer = work();
  if (store_.before_answer) {
    store_.before_answer(number_);
  }
  return answer;
}

TransactionResult FakeClient::transact(std::span<const KeyIs> conditions,
                                       std::span<const Put> puts,
                                       std::span<const std::string> otherwise) {
  const FakeStore::Transaction transaction{.conditions = {conditions.begin(), conditions.end()},
                                           .puts = {puts.begin(), puts.end()},
                                           .otherwise = {otherwise.begin(), otherwise.end()}};
  return call([&store = store_, transaction] { return store.transact(transaction); });
}

std::optional<std::string> FakeClient::get(const std::string& key) {
  return call([&store = store_, key] { return store.value(key); });
}

std::vector<KeyValue> FakeClient::range(const std::string& prefix) {
  return call([&store = store_, prefix] { return store.range(prefix); });
}

LeaseId FakeClient::grant(std::chrono::seconds ttl) {
  return call([&store = store_, ttl] { return store.grant(ttl); });
}

std::chrono::seconds FakeClient::keep_alive(LeaseId lease) {
  return call([&store = store_, lease] { return store.keep_alive(lease); });
}

void FakeClient::revoke(LeaseId lease) {
  static_cast<void>(call([&store = store_, lease] {
    store.revoke(lease);
    return true;
  }));
}

void FakeClient::compact(std::uint64_t revision) {
  static_cast<void>(call([&store = store_, revision] {
    store.compact(revision);
    return true;
  }));
}

StoreStatus FakeClient::status() {
  return call([&store = store_] { return store.status; });
}

}  // namespace betex::test
