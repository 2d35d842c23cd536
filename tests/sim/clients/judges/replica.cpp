#include "tests/sim/clients/judges/replica.h"

#include <utility>

#include "tests/matching/state_invariants.h"

namespace betex::sim {
namespace {

using matching::Engine;

}  // namespace

Replica::Faults Replica::take(const matching::TransactionView& transaction) {
  Faults faults = log_.read(transaction);
  engine_.apply(transaction);
  ++since_look_;
  return faults;
}

Replica::Faults Replica::look(const Engine& live) {
  Faults faults = look_at(live, "the gateway's engine");
  if (live.last_seq() == engine_.last_seq() && live.state_hash() != engine_.state_hash()) {
    faults.push_back("after event " + std::to_string(live.last_seq().value()) +
                     " the gateway's engine has another state than one that has replayed the log");
  }
  return faults;
}

// Who is solvent now has no cause any more to be in deficit later.
Replica::Faults Replica::look_at(const Engine& engine, const std::string& name) {
  since_look_ = 0;
  Faults faults = broken_state(matching::testing::view_of(engine), log_.shadow());
  for (std::string& fault : faults) {
    fault = name + " after event " + std::to_string(engine.last_seq().value()) + ": " + fault;
  }
  engine.visit_accounts([this](const matching::AccountInfo& account) {
    if (account.available.value() >= 0) {
      log_.note_solvent(account.account);
    }
  });
  return faults;
}

}  // namespace betex::sim
