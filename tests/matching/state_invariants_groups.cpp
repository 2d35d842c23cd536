// What must hold of order groups after every transaction: RULES.md section 8.
#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

std::string group_number(std::uint32_t group) {
  return "#" + std::to_string(group);
}

bool same_terms(const OrderGroupStanding& left, const OrderGroupStanding& right) {
  return left.limit == right.limit && left.window_ms == right.window_ms &&
         left.counted == right.counted && left.state == right.state &&
         left.cancel_on_disconnect == right.cancel_on_disconnect;
}

}  // namespace

std::string order_groups_are_what_the_log_says(const EngineView& view, const Shadow& shadow) {
  if (view.groups.size() != shadow.groups.size()) {
    return "their number";
  }
  std::map<std::uint32_t, std::uint32_t> live;
  for (const auto& [id, order] : view.live) {
    ++live[order.order_group];
  }
  std::uint32_t last = 0;
  for (const OrderGroupInfo& group : view.groups) {
    const auto said = shadow.groups.find(group.number);
    if (group.number <= last || said == shadow.groups.end() ||
        group.account != said->second.account || group.name != said->second.name ||
        !same_terms(group.standing, said->second.standing) ||
        group.standing.live_orders != live[group.number]) {
      return group_number(group.number);
    }
    last = group.number;
  }
  return {};
}

std::string orders_have_what_they_were_entered_with(const EngineView& view, const Shadow& shadow) {
  for (const auto& [id, order] : shadow.live) {
    const auto found = view.live.find(id);
    if (found != view.live.end() && (found->second.order_group != order.accepted.order_group ||
                                     found->second.reference != order.accepted.reference)) {
      return number(id);
    }
  }
  return {};
}

// At least of the window, and of at most 1/64 more.
std::string filled_is_of_the_window(const EngineView& view, const Shadow& shadow) {
  for (const OrderGroupInfo& group : view.groups) {
    const auto said = shadow.groups.find(group.number);
    if (said == shadow.groups.end()) {
      continue;
    }
    const Int128 window = Int128{group.standing.window_ms} * kMillisecond;
    if (group.standing.filled < said->second.filled_in(window, shadow.now) ||
        group.standing.filled > said->second.filled_in(window * 65 / 64, shadow.now)) {
      return group_number(group.number);
    }
  }
  return {};
}

std::string tripped_groups_have_no_orders(const EngineView& view, const Shadow&) {
  for (const OrderGroupInfo& group : view.groups) {
    const bool tripped = group.standing.state == OrderGroupState::Tripped;
    if (tripped && group.standing.live_orders != 0) {
      return group_number(group.number);
    }
    for (const auto& [id, order] : view.live) {
      if (tripped && order.order_group == group.number) {
        return group_number(group.number) + " has " + number(id);
      }
    }
  }
  return {};
}

std::string active_groups_are_filled_below_their_limits(const EngineView& view, const Shadow&) {
  for (const OrderGroupInfo& group : view.groups) {
    if (group.standing.state == OrderGroupState::Active &&
        group.standing.filled >= group.standing.limit) {
      return group_number(group.number);
    }
  }
  return {};
}

}  // namespace betex::matching::testing
