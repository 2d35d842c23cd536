#include "tests/sim/gateway/planted.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace betex::sim {
namespace {

struct Named {
  Planted fault;
  std::string_view name;
};

constexpr std::array kNames{
    Named{Planted::None, "none"},
    Named{Planted::NoGate, "no-gate"},
    Named{Planted::NumberUsedTwice, "number-used-twice"},
    Named{Planted::ReportDroppedAtStart, "report-dropped-at-start"},
    Named{Planted::LockNotReleased, "lock-not-released"},
    Named{Planted::OldIdActs, "old-id-acts"},
    Named{Planted::LateRenewal, "late-renewal"},
};
static_assert(kNames.size() == kAllPlanted.size() + 1);

bool locks_kept = false;

}  // namespace

std::string_view name_of(Planted fault) noexcept {
  return kNames.at(static_cast<std::size_t>(fault)).name;
}

std::optional<Planted> planted_by_name(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kNames, name, &Named::name);
  return found == kNames.end() ? std::nullopt : std::optional{found->fault};
}

// ---- OldIdActs

void ForgetfulPort::take(gateway::RingCommand command) {
  if (auto* const for_engine = std::get_if<matching::Command>(&command)) {
    rename_if_known(*for_engine);
  }
  port_.submit(std::move(command));
}

void ForgetfulPort::rename_if_known(matching::Command& command) {
  std::visit(
      [this]<typename Body>(Body& body) {
        if constexpr (requires {
                        matching::KeyedClOrdId{body.cl_ord_id};
                        body.account.view();
                      }) {
          const std::string id{body.cl_ord_id.view()};
          if (!id.empty() && !known_.insert(std::string{body.account.view()} + ' ' + id).second) {
            body.cl_ord_id = matching::ClOrdId{id.substr(0, matching::ClOrdId::kCapacity / 2) +
                                               "/" + std::to_string(++renamed_)};
          }
        }
      },
      command.body);
}

// ---- ReportDroppedAtStart

void ForgetfulSink::deliver(matching::SessionId session, gateway::ReportDelivery delivery) {
  if (!dropped_) {
    const auto first = std::ranges::find_if(delivery.reports, [&](const fix::Report& report) {
      return report.id.event != matching::EventSeq{} && report.id.event <= last_;
    });
    if (first != delivery.reports.end()) {
      delivery.reports.erase(first);
      dropped_ = true;
    }
  }
  sink_.deliver(session, std::move(delivery));
}

// ---- NumberUsedTwice

void forget_last_numbers(fix::SessionCache& cache, const matching::Engine& engine) {
  engine.visit_sessions([&](const matching::SessionInfo& session) {
    auto state = cache.state(session.session);
    if (state && state->last_number > matching::MsgSeqNum{1}) {
      state->last_number = matching::MsgSeqNum{state->last_number.value() - 1};
      static_cast<void>(cache.use_number(session.session, *state));
    }
  });
}

// ---- LockNotReleased

void keep_locks(bool keep) noexcept {
  locks_kept = keep;
}

bool locks_are_kept() noexcept {
  return locks_kept;
}

}  // namespace betex::sim
