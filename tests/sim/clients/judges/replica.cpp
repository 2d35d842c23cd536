#include "tests/sim/clients/judges/replica.h"

#include <exception>

#include "tests/matching/state_invariants.h"

namespace betex::sim {
namespace {

using matching::Engine;

}  // namespace

Replica::Faults Replica::take(const matching::TransactionView& transaction) {
  Faults faults = log_.read(transaction);
  if (faults.empty()) {
    engine_.apply(transaction);
    ++since_look_;
  }
  return faults;
}

// Which invariants one in another state breaks says more; it may be so different that none can be
// looked at.
Replica::Faults Replica::look(const Engine& live) {
  const std::string when = "after event " + std::to_string(live.last_seq().value());
  if (live.state_hash() == engine_.state_hash()) {
    return look_at(live);
  }
  Faults faults;
  try {
    faults = look_at(live);
  } catch (const std::exception&) {
    since_look_ = 0;
  }
  faults.push_back(when +
                   " the gateway's engine has another state than one that has replayed the log");
  return faults;
}

// Who is solvent now has no cause any more to be in deficit later.
Replica::Faults Replica::look_at(const Engine& engine) {
  since_look_ = 0;
  Faults faults = broken_state(matching::testing::view_of(engine), log_.shadow());
  for (std::string& fault : faults) {
    fault = "the gateway's engine after event " + std::to_string(engine.last_seq().value()) + ": " +
            fault;
  }
  engine.visit_accounts([this](const matching::AccountInfo& account) {
    if (account.available.value() >= 0) {
      log_.note_solvent(account.account);
    }
  });
  return faults;
}

}  // namespace betex::sim
