// A quorum log in memory that does what it is told, and who writes to it: transactions that follow
// each other, as a leader's journal would have them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cluster/quorum_log.h"
#include "journal/checksum.h"
#include "journal/errors.h"
#include "tests/journal/transactions.h"

namespace betex::test {

// Makes batches of transactions that follow each other.
class BatchMaker {
 public:
  BatchMaker() = default;

  explicit BatchMaker(const journal::Position& end)
      : end_{end}, maker_{end.last_tx_id, end.last_seq} {
    end_.segment = std::nullopt;
  }

  cluster::OwnedBatch next(std::size_t transactions) {
    cluster::OwnedBatch batch;
    batch.before = end_;
    batch.transactions = static_cast<std::uint32_t>(transactions);
    for (std::size_t i = 0; i < transactions; ++i) {
      const matching::TransactionView view = maker_.next();
      const std::size_t begin = batch.bytes.size();
      const auto header = std::as_bytes(std::span{&view.header, 1});
      batch.bytes.insert(batch.bytes.end(), header.begin(), header.end());
      batch.bytes.insert(batch.bytes.end(), view.events.begin(), view.events.end());
      end_.last_seq = view.last_seq();
      end_.last_tx_id = view.header.tx_id;
      end_.last_timestamp = view.header.timestamp;
      end_.chain = journal::extend(end_.chain, std::span{batch.bytes}.subspan(begin));
    }
    batch.after = end_;
    return batch;
  }

 private:
  journal::Position end_;
  TransactionMaker maker_;
};

class FakeQuorumLog final : public cluster::QuorumLog {
 public:
  // ---- What a test makes of calls: each is called first, and may throw
  std::function<void()> on_next;
  std::function<void()> on_take_over;
  std::function<void(const cluster::Batch&)> on_append;
  std::function<void()> on_confirm;

  std::vector<cluster::OwnedBatch> batches;
  cluster::Head end{
      .epoch = journal::WriterEpoch{1}, .slot = 0, .oldest = 1, .position = {}, .node = "b"};
  std::size_t confirms = 0;

  // By whoever leads.
  void add(cluster::OwnedBatch batch) {
    end.position = batch.after;
    ++end.slot;
    batches.push_back(std::move(batch));
  }

  [[nodiscard]] cluster::Head head() override { return end; }

  [[nodiscard]] std::optional<cluster::OwnedBatch> next(const journal::Position& after) override {
    call(on_next);
    if (after.last_seq > end.position.last_seq) {
      throw journal::JournalError{{.fault = journal::Fault::QuorumLogWentBack,
                                   .what = "the log ends before",
                                   .segment = {}}};
    }
    const auto found = std::ranges::find_if(batches, [&](const cluster::OwnedBatch& batch) {
      return batch.before.last_seq == after.last_seq;
    });
    return found == batches.end() ? std::nullopt : std::optional{*found};
  }

  [[nodiscard]] TakenOver take_over(journal::WriterEpoch at_least) override {
    call(on_take_over);
    const cluster::Head before = end;
    end.epoch = std::max(before.epoch.next(), at_least);
    end.node = "a";
    return {.before = before, .epoch = end.epoch, .last_writer = before.epoch};
  }

  void append(const cluster::Batch& batch) override {
    if (on_append) {
      on_append(batch);
    }
    add({.before = batch.before,
         .after = batch.after,
         .transactions = batch.transactions,
         .bytes = {batch.bytes.begin(), batch.bytes.end()}});
  }

  void confirm() override {
    call(on_confirm);
    ++confirms;
  }

 private:
  static void call(const std::function<void()>& hook) {
    if (hook) {
      hook();
    }
  }
};

}  // namespace betex::test
