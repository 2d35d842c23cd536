// The whole gateway but for its threads, wired as gateway/gateway.cpp wires it: journal, session
// cache, engine, stages, sessions, market data, replays, snapshots. Everything is real but what is
// named in tests/sim/README.md; its parts are run one after the other, by whoever owns it.
//
// It is made, run and left in one fiber of its process (Machine), so that it can die at any call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/session/dictionaries.h"
#include "journal/writer_authority.h"
#include "matching/engine.h"
#include "matching/transaction.h"
#include "tests/sim/machine/clocks.h"

namespace betex::sim {

// Faults that are planted, each to be found by the simulator. None: the gateway as it is.
enum class Planted : std::uint8_t {
  None,
  NoGate,                // reports do not wait for the journal
  NumberUsedTwice,       // after a start a session's outbound numbers begin one too low
  ReportDroppedAtStart,  // the first report that a start makes again is lost
  LockNotReleased,       // money that a cancelled order had locked stays locked
  OldIdActs,             // an order or a cancel that is sent again (97=Y, or a resend) acts again
  LateRenewal,           // a renewal of the right to write counts after that has ended
};

inline constexpr std::array kAllPlanted{Planted::NoGate,
                                        Planted::NumberUsedTwice,
                                        Planted::ReportDroppedAtStart,
                                        Planted::LockNotReleased,
                                        Planted::OldIdActs,
                                        Planted::LateRenewal};

[[nodiscard]] std::string_view name_of(Planted fault) noexcept;
[[nodiscard]] std::optional<Planted> planted_by_name(std::string_view name) noexcept;

class SimulatedGateway {
 public:
  // Hears of each transaction in order, when it is known to be durable: at a start first of all
  // that are in the log still, from its oldest segment on, so of many once more; then of each one
  // when its commit has returned.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void durable(const matching::TransactionView& transaction) = 0;
  };

  struct Settings {
    const gateway::Config& config;  // its folders are those of the machine's disk now
    const fix::Dictionaries& dictionaries;
    Planted planted = Planted::None;
    std::uint64_t seed =
        0;  // what else it decides by chance: the key of its tables, its I/O's turns
    Observer* observer = nullptr;  // null: nobody hears
    // Of a log on a shared disk; null: the log is this machine's.
    journal::WriterAuthority* authority = nullptr;
  };

  // Recovers, runs the start's commands and listens on config.fix.port and, if enabled,
  // config.market_data.port. Throws what gateway::Gateway throws.
  explicit SimulatedGateway(const Settings& settings);
  ~SimulatedGateway();
  SimulatedGateway(const SimulatedGateway&) = delete;
  SimulatedGateway& operator=(const SimulatedGateway&) = delete;

  // What runs by itself in the real one, on a thread or by a timer of one.
  enum class Part : std::uint8_t {
    Io,
    MarketDataIo,
    Match,
    Journal,
    Report,
    MarketData,
    Replay,
    Snapshot,   // takes one where it is due, and prepares the next segment
    DiskWatch,  // looks how much is free
  };

  static constexpr std::size_t kParts = 9;

  // One round of a part; what it did, 0 where there was nothing to do. An exception of a part whose
  // failure is the process's comes out: then the process is to be killed. Of the others
  // (MarketData, MarketDataIo, Replay, Snapshot) it is noted, and they do nothing any more, as in
  // the real one.
  std::size_t run(Part part);

  // When a part wants to be run though nothing has come; Clocks::kNever: never. Timers of Io and
  // MarketDataIo are the machine's own events.
  [[nodiscard]] Clocks::Time next_deadline() const;

  // An orderly end, as Gateway::stop(): begins it; the parts go on being run until stopped().
  void begin_stop();
  [[nodiscard]] bool stopped() const;

  // ---- For who judges. Between two rounds.
  [[nodiscard]] const matching::Engine& engine() const;
  [[nodiscard]] matching::EventSeq durable() const;
  [[nodiscard]] bool market_data_lost() const;
  [[nodiscard]] bool replay_lost() const;

  // Whether all that was committed was taken by reports and market data, nothing waits in a ring,
  // and no process over many items is under way.
  [[nodiscard]] bool idle() const;

  // Market data's books against the engine's; empty: they are equal. Only where idle().
  [[nodiscard]] std::string why_books_differ() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
