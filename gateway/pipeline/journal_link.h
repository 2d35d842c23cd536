// The journal behind the stages' TransactionLog and TransactionSource.
#pragma once

#include <filesystem>

#include "gateway/reports/transaction_log.h"
#include "journal/errors.h"
#include "journal/journal.h"
#include "journal/journal_reader.h"

namespace betex::gateway {

// *Owned by the journal thread.* The journal has recovered and must outlive it.
class JournalLog final : public TransactionLog {
 public:
  explicit JournalLog(journal::Journal& journal) noexcept : journal_{journal} {}

  void append(const matching::TransactionView& transaction) override {
    journal_.append(transaction);
  }

  void commit() override { journal_.commit(); }

  // Of a shared disk's log another node may be the writer by now.
  void confirm() override {
    if (!journal_.may_write()) {
      throw journal::JournalError{{.fault = journal::Fault::AuthorityLost,
                                   .what = "the right to write was lost before an answer",
                                   .segment = {}}};
    }
  }

 private:
  journal::Journal& journal_;
};

class JournalSource final : public TransactionSource {
 public:
  explicit JournalSource(journal::JournalReader reader) noexcept : reader_{std::move(reader)} {}

  [[nodiscard]] std::optional<matching::TransactionView> next() override { return reader_.next(); }

 private:
  journal::JournalReader reader_;
};

// Sources that read the WAL beside its writer. `pool` is the writer's own, and outlives them.
[[nodiscard]] inline OpenTransactionSource journal_sources(std::filesystem::path wal_root,
                                                           journal::EnvironmentPool& pool) {
  return [root = std::move(wal_root), &pool](matching::EventSeq first) {
    return std::make_unique<JournalSource>(journal::JournalReader{root, pool, first});
  };
}

// One whose transactions may be retired meanwhile: it throws TransactionsNotKept then.
class RetiringJournalSource final : public TransactionSource {
 public:
  explicit RetiringJournalSource(journal::JournalReader reader) noexcept
      : source_{std::move(reader)} {}

  [[nodiscard]] std::optional<matching::TransactionView> next() override {
    try {
      return source_.next();
    } catch (const journal::JournalError& error) {
      if (error.fault() == journal::Fault::SequenceNotAvailable ||
          error.fault() == journal::Fault::SegmentRetired ||
          error.fault() == journal::Fault::SegmentMissing) {  // retired, and moved elsewhere
        throw TransactionsNotKept{error.what()};
      }
      throw;
    }
  }

 private:
  JournalSource source_;
};

// Likewise, for a reader for which no segment is kept.
[[nodiscard]] inline OpenTransactionSource retiring_journal_sources(
    std::filesystem::path wal_root, journal::EnvironmentPool& pool) {
  return [root = std::move(wal_root), &pool](matching::EventSeq first) {
    return std::make_unique<RetiringJournalSource>(journal::JournalReader{root, pool, first});
  };
}

}  // namespace betex::gateway
