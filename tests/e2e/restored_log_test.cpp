// An older copy of the log is restored while clients are ahead of it: what they had sent after it
// had acted, and must not act again.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "tests/e2e/raw_logon.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kExitCorrupt = 65;

// What becomes of the session cache when the log is restored.
enum class Cache : std::uint8_t {
  Same,      // only the log's files are replaced: it is ahead of them
  Restored,  // with the log, as it was then
  Gone,
};

class RestoredLogTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  [[nodiscard]] std::filesystem::path copy() const { return folder_.path() / "copy"; }

  [[nodiscard]] std::filesystem::path witness() const { return folder_.path() / "witness"; }

  // Every start has it from now on.
  void use_witness() {
    config_ = changed_config(folder_.path(),
                             "# witness = \"/var/lib/betex-witness/witness\"",
                             "witness = \"../witness\"");
  }

  [[nodiscard]] std::vector<std::string> options(bool new_epochs) const {
    std::vector<std::string> options;
    if (config_) {
      options.insert(options.end(), {"--config", config_->string()});
    }
    if (new_epochs) {
      options.emplace_back("--new-epochs");
    }
    return options;
  }

  [[nodiscard]] std::unique_ptr<GatewayProcess> start(bool new_epochs = false) const {
    return std::make_unique<GatewayProcess>(wal(), options(new_epochs));
  }

  // A start that is refused: its exit code, and what it says.
  struct Refused {
    int exit_code = 0;
    std::string words;
  };

  [[nodiscard]] Refused start_in_vain() const {
    ChildProcess process{gateway_command(wal(), options(false))};
    const int code = process.wait(kPatience);
    return {.exit_code = code, .words = process.standard_error()};
  }

  std::unique_ptr<RawFixPeer> knock(const GatewayProcess& gateway,
                                    const std::string& fields = {}) const {
    return test::knock(gateway, "BROKER1", next_out_, "108=30|" + fields);
  }

  // An order that rests, acknowledged and with what the client remembers of the session.
  void place(RawFixPeer& peer, const std::string& cl_ord_id) {
    peer.send("D", order_fields(cl_ord_id));
    RawFixMessage report = peer.read_type("8");
    while (report.value(11) != cl_ord_id) {
      report = peer.read_type("8");  // one that was told before
    }
    EXPECT_EQ(report.value(150), "0") << report.text();
    next_out_ = peer.next_out;
    last_in_ = report.number();
  }

  // An order that is in the copy, and two that come after it was made; then a kill.
  void live() {
    {
      auto gateway = start();
      auto peer = knock(*gateway);
      EXPECT_EQ(peer->read().type(), "A");
      place(*peer, "KEPT");
      peer->close();
      EXPECT_EQ(gateway->terminate(), 0);
    }
    std::filesystem::copy(wal(), copy(), std::filesystem::copy_options::recursive);
    auto gateway = start();
    auto peer = knock(*gateway);
    EXPECT_EQ(peer->read().type(), "A");
    place(*peer, "LOST-1");
    const std::string before = config_ ? content_of(witness()) : std::string{};
    place(*peer, "LOST-2");
    if (config_) {
      wait_for_other_witness(before);
    }
    gateway->kill();
  }

  void wait_for_other_witness(const std::string& than) const {
    ASSERT_TRUE(comes_to([&] { return content_of(witness()) != than; }));
  }

  // In one step: a gateway that starts elsewhere removes the cache of a log that is not there.
  void restore(Cache cache) const {
    const std::filesystem::path aside = folder_.path() / "newer";
    std::filesystem::copy(copy(), aside, std::filesystem::copy_options::recursive);
    if (cache != Cache::Restored) {
      std::filesystem::remove_all(aside / "cache");
    }
    if (cache == Cache::Same) {
      std::filesystem::copy(
          wal() / "cache", aside / "cache", std::filesystem::copy_options::recursive);
    }
    ASSERT_EQ(::renameat2(AT_FDCWD, wal().c_str(), AT_FDCWD, aside.c_str(), RENAME_EXCHANGE), 0)
        << std::strerror(errno);
  }

  // The ClOrdIDs of the account's live orders.
  static std::vector<std::string> live_orders(RawFixPeer& peer) {
    std::vector<std::string> ids;
    peer.send("AF", "584=all|585=7|");
    for (;;) {
      const RawFixMessage report = peer.read_type("8");
      if (report.value(584) == "all") {
        ids.push_back(report.value(11));
        if (report.value(912) == "Y") {
          return ids;
        }
      }
    }
  }

  // The client sends again what it sent after the copy was made, as when it is asked to.
  void send_lost_ones_again(RawFixPeer& peer) const {
    for (int number = next_out_ - 2; number < next_out_; ++number) {
      const std::string id = number == next_out_ - 2 ? "LOST-1" : "LOST-2";
      peer.send_bytes(peer.message("D", "43=Y|122=" + fix_now() + "|" + order_fields(id), number));
    }
  }

  TempFolder folder_;
  std::optional<std::filesystem::path> config_;
  int next_out_ = 1;  // the client's
  int last_in_ = 0;   // 34 of the last report that it has seen
};

// ---- It is noticed ------------------------------------------------------------------------------

TEST_F(RestoredLogTest, ACacheThatKnowsMoreThanTheLogRefusesTheStart) {
  live();
  restore(Cache::Same);
  const Refused refused = start_in_vain();
  EXPECT_EQ(refused.exit_code, kExitCorrupt);
  EXPECT_THAT(refused.words, HasSubstr("[CacheAhead]"));
  EXPECT_THAT(refused.words, HasSubstr("--new-epochs"));
}

TEST_F(RestoredLogTest, TheWitnessRefusesOneThatWasRestoredWithItsCache) {
  use_witness();
  live();
  for (const Cache cache : {Cache::Restored, Cache::Gone}) {
    restore(cache);
    const Refused refused = start_in_vain();
    EXPECT_EQ(refused.exit_code, kExitCorrupt);
    EXPECT_THAT(refused.words, HasSubstr("[WitnessAhead]"));
    EXPECT_THAT(refused.words, HasSubstr("--new-epochs"));
    std::filesystem::remove_all(folder_.path() / "newer");
  }
}

// The sessions' ends, too, which are journaled a moment before the process ends.
TEST_F(RestoredLogTest, AnOrderlyStopLeavesAWitnessOfTheWholeLog) {
  use_witness();
  {
    const auto gateway = start();
    const auto peer = knock(*gateway);
    EXPECT_EQ(peer->read().type(), "A");
    place(*peer, "KEPT");
    EXPECT_EQ(gateway->terminate(), 0);
  }
  journal::EnvironmentPool pool;
  journal::JournalReader reader{wal(), pool, matching::EventSeq{1}};
  while (reader.next()) {
  }
  EXPECT_THAT(content_of(witness()),
              HasSubstr("\ndurable " + std::to_string(reader.position().last_seq.value()) + "\n"));
}

TEST_F(RestoredLogTest, TheWitnessRefusesAnotherLogToo) {
  use_witness();
  live();
  std::filesystem::remove_all(wal());
  const Refused refused = start_in_vain();
  EXPECT_EQ(refused.exit_code, kExitCorrupt);
  EXPECT_THAT(refused.words, HasSubstr("[WitnessForeign]"));
}

// What the two are good for: where neither is there, nobody knows, and what was lost is asked for.
TEST_F(RestoredLogTest, WithoutCacheAndWitnessNobodyNoticesAndLostOrdersActAgain) {
  live();
  restore(Cache::Gone);
  const auto gateway = start();
  const auto peer = knock(*gateway);
  EXPECT_EQ(peer->read().type(), "A");
  const RawFixMessage request = peer->read_type("2");
  EXPECT_EQ(request.value(7), std::to_string(next_out_ - 3));
  EXPECT_EQ(next_out_, 6) << "Logon, KEPT, Logon, LOST-1, LOST-2";
  peer->send_bytes(peer->message("4", "43=Y|122=" + fix_now() + "|123=Y|36=4|", 3));
  send_lost_ones_again(*peer);
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT", "LOST-1", "LOST-2"));
}

// ---- --new-epochs -------------------------------------------------------------------------------

class NewEpochsTest : public RestoredLogTest, public testing::WithParamInterface<Cache> {};

TEST_P(NewEpochsTest, AClientThatGoesOnWithItsNumbersIsNotAskedForWhatWasLost) {
  use_witness();
  live();
  restore(GetParam());
  const auto gateway = start(true);
  const auto peer = knock(*gateway);
  const RawFixMessage answer = peer->read();
  EXPECT_EQ(answer.type(), "A");
  EXPECT_EQ(answer.number(), 1);
  send_lost_ones_again(*peer);  // unasked
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT"));
  peer->send("D", order_fields("NEW"));
  for (;;) {  // what comes before is of KEPT, which it may not have: marked
    const RawFixMessage message = peer->read();
    ASSERT_NE(message.type(), "2") << "what was lost is asked for";
    if (message.value(11) == "NEW") {
      break;
    }
    EXPECT_TRUE(message.type() != "8" || message.value(97) == "Y") << message.text();
  }
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT", "NEW"));
  EXPECT_TRUE(comes_to_say(gateway->process(), "is not asked for"));
}

TEST_P(NewEpochsTest, AClientThatBeginsAgainIsToldWhatItHasNotProven) {
  use_witness();
  live();
  restore(GetParam());
  auto gateway = start(true);
  next_out_ = 1;
  auto peer = knock(*gateway, "141=Y|");
  EXPECT_EQ(peer->read_type("A").number(), 1);
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT"));
  peer->send("2", "7=1|16=0|");  // no number has anything of the old history
  peer->send("D", order_fields("LOST-1"));
  bool accepted = false;
  while (!accepted) {
    const RawFixMessage message = peer->read();
    EXPECT_NE(message.value(11), "LOST-2") << message.text();
    accepted = message.value(11) == "LOST-1" && message.value(150) == "0";
    EXPECT_TRUE(message.value(11) != "LOST-1" || accepted) << message.text();
  }
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT", "LOST-1")) << "its client's own decision";
}

TEST_P(NewEpochsTest, AFurtherStartNeedsItNoMore) {
  use_witness();
  live();
  restore(GetParam());
  {
    const std::string before = content_of(witness());
    const auto gateway = start(true);
    next_out_ = 1;
    const auto peer = knock(*gateway, "141=Y|");
    EXPECT_EQ(peer->read_type("A").number(), 1);
    place(*peer, "NEW");
    wait_for_other_witness(before);
    gateway->kill();
  }
  const auto gateway = start();
  const auto peer = knock(*gateway);
  const RawFixMessage answer = peer->read_type("A");
  EXPECT_GT(answer.number(), last_in_) << "numbers go on";
  EXPECT_THAT(live_orders(*peer), ElementsAre("KEPT", "NEW"));
}

INSTANTIATE_TEST_SUITE_P(Cache,
                         NewEpochsTest,
                         testing::Values(Cache::Same, Cache::Restored, Cache::Gone),
                         [](const auto& tested) {
                           switch (tested.param) {
                             case Cache::Same:
                               return "Same";
                             case Cache::Restored:
                               return "Restored";
                             case Cache::Gone:
                               break;
                           }
                           return "Gone";
                         });

}  // namespace
}  // namespace betex::test
