// Who hears what clients are told, while they are: what they cannot judge by their own messages
// alone. The judge is one; a client knows nothing else of it.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/client_book.h"
#include "gateway/client/message.h"
#include "tests/crash/trading_record.h"

namespace betex::sim {

class Witness {
 public:
  virtual ~Witness() = default;

  // Before it logs on for the first time.
  virtual void joins(const std::string& comp_id) = 0;

  // The next message that its session gave to this client of orders or operations.
  virtual void told(const std::string& comp_id, const client::Message& message) = 0;

  // A reader of market data has this picture now, `depth` levels a side; 0: all.
  virtual void shown(const std::string& symbol, const client::ClientBook& book, int depth) = 0;

  // What contradicts the rules, as the client sees it. It may not be able to go on.
  virtual void fault(const std::string& comp_id, const std::string& what) = 0;

  // Instruments of markets that have begun and are not over, as anybody may know them.
  [[nodiscard]] virtual const std::vector<std::string>& symbols() const = 0;

  // ---- The end

  // The client asks for nothing more, and has all its answers.
  virtual void is_settled(const std::string& comp_id) = 0;

  // Everybody is settled, and this one has been told what it is owed.
  [[nodiscard]] virtual bool may_leave(const std::string& comp_id) const = 0;

  // Why it may not, for people.
  [[nodiscard]] virtual std::string why_it_stays(const std::string& comp_id) const = 0;

  // It does, with this record; null: it keeps none.
  virtual void leaves(const std::string& comp_id, const test::TradingRecord* record) = 0;
};

}  // namespace betex::sim
