// The gateway's node as operators see it: who is on, and how full and how far its parts are.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "gateway/link/network_reports.h"
#include "gateway/link/network_view.h"
#include "gateway/pipeline/ring_command_port.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "gateway/session/session_ports.h"
#include "gateway/start/retention.h"
#include "journal/journal.h"
#include "matching/types.h"

namespace betex::gateway {

// Called on the report thread: it reads counters, and of the disk what costs no more than a look.
class Node final : public NetworkView {
 public:
  // All outlive it.
  struct Sources {
    const fix::SessionPorts& sessions;
    const CommandRing<RingCommand>& commands;
    const EventRing& events;
    const EventConsumer& journal_stage;
    const journal::Journal& journal;
    const Retention& retention;
    const std::filesystem::path& wal_root;
  };

  explicit Node(const Sources& sources) noexcept : sources_{sources} {}

  [[nodiscard]] std::vector<fix::CounterpartyState> counterparties(
      std::span<const matching::Name> comp_ids) const override;

  [[nodiscard]] fix::NodeState node() const override;

 private:
  const Sources sources_;
};

}  // namespace betex::gateway
