#include "gateway/config/market_data_section.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/config/address_range.h"

namespace betex::gateway {

namespace {

void read_limits(SectionReader reader, MarketDataSessionLimits& limits) {
  constexpr std::int64_t kMost = 100'000;
  constexpr std::int64_t kLeastBytes = 16 << 10;
  constexpr std::int64_t kMostBytes = 64 << 20;
  reader.integer("sessions", limits.sessions, {1, kMost});
  reader.integer("instruments_per_session", limits.instruments_per_session, {1, kMost});
  reader.integer("requests", limits.requests, {1, kMost});
  reader.integer("requests_a_second", limits.requests_a_second, {1, kMost});
  reader.integer("slow_bytes", limits.slow_bytes, {kLeastBytes, kMostBytes});
  limits.normal_bytes = std::min(limits.normal_bytes, limits.slow_bytes / 2);
  reader.integer("normal_bytes", limits.normal_bytes, {0, kMostBytes - 1});
  if (limits.normal_bytes >= limits.slow_bytes) {
    reader.complain("normal_bytes",
                    {std::to_string(limits.normal_bytes) + " is not below slow_bytes, " +
                         std::to_string(limits.slow_bytes),
                     "give a smaller one"});
  }
  reader.finish();
}

// What else listens, as a finding names it; empty: nothing.
std::string_view taken_by(std::uint16_t port, const FixConfig& fix) {
  if (port != 0 && port == fix.port) {
    return "plain FIX port";
  }
  return port != 0 && fix.tls && port == fix.tls->port ? "port for FIX over TLS"
                                                       : std::string_view{};
}

void check_is_free(SectionReader& reader,
                   const std::string& key,
                   std::uint16_t port,
                   std::string_view taken) {
  if (!taken.empty()) {
    reader.complain(key,
                    {std::to_string(port) + " is the " + std::string{taken}, "give another one"});
  }
}

}  // namespace

void read_market_data(SectionReader reader, const FixConfig& fix, MarketDataConfig& market_data) {
  reader.flag("enabled", market_data.enabled);
  market_data.address = fix.address;
  reader.ip_address("address", market_data.address);
  reader.integer("port", market_data.port, kPorts);
  if (reader.has("tls_port")) {
    market_data.tls_port = std::uint16_t{0};
    reader.integer("tls_port", *market_data.tls_port, kPorts);
    if (!fix.tls) {
      reader.complain("tls_port",
                      {"needs a certificate, and there is none", "give tls_port in [fix]"});
    } else if (const auto range = AddressRange::parse(market_data.address);
               fix.tls->demo && range && !range->loopback_only()) {
      reader.complain("tls_port",
                      {"has no certificate, and " + market_data.address + " is not loopback",
                       "give tls_certificate in [fix], or leave tls_port out"});
    }
  }
  read_limits(reader.section("limits"), market_data.limits);
  if (market_data.enabled) {
    check_is_free(reader, "port", market_data.port, taken_by(market_data.port, fix));
    if (const auto tls_port = market_data.tls_port) {
      const bool twice = *tls_port != 0 && *tls_port == market_data.port;
      check_is_free(reader,
                    "tls_port",
                    *tls_port,
                    twice ? "plain market data port" : taken_by(*tls_port, fix));
    }
  }
  reader.finish();
}

}  // namespace betex::gateway
