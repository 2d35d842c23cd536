#include "tests/sim/clients/judges/replica.h"

#include <exception>

#include "tests/matching/state_invariants.h"

namespace betex::sim {
namespace {

using matching::Engine;

std::string behind(const Engine& engine) {
  return "after event " + std::to_string(engine.last_seq().value());
}

}  // namespace

Replica::Faults Replica::take(const matching::TransactionView& transaction) {
  Faults faults = log_.read(transaction);
  if (!faults.empty()) {
    return faults;
  }
  engine_.apply(transaction);
  ++since_look_;
  if (audits_ == Audits::EachTransaction) {
    faults = look_at(engine_);
    for (std::string& fault : faults) {
      fault = "what follows from it " + behind(engine_) + ": " + fault;
    }
  }
  return faults;
}

// Which invariants one in another state breaks says more; it may be so different that none can be
// looked at.
Replica::Faults Replica::look(const Engine& live) {
  since_look_ = 0;
  const bool is_same = live.state_hash() == engine_.state_hash();
  Faults faults;
  try {
    faults = look_at(live);
  } catch (const std::exception&) {
    if (is_same) {
      throw;
    }
  }
  for (std::string& fault : faults) {
    fault = "the gateway's engine " + behind(live) + ": " + fault;
  }
  if (!is_same) {
    faults.push_back(behind(live) +
                     " the gateway's engine has another state than one that has replayed the log");
  }
  return faults;
}

// Who is solvent now has no cause any more to be in deficit later.
Replica::Faults Replica::look_at(const Engine& engine) {
  Faults faults = broken_state(matching::testing::view_of(engine), log_.shadow());
  engine.visit_accounts([this](const matching::AccountInfo& account) {
    if (account.available.value() >= 0) {
      log_.note_solvent(account.account);
    }
  });
  return faults;
}

}  // namespace betex::sim
