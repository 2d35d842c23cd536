// The stages' log on a shared disk.
#include <optional>

#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "journal/environment_pool.h"
#include "journal/errors.h"
#include "journal/journal.h"
#include "tests/journal/scripted_lease.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

std::optional<journal::Fault> fault_of_confirm(JournalLog& log) {
  try {
    log.confirm();
  } catch (const journal::JournalError& error) {
    return error.fault();
  }
  return std::nullopt;
}

TEST(JournalLog, ConfirmsNothingWithoutTheRightToWrite) {
  const test::TempFolder folder;
  journal::EnvironmentPool pool;
  test::ScriptedLease lease;
  journal::JournalConfig config;
  config.wal_root = folder.path() / "wal";
  config.authority = &lease;
  config.node = "a";
  journal::Journal journal{config, pool};
  journal.recover(matching::EventSeq{0}, [](const matching::TransactionView&) {});
  JournalLog log{journal};
  EXPECT_EQ(fault_of_confirm(log), std::nullopt);
  lease.left = 0;
  EXPECT_EQ(fault_of_confirm(log), journal::Fault::AuthorityLost);
}

TEST(JournalLog, NobodyElseWritesToALogOfOneMachine) {
  const test::TempFolder folder;
  journal::EnvironmentPool pool;
  journal::JournalConfig config;
  config.wal_root = folder.path() / "wal";
  journal::Journal journal{config, pool};
  journal.recover(matching::EventSeq{0}, [](const matching::TransactionView&) {});
  JournalLog log{journal};
  EXPECT_EQ(fault_of_confirm(log), std::nullopt);
}

}  // namespace
}  // namespace betex::gateway::testing
