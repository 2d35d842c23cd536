#include "matching/id_table.h"

#include <algorithm>
#include <new>

#include "matching/assert.h"

namespace betex::matching {
namespace {

// Entries per bucket, at most: at this load one bucket in twelve is full.
constexpr std::size_t kLoad = 6;

constexpr std::size_t kClearedAtOnce = 16;

}  // namespace

IdTable::IdTable(std::size_t entries)
    : bucket_count_{(entries + kLoad - 1) / kLoad}, capacity_{bucket_count_ * kLoad} {
  std::size_t space = (bucket_count_ + 1) * sizeof(Bucket);
  memory_.reset(static_cast<std::byte*>(std::calloc(space, 1)));
  if (memory_ == nullptr) {
    throw std::bad_alloc{};
  }
  void* aligned = memory_.get();
  buckets_ = static_cast<Bucket*>(
      std::align(alignof(Bucket), bucket_count_ * sizeof(Bucket), aligned, space));
}

void IdTable::touch() noexcept {
  std::fill(buckets_, buckets_ + bucket_count_, Bucket{});
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
void IdTable::insert(std::uint64_t hash, Slot slot) noexcept {
  BETEX_ASSERT(!full());
  std::size_t i = home(hash);
  while (buckets_[i].used == kSlots) {
    i = after(i);
  }
  Bucket& bucket = buckets_[i];
  bucket.tags[bucket.used] = tag_of(hash);
  bucket.slots[bucket.used] = slot;
  ++bucket.used;
  ++entries_;
}

bool IdTable::clear_some() noexcept {
  const std::size_t end = std::min(bucket_count_, cleared_ + kClearedAtOnce);
  std::fill(buckets_ + cleared_, buckets_ + end, Bucket{});
  cleared_ = end;
  if (cleared_ != bucket_count_) {
    return false;
  }
  cleared_ = 0;
  entries_ = 0;
  return true;
}

}  // namespace betex::matching
