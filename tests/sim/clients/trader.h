// A broker that trades at random in all the ways that there are, changes its mind, asks how things
// stand, and keeps its record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/client/order_entry.h"
#include "tests/crash/trading_record.h"
#include "tests/sim/clients/fix_client.h"

namespace betex::sim {

class Trader final : public FixClient {
 public:
  Trader(ClientSettings settings, client::Dialect dialect, Witness& witness);

  [[nodiscard]] std::vector<std::string> faults() const override;

  [[nodiscard]] const test::TradingRecord& record() const noexcept { return record_; }

 private:
  void act() override;
  [[nodiscard]] bool may_act() const override;
  void take(const client::Message& message) override;

  [[nodiscard]] bool all_is_answered() const override { return record_.outstanding() == 0; }

  [[nodiscard]] std::string what_is_outstanding() const override;
  void logged_on() override;
  void lost_connection() override;
  void send_last_again() override;
  [[nodiscard]] std::optional<client::Message> request_to_misplace() override;

  [[nodiscard]] const test::TradingRecord* its_record() const override { return &record_; }

  // trader_requests.cpp: what it asks for.
  [[nodiscard]] client::NewOrder some_order();
  void add_terms(client::NewOrder& order);
  [[nodiscard]] client::Message message_of(const client::NewOrder& order) const;
  void place();
  void repeat();
  void cancel();
  void replace();
  void cancel_many();
  void set_group();
  void ask_for_status();
  void ask_for_all_statuses();
  void ask_for_limits();
  void ask_for_replay();
  void ask_for_positions();
  void ask_for_list();

  // Under the number that it gets it is known what a refusal of the message refuses.
  void send(const std::string& id, const client::Message& message);
  void send_again(const std::string& id);

  // trader.cpp: what it is told.
  void note(const client::Message& message);
  void take_refused_message(const client::Message& message);
  void take_group(const client::Message& message);
  void take_status(const client::Message& message);
  void take_replay_ack(const client::Message& message);
  void take_replay_end(const client::Message& message);
  void note_told_again(const client::Message& message);

  [[nodiscard]] std::string next_id();
  [[nodiscard]] std::string some_symbol();
  [[nodiscard]] std::string some_price(const std::string& symbol);
  [[nodiscard]] std::string some_quantity(const std::string& symbol);
  [[nodiscard]] const test::OrderRecord* some_order_of_mine();

  // A replay that was promised: which events, and what has been told again of them.
  struct Replay {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::set<std::string> told;
  };

  test::TradingRecord record_;
  std::size_t contradictions_ = 0;  // of the record, that the witness has heard of
  std::uint64_t ids_ = 0;
  std::vector<std::string> placed_;       // ClOrdIDs of orders, the newest last
  std::vector<std::string> sent_;         // ids of orders and cancels, the newest last
  std::optional<std::string> to_repeat_;  // one of them, at the next logon
  std::map<std::string, client::CancelRequest> cancels_;  // by their ids
  std::map<std::uint32_t, std::string> id_of_;            // by message number
  std::map<std::string, std::string> versions_;  // of markets, by their instruments' symbols
  std::set<std::string> told_;                   // ExecIDs and report ids
  std::size_t groups_ = 0;                       // that it has created
  std::optional<Replay> replay_;
};

}  // namespace betex::sim
