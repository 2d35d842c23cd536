#include "gateway/config/agreement.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

class AgreementTest : public ConfigFixture {
 protected:
  AgreementTest() {
    sessions +=
        "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=BERT\nUsername=ANNA\nRole=Broker\n"
        "Accounts=BERT\n";
    markets += "[[market]]\nname = \"SNOW\"\nkind = \"binary\"\nladder = \"LinearCent\"\n";
  }

  [[nodiscard]] std::uint64_t hash() const { return agreement_hash(load()); }

  // That of a configuration with this in one of its files instead.
  [[nodiscard]] std::uint64_t hash_with(std::string& file,
                                        std::string_view from,
                                        std::string_view to) {
    const std::string before = file;
    replace(file, from, to);
    const std::uint64_t changed = hash();
    file = before;
    return changed;
  }
};

TEST_F(AgreementTest, WhatIsAMachinesOwnDoesNotCount) {
  const std::uint64_t before = hash();
  EXPECT_EQ(hash(), before);
  replace(gateway, "root = \"wal\"", "root = \"elsewhere\"\nsnapshot_every_events = 7");
  gateway +=
      "[fix.limits]\nconnections = 7\nconnections_per_address = 6\n[http]\nport = 1234\n"
      "[log]\nlevel = \"warn\"\n[rings]\nwait_strategy = \"yield\"\n";
  replace(gateway, "[exchange]\n", "[exchange]\nstop_notice_s = 60\n");
  replace(sessions, "Accounts=ANNA\n", "Accounts=ANNA\nAllowFrom=10.0.0.1\nMaxHeartBtInt=50\n");
  sessions += "MaxMessagesPerSecond=5\nMessageBurst=9\n";
  replace(credentials, "000102", "ff0102");
  EXPECT_EQ(hash(), before);
}

TEST_F(AgreementTest, TheOrderInTheFilesDoesNotCount) {
  const std::uint64_t before = hash();
  sessions =
      "[DEFAULT]\nSenderCompID=BETEX\nAllowFrom=127.0.0.1\n"
      "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=BERT\nUsername=ANNA\nRole=Broker\n"
      "Accounts=BERT\n"
      "[SESSION]\nBeginString=FIXT.1.1\nDefaultApplVerID=9\nTargetCompID=ANNA\nRole=Broker\n"
      "Accounts=ANNA\n";
  markets =
      "[[market]]\nname = \"SNOW\"\nkind = \"binary\"\nladder = \"LinearCent\"\n"
      "[[market]]\nname = \"RAIN\"\nkind = \"binary\"\nladder = \"LinearCent\"\n";
  EXPECT_EQ(hash(), before);
}

TEST_F(AgreementTest, WhatWouldMakeADifferenceAfterAFailoverCounts) {
  const std::uint64_t before = hash();
  EXPECT_NE(hash_with(gateway, "[exchange]\n", "[exchange]\ncurrency = \"GBP\"\n"), before);
  EXPECT_NE(hash_with(gateway, "[exchange]\n", "[exchange]\nfour_eyes = [\"funds\"]\n"), before);
  EXPECT_NE(hash_with(sessions, "TargetCompID=BERT", "TargetCompID=BERT2"), before);
  EXPECT_NE(hash_with(sessions, "SenderCompID=BETEX", "SenderCompID=BETEX2"), before);
  EXPECT_NE(hash_with(sessions, "FIX.4.4", "FIXT.1.1\nDefaultApplVerID=9"), before);
  EXPECT_NE(hash_with(sessions, "Accounts=ANNA\n", "Accounts=ANNA, BERT\n"), before);
  EXPECT_NE(hash_with(sessions, "Accounts=BERT\n", "Accounts=ANNA\n"), before);
  EXPECT_NE(hash_with(sessions, "Role=Broker\nAccounts=BERT\n", "Role=DropCopy\nAccounts=BERT\n"),
            before);
  EXPECT_NE(hash_with(sessions, "Accounts=BERT\n", "Accounts=BERT\nCancelOnDisconnect=Y\n"),
            before);
  EXPECT_NE(hash_with(accounts, "collateralised\"\n", "collateralised\"\nbalance = \"1\"\n"),
            before);
  EXPECT_NE(hash_with(markets, "\"SNOW\"", "\"HAIL\""), before);
  EXPECT_NE(hash_with(markets, "name = \"SNOW\"\n", "name = \"SNOW\"\ncommission_bp = 5\n"),
            before);
  EXPECT_EQ(hash(), before);
}

}  // namespace
}  // namespace betex::gateway
