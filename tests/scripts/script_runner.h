// Runs one script: commands in words, and the events that they must cause. tests/scripts/README.md
// describes the language.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "matching/engine.h"
#include "tests/matching/event_text.h"

namespace betex::matching::testing {

class ScriptRunner {
 public:
  // What went wrong first, with its line; empty if nothing did. Throws std::invalid_argument for a
  // line that is no command.
  std::string run(const std::string& script);

 private:
  using Words = std::vector<std::string>;
  using Lines = std::vector<std::string>;

  static void drop_repeated(std::string& expected, Lines& said);
  Lines execute(const Words& words);
  Lines create_market(const Words& words);
  Lines account_command(const Words& words);
  Lines change_market(const Words& words);
  Lines session_command(const Words& words);
  MassCancel mass_cancel(const Words& words);
  static DetermineMarket determine(const Words& words);
  Lines money_command(const Words& words);
  Lines create_account(const Words& words);
  Lines set_limits(const Words& words);
  Lines move_funds(const Words& words);
  Lines draw_book(const std::string& symbol) const;
  Lines draw_money(const Words& words) const;
  Lines draw_row(const std::string& account, const std::string& market) const;
  Lines pass_time(std::int64_t seconds);
  Lines send(const CommandBody& body);
  PlaceOrder order(const Words& words);
  void read_options(const Words& words, std::size_t first, PlaceOrder& order);
  void need_account(const std::string& name);
  ClOrdId fresh_id();

  Engine engine_;
  EventText text_;
  std::set<std::string> accounts_;
  std::map<std::string, SessionId> sessions_;
  SessionId session_;  // that the order comes from
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t ids_ = 0;
};

}  // namespace betex::matching::testing
