// A drop copy: it asks for nothing, and is told what the traders are told.
#pragma once

#include <string>
#include <utility>

#include "tests/sim/clients/fix_client.h"

namespace betex::sim {

class DropCopy final : public FixClient {
 public:
  DropCopy(ClientSettings settings, Witness& witness)
      : FixClient{std::move(settings), client::Dialect::Fixt11, witness} {}

 private:
  void act() override { count_request(); }

  void take(const client::Message& message) override { witness().told(comp_id(), message); }

  [[nodiscard]] bool all_is_answered() const override { return true; }

  [[nodiscard]] std::string what_is_outstanding() const override { return "nothing"; }
};

}  // namespace betex::sim
