// The order groups of a snapshot.
#include "matching/apply.h"
#include "matching/snapshot.h"
#include "matching/snapshot_records.h"

namespace betex::matching {
namespace {

template <typename Visitor>
void for_each_fill(const State& state, Visitor&& visit) {
  state.order_groups.for_each([&visit](const OrderGroup& group) {
    group.window.for_each([&](std::int64_t bucket, Decimal filled) {
      visit(SavedGroupFills{.group = group.number, .bucket = bucket, .filled = filled});
    });
  });
}

void load_group(State& state, const SavedGroup& saved) {
  OrderGroups& groups = state.order_groups;
  const bool known_state =
      saved.state == OrderGroupState::Active || saved.state == OrderGroupState::Tripped;
  const bool known_scope =
      saved.counted == CountedFills::All || saved.counted == CountedFills::Makers;
  Loader::check(saved.number != 0 && saved.number <= groups.last_number() &&
                    groups.find(saved.number) == nullptr &&
                    state.accounts.contains(saved.account) && saved.name.well_formed() &&
                    groups.find(saved.account, saved.name) == 0,
                "an order group's ids");
  Loader::check(known_state && known_scope && saved.window_ms >= kMinGroupWindowMs &&
                    saved.window_ms <= kMaxGroupWindowMs &&
                    (saved.session == SessionId{} || state.sessions.contains(saved.session)),
                "an order group");
  groups.add({.number = saved.number,
              .account = saved.account,
              .state = saved.state,
              .counted = saved.counted,
              .limit = saved.limit,
              .name = saved.name,
              .window = FilledWindow{saved.window_ms},
              .session = saved.session});
}

void load_fills(State& state, const SavedGroupFills& saved) {
  Loader::check(state.order_groups.find(saved.group) != nullptr, "a filled order group");
  Loader::check(state.order_groups.at(saved.group).window.restore(saved.bucket, saved.filled),
                "what an order group has filled");
}

void load_deleted(State& state, const DeletedOrderGroup& saved) {
  const std::uint32_t generation = state.generations.number;
  Loader::check(saved.number != 0 && saved.number <= state.order_groups.last_number() &&
                    state.accounts.contains(saved.account) && saved.name.well_formed() &&
                    saved.generation <= generation && saved.generation + 1 >= generation,
                "a deleted order group");
  state.order_groups.restore(saved, generation);
}

// The orders are known by now.
void find_live_orders(State& state) {
  state.orders.for_each([&state](Slot, const Order& order) {
    if (order.live() && order.order_group != 0) {
      Loader::check(state.order_groups.find(order.order_group) != nullptr &&
                        state.order_groups.at(order.order_group).account == order.account,
                    "a live order's group");
      join_group(state, order);
    }
  });
}

}  // namespace

void save_order_groups(const State& state, Saver& saver) {
  const OrderGroups& groups = state.order_groups;
  saver.section<SavedGroup>(
      Section::OrderGroups, groups.size(), archive_group, [&groups](auto&& put) {
        groups.for_each([&put](const OrderGroup& group) {
          put({.number = group.number,
               .account = group.account,
               .name = group.name,
               .limit = group.limit,
               .window_ms = group.window.window_ms(),
               .counted = group.counted,
               .state = group.state,
               .session = group.session});
        });
      });
  std::uint64_t fills = 0;
  for_each_fill(state, [&fills](const SavedGroupFills&) { ++fills; });
  saver.section<SavedGroupFills>(
      Section::GroupFills, fills, archive_group_fills, [&state](auto&& put) {
        for_each_fill(state, put);
      });
  saver.section<DeletedOrderGroup>(
      Section::DeletedGroups, groups.deleted(), archive_deleted_group, [&groups](auto&& put) {
        groups.for_each_deleted(put);
      });
}

void load_order_groups(State& state, Loader& loader) {
  loader.section<SavedGroup>(Section::OrderGroups, archive_group, [&state](const auto& saved) {
    load_group(state, saved);
  });
  loader.section<SavedGroupFills>(Section::GroupFills,
                                  archive_group_fills,
                                  [&state](const auto& saved) { load_fills(state, saved); });
  loader.section<DeletedOrderGroup>(Section::DeletedGroups,
                                    archive_deleted_group,
                                    [&state](const auto& saved) { load_deleted(state, saved); });
  find_live_orders(state);
}

}  // namespace betex::matching
