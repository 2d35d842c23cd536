#include "tests/sim/clients/clients.h"

#include <string>

#include "tests/sim/clients/drop_copy.h"
#include "tests/sim/clients/operator.h"
#include "tests/sim/clients/trader.h"
#include "tests/sim/clients/watcher.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

ClientSettings settings_of(std::string comp_id, const Plan& plan) {
  ClientSettings settings{
      .comp_id = std::move(comp_id), .seed = plan.seed, .requests = plan.requests};
  if (plan.many_snapshots) {
    settings.pace *= 4;
  }
  return settings;
}

}  // namespace

std::unique_ptr<Client> make_trader(unsigned index, const Plan& plan, Witness& witness) {
  const unsigned number = index + 1;
  const bool fix44 = version_of_trader(number) == fix::FixVersion::Fix44;
  return std::make_unique<Trader>(settings_of(trader_name(number), plan),
                                  fix44 ? client::Dialect::Fix44 : client::Dialect::Fixt11,
                                  witness);
}

std::unique_ptr<Client> make_operator(const Plan& plan, Witness& witness) {
  return std::make_unique<Operator>(
      settings_of(std::string{kOperator}, plan), Operator::Duty::Days, plan.traders, witness);
}

std::unique_ptr<Client> make_second_operator(const Plan& plan, Witness& witness) {
  return std::make_unique<Operator>(settings_of(std::string{kSecondOperator}, plan),
                                    Operator::Duty::Approvals,
                                    plan.traders,
                                    witness);
}

std::unique_ptr<Client> make_watcher(unsigned index, const Plan& plan, Witness& witness) {
  return std::make_unique<Watcher>(settings_of(watcher_name(index + 1), plan), witness);
}

std::unique_ptr<Client> make_drop_copy(const Plan& plan, Witness& witness) {
  return std::make_unique<DropCopy>(settings_of(std::string{kDropCopy}, plan), witness);
}

}  // namespace betex::sim
