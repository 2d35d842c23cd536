// What clients ask of their order groups.
#include "tests/matching/random_commands.h"

namespace betex::matching::testing {
namespace {

constexpr std::uint32_t kWindowsMs[] = {1'000, 1'000, 3'000, 20'000, 20'000, 1'000'001, 3'600'000};

}  // namespace

// Small against what a few orders fill, so that they trip in the middle of sweeps.
OrderGroupRequest RandomCommands::group_terms(OrderGroupAction action) {
  return {.cl_ord_id = id(),
          .limit = Decimal{static_cast<std::int64_t>(one_in(4) ? 1 + below(400) : 10 + below(120)) *
                           kDecimalScale},
          .window_ms = kWindowsMs[below(std::size(kWindowsMs))],
          .counted = pick({CountedFills::All, CountedFills::Makers}),
          .action = action,
          .cancel_on_disconnect = one_in(3),
          .transact_time = transact_time()};
}

// Something is wrong with it.
void RandomCommands::spoil(OrderGroupRequest& request) {
  switch (below(6)) {
    case 0:
      request.limit =
          pick({Decimal{}, Decimal{-kDecimalScale}, Decimal{1}, Decimal{kDecimalScale / 2}});
      break;
    case 1:
      request.limit = pick({Decimal{4'000'000'000'000 * kDecimalScale}, kMostAmount});
      break;
    case 2:
      request.window_ms = pick({0U, 999U, 3'600'001U});
      break;
    case 3:
      request.counted = static_cast<CountedFills>(pick({0, 3}));
      break;
    case 4:
      request.action = static_cast<OrderGroupAction>(pick({0, 6}));
      break;
    default:
      request.group = Reference{};
      break;
  }
}

// Mostly what the group's state allows: one that is not there is created, a tripped one reset.
OrderGroupRequest RandomCommands::group_request(const ReferenceEngine& reference) {
  const Name owner = account();
  const Reference name = group();
  const RefGroup* const known = reference.find_group(owner, name);
  OrderGroupAction action = pick({OrderGroupAction::Update,
                                  OrderGroupAction::Update,
                                  OrderGroupAction::Update,
                                  OrderGroupAction::Reset,
                                  OrderGroupAction::Trip,
                                  OrderGroupAction::Delete});
  if (one_in(10)) {
    action = OrderGroupAction::Create;
  } else if (known == nullptr && !one_in(8)) {
    action = OrderGroupAction::Create;
  } else if (known != nullptr && known->tripped && !one_in(4)) {
    action = pick({OrderGroupAction::Reset, OrderGroupAction::Reset, OrderGroupAction::Delete});
  }
  OrderGroupRequest request = group_terms(action);
  request.account = owner;
  request.group = name;
  if (one_in(12)) {
    spoil(request);
  }
  return request;
}

}  // namespace betex::matching::testing
