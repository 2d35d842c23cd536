#include "matching/order_groups.h"

#include <utility>

#include "matching/assert.h"

namespace betex::matching {

// ---- What is filled -----------------------------------------------------------------------------

// Of the buckets that are used, those that are not within the window any more when it goes so many
// buckets on.
FilledWindow::Buckets FilledWindow::lost_by(std::int64_t steps) const noexcept {
  if (steps >= kBuckets) {
    return used_;
  }
  return steps > 0 ? used_ & ~Buckets{0} << (kBuckets - steps) : 0;
}

// What is filled within the window then.
std::int64_t FilledWindow::kept_after(std::int64_t steps) const noexcept {
  if (steps > kBuckets) {
    return 0;
  }
  const Buckets lost = lost_by(steps);
  if (lost == used_) {
    return in_newest_;
  }
  std::int64_t kept = filled_;
  for (Buckets left = lost; left != 0; left = without_oldest(left)) {
    kept -= at(oldest_of(left));
  }
  return kept;
}

Decimal FilledWindow::filled(Timestamp now) const noexcept {
  return filled_ == 0 ? Decimal{} : Decimal{kept_after(bucket_of(now) - newest_)};
}

void FilledWindow::go_to(std::int64_t bucket) noexcept {
  BETEX_ASSERT(filled_ == 0 || bucket > newest_);
  const std::int64_t steps = bucket - newest_;
  if (filled_ == 0 || steps > kBuckets) {
    filled_ = 0;
    used_ = 0;
  } else {
    filled_ = kept_after(steps);
    // In two parts, as a shift by the whole width is undefined.
    used_ = (used_ << (steps - 1) << 1) | Buckets{1} << (steps - 1);
    at(newest_) = in_newest_;
  }
  in_newest_ = 0;
  newest_ = bucket;
}

void FilledWindow::change(std::uint32_t window_ms, Timestamp now) noexcept {
  const Decimal kept = filled(now);
  clear();
  window_ms_ = window_ms;
  if (kept != Decimal{}) {
    add(now, kept);
  }
}

bool FilledWindow::restore(std::int64_t bucket, Decimal quantity) noexcept {
  // A walk can add two orders' quantities to what is below the limit.
  constexpr std::int64_t kMost = 4 * kMaxGroupLimit.value();
  if (bucket < 0 || quantity <= Decimal{} || quantity.value() > kMost - filled_ ||
      (filled_ != 0 && bucket <= newest_)) {
    return false;
  }
  const std::int64_t before = filled_;
  go_to(bucket);
  in_newest_ = quantity.value();
  filled_ += quantity.value();
  return filled_ == before + quantity.value();  // nothing has fallen out
}

OrderGroupStanding standing_of(const OrderGroup& group, Timestamp now) noexcept {
  return {.limit = group.limit,
          .filled = group.window.filled(now),
          .window_ms = group.window.window_ms(),
          .live_orders = group.live_orders,
          .cancel_on_disconnect = group.session,
          .counted = group.counted,
          .state = group.state};
}

// ---- By number ----------------------------------------------------------------------------------

void OrderGroups::add(OrderGroup group) {
  const std::uint32_t number = group.number;
  const SessionId session = std::exchange(group.session, SessionId{});
  const std::size_t page = number / kPageSize;
  BETEX_ASSERT(number != 0 && find(number) == nullptr);
  last_number_ = std::max(last_number_, number);
  if (page >= pages_.size()) {
    pages_.resize(page + 1);
  }
  if (pages_[page] == nullptr) {
    pages_[page] = std::make_unique<Page>();
  }
  BETEX_ASSERT(named(group.account, group.name) == nullptr);
  if (group.account.value() >= counts_.size()) {
    counts_.resize(std::size_t{group.account.value()} + 1);
  }
  ++counts_[group.account.value()];
  OrderGroup& place = take_place();
  place = std::move(group);
  pages_[page]->groups[number % kPageSize] = &place;
  ++pages_[page]->used;
  add_name({.group = &place, .hash = hash_of(place.account, place.name), .number = number});
  bind(number, session);
}

OrderGroup& OrderGroups::take_place() {
  if (free_.empty()) {
    Places& added = *places_.emplace_back(std::make_unique<Places>());
    for (OrderGroup& place : added) {
      free_.push_back(&place);
    }
    std::reverse(free_.begin(), free_.end());
  }
  OrderGroup& place = *free_.back();
  free_.pop_back();
  return place;
}

void OrderGroups::remove(std::uint32_t number, std::uint32_t generation) {
  bind(number, SessionId{});
  std::unique_ptr<Page>& page = pages_[number / kPageSize];
  OrderGroup& group = *std::exchange(page->groups[number % kPageSize], nullptr);
  if (--page->used == 0) {
    page.reset();
  }
  remove_name({.group = &group, .hash = hash_of(group.account, group.name)});
  --counts_[group.account.value()];
  deleted_.push_back(
      {.number = number, .account = group.account, .generation = generation, .name = group.name});
  group = OrderGroup{};
  free_.push_back(&group);
}

void OrderGroups::start_generation() {
  deleted_before_ = std::exchange(deleted_, {});
}

void OrderGroups::restore(const DeletedOrderGroup& deleted, std::uint32_t generation) {
  (deleted.generation == generation ? deleted_ : deleted_before_).push_back(deleted);
}

// ---- By session ---------------------------------------------------------------------------------

std::span<const std::uint32_t> OrderGroups::bound_to(SessionId session) const noexcept {
  const auto bound = bound_.find(session);
  return bound == bound_.end() ? std::span<const std::uint32_t>{} : std::span{bound->second};
}

void OrderGroups::bind(std::uint32_t number, SessionId session) {
  SessionId& bound = at(number).session;
  if (bound == session) {
    return;
  }
  if (bound != SessionId{}) {
    const auto entry = bound_.find(bound);
    std::vector<std::uint32_t>& numbers = entry->second;
    numbers.erase(std::lower_bound(numbers.begin(), numbers.end(), number));
    if (numbers.empty()) {
      bound_.erase(entry);
    }
  }
  if (session != SessionId{}) {
    std::vector<std::uint32_t>& numbers = bound_[session];
    numbers.insert(std::lower_bound(numbers.begin(), numbers.end(), number), number);
  }
  bound = session;
}

// ---- By name ------------------------------------------------------------------------------------
//
// A table that is at most a third full; whatever is behind a name that is taken out moves up. The
// hashes are taken with the process's secret, so that no client can choose names that collide.

const OrderGroup* OrderGroups::named(AccountId account, const Reference& name) const noexcept {
  const std::uint32_t hash = hash_of(account, name);
  const std::size_t mask = names_.size() - 1;
  for (std::size_t i = home(hash); names_[i].group != nullptr; i = (i + 1) & mask) {
    const OrderGroup& group = *names_[i].group;
    if (names_[i].hash == hash && is_named(group, account, name)) {
      return &group;
    }
  }
  return nullptr;
}

void OrderGroups::enter(NameEntry entry) noexcept {
  const std::size_t mask = names_.size() - 1;
  std::size_t i = home(entry.hash);
  while (names_[i].group != nullptr) {
    i = (i + 1) & mask;
  }
  names_[i] = entry;
}

void OrderGroups::add_name(NameEntry entry) {
  if ((named_ + 1) * 3 > names_.size()) {
    std::vector<NameEntry> old(names_.size() * 2);
    old.swap(names_);
    for (const NameEntry known : old) {
      if (known.group != nullptr) {
        enter(known);
      }
    }
  }
  enter(entry);
  ++named_;
}

void OrderGroups::remove_name(NameEntry entry) noexcept {
  const std::size_t mask = names_.size() - 1;
  std::size_t gap = home(entry.hash);
  while (names_[gap].group != entry.group) {
    gap = (gap + 1) & mask;
  }
  for (std::size_t i = (gap + 1) & mask; names_[i].group != nullptr; i = (i + 1) & mask) {
    // It may stand in the gap where its home is not between the two.
    if (((i - home(names_[i].hash)) & mask) >= ((i - gap) & mask)) {
      names_[gap] = names_[i];
      gap = i;
    }
  }
  names_[gap] = NameEntry{};
  --named_;
}

}  // namespace betex::matching
