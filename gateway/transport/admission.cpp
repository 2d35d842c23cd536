#include "gateway/transport/admission.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace betex::fix {

using gateway::AddressRange;
using gateway::IpAddress;

namespace {

// Only who can log on adds to them; a bound all the same.
constexpr std::size_t kMaxKnown = 10'000;

}  // namespace

// ---- Places -------------------------------------------------------------------------------------

void Admission::Place::logged_on() {
  if (admission_ && !std::exchange(logged_on_, true)) {
    admission_->log_on(*this);
  }
}

void Admission::Place::give_back() {
  if (const auto admission = std::exchange(admission_, nullptr)) {
    admission->leave(*this);
  }
}

void Admission::log_on(const Place& place) {
  const std::lock_guard lock{mutex_};
  leave_strangers(place);
  remember(place.address_.peer());
}

void Admission::leave(const Place& place) {
  const std::lock_guard lock{mutex_};
  if (!place.logged_on_) {
    leave_strangers(place);
  }
  --connections_;
  const auto from_there = by_peer_.find(place.address_.peer());
  if (--from_there->second == 0) {
    by_peer_.erase(from_there);
  }
}

void Admission::leave_strangers(const Place& place) {
  --before_logon_;
  if (!place.known_) {
    --unknown_before_logon_;
  }
}

// ---- Who is let in ------------------------------------------------------------------------------

void Admission::set_limits(const Limits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
}

void Admission::set_allowed(const std::vector<AddressRange>& ranges) {
  std::vector<AddressRange> unique;
  std::set<std::string> texts;
  std::copy_if(ranges.begin(), ranges.end(), std::back_inserter(unique), [&](const auto& range) {
    return texts.insert(range.text()).second;
  });
  const std::lock_guard lock{mutex_};
  allowed_ = std::move(unique);
}

bool Admission::is_known(const IpAddress& address) const {
  return known_.contains(address.peer()) ||
         std::any_of(allowed_.begin(), allowed_.end(), [&](const AddressRange& range) {
           return range.single() && range.contains(address);
         });
}

void Admission::remember(const IpAddress& peer) {
  if (!known_.insert(peer).second) {
    return;
  }
  oldest_known_.push_back(peer);
  if (oldest_known_.size() > kMaxKnown) {
    known_.erase(oldest_known_.front());
    oldest_known_.pop_front();
  }
}

std::variant<Admission::Place, Admission::Refusal> Admission::admit(const IpAddress& address) {
  const std::lock_guard lock{mutex_};
  const bool allowed = std::any_of(
      allowed_.begin(), allowed_.end(), [&](const auto& range) { return range.contains(address); });
  if (!allowed) {
    return Refusal::NotFromThere;
  }
  if (connections_ >= limits_.connections) {
    return Refusal::TooMany;
  }
  const auto from_there = by_peer_.find(address.peer());
  if (from_there != by_peer_.end() && from_there->second >= limits_.per_address) {
    return Refusal::TooManyFromThere;
  }
  const bool known = is_known(address);
  const std::size_t for_unknown = std::max<std::size_t>(limits_.before_logon / 2, 1);
  if (before_logon_ >= limits_.before_logon || (!known && unknown_before_logon_ >= for_unknown)) {
    return Refusal::TooManyBeforeLogon;
  }
  ++connections_;
  ++before_logon_;
  unknown_before_logon_ += known ? 0 : 1;
  ++by_peer_[address.peer()];
  return Place{shared_from_this(), address, known};
}

}  // namespace betex::fix
