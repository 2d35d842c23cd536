// The words that configuration files use for enumerators.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "gateway/config/config.h"
#include "matching/assert.h"
#include "matching/commands.h"

namespace betex::gateway {

template <typename T>
struct Word {
  std::string_view word;
  T value;
};

inline constexpr std::array<Word<RemoteFileSystems>, 2> kRemoteFileSystems{
    {{"refuse", RemoteFileSystems::Refuse}, {"accept", RemoteFileSystems::Accept}}};

inline constexpr std::array<Word<Retire>, 2> kRetire{
    {{"when_unneeded", Retire::WhenUnneeded}, {"up_to_watermark", Retire::UpToWatermark}}};

inline constexpr std::array<Word<CachePlacement>, 2> kCachePlacements{
    {{"auto", CachePlacement::Auto}, {"wal_root", CachePlacement::WalRoot}}};

inline constexpr std::array<Word<WaitMode>, 3> kWaitModes{
    {{"busy-spin", WaitMode::BusySpin}, {"yield", WaitMode::Yield}, {"block", WaitMode::Block}}};

inline constexpr std::array<Word<StageThreads>, 3> kStageThreads{
    {{"auto", StageThreads::Auto},
     {"shared", StageThreads::Shared},
     {"separate", StageThreads::Separate}}};

inline constexpr std::array<Word<ClusterMode>, 3> kClusterModes{
    {{"single", ClusterMode::Single},
     {"shared-disk", ClusterMode::SharedDisk},
     {"replicated", ClusterMode::Replicated}}};

inline constexpr std::array<Word<LeaseAuthority>, 2> kLeaseAuthorities{
    {{"etcd", LeaseAuthority::Etcd}, {"kubernetes", LeaseAuthority::Kubernetes}}};

inline constexpr std::array<Word<LogLevel>, 7> kLogLevels{{{"trace", LogLevel::Trace},
                                                           {"debug", LogLevel::Debug},
                                                           {"info", LogLevel::Info},
                                                           {"warn", LogLevel::Warn},
                                                           {"error", LogLevel::Error},
                                                           {"critical", LogLevel::Critical},
                                                           {"off", LogLevel::Off}}};

// As BeginString(8) has them.
inline constexpr std::array<Word<FixVersion>, 2> kFixVersions{
    {{"FIXT.1.1", FixVersion::Fixt11}, {"FIX.4.4", FixVersion::Fix44}}};

inline constexpr std::array<Word<SessionRole>, 4> kSessionRoles{
    {{"Broker", SessionRole::Broker},
     {"Ops", SessionRole::Ops},
     {"DropCopy", SessionRole::DropCopy},
     {"MarketData", SessionRole::MarketData}}};

inline constexpr std::array<Word<LogonProof>, 3> kLogonProofs{
    {{"Password", LogonProof::Password},
     {"Certificate", LogonProof::Certificate},
     {"PasswordAndCertificate", LogonProof::PasswordAndCertificate}}};

inline constexpr std::array<Word<matching::AccountKind>, 2> kAccountKinds{
    {{"unlimited", matching::AccountKind::Unlimited},
     {"collateralised", matching::AccountKind::Collateralised}}};

inline constexpr std::array<Word<matching::MarketKind>, 2> kMarketKinds{
    {{"odds", matching::MarketKind::ExchangeOdds}, {"binary", matching::MarketKind::Binary}}};

inline constexpr std::array<Word<matching::LadderKind>, 2> kOddsLadders{
    {{"Classic", matching::LadderKind::Classic}, {"Finest", matching::LadderKind::Finest}}};

inline constexpr std::array<Word<matching::LadderKind>, 3> kBinaryLadders{
    {{"LinearCent", matching::LadderKind::LinearCent},
     {"TaperedDeciCent", matching::LadderKind::TaperedDeciCent},
     {"DeciCent", matching::LadderKind::DeciCent}}};

inline constexpr std::array<Word<matching::ApprovalClass>, 3> kApprovalClasses{
    {{"results", matching::ApprovalClass::Results},
     {"funds", matching::ApprovalClass::Funds},
     {"session_numbers", matching::ApprovalClass::SessionNumbers}}};

// `value` must be in the table.
template <typename T, std::size_t N>
[[nodiscard]] constexpr std::string_view word_of(const std::array<Word<T>, N>& table, T value) {
  for (const Word<T>& entry : table) {
    if (entry.value == value) {
      return entry.word;
    }
  }
  BETEX_ASSERT(false);
  return {};
}

}  // namespace betex::gateway
