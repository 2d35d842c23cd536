// An operator: one market after the other from its creation to its archive, and in between what
// operators do: money, limits, suspensions, halts, announcements, corrections of a result.
//
// A second one, who begins nothing of his own but small things, approves or declines what the first
// has proposed, where the exchange wants that.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tools/request.h"
#include "tests/sim/clients/fix_client.h"

namespace betex::sim {

class Operator final : public FixClient {
 public:
  enum class Duty : std::uint8_t {
    Days,       // works through one market after the other
    Approvals,  // decides what others propose
  };

  // `traders`: that there are, with numbers from 1 on.
  Operator(ClientSettings settings, Duty duty, unsigned traders, Witness& witness);

 private:
  using Operation = tools::Operation;

  void act() override;
  [[nodiscard]] bool may_act() const override;

  [[nodiscard]] bool must_act() const override { return !proposals_.empty(); }

  void take(const client::Message& message) override;

  [[nodiscard]] bool all_is_answered() const override { return asked_.empty(); }

  [[nodiscard]] std::string what_is_outstanding() const override;
  void send_last_again() override;

  // ---- operator_day.cpp: what is to be done.

  // Fills the plan with the life of the next market.
  void plan_day();
  void plan_trading(bool binary);
  void plan_end(bool binary);
  void plan_determine(bool binary, bool first_wins);
  // Something that has to do with no day; several operations where what is begun has to be ended.
  void plan_incident();
  void plan_money();
  void plan_question();

  void plan(Operation operation) { plan_.push_back(std::move(operation)); }

  [[nodiscard]] std::string market() const;
  [[nodiscard]] std::string runner(char letter) const;
  [[nodiscard]] std::string some_account();

  // ---- operator.cpp: how it goes.

  // Sent, and how often: each is answered.
  struct Asked {
    client::Message request;
    std::size_t due = 1;  // answers
    std::set<std::uint32_t> numbers;
  };

  // A proposal of another operator.
  struct Proposal {
    std::string id;
    std::string event;
  };

  void send(Operation operation);
  void note_proposal(const client::Message& message);
  void decide_proposal();
  void take_answer(const client::Message& message);
  void check_known(const std::string& id, const client::Message& answer);

  Duty duty_;
  unsigned traders_;
  std::deque<Operation> plan_;
  std::map<std::string, Asked> asked_;              // by id
  std::deque<Operation> last_;                      // the newest requests, which may be sent again
  std::map<std::string, std::string> first_event_;  // of answers, by request id
  std::set<std::string> told_;                      // report ids
  std::deque<Proposal> proposals_;
  std::optional<std::string> proposed_;  // its own request that waits for a second operator
  client::Clock::time_point proposed_at_;
  std::uint64_t ids_ = 0;
  std::uint64_t day_ = 0;
};

}  // namespace betex::sim
