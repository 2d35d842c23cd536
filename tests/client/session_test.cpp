// The client's session against a peer that the test plays by hand, message by message.
#include "gateway/client/session.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"
#include "tests/support/temp_folder.h"

namespace betex::client {
namespace {

using namespace std::chrono_literals;

enum class Marked { No, PossDup };

// The other end of a connection. What it says waits in the socket until the session reads.
class Peer {
 public:
  Peer() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    descriptor_ = ends[0];
    client_end_ = ends[1];
  }

  ~Peer() { hang_up(); }

  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  Connection connection() { return Connection{std::exchange(client_end_, -1)}; }

  void hang_up() {
    if (descriptor_ >= 0) {
      close(std::exchange(descriptor_, -1));
    }
  }

  void say(std::uint32_t number, const Message& message, Marked marked = Marked::No) const {
    say_bytes(frame(number, message, marked));
  }

  void say_bytes(std::string_view bytes) const {
    ASSERT_EQ(write(descriptor_, bytes.data(), bytes.size()), std::ssize(bytes));
  }

  static std::string frame(std::uint32_t number,
                           const Message& message,
                           Marked marked = Marked::No) {
    const std::string now = utc_now();
    return encode(Header{.begin_string = "FIXT.1.1",
                         .sender = "BETEX",
                         .target = "BROKER1",
                         .seq_num = number,
                         .sending_time = now,
                         .orig_sending_time = marked == Marked::PossDup ? now : ""},
                  message);
  }

  // Everything that the session has sent since the last call.
  std::vector<Message> heard() {
    std::array<char, 65536> buffer;
    ssize_t count = 0;
    while ((count = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    std::vector<Message> messages;
    while (const auto length = frame_length(received_)) {
      messages.push_back(Message::parse(received_.substr(0, *length)));
      received_.erase(0, *length);
    }
    return messages;
  }

 private:
  int descriptor_ = -1;
  int client_end_ = -1;
  std::string received_;
};

Message logon_answer() {
  Message message{"A"};
  return message.add(98, 0).add(108, 30).add(1137, "9");
}

Message news(std::string_view text) {
  return Message{"B"}.add(58, text);
}

class SessionTest : public testing::Test {
 protected:
  void log_on(Peer& peer, std::uint32_t peer_number) {
    peer.say(peer_number, logon_answer());
    session_.logon(peer.connection(), ResetNumbers::No, 1s);
    ASSERT_TRUE(session_.logged_on());
  }

  // The texts of the messages that are there to be taken.
  std::vector<std::string> take_all() {
    std::vector<std::string> texts;
    while (const auto message = session_.receive(0s)) {
      texts.emplace_back(message->get(58));
    }
    return texts;
  }

  SessionStore store_;
  Session session_{{.sender = "BROKER1", .password = Password{"demo"}}, store_};
  Peer peer_;
};

using Texts = std::vector<std::string>;

TEST_F(SessionTest, LogsOnWithCredentialsAndVersion) {
  log_on(peer_, 1);
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 1U);
  const Message& logon = heard[0];
  EXPECT_EQ(logon.type(), "A");
  EXPECT_TRUE(logon.has(8, "FIXT.1.1") && logon.has(34, "1") && logon.has(56, "BETEX"));
  EXPECT_TRUE(logon.has(98, "0") && logon.has(108, "30") && logon.has(1137, "9"));
  EXPECT_TRUE(logon.has(553, "BROKER1") && logon.has(554, "demo"));
  EXPECT_FALSE(logon.find(141).has_value());
}

TEST_F(SessionTest, APasswordThatIsForgottenIsNotSaid) {
  session_.forget_password();
  log_on(peer_, 1);
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].has(553, "BROKER1"));
  EXPECT_FALSE(heard[0].find(554).has_value());
}

TEST_F(SessionTest, AResetBeginsBothNumbersAnew) {
  store_.add_sent("whatever");
  store_.set_next_in(40);
  Session session{{.sender = "BROKER1", .password = Password{"demo"}}, store_};
  peer_.say(1, logon_answer().add(141, "Y"));
  session.logon(peer_.connection(), ResetNumbers::Yes, 1s);
  EXPECT_TRUE(peer_.heard().at(0).has(141, "Y"));
  EXPECT_EQ(store_.next_in(), 2U);
  EXPECT_EQ(store_.next_out(), 2U);
}

// Who may not reset would be locked out: his numbers would be gone, and the counterparty's not.
TEST_F(SessionTest, AResetThatIsRefusedLeavesTheNumbersAsTheyAre) {
  store_.add_sent("whatever");
  store_.set_next_in(40);
  Session session{{.sender = "BROKER1", .password = Password{"demo"}}, store_};
  peer_.say(40, Message{"5"}.add(58, "ResetSeqNumFlag(141)=Y is not for this session"));
  EXPECT_THROW(session.logon(peer_.connection(), ResetNumbers::Yes, 1s), LogonRefused);
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].has(34, "1") && heard[0].has(141, "Y"));
  EXPECT_EQ(store_.next_in(), 40U);
  EXPECT_EQ(store_.next_out(), 2U);

  Peer again;
  again.say(41, logon_answer());
  session.logon(again.connection(), ResetNumbers::No, 1s);
  EXPECT_TRUE(again.heard().at(0).has(34, "2"));
  EXPECT_EQ(store_.next_in(), 42U);
}

// With the old numbers, what was sent long ago might be asked for as if it were new.
TEST_F(SessionTest, AResetWhoseAnswerWasLostIsAskedForAgain) {
  store_.add_sent("whatever");
  store_.set_next_in(40);
  Session session{{.sender = "BROKER1", .password = Password{"demo"}}, store_};
  EXPECT_THROW(session.logon(peer_.connection(), ResetNumbers::Yes, 1ms), TimedOut);
  EXPECT_EQ(store_.next_in(), 40U);
  Peer again;
  again.say(1, logon_answer().add(141, "Y"));
  session.logon(again.connection(), ResetNumbers::No, 1s);
  EXPECT_TRUE(again.heard().at(0).has(141, "Y"));
  EXPECT_EQ(store_.next_in(), 2U);
  EXPECT_EQ(store_.next_out(), 2U);
  EXPECT_FALSE(store_.reset_is_open());
}

TEST_F(SessionTest, ALogoutInsteadOfALogonIsARefusal) {
  peer_.say(1, Message{"5"}.add(58, "unknown user"));
  EXPECT_THROW(session_.logon(peer_.connection(), ResetNumbers::No, 1s), LogonRefused);
  EXPECT_FALSE(session_.logged_on());
}

TEST_F(SessionTest, SilenceAfterALogonIsATimeoutAndAClosedConnectionARefusal) {
  EXPECT_THROW(session_.logon(peer_.connection(), ResetNumbers::No, 1ms), TimedOut);
  Peer other;
  Connection connection = other.connection();
  other.hang_up();
  EXPECT_THROW(session_.logon(std::move(connection), ResetNumbers::No, 1s), LogonUnanswered);
}

TEST_F(SessionTest, NumbersThatCannotBelongToOneHistoryAreTold) {
  store_.set_next_in(60);
  Session session{{.sender = "BROKER1"}, store_};
  peer_.say(1, logon_answer());
  EXPECT_THROW(session.logon(peer_.connection(), ResetNumbers::No, 1s), HistoryMismatch);

  Peer other;
  other.say(60, Message{"5"}.add(58, "MsgSeqNum too low, expecting 9 but received 2"));
  EXPECT_THROW(session.logon(other.connection(), ResetNumbers::No, 1s), HistoryMismatch);
}

TEST_F(SessionTest, GivesMessagesInOrder) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(3, Message{"0"});
  peer_.say(4, news("b"));
  EXPECT_EQ(take_all(), (Texts{"a", "b"}));
}

TEST_F(SessionTest, DoesNotWaitWhileAMessageIsThereToBeTaken) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(3, news("b"));
  ASSERT_TRUE(session_.receive(1h).has_value());
  EXPECT_TRUE(session_.receive(1h).has_value());  // or the test's time limit ends it
}

// As the network brings it, not as it was sent.
TEST_F(SessionTest, AMessageMayComeInPieces) {
  log_on(peer_, 1);
  const std::string frame = Peer::frame(2, news("a"));
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    peer_.say_bytes(frame.substr(i, 1));
    ASSERT_FALSE(session_.receive(0s).has_value());
  }
  peer_.say_bytes(frame.substr(frame.size() - 1) + Peer::frame(3, news("b")).substr(0, 20));
  EXPECT_EQ(take_all(), Texts{"a"});
}

TEST_F(SessionTest, AMessageCountsAsTakenWhenTheNextIsAskedFor) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(3, news("b"));
  ASSERT_TRUE(session_.receive(1s).has_value());
  EXPECT_EQ(store_.next_in(), 2U);
  ASSERT_TRUE(session_.receive(1s).has_value());
  EXPECT_EQ(store_.next_in(), 3U);
  EXPECT_FALSE(session_.receive(0s).has_value());
  EXPECT_EQ(store_.next_in(), 4U);
}

TEST_F(SessionTest, AGapIsAskedForOnceAndFilledBeforeWhatCameAboveIt) {
  log_on(peer_, 1);
  peer_.say(4, news("d"));
  peer_.say(5, news("e"));
  EXPECT_EQ(take_all(), Texts{});
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_TRUE(heard[1].type() == "2" && heard[1].has(7, "2") && heard[1].has(16, "3"));

  peer_.say(2, news("b"), Marked::PossDup);
  peer_.say(3, Message{"4"}.add(123, "Y").add(36, 4), Marked::PossDup);
  EXPECT_EQ(take_all(), (Texts{"b", "d", "e"}));
  EXPECT_EQ(store_.next_in(), 6U);
  EXPECT_EQ(session_.counters().resend_requests_sent, 1U);
}

TEST_F(SessionTest, ASecondGapAboveTheFirstIsAskedForWhenTheFirstIsClosed) {
  log_on(peer_, 1);
  peer_.say(3, news("c"));
  peer_.say(6, news("f"));
  EXPECT_EQ(take_all(), Texts{});
  EXPECT_EQ(peer_.heard().size(), 2U);
  peer_.say(2, news("b"), Marked::PossDup);
  EXPECT_EQ(take_all(), (Texts{"b", "c"}));
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].has(7, "4") && heard[0].has(16, "5"));
}

TEST_F(SessionTest, ALogonAboveTheExpectedNumberAsksForWhatIsMissing) {
  log_on(peer_, 3);
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_TRUE(heard[1].type() == "2" && heard[1].has(7, "1") && heard[1].has(16, "2"));
  peer_.say(1, news("a"), Marked::PossDup);
  peer_.say(2, news("b"), Marked::PossDup);
  peer_.say(4, news("d"));
  EXPECT_EQ(take_all(), (Texts{"a", "b", "d"}));
}

TEST_F(SessionTest, ARepetitionIsCountedAndNotGivenTwice) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(2, news("a"), Marked::PossDup);
  EXPECT_EQ(take_all(), Texts{"a"});
  EXPECT_EQ(session_.counters().duplicates_received, 1U);
}

TEST_F(SessionTest, ANumberThatComesTwiceWithoutPossDupIsAProtocolError) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(2, news("another"));
  EXPECT_THROW(take_all(), ProtocolError);
  EXPECT_FALSE(session_.logged_on());
}

TEST_F(SessionTest, AMessageForSomebodyElseIsAProtocolError) {
  Session other{{.sender = "BROKER2"}, store_};
  peer_.say(1, logon_answer());
  EXPECT_THROW(other.logon(peer_.connection(), ResetNumbers::No, 1s), ProtocolError);
}

TEST_F(SessionTest, ResendsOrdersAsPossibleDuplicatesAndFillsTheRest) {
  log_on(peer_, 1);
  session_.send(Message{"D"}.add(11, "one"));
  session_.send(Message{"D"}.add(11, "two"));
  peer_.say(2, Message{"1"}.add(112, "are you there"));
  take_all();
  const auto first = peer_.heard();
  ASSERT_EQ(first.size(), 4U);
  EXPECT_TRUE(first[3].type() == "0" && first[3].has(112, "are you there"));

  peer_.say(3, Message{"2"}.add(7, 1).add(16, 0));
  take_all();
  const auto again = peer_.heard();
  ASSERT_EQ(again.size(), 4U);
  EXPECT_TRUE(again[0].has(34, "1") && again[0].has(123, "Y") && again[0].has(36, "2"));
  for (std::size_t i : {1U, 2U}) {
    EXPECT_EQ(again[i].get(11), first[i].get(11));
    EXPECT_EQ(again[i].get(34), first[i].get(34));
    EXPECT_TRUE(again[i].poss_dup());
    EXPECT_EQ(again[i].get(122), first[i].get(52));
  }
  EXPECT_TRUE(again[3].has(34, "4") && again[3].has(123, "Y") && again[3].has(36, "5"));
  EXPECT_EQ(session_.counters().messages_resent, 2U);
}

// A gap fill in its place would say that there were none.
TEST_F(SessionTest, WhoAsksForMessagesThatAreNotKeptAnyMoreIsNotAnswered) {
  const test::TempFolder folder;
  const std::filesystem::path file = folder.path() / "BROKER1";
  std::ofstream{file} << "dropped 5\n";
  SessionStore store{file};
  Session session{{.sender = "BROKER1"}, store};
  peer_.say(1, logon_answer());
  session.logon(peer_.connection(), ResetNumbers::No, 1s);
  EXPECT_TRUE(peer_.heard().at(0).has(34, "6"));
  peer_.say(2, Message{"2"}.add(7, 6).add(16, 0));
  EXPECT_FALSE(session.receive(0s).has_value());
  EXPECT_TRUE(peer_.heard().at(0).has(36, "7"));
  peer_.say(3, Message{"2"}.add(7, 5).add(16, 0));
  EXPECT_THROW(static_cast<void>(session.receive(0s)), ProtocolError);
}

TEST_F(SessionTest, BothSidesMayHaveAGap) {
  log_on(peer_, 1);
  session_.send(Message{"D"}.add(11, "one"));
  peer_.say(5, Message{"2"}.add(7, 2).add(16, 0));
  EXPECT_EQ(take_all(), Texts{});
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_TRUE(heard[2].poss_dup() && heard[2].has(11, "one"));
  EXPECT_TRUE(heard[3].type() == "2" && heard[3].has(7, "2") && heard[3].has(16, "4"));
  peer_.say(2, Message{"4"}.add(123, "Y").add(36, 6), Marked::PossDup);
  peer_.say(6, news("f"));
  EXPECT_EQ(take_all(), Texts{"f"});
  EXPECT_EQ(session_.counters().resend_requests_answered, 1U);
}

TEST_F(SessionTest, ASequenceResetMovesTheExpectedNumberForward) {
  log_on(peer_, 1);
  peer_.say(1, Message{"4"}.add(36, 50));
  peer_.say(50, news("fifty"));
  EXPECT_EQ(take_all(), Texts{"fifty"});
  peer_.say(1, Message{"4"}.add(36, 3));
  EXPECT_THROW(take_all(), ProtocolError);
}

TEST_F(SessionTest, ARejectIsGivenToTheCaller) {
  log_on(peer_, 1);
  peer_.say(2, Message{"3"}.add(45, 2).add(58, "bad price"));
  EXPECT_EQ(take_all(), Texts{"bad price"});
}

// A gateway that sends no administrative message again fills over it.
TEST_F(SessionTest, ARejectThatAGapFillPassesOverIsGivenAllTheSame) {
  log_on(peer_, 1);
  peer_.say(3, Message{"3"}.add(45, 2).add(58, "bad price"));
  EXPECT_EQ(take_all(), Texts{});
  peer_.say(2, Message{"4"}.add(123, "Y").add(36, 4), Marked::PossDup);
  EXPECT_EQ(take_all(), Texts{"bad price"});
}

TEST_F(SessionTest, SynchroniseWaitsForTheAnswerInSequence) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  EXPECT_THROW(session_.synchronise(1ms), TimedOut);
  peer_.say(3, Message{"0"}.add(112, 2));
  session_.synchronise(1s);
  EXPECT_EQ(take_all(), Texts{"a"});
}

TEST_F(SessionTest, SynchroniseAsksAgainWhereItsTestRequestWasFilledOver) {
  log_on(peer_, 1);
  peer_.say(2, Message{"2"}.add(7, 2).add(16, 0));
  session_.observe([this](Traffic traffic, std::string_view frame) {
    const Message message = Message::parse(frame);
    if (traffic == Traffic::Sent && message.type() == "1" && message.has(112, "2")) {
      peer_.say(3, Message{"0"}.add(112, 2));
    }
  });
  session_.synchronise(10s);
  const auto heard = peer_.heard();
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_TRUE(heard[1].type() == "1" && heard[1].has(34, "2"));
  EXPECT_TRUE(heard[2].has(123, "Y") && heard[2].has(34, "2") && heard[2].has(36, "3"));
  EXPECT_TRUE(heard[3].type() == "1" && heard[3].has(34, "3") && heard[3].has(112, "2"));
}

TEST_F(SessionTest, WhatCameBeforeTheEndIsGivenBeforeTheEndIsTold) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.hang_up();
  session_.send(Message{"D"}.add(11, "one"));
  EXPECT_EQ(session_.receive(1s)->get(58), "a");
  EXPECT_THROW(session_.receive(1s), Disconnected);
  EXPECT_EQ(store_.next_out(), 3U);
}

TEST_F(SessionTest, LogsOutAndKeepsWhatCameBefore) {
  log_on(peer_, 1);
  peer_.say(2, news("a"));
  peer_.say(3, Message{"5"});
  session_.logout(1s);
  EXPECT_EQ(peer_.heard().back().type(), "5");
  EXPECT_EQ(session_.receive(0s)->get(58), "a");
  EXPECT_THROW(session_.receive(0s), Disconnected);
  EXPECT_EQ(store_.next_in(), 4U);
}

TEST_F(SessionTest, AnswersTheCounterpartysLogout) {
  log_on(peer_, 1);
  peer_.say(2, Message{"5"}.add(58, "shutting down"));
  EXPECT_THROW(session_.receive(1s), Disconnected);
  EXPECT_EQ(peer_.heard().back().type(), "5");
}

TEST_F(SessionTest, GoesOnWithTheSameNumbersAfterABrokenConnection) {
  log_on(peer_, 1);
  session_.send(Message{"D"}.add(11, "one"));
  peer_.hang_up();
  EXPECT_THROW(session_.receive(1s), Disconnected);
  Peer again;
  log_on(again, 2);
  EXPECT_TRUE(again.heard().at(0).has(34, "3"));
}

TEST_F(SessionTest, SendsHeartbeatsAndGivesUpOnASilentPeer) {
  Session session{{.sender = "BROKER1", .heartbeat = 1s}, store_};
  peer_.say(1, logon_answer());
  session.logon(peer_.connection(), ResetNumbers::No, 1s);
  EXPECT_THROW(session.receive(20s), Disconnected);
  std::string types;
  for (const Message& message : peer_.heard()) {
    types += message.type();
  }
  EXPECT_EQ(types.substr(0, 3), "A01");
}

}  // namespace
}  // namespace betex::client
