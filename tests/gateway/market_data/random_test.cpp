// Clients that apply W and X from any point have the book of the number in 83, whatever happens:
// random streams of commands, random subscriptions with and without conflation, readers that pause,
// images that are asked for besides, lost connections, gap fills, and an md that is behind for a
// moment or for long. And when all is quiet again, everybody has the books as they are.
// BETEX_LONG=1 runs three times as much.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/market_data/market_data.h"
#include "tests/gateway/market_data/book_state.h"
#include "tests/gateway/market_data/model_client.h"
#include "tests/gateway/market_data/random_exchange.h"
#include "tests/gateway/market_data/recorded_outlet.h"
#include "tests/support/environment.h"

namespace betex::gateway::testing {
namespace {

using matching::InstrumentId;
using matching::MarketId;
using std::chrono::milliseconds;

// What was true at each RptSeq.
class Truth {
 public:
  void note(const MarketBooks& books, InstrumentId id) {
    const MarketId market = books.securities().instrument(id).market;
    OfInstrument& truth =
        instruments_[std::string{books.securities().instrument(id).symbol.view()}];
    const std::uint64_t seq = books.standing(market).public_changes;
    const bool removed =
        books.securities().instrument(id).removed(books.securities().market(market).version);
    truth.states[seq] = removed ? BookState{} : state_of(books, id);  // of a runner that is gone
    truth.archived = truth.archived || books.securities().market(market).archived;
  }

  void note_trade(const MarketBooks& books, InstrumentId id, std::uint64_t event) {
    const MarketId market = books.securities().instrument(id).market;
    instruments_[std::string{books.securities().instrument(id).symbol.view()}].trades.push_back(
        {event, books.standing(market).public_changes});
  }

  // What is wrong with a client's book; empty: nothing.
  [[nodiscard]] std::string check(const ModelClient::Key& key,
                                  const MarketDataRequest& request,
                                  const ModelClient::Book& book) const {
    const OfInstrument& truth = instruments_.at(key.second);
    const auto behind = truth.states.upper_bound(book.rpt_seq);
    BookState expected = behind == truth.states.begin() ? BookState{} : std::prev(behind)->second;
    BookState has = book.state;
    const auto cut = [&](BookState::Levels& levels) {
      const std::size_t most = request.depth == 0 ? kFullDepth : request.depth;
      levels.resize(request.levels ? std::min(levels.size(), most) : 0);
    };
    cut(expected.bids);
    cut(expected.offers);
    expected.traded = request.volume ? expected.traded : 0;
    expected.open_interest = request.open_interest ? expected.open_interest : 0;
    if (!request.volume || !request.traded_ladder) {
      expected.ladder.clear();
    }
    if (truth.archived) {
      has.ladder = expected.ladder;  // gone, without a number of its own
      has.open_interest = expected.open_interest;
    }
    if (!(has == expected)) {
      std::ostringstream text;
      text << key.first << ' ' << key.second << " at " << book.rpt_seq << ": " << has << "\nnot "
           << expected;
      return text.str();
    }
    return check_trades(key, request, book, truth);
  }

 private:
  struct Trade {
    std::uint64_t event = 0;
    std::uint64_t seq = 0;  // after its transaction
  };

  struct OfInstrument {
    std::map<std::uint64_t, BookState> states;
    std::vector<Trade> trades;
    bool archived = false;
  };

  // Of those who do not conflate all of them, of the others some where something was left out.
  [[nodiscard]] static std::string check_trades(const ModelClient::Key& key,
                                                const MarketDataRequest& request,
                                                const ModelClient::Book& book,
                                                const OfInstrument& truth) {
    if (!request.trades || request.full_refresh) {
      return "";
    }
    std::vector<std::uint64_t> expected;
    for (const Trade& trade : truth.trades) {
      if (trade.seq > book.image_seq && trade.seq <= book.rpt_seq) {
        expected.push_back(trade.event);
      }
    }
    const bool complete = request.conflate_ms == 0 || !book.has_missed;
    if (complete ? book.trades == expected : std::ranges::includes(expected, book.trades)) {
      return "";
    }
    return key.first + " " + key.second + " has " + std::to_string(book.trades.size()) +
           " trades, not " + std::to_string(expected.size());
  }

  std::map<std::string, OfInstrument> instruments_;
};

struct Session {
  SubscriberId id;
  std::shared_ptr<RecordedOutlet> outlet;
  std::unique_ptr<ModelClient> client;
};

class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed)
      : random_{seed + 1'000'000},
        data_{matching::Engine{}, limits(seed)},
        exchange_{seed,
                  [this](const matching::TransactionView& transaction) { take(transaction); }} {}

  void run(int commands) {
    constexpr std::size_t kSessions = 6;
    exchange_.set_up();
    sessions_.resize(kSessions);
    for (Session& session : sessions_) {
      connect(session);
    }
    for (int i = 0; i < commands && failure_.empty(); ++i) {
      exchange_.step();
      act();
    }
    come_to_rest();
  }

  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  std::map<std::string, std::uint64_t> happened;
  std::map<char, std::uint64_t> taken;
  MarketDataFigures figures;

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  bool one_in(std::uint64_t n) { return below(n) == 0; }

  template <typename Value>
  Value pick(std::initializer_list<Value> values) {
    return values.begin()[below(values.size())];
  }

  void fail(std::string what) {
    if (failure_.empty()) {
      failure_ = std::move(what);
    }
  }

  void take(const matching::TransactionView& transaction) {
    data_.take(transaction);
    const MarketBooks& books = data_.books();
    for (const InstrumentId id : books.changed()) {
      truth_.note(books, id);
    }
    matching::for_each_event(transaction,
                             [&]<typename Event>(matching::EventSeq seq, const Event& event) {
                               if constexpr (std::is_same_v<Event, matching::TradeMatched>) {
                                 truth_.note_trade(books, event.instrument, seq.value());
                               } else if constexpr (std::is_same_v<Event, matching::RunnerAdded>) {
                                 truth_.note(books, event.instrument);
                               }
                             });
  }

  void connect(Session& session) {
    const Securities& securities = data_.books().securities();
    session.id = SubscriberId{++sessions_ever_};
    session.outlet = std::make_shared<RecordedOutlet>();
    session.client = std::make_unique<ModelClient>(
        [&securities](std::string_view symbol) {
          const InstrumentId id = securities.find_instrument(matching::Name{symbol});
          return securities.market(securities.instrument(id).market).kind ==
                 matching::MarketKind::ExchangeOdds;
        },
        [&securities](std::string_view symbol, std::uint64_t version) {
          const InstrumentId id = securities.find_instrument(matching::Name{symbol});
          return securities.instrument(id).removed(version);
        },
        [this](const ModelClient::Key& key,
               const MarketDataRequest& request,
               const ModelClient::Book& book) { fail(truth_.check(key, request, book)); });
    data_.join(session.id, session.outlet);
  }

  void read(Session& session, bool lost = false) {
    for (const MarketDataMessage& message : session.outlet->take()) {
      if (!lost) {
        session.client->take(message);
      }
    }
    if (!session.client->faults().empty()) {
      fail(session.client->faults().front());
    }
  }

  void turn() {
    while (data_.turn(now_)) {
    }
    for (Session& session : sessions_) {
      if (session.outlet->reads) {
        read(session);
      }
      if (!session.outlet->logged_out.empty()) {
        ++happened["logged out"];
        drop(session);
      }
    }
  }

  void drop(Session& session) {
    data_.leave(session.id);
    for (const auto& [type, count] : session.client->taken) {
      taken[type] += count;
    }
    connect(session);
  }

  void act() {
    Session& session = sessions_[below(sessions_.size())];
    if (one_in(4)) {
      ask(session);
    }
    if (one_in(40)) {
      session.outlet->reads = !session.outlet->reads;
      ++happened["paused"];
    }
    if (one_in(150)) {
      ++happened["lost connection"];
      drop(session);
    }
    if (one_in(60)) {
      ++happened["gap"];
      read(session, true);
      session.client->lost();
      data_.resend_was_filled(session.id);
    }
    be_behind_now_and_then();
    if (one_in(400)) {
      data_.mark_all();
    }
    now_ += milliseconds{below(120)};
    if (!one_in(3)) {
      turn();
    }
  }

  // Mostly for less than would make it leave the event ring, and perhaps for less than a turn.
  void be_behind_now_and_then() {
    if (behind_for_ != 0) {
      if (--behind_for_ == 0) {
        data_.set_behind(false);
      }
    } else if (one_in(60)) {
      const bool for_long = one_in(4);
      behind_for_ = for_long ? 100 : below(8) + 1;
      data_.set_behind(true);
      ++happened[for_long ? "behind" : "behind for a moment"];
    }
  }

  void ask(Session& session) {
    const bool besides = one_in(5) && ask_besides(session);
    if (!besides) {
      ask_anything(session);
    }
  }

  // An image of what it has a book of, as that is told, or as it is now. False: it has none.
  bool ask_besides(Session& session) {
    ModelClient& client = *session.client;
    if (client.books().empty()) {
      return false;
    }
    auto chosen = client.books().begin();
    std::advance(chosen, below(client.books().size()));
    const auto& [key, book] = *chosen;
    MarketDataRequest request = client.requests().at(key.first);
    request.id = matching::Name{"r" + std::to_string(++requests_)};
    request.type = MarketDataRequest::Type::Image;
    request.conflate_ms = one_in(2) ? 0 : request.conflate_ms;
    request.symbols = {matching::Name{key.second}};
    request.markets.clear();
    client.asked(request);
    data_.ask(session.id, request, now_);
    ++happened["an image besides"];
    return true;
  }

  void ask_anything(Session& session) {
    const Securities& securities = data_.books().securities();
    ModelClient& client = *session.client;
    MarketDataRequest request{.id = matching::Name{"r" + std::to_string(++requests_)}};
    if (client.requests().size() > 6 && one_in(2)) {
      auto ends = client.requests().begin();
      std::advance(ends, below(client.requests().size()));
      if (ends->second.type != MarketDataRequest::Type::Subscribe ||
          !is_live(client, ends->first)) {
        return;
      }
      request.id = matching::Name{ends->first};
      request.type = MarketDataRequest::Type::End;
      ++happened["end"];
    } else {
      request.type =
          one_in(5) ? MarketDataRequest::Type::Image : MarketDataRequest::Type::Subscribe;
      request.depth = pick<std::uint16_t>({0, 1, 2, 3, 10});
      request.full_refresh = request.depth != 0 && one_in(5);
      request.deletes_outside = one_in(2);
      request.log_out_when_slow = one_in(10);
      request.conflate_ms = pick<std::uint32_t>({0, 0, 50, 250, 1'000});
      request.levels = !one_in(6);
      request.trades = one_in(2);
      request.volume = one_in(2);
      request.traded_ladder = request.volume && one_in(2);
      request.open_interest = one_in(2);
      for (std::uint64_t i = below(4) + 1; i > 0 && one_in(2); --i) {
        const InstrumentId id{static_cast<std::uint32_t>(below(securities.instrument_count()) + 1)};
        request.symbols.push_back(securities.instrument(id).symbol);
      }
      if (request.symbols.empty()) {
        const MarketId id{static_cast<std::uint32_t>(below(securities.market_count()) + 1)};
        request.markets.push_back(securities.market(id).name);
      }
    }
    // What was sent before it ends is not looked at any more; the rest is applied first.
    if (request.type == MarketDataRequest::Type::End && session.outlet->reads) {
      read(session);
    }
    client.asked(request);
    data_.ask(session.id, request, now_);
  }

  // The client has a book of it, so that the request can not have ended by itself.
  static bool is_live(const ModelClient& client, const std::string& id) {
    return std::ranges::any_of(client.books(),
                               [&](const auto& entry) { return entry.first.first == id; });
  }

  // Everybody reads, time passes, and nothing happens any more.
  void come_to_rest() {
    data_.set_behind(false);
    for (Session& session : sessions_) {
      session.outlet->reads = true;
      read(session);
    }
    constexpr int kTicks = 20;
    constexpr int kEnough = 2'000;  // turns, each with some of the images
    for (int i = 0; failure_.empty() && (i < kTicks || (i < kEnough && somebody_waits())); ++i) {
      now_ += milliseconds{600};
      turn();
    }
    figures = data_.figures();
    std::size_t live = 0;
    for (Session& session : sessions_) {
      for (const auto& [type, count] : session.client->taken) {
        taken[type] += count;
      }
      for (const auto& [key, book] : session.client->books()) {
        ++live;
        check_at_rest(*session.client, key, book);
      }
    }
    if (somebody_waits()) {
      fail("somebody still waits for an image");
    }
    if (live != figures.subscriptions) {
      fail(std::to_string(figures.subscriptions) + " subscriptions, and clients know of " +
           std::to_string(live));
    }
  }

  [[nodiscard]] bool somebody_waits() const {
    const MarketDataFigures now = data_.figures();
    return now.marked != 0 || now.slow_sessions != 0;
  }

  void check_at_rest(const ModelClient& client,
                     const ModelClient::Key& key,
                     ModelClient::Book book) {
    if (!book.in_step) {
      fail(key.first + " " + key.second + " is not in step at the end");
    }
    const Securities& securities = data_.books().securities();
    const InstrumentId id = securities.find_instrument(matching::Name{key.second});
    book.rpt_seq = data_.books().standing(securities.instrument(id).market).public_changes;
    fail(truth_.check(key, client.requests().at(key.first), book));
  }

  // With the lower marks a session is slow also where it reads, by what one turn has for it.
  static MarketDataLimits limits(std::uint64_t seed) {
    const bool low = seed % 2 == 0;
    return {.requests_per_second = 1'000'000,
            .slow_bytes = low ? 1'500U : 8'192U,
            .normal_bytes = low ? 300U : 2'048U,
            .images_per_turn = 7};
  }

  std::mt19937_64 random_;
  MarketData data_;
  Truth truth_;
  RandomExchange exchange_;
  std::vector<Session> sessions_;
  std::uint64_t sessions_ever_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t behind_for_ = 0;  // commands; 0: it is not behind
  MarketData::Instant now_{std::chrono::hours{5}};
  std::string failure_;
};

TEST(RandomMarketData, ClientsHaveTheBookOfEachNumber) {
  const bool is_long = test::is_long_run();
  const std::uint64_t seeds = is_long ? 30 : 20;
  const int commands = is_long ? 3'000 : 1'500;
  std::map<std::string, std::uint64_t> happened;
  std::map<char, std::uint64_t> taken;
  std::array<std::uint64_t, kImageCauses> images{};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomRun run{seed};
    run.run(commands);
    ASSERT_EQ(run.failure(), "") << "seed " << seed;
    for (const auto& [what, count] : run.happened) {
      happened[what] += count;
    }
    for (const auto& [type, count] : run.taken) {
      taken[type] += count;
    }
    for (std::size_t cause = 0; cause < kImageCauses; ++cause) {
      images[cause] += run.figures.images[cause];
    }
  }
  for (const char* const what : {"paused",
                                 "lost connection",
                                 "gap",
                                 "behind",
                                 "behind for a moment",
                                 "end",
                                 "an image besides",
                                 "logged out"}) {
    EXPECT_GT(happened[what], 0U) << what;
  }
  for (const char type : {'W', 'X', 'f'}) {
    EXPECT_GT(taken[type], 100U) << type;
  }
  for (std::size_t cause = 0; cause < kImageCauses; ++cause) {
    EXPECT_GT(images[cause], 0U) << "images of cause " << cause;
  }
}

}  // namespace
}  // namespace betex::gateway::testing
