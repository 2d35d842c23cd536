#include "gateway/cluster/lease.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <time.h>

namespace betex::cluster {
namespace {

using Json = nlohmann::json;
using std::chrono::nanoseconds;

Json json_of(const Holder& holder) {
  return {{"node", holder.node},
          {"address", holder.address},
          {"wall_clock_ns", holder.wall_clock.count()}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The pause after the first renewal that was not answered is the usual one divided by this.
constexpr int kSooner = 10;

// What the key says: the holder, and by which lease it holds the key. So a value that is found
// there tells whether it is this node's own.
std::string value_of(const Holder& holder, LeaseId id) {
  Json json = json_of(holder);
  json["lease"] = id;
  return dump(json);
}

bool is_by_lease(const std::string& value, LeaseId id) {
  const Json json = Json::parse(value, nullptr, false);
  if (!json.is_object()) {
    return false;
  }
  const auto found = json.find("lease");
  return found != json.end() && found->is_number_integer() && found->get<LeaseId>() == id;
}

// None: it is no number, or so large that it must not be reckoned with.
std::optional<nanoseconds> time_in(const Json& value) {
  constexpr nanoseconds::rep kMost = std::numeric_limits<nanoseconds::rep>::max() / 2;
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() &&
       value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMost)) ||
      value.get<nanoseconds::rep>() < -kMost) {
    return std::nullopt;
  }
  return nanoseconds{value.get<nanoseconds::rep>()};
}

}  // namespace

nanoseconds boot_time() {
  timespec time{};
  if (::clock_gettime(CLOCK_BOOTTIME, &time) != 0) {
    throw std::system_error{errno, std::generic_category(), "clock_gettime(CLOCK_BOOTTIME)"};
  }
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

std::string to_text(const Holder& holder) {
  return dump(json_of(holder));
}

std::optional<Holder> parse_holder(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  const auto node = json.find("node");
  const auto address = json.find("address");
  const auto wall_clock = json.find("wall_clock_ns");
  if (node == json.end() || !node->is_string() || address == json.end() || !address->is_string() ||
      wall_clock == json.end()) {
    return std::nullopt;
  }
  const std::optional<nanoseconds> time = time_in(*wall_clock);
  if (!time) {
    return std::nullopt;
  }
  return Holder{.node = node->get<std::string>(),
                .address = address->get<std::string>(),
                .wall_clock = *time};
}

Lease::Lease(KeyValueStore& store, LeaseSettings settings, BootClock clock)
    : store_{store}, settings_{std::move(settings)}, clock_{std::move(clock)} {}

nanoseconds Lease::left() const noexcept {
  return nanoseconds{valid_until_.load(std::memory_order_acquire)} - clock_();
}

std::optional<KeyIs> Lease::claim() const {
  if (!has_it_) {
    return std::nullopt;
  }
  return KeyIs{.key = settings_.key, .value = value_};
}

void Lease::prolong(nanoseconds sent, std::chrono::seconds ttl) noexcept {
  if (!std::exchange(has_it_, true)) {
    term_.fetch_add(1, std::memory_order_relaxed);  // before valid_until_, which is a release
  }
  const nanoseconds until = sent + std::min(ttl, settings_.ttl) - settings_.margin;
  valid_until_.store(until.count(), std::memory_order_release);
}

void Lease::end() noexcept {
  has_it_ = false;
  const std::int64_t now = clock_().count();
  valid_until_.store(std::min(valid_until_.load(std::memory_order_relaxed), now),
                     std::memory_order_release);
}

bool Lease::try_take(const Holder& holder) {
  end();
  if (take(holder) == Renewal::Renewed) {
    return true;
  }
  give_back();  // else it could be taken by a message that comes late, and nobody would renew it
  return false;
}

// With a new lease.
Lease::Renewal Lease::take(const Holder& holder) {
  id_ = 0;
  value_.clear();
  const nanoseconds sent = clock_();
  try {
    id_ = store_.grant(settings_.ttl);
  } catch (const StoreUnknown&) {
    return Renewal::Unknown;
  } catch (const StoreRefused& error) {
    refused(error);
    return Renewal::Unknown;
  }
  const Renewal taken = put_absent(value_of(holder, id_));
  if (taken == Renewal::Renewed) {
    prolong(sent, settings_.ttl);
  }
  return taken;
}

// Puts the key where nobody has it.
Lease::Renewal Lease::put_absent(const std::string& value) {
  value_ = value;  // if the answer does not come
  try {
    const std::array conditions{KeyIs{.key = settings_.key, .value = {}}};
    const std::array puts{Put{.key = settings_.key, .value = value, .lease = id_}};
    const TransactionResult result = store_.transact(conditions, puts, std::array{settings_.key});
    if (result.succeeded) {
      return Renewal::Renewed;
    }
    return judge(result.found.empty() ? std::nullopt : result.found.front());
  } catch (const StoreUnknown&) {
    return look();
  } catch (const StoreRefused& error) {
    refused(error);
    return Renewal::Unknown;
  }
}

// Whose the key is by now.
Lease::Renewal Lease::look() {
  try {
    return judge(store_.get(settings_.key));
  } catch (const StoreUnknown&) {
    return Renewal::Unknown;
  } catch (const StoreRefused& error) {
    refused(error);
    return Renewal::Unknown;
  }
}

Lease::Renewal Lease::judge(const std::optional<std::string>& found) {
  if (!found) {
    return Renewal::Unknown;  // nobody's, by now
  }
  if (!is_by_lease(*found, id_)) {
    return Renewal::Lost;
  }
  value_ = *found;
  return Renewal::Renewed;
}

Lease::Renewal Lease::renew(const Holder& holder) {
  const Renewal renewal = id_ == 0 ? take_anew(holder) : keep(holder);
  if (renewal == Renewal::Lost) {
    end();
  }
  return renewal;
}

Lease::Renewal Lease::take_anew(const Holder& holder) {
  end();  // whatever the clock says: it may be another's already, or have been
  if (!settings_.take_anew) {
    return Renewal::Lost;
  }
  return take(holder);
}

Lease::Renewal Lease::keep(const Holder& holder) {
  const nanoseconds sent = clock_();
  std::chrono::seconds ttl{0};
  try {
    ttl = store_.keep_alive(id_);
  } catch (const StoreUnknown&) {
    return Renewal::Unknown;
  } catch (const StoreRefused& error) {
    if (error.why() == StoreRefused::Why::LeaseGone) {
      return take_anew(holder);
    }
    refused(error);
    return Renewal::Unknown;
  }
  const Renewal kept = put_value(holder);
  if (kept == Renewal::Renewed) {
    complained_ = false;
    prolong(sent, ttl);
  }
  return kept;
}

// Writes what the holder says of itself now, where the key is still this node's.
Lease::Renewal Lease::put_value(const Holder& holder) {
  const std::string value = value_of(holder, id_);
  const std::string before = value_;
  try {
    const std::array conditions{KeyIs{.key = settings_.key, .value = before}};
    const std::array puts{Put{.key = settings_.key, .value = value, .lease = id_}};
    const TransactionResult result = store_.transact(conditions, puts, std::array{settings_.key});
    if (result.succeeded) {
      value_ = value;
      return Renewal::Renewed;
    }
    if (result.found.empty() || !result.found.front()) {
      end();  // somebody may have had it since the last look
      return settings_.take_anew ? put_absent(value) : Renewal::Lost;
    }
    return judge(result.found.front());  // of a try before, whose answer did not come
  } catch (const StoreUnknown&) {
    return Renewal::Unknown;
  } catch (const StoreRefused& error) {
    if (error.why() == StoreRefused::Why::LeaseGone) {
      return take_anew(holder);
    }
    refused(error);
    return look();  // nothing was written: the lease runs on, if the key is still there
  }
}

void Lease::refused(const StoreRefused& error) {
  if (!std::exchange(complained_, true)) {
    spdlog::error("the cluster's store refuses the lease {}: {}", settings_.key, error.what());
  }
}

std::optional<Holder> Lease::holder() {
  const std::optional<std::string> text = store_.get(settings_.key);
  if (!text) {
    return std::nullopt;
  }
  std::optional<Holder> holder = parse_holder(*text);
  // Somebody has it, whatever it says.
  return holder ? holder : Holder{.node = "(unknown)", .address = {}, .wall_clock = {}};
}

void Lease::give_back() noexcept {
  end();
  const LeaseId id = std::exchange(id_, 0);
  value_.clear();
  if (id == 0) {
    return;
  }
  try {
    store_.revoke(id);
  } catch (...) {
    // It ends by itself, later.
  }
}

LeaseThread::LeaseThread(Lease& lease, KeyValueStore& store, Calls calls)
    : lease_{lease},
      store_{store},
      calls_{std::move(calls)},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

LeaseThread::~LeaseThread() = default;

// What calls_.lost throws ends the process: nobody else would end it.
void LeaseThread::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lease");
  try {
    if (!keep(stop) || stop.stop_requested()) {
      return;  // who is about to end needs it no more
    }
    spdlog::error("the lease {} is another node's", lease_.settings().key);
  } catch (const std::exception& error) {
    spdlog::critical("the lease {} cannot be kept: {}", lease_.settings().key, error.what());
  }
  calls_.lost();
}

// Until it is asked to end: false. True: the lease is lost.
bool LeaseThread::keep(const std::stop_token& stop) {
  const auto interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(lease_.settings().ttl) / 4;
  std::mutex mutex;
  std::condition_variable_any bell;  // nobody rings it but the stop
  bool was_healthy = true;
  bool was_answered = true;
  while (!stop.stop_requested()) {
    auto pause = interval;
    const bool is_healthy = calls_.healthy();
    if (is_healthy != was_healthy) {
      was_healthy = is_healthy;
      if (is_healthy) {
        spdlog::info("this node is healthy again: its lease is renewed");
      } else {
        spdlog::warn("this node is not healthy: its lease is not renewed, and ends");
      }
    }
    if (is_healthy) {
      const Lease::Renewal renewal = lease_.renew(calls_.holder());
      if (renewal == Lease::Renewal::Lost) {
        return true;
      }
      const bool is_answered = renewal == Lease::Renewal::Renewed;
      if (std::exchange(was_answered, is_answered) && !is_answered) {
        pause = interval / kSooner;  // the call itself has taken long enough
      }
      if (is_answered && calls_.idle && !stop.stop_requested()) {
        calls_.idle(store_);
      }
    }
    std::unique_lock lock{mutex};
    bell.wait_for(lock, stop, pause, [] { return false; });
  }
  return false;
}

}  // namespace betex::cluster
