// The ids of operators' requests, with what became of each, so that none acts twice (RULES.md
// section 5). They are forgotten a whole generation at a time, those of the one before last. Owned
// by the engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "matching/hash.h"
#include "matching/id_table.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct RequestRecord {
  Name request_id;
  EventSeq answered_by;      // the first event that it caused
  std::uint64_t digest = 0;  // of its content
  Reason reason{};           // where it was refused
  Zeros<6> reserved;
};

static_assert(std::has_unique_object_representations_v<RequestRecord>);

class RequestIds {
 public:
  // null: unknown. Valid until the next change.
  [[nodiscard]] const RequestRecord* find(const Name& request_id) const noexcept {
    const std::uint64_t hash = hash_text(request_id, 0);
    for (const Generation* generation : {&current_, &before_}) {
      if (const RequestRecord* const found = generation->find(request_id, hash)) {
        return found;
      }
    }
    return nullptr;
  }

  // The id must not be known.
  void insert(const RequestRecord& record) { current_.insert(record); }

  // The one that came last.
  [[nodiscard]] RequestRecord& last() noexcept { return current_.at(current_.size); }

  // Forgets those that came before the generation that ends now began.
  void start_generation() { before_ = std::exchange(current_, Generation{}); }

  // Calls `visit(is_current, record)`, the oldest first.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const Generation* generation : {&before_, &current_}) {
      for (Slot slot = 1; slot <= generation->size; ++slot) {
        visit(generation == &current_, generation->at(slot));
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return current_.size + before_.size; }

 private:
  static constexpr std::size_t kPageSize = 1024;
  static constexpr std::size_t kFirstTable = 1024;  // entries

  struct Generation {
    [[nodiscard]] RequestRecord& at(Slot slot) noexcept {
      return (*pages[(slot - 1) / kPageSize])[(slot - 1) % kPageSize];
    }

    [[nodiscard]] const RequestRecord& at(Slot slot) const noexcept {
      return (*pages[(slot - 1) / kPageSize])[(slot - 1) % kPageSize];
    }

    [[nodiscard]] const RequestRecord* find(const Name& id, std::uint64_t hash) const noexcept {
      for (const IdTable& table : tables) {
        const Slot slot = table.find(hash, [&](Slot known) { return at(known).request_id == id; });
        if (slot != 0) {
          return &at(slot);
        }
      }
      return nullptr;
    }

    void insert(const RequestRecord& record) {
      if (size % kPageSize == 0) {
        pages.push_back(std::make_unique<Page>());
      }
      if (tables.empty() || tables.back().full()) {
        tables.emplace_back(tables.empty() ? kFirstTable : tables.back().capacity() * 2);
      }
      at(++size) = record;
      tables.back().insert(hash_text(record.request_id, 0), size);
    }

    using Page = std::array<RequestRecord, kPageSize>;

    std::vector<std::unique_ptr<Page>> pages;
    std::vector<IdTable> tables;
    Slot size = 0;
  };

  Generation current_;
  Generation before_;
};

}  // namespace betex::matching
