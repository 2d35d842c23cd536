// What two brokers and two drop copies sent one day, and what they were told, byte for byte, as it
// was recorded: whoever moves code about, or makes it faster, finds here what he has changed. What
// goes over the wire changes with the rules of engagement alone; then the recording is made anew:
//
//   BETEX_RECORD=FILE recorded_session_test
//
// writes into FILE what the recording would be now.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/decimal.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/report_encoder.h"
#include "journal/checksum.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"
#include "tests/gateway/wire/fix_text.h"

namespace betex::gateway::testing {
namespace {

constexpr const char* kRecording = BETEX_SOURCE_DIR "/tests/gateway/pipeline/recorded_session.txt";

struct Client {
  Name comp_id;
  fix::FixVersion version;
  fix::SessionRole role;
  std::vector<Name> accounts;
};

// Their sessions bear the numbers from 1.
const std::vector<Client>& clients() {
  static const std::vector<Client> kClients{
      {Name{"BROKER1"}, fix::FixVersion::Fixt11, fix::SessionRole::Broker, {Name{"ACC"}}},
      {Name{"BROKER2"}, fix::FixVersion::Fix44, fix::SessionRole::Broker, {Name{"FUND"}}},
      {Name{"DROP1"}, fix::FixVersion::Fixt11, fix::SessionRole::DropCopy, {Name{"ACC"}}},
      {Name{"DROP2"},
       fix::FixVersion::Fix44,
       fix::SessionRole::DropCopy,
       {Name{"ACC"}, Name{"FUND"}}}};
  return kClients;
}

Audience audience() {
  std::vector<AudienceMember> members;
  for (const Client& client : clients()) {
    members.push_back({.comp_id = client.comp_id,
                       .version = client.version,
                       .role = client.role,
                       .accounts = client.accounts});
  }
  return Audience{std::move(members)};
}

// An exchange that lives through a recording, and writes it again.
class Exchange {
 public:
  Exchange() {
    for (const char* const account : {"ACC", "FUND"}) {
      pipeline_.submit(matching::CreateAccount{.account = Name{account}});
    }
    pipeline_.submit(matching::CreateMarket{.market = Name{"MKT"}, .bet_delay_ms = 100});
    for (const char* const runner : {"RUN", "OTHER"}) {
      pipeline_.submit(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{runner}});
    }
    pipeline_.submit(matching::CreateMarket{.market = Name{"BIN"},
                                            .kind = matching::MarketKind::Binary,
                                            .ladder = matching::LadderKind::LinearCent});
    for (const char* const market : {"MKT", "BIN"}) {
      pipeline_.submit(matching::OpenMarket{.market = Name{market}});
    }
    for (const Client& client : clients()) {
      pipeline_.submit(matching::SessionUp{.comp_id = client.comp_id});
    }
    pipeline_.run();
    const matching::EventSeq begin = pipeline_.engine.last_seq();
    for (std::size_t i = 0; i < clients().size(); ++i) {
      pipeline_.feed.subscribe(id(i), SubscriptionId{1}, {begin, 100});
    }
    settle();
  }

  // A line of the recording: "> FRAME" from a client, "! COMMAND" of an operator, "# comment".
  void play(const std::string& line) {
    written_ += line + "\n";
    if (line.starts_with("# ")) {
      return;
    }
    pipeline_.clock.time =
        matching::Timestamp{pipeline_.clock.time.value() + std::int64_t{40} * 1'000'000};
    if (line.starts_with("> ")) {
      receive(fix::testing::wire(line.substr(2)));
    } else {
      operate(line.substr(2));
    }
    settle();
  }

  // All that was sent and told, and a hash of what was journaled.
  [[nodiscard]] std::string written() const {
    journal::RunningChecksum hash;
    for (const StoredTransaction& transaction : pipeline_.log.committed) {
      hash.add(std::as_bytes(std::span{&transaction.header, 1}));
      hash.add(transaction.events);
    }
    std::ostringstream events;
    events << "# journal " << std::hex << hash.value() << "\n";
    return written_ + events.str();
  }

 private:
  static SessionId id(std::size_t client) {
    return SessionId{static_cast<std::uint32_t>(client) + 1};
  }

  void receive(const std::string& frame) {
    fix::FieldTable fields;
    ASSERT_EQ(fields.read(frame), fix::FieldTable::Fault::None) << frame;
    const auto client = std::ranges::find_if(clients(), [&](const Client& one) {
      return one.comp_id.view() == fields.sender_comp_id();
    });
    ASSERT_NE(client, clients().end()) << frame;
    const SessionId session = id(static_cast<std::size_t>(client - clients().begin()));
    const fix::Decoded decoded = fix::decode(fields,
                                             {.version = client->version,
                                              .role = client->role,
                                              .session = session,
                                              .accounts = client->accounts});
    const auto command = [&](const auto& body) {
      pipeline_.submit(body, pipeline_.origin(session));
    };

    struct Visitor {
      const decltype(command)& submit;
      Pipeline& pipeline;
      std::string_view msg_type;

      void operator()(const matching::PlaceOrder& order) const { submit(order); }

      void operator()(const matching::CancelOrder& cancel) const { submit(cancel); }

      void operator()(const matching::AmendOrder& amend) const { submit(amend); }

      void operator()(const matching::MassCancel& cancel) const { submit(cancel); }

      void operator()(const matching::OrderGroupRequest& request) const { submit(request); }

      void operator()(const Query& query) const { pipeline.ask(query); }

      void operator()(const fix::SessionReject& reject) const {
        submit(fix::to_command(reject, msg_type));
      }

      void operator()(const fix::BusinessReject& reject) const {
        submit(fix::to_command(reject, msg_type));
      }

      void operator()(const fix::OperatorRequest&) const {
        FAIL() << "no operator's session is recorded";
      }

      void operator()(const fix::ThrottleQuery&) const { FAIL() << "the session's own business"; }

      void operator()(const MarketDataRequest&) const {
        FAIL() << "no market data session is recorded";
      }

      void operator()(const fix::MarketDataRequestReject&) const {
        FAIL() << "no market data session is recorded";
      }

      void operator()(const fix::Unanswered&) const {}
    };

    std::visit(Visitor{command, pipeline_, fields.msg_type()}, decoded);
  }

  // 0 where there is none.
  static Decimal number(const std::string& text) {
    return text.empty() ? Decimal{0} : fix::parse_decimal(text).value();
  }

  void operate(const std::string& command) {
    std::istringstream words{command};
    std::string verb;
    std::string of;
    std::string symbol;
    words >> verb >> of >> symbol;
    const Name name{of};
    const std::map<std::string, std::function<void()>> verbs{
        {"suspend", [&] { pipeline_.submit(matching::SuspendMarket{.market = name}); }},
        {"pause",
         [&] {
           pipeline_.submit(
               matching::SuspendMarket{.market = name, .reason = matching::SuspendReason::Pause});
         }},
        {"resume", [&] { pipeline_.submit(matching::ResumeMarket{.market = name}); }},
        {"in-play", [&] { pipeline_.submit(matching::TurnInPlay{.market = name}); }},
        {"remove",
         [&] { pipeline_.submit(matching::RemoveRunner{.market = name, .symbol = Name{symbol}}); }},
        {"close", [&] { pipeline_.submit(matching::CloseMarket{.market = name}); }},
        {"determine",
         [&] {
           pipeline_.submit(matching::DetermineMarket{
               .market = name,
               .shares = {{.symbol = Name{symbol}, .numerator = 1, .denominator = 1}}});
         }},
        {"settle", [&] { pipeline_.submit(matching::SettleMarket{.market = name}); }},
        {"deposit",
         [&] { pipeline_.submit(matching::MoveFunds{.account = name, .amount = number(symbol)}); }},
        {"announce",
         [&] {
           pipeline_.submit(
               matching::Announce{.subject = name, .headline = matching::Remark{symbol}});
         }},
        {"void",
         [&] { pipeline_.submit(matching::VoidMarket{.market = name, .price = number(symbol)}); }},
        {"suspend-account",
         [&] {
           pipeline_.submit(matching::SuspendAccount{.account = name, .cancel_orders = true});
         }},
        {"resume-account", [&] { pipeline_.submit(matching::ResumeAccount{.account = name}); }}};
    ASSERT_TRUE(verbs.contains(verb)) << command;
    verbs.at(verb)();
  }

  void settle() {
    pipeline_.run();
    for (const RecordingSink::Delivery& delivery : pipeline_.sink.reports) {
      const std::size_t client = delivery.session.value() - 1;
      std::string bytes;
      fix::encode(delivery.report,
                  {.version = clients()[client].version,
                   .sender_comp_id = "BETEX",
                   .target_comp_id = clients()[client].comp_id.view(),
                   .msg_seq_num = matching::MsgSeqNum{++numbers_[client]},
                   .sending_time = pipeline_.clock.time},
                  bytes);
      written_ += "< " + fix::testing::readable(bytes) + "\n";
      pipeline_.feed.consumed(delivery.session, delivery.subscription, 1);
    }
    pipeline_.sink.reports.clear();
    pipeline_.sink.notices.clear();
    pipeline_.sink.progress.clear();
  }

  Pipeline pipeline_{1024, audience()};
  std::array<std::uint32_t, 4> numbers_{};
  std::string written_;
};

TEST(RecordedSession, GivesTheSameBytesAgain) {
  std::ifstream file{kRecording};
  ASSERT_TRUE(file) << kRecording;
  Exchange exchange;
  std::string recorded;
  for (std::string line; std::getline(file, line);) {
    recorded += line + "\n";
    if (!line.starts_with("< ") && !line.starts_with("# journal ")) {
      exchange.play(line);
    }
  }
  const std::string now = exchange.written();
  if (const char* const target = std::getenv("BETEX_RECORD"); target != nullptr) {
    std::ofstream{target} << now;
  }
  std::istringstream was{recorded};
  std::istringstream is{now};
  std::string expected;
  std::string given;
  for (int number = 1; std::getline(was, expected) && std::getline(is, given); ++number) {
    ASSERT_EQ(given, expected) << "line " << number;
  }
  EXPECT_EQ(now.size(), recorded.size());
}

}  // namespace
}  // namespace betex::gateway::testing
