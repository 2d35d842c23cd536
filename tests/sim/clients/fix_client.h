// What all users have in common: a session that goes on over whatever happens to the gateway, the
// pace at which they ask for things, their whims, and their end. Everything that waits waits in
// the simulated machine's time; nothing in here knows that.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "tests/sim/clients/client.h"
#include "tests/sim/clients/line.h"
#include "tests/sim/clients/witness.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

struct ClientSettings {
  std::string comp_id;
  std::uint64_t seed = 0;
  unsigned requests = 60;
  std::chrono::milliseconds pace{15};  // from one request to the next, about
  // How long what was asked for may take once nothing is wrong any more.
  std::chrono::minutes patience{10};
};

// Used by one fiber; ask() and what is const by others between its turns.
class FixClient : public Client {
 public:
  void live(const Exchange& exchange) final;

  void ask(Whim whim) override { whims_.push_back(whim); }

  [[nodiscard]] std::uint64_t followed(Whim whim) const override {
    return followed_.at(static_cast<std::size_t>(whim));
  }

  [[nodiscard]] std::vector<std::string> faults() const override { return faults_; }

  [[nodiscard]] std::uint64_t requests_sent() const override { return requests_sent_; }

  [[nodiscard]] std::uint64_t messages_told() const override { return messages_told_; }

  [[nodiscard]] bool settled() const override { return all_is_answered(); }

  [[nodiscard]] const std::string& comp_id() const override { return settings_.comp_id; }

  [[nodiscard]] std::vector<std::string> recent_traffic() const override;

 protected:
  // `witness` must outlive it.
  FixClient(ClientSettings settings, client::Dialect dialect, Witness& witness);

  // ---- What its kind does

  // One thing, while the session is on. Counts by count_request().
  virtual void act() = 0;

  // It has something to do even when it has asked for as much as it should.
  [[nodiscard]] virtual bool must_act() const { return false; }

  // As long as this is false it takes what comes and asks for nothing.
  [[nodiscard]] virtual bool may_act() const { return true; }

  // The next message that the session gives.
  virtual void take(const client::Message& message) = 0;

  // Nothing that was asked for waits for an answer.
  [[nodiscard]] virtual bool all_is_answered() const = 0;

  // Of what waits, for people.
  [[nodiscard]] virtual std::string what_is_outstanding() const = 0;

  virtual void logged_on() {}

  virtual void lost_connection() {}

  // Sends its last requests again, under new numbers and with 97=Y.
  virtual void send_last_again() {}

  // A request, noted as sent in every way but this one: its message is the caller's to send. None:
  // it asks for nothing.
  [[nodiscard]] virtual std::optional<client::Message> request_to_misplace() {
    return std::nullopt;
  }

  // By which port, and with which numbers.
  [[nodiscard]] virtual std::uint16_t port_of(const Exchange& exchange) const {
    return exchange.fix_port;
  }

  [[nodiscard]] virtual client::ResetNumbers reset() const { return client::ResetNumbers::No; }

  [[nodiscard]] virtual const test::TradingRecord* its_record() const { return nullptr; }

  // ---- For its kind

  [[nodiscard]] client::Session& session() noexcept { return session_; }

  [[nodiscard]] const client::SessionStore& store() const noexcept { return store_; }

  [[nodiscard]] Witness& witness() noexcept { return witness_; }

  [[nodiscard]] const Witness& witness() const noexcept { return witness_; }

  [[nodiscard]] Random& random() noexcept { return random_; }

  [[nodiscard]] bool speaks_fixt() const noexcept {
    return session_.dialect() == client::Dialect::Fixt11;
  }

  // The number that the message will have which goes out next.
  [[nodiscard]] std::uint32_t next_number() const noexcept { return store_.next_out(); }

  void count_request() noexcept { ++requests_sent_; }

  void add_fault(std::string what);

 private:
  void step(const Exchange& exchange);
  void log_on(const Exchange& exchange);
  void take_for(std::chrono::milliseconds time);
  void take_one(const client::Message& message);
  [[nodiscard]] bool may_leave(const Exchange& exchange);
  void leave();
  void note(client::Traffic traffic, std::string_view frame);
  void compare_with_first(std::string_view frame);

  // whims.cpp
  void follow(Whim whim, const Exchange& exchange);

  void has_followed(Whim whim) { ++followed_.at(static_cast<std::size_t>(whim)); }

  void ask_for_resend();
  void send_numbers_again();
  void send_two_misplaced();
  void go_back(const Exchange& exchange);
  [[nodiscard]] client::Header header(std::uint32_t number, std::string_view time) const;

  const ClientSettings settings_;
  Witness& witness_;
  Random random_;
  client::SessionStore store_;
  client::Session session_;
  Line line_;
  std::deque<Whim> whims_;
  std::array<std::uint64_t, kWhims> followed_{};  // by Whim
  std::deque<std::string> traffic_;               // frames, with '>' or '<' in front
  std::map<std::uint32_t, std::string> bodies_;   // of the newest messages, by number
  std::vector<std::string> faults_;
  std::uint64_t requests_sent_ = 0;
  std::uint64_t messages_told_ = 0;
  bool was_on_ = false;  // at least once
  bool ended_ = false;   // it cannot go on
  std::optional<client::Clock::time_point> closing_since_;
};

}  // namespace betex::sim
