#include "tests/scripts/script_runner.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "matching/ladder.h"
#include "tests/matching/exchange.h"
#include "tests/scripts/script_words.h"

namespace betex::matching::testing {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream stream{line.substr(0, line.find("# ") == 0 ? 0 : line.find(" # "))};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

std::string trimmed(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  const std::size_t last = line.find_last_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first, last - first + 1);
}

OrderId order_id(const std::string& word) {
  if (word.size() < 2 || word[0] != '#') {
    throw std::invalid_argument{"no order: " + word};
  }
  return OrderId{std::stoull(word.substr(1))};
}

Side side_of(const std::string& verb) {
  return verb == "buys" || verb == "backs" ? Side::Bid : Side::Ask;
}

bool places(const std::string& verb) {
  return verb == "buys" || verb == "backs" || verb == "sells" || verb == "lays";
}

LadderKind ladder_named(const std::string& name) {
  static const std::map<std::string, LadderKind> kLadders{
      {"Classic", LadderKind::Classic},
      {"Finest", LadderKind::Finest},
      {"LinearCent", LadderKind::LinearCent},
      {"TaperedDeciCent", LadderKind::TaperedDeciCent},
      {"DeciCent", LadderKind::DeciCent}};
  return kLadders.at(name);
}

SelfTradePrevention mode_named(const std::string& name) {
  static const std::map<std::string, SelfTradePrevention> kModes{
      {"none", SelfTradePrevention::None},
      {"taker", SelfTradePrevention::CancelTaker},
      {"maker", SelfTradePrevention::CancelMaker},
      {"both", SelfTradePrevention::CancelBoth},
      {"decrement", SelfTradePrevention::Decrement}};
  return kModes.at(name);
}

}  // namespace

// ---- Lines --------------------------------------------------------------------------------------

// "5000 times trade 1" stands for so many lines that begin like this: all but the last are taken
// away, and that one is what is expected.
void ScriptRunner::drop_repeated(std::string& expected, Lines& said) {
  const std::size_t at = expected.find(" times ");
  if (at == std::string::npos) {
    return;
  }
  const std::size_t count = std::stoul(expected.substr(0, at));
  const std::string start = expected.substr(at + 7);
  const auto begins_so = [&start](const std::string& line) { return line.starts_with(start); };
  const auto end = std::find_if_not(said.begin(), said.end(), begins_so);
  if (static_cast<std::size_t>(end - said.begin()) == count) {
    said.erase(said.begin(), end - 1);
    expected = said.front();
  }
}

std::string ScriptRunner::run(const std::string& script) {
  std::istringstream stream{script};
  Lines said;
  std::size_t number = 0;
  std::size_t command_at = 0;
  const auto unexpected = [&] {
    std::string text = "line " + std::to_string(command_at) + " said more than the script:";
    for (const std::string& line : said) {
      text += "\n> " + line;
    }
    return text;
  };
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string text = trimmed(line);
    if (text.empty() || text[0] == '#') {
      continue;
    }
    if (text[0] != '>' && text[0] != '|') {
      if (!said.empty()) {
        return unexpected();
      }
      command_at = number;
      said = execute(split(text));
      continue;
    }
    std::string expected = text[0] == '>' ? trimmed(text.substr(1)) : text;
    drop_repeated(expected, said);
    if (said.empty() || said.front() != expected) {
      return "line " + std::to_string(number) + ": expected  " + expected + "\nbut got  " +
             (said.empty() ? "nothing more" : said.front());
    }
    said.erase(said.begin());
  }
  return said.empty() ? "" : unexpected();
}

ScriptRunner::Lines ScriptRunner::execute(const Words& words) {
  const std::string& first = words.at(0);
  if (first == "market") {
    return create_market(words);
  }
  if (first == "logon" || first == "logout" || first == "lost") {
    return session_command(words);
  }
  if (first == "wait") {
    return pass_time(std::stoll(words.at(1)));
  }
  if (first == "continue") {
    return send(ContinueBatch{});
  }
  if (first == "book") {
    return draw_book(words.at(1));
  }
  if (first == "money") {
    return draw_money(words);
  }
  if (first == "row") {
    return draw_row(words.at(1), words.at(2));
  }
  if (first == "account" || first == "limits" || first == "deposit" || first == "withdraw" ||
      first == "correct" || first == "write-off") {
    return money_command(words);
  }
  if (words.size() > 1 && words[1] == "asks") {
    return request(words);
  }
  if (is_operation(words)) {
    return operations_command(words);
  }
  if (first == "times") {
    const Words repeated{words.begin() + 2, words.end()};
    for (int left = std::stoi(words.at(1)); left > 0; --left) {
      const Lines lines = execute(repeated);
      if (lines.size() != 1 || !lines[0].starts_with("accepted")) {
        return lines;
      }
    }
    return {"all accepted"};
  }
  if (words.size() > 1 && (places(words[1]) || words[1] == "cancels" || words[1] == "amends")) {
    return account_command(words);
  }
  return change_market(words);
}

// ---- Commands -----------------------------------------------------------------------------------

ScriptRunner::Lines ScriptRunner::send(const CommandBody& body) {
  Command command{.timestamp = now_, .body = body};
  sign(command);
  if (session_ != SessionId{}) {
    command.origin = {session_, SessionEpoch{1}, MsgSeqNum{1}};
  }
  const TransactionView transaction = engine_.decide(command);
  note_proposals(transaction);
  return transaction.header.event_count == 0 ? Lines{} : text_.describe(transaction);
}

ScriptRunner::Lines ScriptRunner::pass_time(std::int64_t seconds) {
  now_ += Timestamp{seconds * kSecond};
  Lines all;
  while (engine_.is_due(now_)) {
    const Lines lines = send(AdvanceTime{});
    all.insert(all.end(), lines.begin(), lines.end());
  }
  return all;
}

// market NAME odds|binary LADDER [RUNNER...] [delay MS] [winners=N] [commission=BP]
// [max-position=N] [passive=yes]: says nothing.
ScriptRunner::Lines ScriptRunner::create_market(const Words& words) {
  const Name name{words.at(1)};
  const bool odds = words.at(2) == "odds";
  CreateMarket create{.market = name,
                      .winners = number_option(words, "winners", 1),
                      .commission_bp = number_option(words, "commission", 0),
                      .kind = odds ? MarketKind::ExchangeOdds : MarketKind::Binary,
                      .ladder = ladder_named(words.at(3)),
                      .max_position = money_option(words, "max-position"),
                      .passive_skips_delay = option(words, 4, "passive") == "yes"};
  Words runners{words.begin() + 4, words.end()};
  const auto delay = std::find(runners.begin(), runners.end(), "delay");
  if (delay != runners.end()) {
    create.bet_delay_ms = static_cast<std::uint32_t>(std::stoul(*(delay + 1)));
    runners.erase(delay, delay + 2);
  }
  send(create);
  for (const std::string& runner : runners) {
    if (runner.find('=') == std::string::npos) {
      send(AddRunner{.market = name, .symbol = Name{runner}});
    }
  }
  const Lines opened = send(OpenMarket{.market = name});
  return opened == Lines{"opened v1"} ? Lines{} : opened;
}

// logon NAME [grace=SECONDS] [user=NAME] [number=N]: with a grace its orders are cancelled so long
// after it is gone.
ScriptRunner::Lines ScriptRunner::session_command(const Words& words) {
  const std::string& name = words.at(1);
  if (words[0] == "logon") {
    const bool cancels = !option(words, 2, "grace").empty();
    sessions_.try_emplace(name, static_cast<std::uint32_t>(sessions_.size() + 1));
    return send(SessionUp{.comp_id = Name{name},
                          .username = Name{option(words, 2, "user")},
                          .number = MsgSeqNum{number_option(words, "number", 0)},
                          .cancel_on_disconnect = cancels,
                          .grace_ms = number_option(words, "grace", 0) * 1'000});
  }
  return send(SessionDown{
      .session = sessions_.at(name),
      .epoch = SessionEpoch{1},
      .next_in = MsgSeqNum{2},
      .reason = words[0] == "logout" ? SessionDownReason::Logout : SessionDownReason::Disconnect});
}

ScriptRunner::Lines ScriptRunner::change_market(const Words& words) {
  const std::string& verb = words[0];
  const Name market{words.at(1)};
  const std::string option = words.size() > 2 ? words[2] : "";
  if (verb == "suspend") {
    const bool pause = option == "pause";
    const CancelScope scope = option == "all"          ? CancelScope::All
                              : option == "lapse-only" ? CancelScope::LapseOnly
                                                       : CancelScope::None;
    return send(SuspendMarket{.market = market,
                              .reason = pause ? SuspendReason::Pause : SuspendReason::Goal,
                              .scope = scope});
  }
  if (verb == "determine") {
    return send(determine(words));
  }
  if (verb == "void") {
    return send(
        VoidMarket{.market = market, .price = option.empty() ? Decimal{} : decimal(option)});
  }
  if (verb == "remove") {
    return send(RemoveRunner{.market = market, .symbol = Name{option}});
  }
  if (verb == "open" && !option.empty()) {
    return send(OpenMarket{.market = market,
                           .expected_runners = static_cast<std::uint32_t>(std::stoul(option))});
  }
  const std::map<std::string, CommandBody> plain{{"open", OpenMarket{.market = market}},
                                                 {"resume", ResumeMarket{.market = market}},
                                                 {"halt", HaltMarket{.market = market}},
                                                 {"unhalt", UnhaltMarket{.market = market}},
                                                 {"in-play", TurnInPlay{.market = market}},
                                                 {"close", CloseMarket{.market = market}},
                                                 {"reopen", ReopenMarket{.market = market}},
                                                 {"settle", SettleMarket{.market = market}},
                                                 {"archive", ArchiveMarket{.market = market}}};
  const auto found = plain.find(verb);
  if (found == plain.end()) {
    throw std::invalid_argument{"no command: " + verb};
  }
  return send(found->second);
}

// determine MARKET [SYMBOL=SHARE...], where a share is 1/1, 1/2 and so on.
DetermineMarket ScriptRunner::determine(const Words& words) {
  DetermineMarket determine{.market = Name{words.at(1)}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.find('=');
    const std::size_t slash = word.find('/');
    determine.shares.push_back(
        {.symbol = Name{word.substr(0, equals)},
         .numerator = static_cast<std::uint16_t>(std::stoul(word.substr(equals + 1))),
         .denominator = static_cast<std::uint16_t>(std::stoul(word.substr(slash + 1)))});
  }
  return determine;
}

ScriptRunner::Lines ScriptRunner::account_command(const Words& words) {
  need_account(words[0]);
  const Name account{words[0]};
  session_ = session_of(words);
  Lines lines;
  if (places(words[1])) {
    lines = send(order(words));
  } else if (words[1] == "amends") {
    lines = send(amend(words));
  } else if (words.at(2) == "all") {
    lines = send(mass_cancel(words));
  } else {
    lines = send(
        CancelOrder{.account = account, .cl_ord_id = fresh_id(), .order_id = order_id(words[2])});
  }
  session_ = SessionId{};
  return lines;
}

SessionId ScriptRunner::session_of(const Words& words) const {
  const auto via = std::find(words.begin(), words.end(), "via");
  return via == words.end() ? SessionId{} : sessions_.at(*(via + 1));
}

// NAME amends #ORDER QUANTITY @ PRICE [persist|lapse] [guard=VERSION] [via SESSION]
AmendOrder ScriptRunner::amend(const Words& words) {
  AmendOrder amend{.account = Name{words[0]},
                   .cl_ord_id = fresh_id(),
                   .order_id = order_id(words.at(2)),
                   .transact_time = now_,
                   .price = decimal(words.at(5)),
                   .quantity = decimal(words.at(3)),
                   .version_guard = number_option(words, "guard", 0)};
  for (std::size_t i = 6; i < words.size(); ++i) {
    if (words[i] == "persist" || words[i] == "lapse") {
      amend.persistence = words[i] == "persist" ? Persistence::Persist : Persistence::Lapse;
      amend.persistence_given = true;
    } else if (words[i] == "via") {
      ++i;
    } else if (!words[i].starts_with("guard=")) {
      throw std::invalid_argument{"no option: " + words[i]};
    }
  }
  return amend;
}

// NAME cancels all [SYMBOL] [market=NAME] [bids|asks] [ref=WORD] [group=WORD] [own via SESSION]
MassCancel ScriptRunner::mass_cancel(const Words& words) {
  MassCancel cancel{.account = Name{words[0]}, .cl_ord_id = fresh_id()};
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with("market=")) {
      cancel.market = Name{word.substr(word.find('=') + 1)};
    } else if (word == "bids" || word == "asks") {
      cancel.side = static_cast<std::uint8_t>(word == "bids" ? Side::Bid : Side::Ask);
    } else if (word.starts_with("ref=")) {
      cancel.reference = Reference{word.substr(4)};
    } else if (word.starts_with("group=")) {
      cancel.order_group = Reference{word.substr(6)};
    } else if (word == "own") {
      cancel.own_session = true;
    } else if (word == "via") {
      ++i;
    } else {
      cancel.symbol = Name{word};
    }
  }
  return cancel;
}

// NAME buys QUANTITY SYMBOL @ PRICE [options]
PlaceOrder ScriptRunner::order(const Words& words) {
  PlaceOrder order{.account = Name{words[0]},
                   .cl_ord_id = fresh_id(),
                   .symbol = Name{words.at(3)},
                   .transact_time = now_,
                   .price = decimal(words.at(5)),
                   .quantity = decimal(words.at(2)),
                   .side = side_of(words[1]),
                   .time_in_force = TimeInForce::Gtc};
  read_options(words, 6, order);
  return order;
}

void ScriptRunner::read_options(const Words& words, std::size_t first, PlaceOrder& order) {
  OrderExtras extras;
  for (std::size_t i = first; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string value = word.substr(word.find('=') + 1);
    if (word == "via") {
      ++i;
    } else if (word.starts_with("id=")) {
      order.cl_ord_id = ClOrdId{value};
    } else if (word == "again") {
      order.poss_resend = true;
    } else if (word.starts_with("age=")) {
      order.transact_time = now_ - Timestamp{std::stoll(value) * kSecond};
    } else if (word == "day") {
      order.time_in_force = TimeInForce::Day;
    } else if (word == "ioc") {
      order.time_in_force = TimeInForce::Ioc;
    } else if (word == "fok") {
      order.time_in_force = TimeInForce::Fok;
    } else if (word.starts_with("gtd=")) {
      order.time_in_force = TimeInForce::Gtd;
      order.expire_time = now_ + Timestamp{std::stoll(value) * kSecond};
    } else if (word == "market") {
      order.type = OrderType::Market;
      order.time_in_force = TimeInForce::Day;
    } else if (word == "min") {
      order.min_quantity = decimal(words.at(++i));
    } else if (word == "cost") {
      extras.max_cost = decimal(words.at(++i));
    } else if (word.starts_with("ref=")) {
      extras.reference = Reference{value};
    } else if (word.starts_with("group=")) {
      extras.order_group = Reference{value};
    } else if (word == "post-only") {
      order.post_only = true;
    } else if (word == "persist") {
      order.persistence = Persistence::Persist;
    } else if (word == "on-pause") {
      order.cancel_on_pause = true;
    } else if (word.starts_with("guard=")) {
      order.version_guard = std::stoull(value);
    } else if (word.starts_with("stp=")) {
      order.self_trade_prevention = mode_named(value);
    } else {
      throw std::invalid_argument{"no option: " + word};
    }
  }
  if (extras != OrderExtras{}) {
    order.extras = extras;
  }
}

void ScriptRunner::need_account(const std::string& name) {
  if (accounts_.insert(name).second) {
    send(CreateAccount{.account = Name{name}});
  }
}

ClOrdId ScriptRunner::fresh_id() {
  return ClOrdId{"id-" + std::to_string(++ids_)};
}

// ---- Money --------------------------------------------------------------------------------------

ScriptRunner::Lines ScriptRunner::money_command(const Words& words) {
  if (words[0] == "account") {
    return create_account(words);
  }
  need_account(words.at(1));
  return words[0] == "limits" ? set_limits(words) : move_funds(words);
}

// account NAME [collateralised] [balance=M] [credit=M] [discount=BP]: says nothing.
ScriptRunner::Lines ScriptRunner::create_account(const Words& words) {
  const bool collateralised = words.size() > 2 && words[2] == "collateralised";
  accounts_.insert(words.at(1));
  const Lines created = send(
      CreateAccount{.account = Name{words[1]},
                    .kind = collateralised ? AccountKind::Collateralised : AccountKind::Unlimited,
                    .commission_discount_bp = number_option(words, "discount", 0),
                    .opening_balance = money_option(words, "balance"),
                    .credit = money_option(words, "credit")});
  return created == Lines{"account " + words[1]} ? Lines{} : created;
}

// limits NAME [credit=M] [exposure=M] [market-exposure=M] [discount=BP]
ScriptRunner::Lines ScriptRunner::set_limits(const Words& words) {
  const auto money = [&words](const char* key) {
    const std::string value = option(words, 2, key);
    return value.empty() ? std::nullopt : std::optional{signed_decimal(value)};
  };
  SetLimits set{.account = Name{words[1]},
                .credit = money("credit"),
                .exposure_limit = money("exposure"),
                .market_exposure_limit = money("market-exposure")};
  if (!option(words, 2, "discount").empty()) {
    set.commission_discount_bp = number_option(words, "discount", 0);
  }
  return send(set);
}

// deposit|withdraw|correct NAME AMOUNT; write-off NAME
ScriptRunner::Lines ScriptRunner::move_funds(const Words& words) {
  MoveFunds move{.account = Name{words[1]}};
  if (words[0] == "write-off") {
    move.kind = FundsKind::WriteOff;
    return send(move);
  }
  move.kind = words[0] == "deposit"    ? FundsKind::Deposit
              : words[0] == "withdraw" ? FundsKind::Withdrawal
                                       : FundsKind::Correction;
  move.amount = signed_decimal(words.at(2));
  if (move.kind != FundsKind::Correction || !request_.remark.empty()) {
    return send(move);
  }
  request_.remark = "script";
  const Lines lines = send(move);
  request_.remark.clear();
  return lines;
}

// One line an account, or the exchange's own: "| alice | balance | exposure | available |".
ScriptRunner::Lines ScriptRunner::draw_money(const Words& words) const {
  Lines lines;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "house") {
      const HouseInfo house = engine_.house();
      lines.push_back("| house " + money_text(house.house.value()) + " | rounding " +
                      money_text(house.rounding.value()) + " |");
      continue;
    }
    const AccountInfo account = engine_.account_info(Name{words[i]}).value();
    lines.push_back("| " + words[i] + " | balance " + money_text(account.balance.value()) +
                    " | exposure " + money_text(account.exposure.value()) + " | available " +
                    money_text(account.available.value()) + " |");
  }
  return lines;
}

// What the account has in the market: "| A 40.0000 / -20.0000 | exposure 20.0000 |", by runner if
// it wins and if it loses; "| YES 50 | cash -17.5000 | exposure 0.0000 |".
ScriptRunner::Lines ScriptRunner::draw_row(const std::string& account,
                                           const std::string& market) const {
  std::map<InstrumentId, std::string> symbols;
  engine_.visit_instruments([&](const InstrumentInfo& info) {
    symbols[info.instrument] = std::string{info.symbol.view()};
  });
  std::map<MarketId, std::string> markets;
  engine_.visit_markets(
      [&](const MarketInfo& info) { markets[info.market] = std::string{info.name.view()}; });
  if (std::none_of(markets.begin(), markets.end(), [&](const auto& each) {
        return each.second == market;
      })) {
    throw std::invalid_argument{"no market: " + market};
  }
  const AccountId id = engine_.account_info(Name{account}).value().account;
  Lines lines;
  engine_.visit_rows([&](const RowInfo& row) {
    if (row.account != id || markets[row.market] != market) {
      return;
    }
    std::string line = "|";
    for (const RunnerBets& bets : row.runners) {
      line += " " + symbols[bets.instrument] + " " + money_text(bets.if_won.value()) + " / " +
              money_text(bets.if_lost.value()) + " |";
    }
    if (row.kind == MarketKind::Binary) {
      const std::int64_t yes = row.position.value();
      line += (yes < 0 ? " NO " : " YES ") + std::to_string(yes < 0 ? -yes : yes) + " | cash " +
              money_text(row.net_cash.value()) + " |";
    }
    lines.push_back(line + " exposure " + money_text(row.exposure.value()) + " |");
  });
  return lines;
}

// ---- Drawing ------------------------------------------------------------------------------------

// One line a level, bids left, asks right, in descending order of prices; ids in ascending order.
ScriptRunner::Lines ScriptRunner::draw_book(const std::string& symbol) const {
  InstrumentInfo instrument;
  engine_.visit_instruments([&](const InstrumentInfo& info) {
    if (info.symbol.view() == symbol) {
      instrument = info;
    }
  });
  if (instrument.symbol.empty()) {
    throw std::invalid_argument{"no instrument: " + symbol};
  }

  struct Row {
    std::int64_t volume = 0;
    std::string ids;
    Side side{};
  };

  std::map<Tick, Row, std::greater<>> rows;
  engine_.visit_orders([&](const OrderInfo& order) {
    if (order.instrument == instrument.instrument && order.live && !order.delayed) {
      Row& row = rows[order.tick];
      row.volume += order.values.leaves_qty.value();
      row.ids += " #" + std::to_string(order.order.value());
      row.side = order.side;
    }
  });
  const bool odds = instrument.kind == MarketKind::ExchangeOdds;
  Lines lines;
  for (const auto& [tick, row] : rows) {
    const std::string price =
        decimal_text(find_ladder(instrument.ladder)->price_of(tick).value(), odds ? 2 : 4);
    const std::string volume =
        (odds ? decimal_text(row.volume, 2) : std::to_string(row.volume)) + row.ids;
    lines.push_back(row.side == Side::Bid ? "| " + volume + " | " + price + " | |"
                                          : "| | " + price + " | " + volume + " |");
  }
  return lines;
}

}  // namespace betex::matching::testing
