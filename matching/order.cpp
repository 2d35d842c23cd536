#include "matching/order.h"

#include <utility>

#include "matching/assert.h"

namespace betex::matching {

namespace {

std::size_t pages_for(std::size_t orders, std::size_t page_size) {
  return (orders + page_size - 1) / page_size;
}

}  // namespace

OrderPool::OrderPool() {
  add_live_page();
}

void OrderPool::reserve(std::size_t live) {
  for (std::size_t left = pages_for(live, kPageSize); left != 0; --left) {
    reserved_.push_back(add_live_page());
  }
}

Slot OrderPool::take() {
  Slot slot = free_;
  Order* order = nullptr;
  if (slot != 0) {
    order = &at(slot);
    free_ = order->next;
  } else {
    if (next_fresh_ == end_of_fresh_) {
      open_live_page();
    }
    slot = next_fresh_++;
    order = &at(slot);
  }
  *order = Order{};
  return slot;
}

void OrderPool::open_live_page() {
  if (reserved_.empty()) {
    reserved_.push_back(add_live_page());
  }
  next_fresh_ = static_cast<Slot>(reserved_.back() * kPageSize);
  end_of_fresh_ = next_fresh_ + static_cast<Slot>(kPageSize);
  reserved_.pop_back();
}

void OrderPool::give_back(Slot slot) noexcept {
  at(slot).next = free_;
  free_ = slot;
}

std::uint32_t OrderPool::add_page() {
  orders_.push_back(std::make_unique<Order[]>(kPageSize));
  terms_.emplace_back();
  forgotten_.push_back(0);
  return static_cast<std::uint32_t>(orders_.size() - 1);
}

std::uint32_t OrderPool::add_live_page() {
  const std::uint32_t page = add_page();
  terms_[page] = std::make_unique<LiveTerms[]>(kPageSize);
  return page;
}

void OrderTable::reserve(std::size_t live, std::size_t finished) {
  pool_.reserve(live);
  for (std::size_t left = pages_for(finished, OrderPool::kPageSize); left != 0; --left) {
    spare_.push_back(pool_.add_page());
  }
  for (std::size_t left = pages_for(live + finished, kPageSize); left != 0; --left) {
    spare_index_pages_.push_back(std::make_unique<IndexPage>());
  }
}

Slot OrderTable::insert(OrderId id) {
  if (!forgotten_.empty()) {
    sweep_index();
  }
  const std::uint64_t number = id.value() / kPageSize;
  if (number >= index_.size() || index_[number] == nullptr) {
    add_index_page(number);
  }
  IndexPage& page = *index_[number];
  Slot& entry = page.slots[id.value() % kPageSize];
  BETEX_ASSERT(entry == 0);
  const Slot slot = pool_.take();
  BETEX_ASSERT((slot & kFinished) == 0);
  entry = slot;
  ++page.used;
  ++live_;
  at(slot).id = id;
  return slot;
}

void OrderTable::finish(Slot slot) {
  index_entry(at(slot).id) |= kFinished;
  --live_;
  at(slot).place = OrderPlace::Finished;
  just_finished_.push_back(slot);
}

void OrderTable::put_finished_away() {
  for (const Slot from : just_finished_) {
    const Order& order = at(from);
    const Slot to = slot_for_finished(finished_[order.finished_generation % 2]);
    at(to) = order;
    index_entry(order.id) = to | kFinished;
    pool_.give_back(from);
  }
  just_finished_.clear();
}

void OrderTable::start_generation(std::uint32_t number) {
  put_finished_away();
  Finished& ended = finished_[number % 2];
  for (const std::uint32_t page : ended.pages) {
    pool_.set_forgotten(page, true);
  }
  forgotten_.insert(forgotten_.end(), ended.pages.begin(), ended.pages.end());
  ended.pages.clear();
  ended.count = 0;
  swept_ = 0;
}

Slot OrderTable::slot_for_finished(Finished& generation) {
  const std::size_t place = generation.count++ % OrderPool::kPageSize;
  if (place == 0) {
    add_page_to(generation);
  }
  return static_cast<Slot>(generation.pages.back() * OrderPool::kPageSize + place);
}

void OrderTable::add_page_to(Finished& generation) {
  if (spare_.empty()) {
    spare_.push_back(pool_.add_page());
  }
  generation.pages.push_back(spare_.back());
  spare_.pop_back();
}

void OrderTable::add_index_page(std::size_t page) {
  if (page >= index_.size()) {
    index_.resize(page + 1);
  }
  if (spare_index_pages_.empty()) {
    spare_index_pages_.push_back(std::make_unique<IndexPage>());
  }
  index_[page] = std::move(spare_index_pages_.back());
  spare_index_pages_.pop_back();
}

// Clears the entries of forgotten orders, some at a time; then their pages can be used again.
void OrderTable::sweep_index() {
  constexpr std::size_t kSteps = 64;
  for (std::size_t step = 0; step < kSteps; ++step) {
    const std::size_t number = swept_ / kPageSize;
    if (number == index_.size()) {
      for (const std::uint32_t page : forgotten_) {
        pool_.set_forgotten(page, false);
      }
      spare_.insert(spare_.end(), forgotten_.begin(), forgotten_.end());
      forgotten_.clear();
      return;
    }
    std::unique_ptr<IndexPage>& page = index_[number];
    if (page == nullptr) {
      swept_ = (number + 1) * kPageSize;
      continue;
    }
    Slot& slot = page->slots[swept_ % kPageSize];
    ++swept_;
    if (slot != 0 && pool_.is_forgotten(slot & ~kFinished)) {
      slot = 0;
      if (--page->used == 0) {
        spare_index_pages_.push_back(std::move(page));
      }
    }
  }
}

}  // namespace betex::matching
