// A quorum log over a store whose messages are lost, late or doubled as the test says, by a clock
// that goes by what is waited.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/cluster/log_texts.h"
#include "gateway/cluster/stored_log.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_parts.h"

namespace betex::test {

inline const std::string kLogPrefix = "/betex/test/";

class StoredLogTest : public testing::Test {
 protected:
  StoredLogTest() {
    meta_.wal_id.fill(9);
    // What happens to the next messages, in order; later ones pass.
    store_.fault = [this](std::size_t) {
      if (script_.empty()) {
        return always_;
      }
      const Fault fault = script_.front();
      script_.pop_front();
      return fault;
    };
  }

  cluster::StoredLogSettings settings(const std::string& node) {
    return {.prefix = kLogPrefix,
            .node = node,
            .append_bytes = append_bytes_,
            .window_slots = window_slots_,
            .window_bytes = window_bytes_,
            .read_ahead = read_ahead_,
            .stall_exit = std::chrono::seconds{10},
            .pause =
                [this](std::chrono::milliseconds time) {
                  time_ += time;
                  if (on_pause_) {
                    on_pause_();
                  }
                },
            .halvings = &halvings_,
            .now = [this] { return std::chrono::steady_clock::time_point{} + time_; }};
  }

  void create(const journal::Position& end = {}) {
    FakeClient client{store_};
    ASSERT_TRUE(cluster::create_log(client, settings("a"), meta_, journal::WriterEpoch{1}, end));
  }

  std::unique_ptr<cluster::StoredLog> log(const std::string& node) {
    return std::make_unique<cluster::StoredLog>(client_, settings(node), meta_);
  }

  std::unique_ptr<cluster::StoredLog> leader(const std::string& node) {
    std::unique_ptr<cluster::StoredLog> log = this->log(node);
    static_cast<void>(log->take_over(journal::WriterEpoch{1}));
    return log;
  }

  cluster::StoredHead head() const {
    return cluster::parse_head(store_.value(kLogPrefix + "head").value_or(""), "head");
  }

  // Appends one transaction behind what was appended last.
  void append(cluster::StoredLog& log, std::size_t noise = 16) {
    const cluster::OwnedBatch batch = batch_of(end_, {{.id = ++last_id_, .noise = noise}});
    log.append(batch.view());
    end_ = batch.after;
    ends_.push_back(end_);
  }

  // The ids of all transactions behind `after`.
  static std::vector<std::uint64_t> ids_behind(cluster::StoredLog& log, journal::Position after) {
    std::vector<std::uint64_t> ids;
    while (const std::optional<cluster::OwnedBatch> batch = log.next(after)) {
      EXPECT_EQ(batch->before, after);
      for (const LoggedTransaction& transaction : transactions_of(batch->view())) {
        ids.push_back(id_of(transaction));
      }
      after = batch->after;
    }
    return ids;
  }

  std::vector<std::uint64_t> ids_from(std::uint64_t first) const {
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = first; id <= last_id_; ++id) {
      ids.push_back(id);
    }
    return ids;
  }

  FakeStore store_;
  FakeClient client_{store_};
  std::deque<Fault> script_;
  Fault always_ = Fault::None;  // when the script is over
  cluster::LogMeta meta_;
  std::size_t append_bytes_ = 65'536;
  std::uint64_t window_slots_ = 1'000;
  std::uint64_t read_ahead_ = 1;
  std::uint64_t window_bytes_ = 1U << 20U;
  std::atomic<std::uint32_t> halvings_{0};
  std::chrono::milliseconds time_{1'000};
  std::function<void()> on_pause_;
  journal::Position end_;
  std::vector<journal::Position> ends_;
  std::uint64_t last_id_ = 0;
};

}  // namespace betex::test
