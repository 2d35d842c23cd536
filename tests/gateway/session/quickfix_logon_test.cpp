// What passes check_logon is accepted by QuickFIX: it must not refuse what the journal has taken.
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/link/clock.h"
#include "gateway/session/dictionaries.h"
#include "gateway/session/quickfix_clock.h"
#include "gateway/session/quickfix_session.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/support/environment.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;

const gateway::SystemClock kClock;
const SendingTimeCheck kSendingTime{kClock, kClock, std::chrono::seconds{120}};

class Events final : public QuickfixEvents {
 public:
  void on_application_message(MsgSeqNum) override { ADD_FAILURE(); }

  void on_business_reject(const RejectFields&) override { ADD_FAILURE(); }

  void on_reject(const RejectFields&) override { ADD_FAILURE(); }

  MsgSeqNum last_processed() override { return {}; }

  bool on_number_used(MsgSeqNum) override { return true; }

  void on_send(const std::string& bytes) override { sent.push_back(testing::readable(bytes)); }

  void on_disconnect() override { disconnected = true; }

  std::vector<std::string> sent;
  bool disconnected = false;
};

// A Logon of fields that are right, wrong, missing or twice.
std::string random_logon(std::mt19937& random, FixVersion version) {
  const auto one_of = [&](const std::vector<std::string>& choices) {
    return choices[random() % choices.size()];
  };
  std::string body = "35=A|" + one_of({"34=1|", "34=7|", "34=7|", "34=999999999|", "34=0|"});
  body += one_of({"", "", "", "43=N|", "43=Y|", "43=Y|122=20261122-14:20:31|"});
  body += "49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";
  body += one_of({"", "", "", "50=desk|57=x|97=N|", "142=London|369=3|", "115=X|", "1128=9|"});
  std::vector<std::string> fields{
      one_of({"98=0|", "98=0|", "98=0|", "98=0|", "98=1|", ""}),
      one_of({"108=30|", "108=30|", "108=5|", "108=60|", "108=4|", "108=030|", ""}),
      one_of({"", "", "141=N|", "141=Y|"}),
      one_of({"", "", "383=4096|", "383=1023|", "383=000001024|"}),
      one_of({"", "", "384=1|372=D|385=S|", "384=0|", "384=2|372=D|", "384=1|372=D|1130=9|"}),
      one_of({"", "", "464=N|", "464=Y|"}),
      one_of({"553=u|554=p|", "553=u|554=p|", "554=p|554=q|"}),
      one_of({"", "", "789=1|", "789=8|", "789=0|"}),
      version == FixVersion::Fixt11 ? one_of({"1137=9|", "1137=9|", "1137=9|", "1137=8|", ""})
                                    : one_of({"", "", "", "1137=9|"}),
      one_of({"", "", "8013=Y|", "8013=N|", "8013=X|"}),
      one_of({"", "", "", "", "", "58=x|", "112=x|", "9999=x|", "7=1|"})};
  std::shuffle(fields.begin(), fields.end(), random);
  for (const std::string& field : fields) {
    body += field;
  }
  return testing::message(version, body);
}

TEST(QuickfixLogon, WhateverPassesTheCheckLogsOn) {
  const Dictionaries dictionaries{BETEX_DICTIONARIES_DIR};
  const unsigned seed = test::seed_from_environment();
  std::cout << "BETEX_SEED=" << seed << '\n';
  std::mt19937 random{seed};
  constexpr int kLogons = 3000;
  int accepted = 0;
  for (int i = 0; i < kLogons; ++i) {
    SessionSettings settings;
    settings.version = i % 2 == 0 ? FixVersion::Fixt11 : FixVersion::Fix44;
    settings.our_comp_id = "BETEX";
    settings.comp_id = "BROKER1";
    const std::string frame = random_logon(random, settings.version);
    FieldTable fields;
    fields.read(frame);
    const auto logon =
        check_logon(fields, {.version = settings.version, .reset_allowed = i % 3 != 0});
    if (!logon) {
      EXPECT_FALSE(logon.error().text.empty());
      continue;
    }
    ++accepted;
    Events events;
    QuickfixSession session{
        settings, kSendingTime, dictionaries.provider(), events, [](MsgSeqNum, MsgSeqNum) {
          return std::vector<SessionCache::Message>{};
        }};
    session.start(MsgSeqNum{5}, logon->number);
    EXPECT_TRUE(session.log_on(*logon, logon->number.next())) << testing::readable(frame);
    EXPECT_FALSE(events.disconnected);
    EXPECT_EQ(session.next_in(), logon->number.next());
    ASSERT_EQ(events.sent.size(), 1U);
    const std::string& answer = events.sent.front();
    const auto has = [&](const std::string& field) {
      return answer.find("|" + field) != std::string::npos;
    };
    EXPECT_TRUE(has("35=A|34=5|")) << answer;
    EXPECT_TRUE(has("108=" + std::to_string(logon->heart_bt_int) + "|")) << answer;
    EXPECT_EQ(has("141=Y|"), logon->reset) << answer;
    EXPECT_EQ(has("789="), logon->next_expected.has_value()) << answer;
    EXPECT_EQ(has("1137=9|"), settings.version == FixVersion::Fixt11) << answer;
    session.connection_lost();
  }
  EXPECT_GT(accepted, kLogons / 200);
}

TEST(QuickfixLogon, ARefusalIsALogoutWithTheNextNumberAndChangesNothing) {
  const Dictionaries dictionaries{BETEX_DICTIONARIES_DIR};
  SessionSettings settings;
  settings.our_comp_id = "BETEX";
  settings.comp_id = "BROKER1";
  Events events;
  QuickfixSession session{
      settings, kSendingTime, dictionaries.provider(), events, [](MsgSeqNum, MsgSeqNum) {
        return std::vector<SessionCache::Message>{};
      }};
  session.start(MsgSeqNum{5}, MsgSeqNum{7});
  session.refuse_logon("why not");
  session.connection_lost();
  EXPECT_EQ(session.next_in(), MsgSeqNum{7});
  session.start(MsgSeqNum{6}, MsgSeqNum{7});
  EXPECT_TRUE(session.log_on({.number = MsgSeqNum{7}, .heart_bt_int = 30}, MsgSeqNum{8}));
  ASSERT_EQ(events.sent.size(), 2U);
  EXPECT_NE(events.sent[0].find("|35=5|34=5|"), std::string::npos) << events.sent[0];
  EXPECT_NE(events.sent[0].find("|58=why not|"), std::string::npos) << events.sent[0];
  EXPECT_NE(events.sent[1].find("|35=A|34=6|"), std::string::npos) << events.sent[1];
}

// A second before midnight, until it has been read a number of times: then it is past it.
class ClockThatPassesMidnight final : public gateway::Clock {
 public:
  void pass_after(int readings) { left_ = readings; }

  [[nodiscard]] matching::Timestamp now() const override {
    const bool past = left_-- <= 0;
    return matching::Timestamp{
        std::chrono::nanoseconds{kMidnight.time_since_epoch() + std::chrono::seconds{past ? 1 : -1}}
            .count()};
  }

 private:
  static constexpr std::chrono::sys_seconds kMidnight{
      std::chrono::sys_days{std::chrono::year{2026} / 3 / 4}};
  mutable int left_ = 1'000'000;
};

// QuickFIX compares the day of a call with the day of its store, at each call.
TEST(QuickfixSession, MidnightWithinACallEndsNothing) {
  const Dictionaries dictionaries{BETEX_DICTIONARIES_DIR};
  ClockThatPassesMidnight clock;
  const QuickfixClock quickfix_clock{clock};
  SessionSettings settings;
  settings.our_comp_id = "BETEX";
  settings.comp_id = "BROKER1";
  constexpr int kMostReadingsOfACall = 20;
  for (int readings = 0; readings < kMostReadingsOfACall; ++readings) {
    Events events;
    const SendingTimeCheck sending_time{clock, clock, std::chrono::seconds{120}};
    QuickfixSession session{
        settings, sending_time, dictionaries.provider(), events, [](MsgSeqNum, MsgSeqNum) {
          return std::vector<SessionCache::Message>{};
        }};
    clock.pass_after(1'000'000);
    session.start(MsgSeqNum{5}, MsgSeqNum{7});
    ASSERT_TRUE(session.log_on({.number = MsgSeqNum{7}, .heart_bt_int = 30}, MsgSeqNum{8}));
    clock.pass_after(readings);
    session.tick();
    EXPECT_FALSE(events.disconnected) << readings;
    EXPECT_EQ(events.sent.size(), 1U) << events.sent.back();
    EXPECT_TRUE(session.logged_on());
    session.connection_lost();
  }
}

}  // namespace
}  // namespace betex::fix
