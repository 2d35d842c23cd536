// What stands behind the sessions in these tests: the real engine, whose transactions become
// durable when the test says so. Every NewOrderSingle is answered with one New, made from its
// transaction; reports are kept, so that a session that comes back gets what it lacks.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "matching/engine.h"
#include "tests/gateway/session/boxed_command_port.h"

namespace betex::test {

// Thread-safe. It outlives the servers that use it: what is durable in it survives them.
class FakePipeline final : public BoxedCommandPort, public gateway::ReportFeed {
 public:
  FakePipeline();

  // Who is told what is durable; null: nobody.
  void set_sink(gateway::SessionSink* sink);

  // ---- What the test does

  // Commands are taken, but nothing becomes durable before go_on().
  void hold();
  void go_on();

  // The first command that is held, and no other.
  void go_on_with_one();

  // Commands bear the time of `clock`, which must outlive this; else a count.
  void set_clock(const gateway::Clock& clock);

  // As long as it is set, no credit is given; or none but to operators.
  void set_full(bool full);
  void set_full_of_orders(bool full);

  // As long as it is set, the disk has no room for orders.
  void set_disk_low(bool low);

  // A crash: what was held is lost; every session that is up goes down, as at a start.
  void crash();

  // A command of an operator's, say.
  void command(matching::CommandBody body);

  // Something happens `count` times that a session is to be told of.
  void make_reports(matching::SessionId session, std::size_t count);

  // ---- What it has seen

  // Application commands that were taken, also those that are held.
  [[nodiscard]] std::vector<matching::Command> submitted() const;

  template <typename Body>
  [[nodiscard]] std::vector<Body> submitted_bodies() const {
    std::vector<Body> bodies;
    for (const auto& command : submitted()) {
      if (const auto* body = std::get_if<Body>(&command.body)) {
        bodies.push_back(*body);
      }
    }
    return bodies;
  }

  // Waits for it. False: not in time.
  [[nodiscard]] bool wait_for_submitted(std::size_t count) const;

  // Requests that change nothing.
  [[nodiscard]] std::vector<gateway::Query> queries() const;

  // Waits until a command is held, of whatever kind. False: not in time.
  [[nodiscard]] bool wait_for_held() const;

  [[nodiscard]] std::vector<matching::SessionInfo> sessions() const;

  // Waits until the session's durable state is as `wanted` says.
  [[nodiscard]] bool wait_for_session(
      const std::string& comp_id,
      const std::function<bool(const matching::SessionInfo&)>& wanted) const;
  [[nodiscard]] matching::EventSeq last_seq() const;

  // SessionWentDown events since somebody was told.
  [[nodiscard]] std::size_t times_down() const;
  [[nodiscard]] std::size_t credits_out() const;
  [[nodiscard]] std::size_t consumed() const;
  [[nodiscard]] std::optional<fix::ReportId> last_subscription(matching::SessionId session) const;

  // ---- CommandPort

  [[nodiscard]] bool try_reserve(std::size_t count, gateway::RingShare share) override;
  void release(std::size_t count) override;
  [[nodiscard]] bool accepts_orders() const override;

  // ---- ReportFeed

  void subscribe(matching::SessionId session,
                 gateway::SubscriptionId subscription,
                 fix::ReportId sent) override;
  void unsubscribe(matching::SessionId session, gateway::SubscriptionId subscription) override;
  void consumed(matching::SessionId session,
                gateway::SubscriptionId subscription,
                std::size_t count) override;

 private:
  struct Subscriber {
    gateway::SubscriptionId subscription;
    fix::ReportId sent;
  };

  void take(gateway::RingCommand command) override;
  [[nodiscard]] matching::Timestamp next_time();
  void process(const gateway::RingCommand& command);
  void tell(const matching::Command& command, const matching::TransactionView& transaction);
  void report(matching::SessionId session, fix::Report report);
  void deliver(matching::SessionId session, std::vector<fix::Report> reports);

  mutable std::mutex mutex_;
  matching::Engine engine_;
  gateway::SessionSink* sink_ = nullptr;
  bool held_ = false;
  bool full_ = false;
  bool full_of_orders_ = false;
  bool disk_low_ = false;
  std::size_t times_down_ = 0;
  std::size_t credits_out_ = 0;
  std::size_t consumed_ = 0;
  std::int64_t time_ = 0;
  const gateway::Clock* clock_ = nullptr;
  std::vector<matching::Command> submitted_;
  std::vector<gateway::Query> queries_;
  std::deque<gateway::RingCommand> waiting_;
  std::map<matching::SessionId, std::vector<fix::Report>> reports_;
  std::map<matching::SessionId, Subscriber> subscribers_;
  std::map<matching::SessionId, fix::ReportId> subscribed_from_;
  std::map<matching::SessionId, matching::Origin> newest_in_;
};

}  // namespace betex::test
