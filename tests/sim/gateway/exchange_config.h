// The configuration of a simulated exchange: the files that an operator would write, read by the
// gateway's own loader. And what the exchange's users must know of it: names, ports, instruments.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "fix_spec/dialect.h"
#include "gateway/config/config.h"
#include "matching/commands.h"

namespace betex::sim {

inline constexpr std::uint16_t kFixPort = 9880;
inline constexpr std::uint16_t kMarketDataPort = 9883;
inline constexpr std::string_view kExchange = "BETEX";  // its SenderCompID

// Of all users, each of which has its CompID for a Username.
inline constexpr std::string_view kPassword =
    "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

inline constexpr std::string_view kOperator = "OPS1";
inline constexpr std::string_view kSecondOperator = "OPS2";

// Is told what the traders are told of their orders, if it ever logs on.
inline constexpr std::string_view kDropCopy = "DROP1";

// "T1", "T2", …: the CompID and the account of a trader, who may trade for that account alone.
// `number` counts from 1.
[[nodiscard]] std::string trader_name(unsigned number);

// FIXT.1.1 for odd numbers, FIX.4.4 for even ones.
[[nodiscard]] fix::FixVersion version_of_trader(unsigned number) noexcept;

// "MD1", "MD2", …
[[nodiscard]] std::string watcher_name(unsigned number);

struct Instrument {
  std::string_view symbol;
  std::string_view market;
  matching::MarketKind kind;
};

// All that are there and open at the first start.
inline constexpr std::array kInstruments{
    Instrument{"MATCH.HOME", "MATCH", matching::MarketKind::ExchangeOdds},
    Instrument{"MATCH.DRAW", "MATCH", matching::MarketKind::ExchangeOdds},
    Instrument{"MATCH.AWAY", "MATCH", matching::MarketKind::ExchangeOdds},
    Instrument{"CUP.RED", "CUP", matching::MarketKind::ExchangeOdds},
    Instrument{"CUP.BLUE", "CUP", matching::MarketKind::ExchangeOdds},
    Instrument{"RAIN", "RAIN", matching::MarketKind::Binary},
    Instrument{"RATE", "RATE", matching::MarketKind::Binary},
};

struct ExchangeShape {
  unsigned traders = 3;
  unsigned watchers = 1;
  bool many_snapshots = false;  // and segments: an old one is soon needed no more
  bool four_eyes = false;  // requests of the class "funds" wait for the second operator's approval
  std::string node;        // of a log on a shared disk; empty: the disk is this machine's
  std::uint16_t fix_port = kFixPort;
  std::uint16_t market_data_port = kMarketDataPort;
};

// Writes the files into `folder`, which is there and on no simulated disk. `dictionaries`: the
// folder fix_spec.
void write_exchange_files(const std::filesystem::path& folder,
                          const ExchangeShape& shape,
                          const std::filesystem::path& dictionaries);

// Reads them, for a gateway whose disk is at `disk` (Disk::root()). Throws ConfigError.
[[nodiscard]] gateway::Config load_exchange(const std::filesystem::path& folder,
                                            const std::filesystem::path& disk);

// Where such a gateway has its log, and its session cache.
[[nodiscard]] std::filesystem::path log_folder(const std::filesystem::path& disk);
[[nodiscard]] std::filesystem::path cache_folder_in(const std::filesystem::path& memory);

}  // namespace betex::sim
