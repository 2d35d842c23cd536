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
  AmendOrder amend(const Words& words);
  MassCancel mass_cancel(const Words& words);
  static DetermineMarket determine(const Words& words);
  Lines request(const Words& words);
  Lines operations_command(const Words& words);
  CancelOnBehalf cancel_on_behalf(const Words& words) const;
  ChangeMarket change_of(const Words& words) const;
  DescribeMarket description_of(const Words& words) const;
  SetSessionNumbers numbers_of(const Words& words) const;
  static RequireApproval requirement_of(const Words& words);
  void sign(Command& command) const;
  void note_proposals(const TransactionView& transaction);
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
  // The session of "via SESSION" among the words; none: the gateway itself.
  [[nodiscard]] SessionId session_of(const Words& words) const;
  void need_account(const std::string& name);
  ClOrdId fresh_id();

  Engine engine_;
  EventText text_;
  std::set<std::string> accounts_;
  std::map<std::string, SessionId> sessions_;
  SessionId session_;  // that the order or the request comes from

  // What stands before the command of an operator's request.
  struct Request {
    std::string id;  // empty: it is none
    std::string content;
    std::uint64_t version = 0;
    std::int64_t late_s = 0;
    std::string remark;
  };

  Request request_;
  std::map<std::string, EventSeq> proposals_;  // by their requests' ids
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t ids_ = 0;
};

}  // namespace betex::matching::testing
