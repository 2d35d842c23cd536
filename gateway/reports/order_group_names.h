// What order groups are called: each as long as an order may come to it, and then as long as there
// is a record of an order that did, since reports of that one name it. A number is never another
// group's, so a report that is made late names the group that its order came to. *Owned by the
// report thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "matching/assert.h"
#include "matching/types.h"

namespace betex::gateway {

class OrderGroupNames {
 public:
  // Again is harmless.
  void add(std::uint32_t group, const matching::Reference& name) {
    groups_.try_emplace(group, Group{.name = name});
  }

  // It is deleted: no order comes to it any more. It must be known; that it is, is asserted, as
  // below.
  void remove(std::uint32_t group) {
    known(group).deleted = true;
    forget_unused(group);
  }

  // There is one more record of an order of the group.
  void hold(std::uint32_t group) { ++known(group).orders; }

  // There is one less.
  void release(std::uint32_t group) {
    Group& its = known(group);
    BETEX_ASSERT(its.orders > 0);
    --its.orders;
    forget_unused(group);
  }

  [[nodiscard]] const matching::Reference& name(std::uint32_t group) const {
    const auto found = groups_.find(group);
    BETEX_ASSERT(found != groups_.end());
    return found->second.name;
  }

  [[nodiscard]] std::size_t size() const noexcept { return groups_.size(); }

 private:
  struct Group {
    matching::Reference name;
    std::size_t orders = 0;  // records of them
    bool deleted = false;
  };

  Group& known(std::uint32_t group) {
    const auto found = groups_.find(group);
    BETEX_ASSERT(found != groups_.end());
    return found->second;
  }

  void forget_unused(std::uint32_t group) {
    const auto found = groups_.find(group);
    if (found->second.deleted && found->second.orders == 0) {
      groups_.erase(found);
    }
  }

  std::unordered_map<std::uint32_t, Group> groups_;  // by number
};

}  // namespace betex::gateway
