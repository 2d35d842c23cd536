// The external lease as an object of Kubernetes: a coordination.k8s.io/v1 Lease, that the API
// server lets nobody replace who has not seen its newest version. The epoch is an annotation of it,
// raised in the same PUT that takes it: two holders could else find the same epoch.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cluster/lease_authority.h"

namespace betex::cluster {

inline constexpr std::string_view kEpochAnnotation = "betex/epoch";
inline constexpr std::string_view kTokenAnnotation = "betex/token";

struct KubernetesServer {
  std::string url;                           // "http://HOST[:PORT][/PATH]" or https
  std::filesystem::path ca;                  // PEM, of its certificate; empty: the system's
  std::chrono::milliseconds deadline{1000};  // of each call
};

struct KubernetesPlace {
  std::string name_space;  // of the Lease
  std::string name;
  std::string node;                  // this one: holderIdentity
  std::filesystem::path token_file;  // bearer token, read again for each request; empty: none
};

// From "NAMESPACE/NAME". Throws std::runtime_error where it is not that.
[[nodiscard]] KubernetesPlace parse_lease_name(std::string_view text);

// Who waits for the lease goes by its own clock alone: it takes what has not changed for
// leaseDurationSeconds since it has seen the last change, whatever renewTime says. A Lease that is
// not there is made after the same time: it may have been deleted under its holder.
class KubernetesAuthority final : public ExternalAuthority {
 public:
  // Does not connect yet. Throws std::runtime_error where `server.url` is none, or the file of
  // `server.ca` cannot be used.
  KubernetesAuthority(const KubernetesServer& server,
                      KubernetesPlace place,
                      const AuthoritySettings& settings,
                      AuthorityCalls calls,
                      const BootClock& clock = &boot_time);
  ~KubernetesAuthority() override;
  KubernetesAuthority(const KubernetesAuthority&) = delete;
  KubernetesAuthority& operator=(const KubernetesAuthority&) = delete;
  KubernetesAuthority(KubernetesAuthority&&) = delete;
  KubernetesAuthority& operator=(KubernetesAuthority&&) = delete;

 private:
  class Objects;

  [[nodiscard]] std::optional<std::chrono::nanoseconds> try_take(journal::WriterEpoch last_epoch,
                                                                 std::string& why_not) override;
  [[nodiscard]] Claim claim(journal::WriterEpoch last_epoch) override;
  void grant(const Claim& claim) override;
  [[nodiscard]] Answer ask_for_more() override;
  void give_back() noexcept override;

  // Since when this node has seen no change; now, where there is one.
  [[nodiscard]] std::chrono::nanoseconds unchanged_since(const std::string& version);

  const std::unique_ptr<Objects> objects_;
  std::optional<std::string> seen_version_;
  std::chrono::nanoseconds seen_at_{0};
  Claim claim_;
};

}  // namespace betex::cluster
