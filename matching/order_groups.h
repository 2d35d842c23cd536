// Order groups (RULES.md section 3): what each has filled within its window, and where a group is
// found by number, by account and name, and by the session that it is bound to. Owned by the
// engine's thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "matching/cl_ord_id_key.h"
#include "matching/order_group_events.h"
#include "matching/order_id_list.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::matching {

inline constexpr std::uint32_t kMaxGroupOrders = 1'024;  // that live, of one group
inline constexpr std::uint32_t kMaxGroups = 1'000;       // of one account
inline constexpr Decimal kMaxGroupLimit{1'000'000'000'000 * kDecimalScale};

// What is within the window, in the bucket that runs and the 64 before it. Buckets are numbered
// from the beginning of time, so that they follow from the journal alone. Those before stand in a
// block of their own, which a fill now and then, long after the one before it, does not touch.
class FilledWindow {
 public:
  static constexpr std::int64_t kBuckets = 64;  // a window

  // Of no group: nothing may be added to it.
  FilledWindow() noexcept = default;

  explicit FilledWindow(std::uint32_t window_ms)
      : window_ms_{window_ms}, before_newest_{std::make_unique<Quantities>()} {}

  [[nodiscard]] std::uint32_t window_ms() const noexcept { return window_ms_; }

  // `now` is not before that of any call before it.
  void add(Timestamp now, Decimal quantity) noexcept {
    const std::int64_t bucket = bucket_of(now);
    if (bucket != newest_) {
      go_to(bucket);
    }
    in_newest_ += quantity.value();
    filled_ += quantity.value();
  }

  [[nodiscard]] Decimal filled(Timestamp now) const noexcept;

  // filled() at any time is not above this, which needs no time.
  [[nodiscard]] Decimal most_filled() const noexcept { return Decimal{filled_}; }

  void clear() noexcept {
    newest_ = 0;
    filled_ = 0;
    in_newest_ = 0;
    used_ = 0;
  }

  // The window has this length from now on; what is within the old one counts as filled now.
  void change(std::uint32_t window_ms, Timestamp now) noexcept;

  // Calls `visit(bucket, quantity)` for each bucket with something in it, in ascending order. Some
  // may not be within the window any more.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (Buckets left = used_; left != 0; left = without_oldest(left)) {
      const std::int64_t bucket = oldest_of(left);
      visit(bucket, Decimal{at(bucket)});
    }
    if (in_newest_ != 0) {
      visit(newest_, Decimal{in_newest_});
    }
  }

  // Puts back what for_each() has visited, in that order. False where it cannot have.
  [[nodiscard]] bool restore(std::int64_t bucket, Decimal quantity) noexcept;

 private:
  // Some of the 64 before the newest one, as bits: the lowest bit is the last of them.
  using Buckets = std::uint64_t;
  static_assert(kBuckets == 64);
  using Quantities = std::array<std::int64_t, kBuckets>;

  [[nodiscard]] std::int64_t bucket_of(Timestamp time) const noexcept {
    constexpr std::int64_t kNanosPerMillisecondAndBucket = 1'000'000 / kBuckets;
    static_assert(kNanosPerMillisecondAndBucket * kBuckets == 1'000'000);
    return time.value() / (window_ms_ * kNanosPerMillisecondAndBucket);
  }

  [[nodiscard]] std::int64_t& at(std::int64_t bucket) noexcept {
    return (*before_newest_)[static_cast<std::uint64_t>(bucket) % kBuckets];
  }

  [[nodiscard]] const std::int64_t& at(std::int64_t bucket) const noexcept {
    return (*before_newest_)[static_cast<std::uint64_t>(bucket) % kBuckets];
  }

  // There must be one.
  [[nodiscard]] std::int64_t oldest_of(Buckets buckets) const noexcept {
    return newest_ - kBuckets + std::countl_zero(buckets);
  }

  [[nodiscard]] static Buckets without_oldest(Buckets buckets) noexcept {
    return buckets ^ std::bit_floor(buckets);
  }

  [[nodiscard]] Buckets lost_by(std::int64_t steps) const noexcept;
  [[nodiscard]] std::int64_t kept_after(std::int64_t steps) const noexcept;
  void go_to(std::int64_t bucket) noexcept;

  std::uint32_t window_ms_ = kMinGroupWindowMs;
  std::int64_t newest_ = 0;                    // the last bucket in which something was filled
  std::int64_t filled_ = 0;                    // in all that are kept
  std::int64_t in_newest_ = 0;                 // of that
  Buckets used_ = 0;                           // that are kept and have something in them
  std::unique_ptr<Quantities> before_newest_;  // what the used ones have; else stale
};

// What orders read is in the first line, what fills read besides in the second.
struct alignas(kCacheLine) OrderGroup {
  std::uint32_t number = 0;
  AccountId account;
  OrderGroupState state = OrderGroupState::Active;
  CountedFills counted = CountedFills::All;
  std::uint32_t live_orders = 0;
  Decimal limit;
  OrderIdList orders;
  Reference name;
  FilledWindow window;
  SessionId session;  // it is bound to; 0: none
};

static_assert(offsetof(OrderGroup, window) == kCacheLine && sizeof(OrderGroup) == 2 * kCacheLine);

[[nodiscard]] OrderGroupStanding standing_of(const OrderGroup& group, Timestamp now) noexcept;

// A deleted group, known as long as an order of it may be.
struct DeletedOrderGroup {
  std::uint32_t number = 0;
  AccountId account;
  std::uint32_t generation = 0;  // of ClOrdIDs, in which it was deleted
  Reference name;
};

class OrderGroups {
 public:
  explicit OrderGroups(const ClOrdIdKey& key) : key_{key} {}

  [[nodiscard]] std::uint32_t last_number() const noexcept { return last_number_; }

  // Null: the account has none of that name.
  [[nodiscard]] const OrderGroup* named(AccountId account, const Reference& name) const noexcept;

  // The same, sooner where it is `guess`: null, or what prefetch_named() has returned, however long
  // ago and whatever has become of it.
  [[nodiscard]] const OrderGroup* named(AccountId account,
                                        const Reference& name,
                                        const OrderGroup* guess) const noexcept {
    return guess != nullptr && is_named(*guess, account, name) ? guess : named(account, name);
  }

  // Its number; 0: none.
  [[nodiscard]] std::uint32_t find(AccountId account, const Reference& name) const noexcept {
    const OrderGroup* const group = named(account, name);
    return group == nullptr ? 0 : group->number;
  }

  [[nodiscard]] std::uint32_t hash_of(AccountId account, const Reference& name) const noexcept {
    return static_cast<std::uint32_t>(key_.hash(account, name));
  }

  // Hints that an order will name the group with this hash, the second one some time after the
  // first: for the table of names; for the group, by name and by number. As nobody can tell which
  // orders name a group, they have no branch of their own: where one names none, `hash` is 0.
  void prefetch_name(std::uint32_t hash) const noexcept { prefetch_line(&names_[home(hash)]); }

  // Returns the group, but now and then another one, or one of no account; never null.
  [[nodiscard]] const OrderGroup* prefetch_named(std::uint32_t hash) const noexcept {
    const NameEntry& entry = guess(hash);
    const OrderGroup* const group = entry.group != nullptr ? entry.group : &nobodys_;
    prefetch_object(*group);
    if (const Page* const page = page_of(entry.number)) {
      prefetch_line(&page->groups[entry.number % kPageSize]);
    }
    return group;
  }

  // Hints that an order of the group will go, or that one will be filled. 0: of none; as nobody can
  // tell which orders that will be, they have no branch of their own.
  void prefetch(std::uint32_t number) const noexcept {
    if (const Page* const page = page_of(number)) {
      const OrderGroup* const group = page->groups[number % kPageSize];
      prefetch_line(group != nullptr ? group : &nobodys_);
    }
  }

  void prefetch_for_fill(std::uint32_t number) const noexcept {
    if (const Page* const page = page_of(number)) {
      const OrderGroup* const group = page->groups[number % kPageSize];
      prefetch_object(group != nullptr ? *group : nobodys_);
    }
  }

  // null: never there, or deleted. Groups stay where they are, and the places of deleted ones are
  // used again.
  [[nodiscard]] const OrderGroup* find(std::uint32_t number) const noexcept {
    const Page* const page = page_of(number);
    return page != nullptr ? page->groups[number % kPageSize] : nullptr;
  }

  // It must be there, and not be deleted.
  [[nodiscard]] OrderGroup& at(std::uint32_t number) noexcept {
    return *pages_[number / kPageSize]->groups[number % kPageSize];
  }

  [[nodiscard]] const OrderGroup& at(std::uint32_t number) const noexcept {
    return *pages_[number / kPageSize]->groups[number % kPageSize];
  }

  // That the account has, without those that are deleted.
  [[nodiscard]] std::uint32_t count_of(AccountId account) const noexcept {
    return account.value() < counts_.size() ? counts_[account.value()] : 0;
  }

  // Number and name must be new. It is bound to its session.
  void add(OrderGroup group);

  // Takes the group out. Its number and name are known on, as those of a deleted one.
  void remove(std::uint32_t number, std::uint32_t generation);

  // Binds the group to another session, or to none.
  void bind(std::uint32_t number, SessionId session);

  // The groups that are bound to the session, in ascending order.
  [[nodiscard]] std::span<const std::uint32_t> bound_to(SessionId session) const noexcept;

  // A generation of ClOrdIDs ends: what was deleted before it began is forgotten.
  void start_generation();

  // In ascending order of numbers.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& page : pages_) {
      if (page == nullptr) {
        continue;
      }
      for (const OrderGroup* const group : page->groups) {
        if (group != nullptr) {
          visit(*group);
        }
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return named_; }

  // In the order in which they were deleted.
  template <typename Visitor>
  void for_each_deleted(Visitor&& visit) const {
    for (const auto* deleted : {&deleted_before_, &deleted_}) {
      for (const DeletedOrderGroup& group : *deleted) {
        visit(group);
      }
    }
  }

  [[nodiscard]] std::size_t deleted() const noexcept {
    return deleted_before_.size() + deleted_.size();
  }

  // For a state that is loaded in that generation: in the order in which for_each_deleted() has
  // visited them.
  void restore(const DeletedOrderGroup& deleted, std::uint32_t generation);

  void restore_last_number(std::uint32_t number) noexcept { last_number_ = number; }

 private:
  static constexpr std::size_t kPageSize = 256;

  struct Page {
    std::array<OrderGroup*, kPageSize> groups{};
    std::size_t used = 0;
  };

  // Side by side, so that few pages of memory hold many.
  using Places = std::array<OrderGroup, 64>;

  // Without the name, which is compared in the group, so that many go into a cache line.
  struct NameEntry {
    const OrderGroup* group = nullptr;  // null: nothing stands here
    std::uint32_t hash = 0;
    std::uint32_t number = 0;
  };

  // Null: nothing there.
  [[nodiscard]] const Page* page_of(std::uint32_t number) const noexcept {
    const std::size_t page = number / kPageSize;
    return page < pages_.size() ? pages_[page].get() : nullptr;
  }

  [[nodiscard]] std::size_t home(std::uint32_t hash) const noexcept {
    return hash & (names_.size() - 1);
  }

  // The entry with this hash, which may be that of another name, where it stands at one of the two
  // places at which nearly all do; else any other one. It does not wait for the group.
  [[nodiscard]] const NameEntry& guess(std::uint32_t hash) const noexcept {
    return names_[home(hash + (names_[home(hash)].hash != hash ? 1 : 0))];
  }

  [[nodiscard]] static bool is_named(const OrderGroup& group,
                                     AccountId account,
                                     const Reference& name) noexcept {
    return group.account == account && group.name == name;
  }

  [[nodiscard]] OrderGroup& take_place();

  void enter(NameEntry entry) noexcept;
  void add_name(NameEntry entry);
  void remove_name(NameEntry entry) noexcept;

  ClOrdIdKey key_;
  std::uint32_t last_number_ = 0;
  std::vector<std::unique_ptr<Page>> pages_;     // by number / kPageSize; null: nothing there
  std::vector<std::unique_ptr<Places>> places_;  // they stay, also where no group is in them
  std::vector<OrderGroup*> free_;                // of them; like nobodys_
  OrderGroup nobodys_;                           // of no account
  std::vector<NameEntry> names_ = std::vector<NameEntry>(16);
  std::size_t named_ = 0;
  std::vector<std::uint32_t> counts_;  // by account
  std::map<SessionId, std::vector<std::uint32_t>> bound_;
  std::vector<DeletedOrderGroup> deleted_;         // in this generation
  std::vector<DeletedOrderGroup> deleted_before_;  // in the one before
};

}  // namespace betex::matching
