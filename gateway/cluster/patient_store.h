// A store whose calls are made again until they are answered: each is one that may be made twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {

struct Patience {
  // From the first try that was not answered; then JournalError (AuthorityLost).
  std::chrono::milliseconds stall_exit{10'000};
  // Between two tries; throws to give up. Empty: sleeps.
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<std::chrono::steady_clock::time_point()> now;  // empty: the steady clock
};

// *Owned by one thread.*
class PatientStore {
 public:
  // `store` must outlive it.
  PatientStore(KeyValueStore& store, Patience patience);

  // The transaction may be done by a try that was not answered: where its puts make the conditions
  // fail, it did not succeed then, and what is found is what it has put. So it must read that.
  TransactionResult transact(std::span<const KeyIs> conditions,
                             std::span<const Put> puts,
                             std::span<const std::string> otherwise);

  [[nodiscard]] std::optional<std::string> get(const std::string& key);

 private:
  template <typename Call>
  auto insist(const Call& call);

  // Logs a refusal that it has not logged since the last answer.
  void complain(const StoreRefused& error);

  KeyValueStore& store_;
  const Patience patience_;
  std::optional<StoreRefused::Why> complained_;
};

}  // namespace betex::cluster
