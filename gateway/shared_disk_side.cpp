#include "gateway/shared_disk_side.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/kubernetes_lease.h"
#include "gateway/process/fail_stop.h"
#include "gateway/time/clock_at_start.h"
#include "gateway/wiring_settings.h"
#include "journal/errors.h"

namespace betex::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReadingATurn{50};
constexpr milliseconds kLookAtEtcdEvery{100};
constexpr milliseconds kLookAtKubernetesEvery{500};  // it is everybody's, and limits who asks often

cluster::KubernetesPlace kubernetes_place(const ClusterConfig& config) {
  cluster::KubernetesPlace place = cluster::parse_lease_name(config.kubernetes.lease);
  place.node = config.node;
  place.token_file = config.kubernetes.token_file;
  return place;
}

cluster::AuthoritySettings authority_settings(const ClusterConfig& config) {
  return {.ttl = config.lease_ttl,
          .margin = config.lease_margin,
          .fence_command = config.fence_command,
          .look_every = config.authority == LeaseAuthority::Kubernetes ? kLookAtKubernetesEvery
                                                                       : kLookAtEtcdEvery};
}

cluster::EtcdAuthority::Place etcd_place(const ClusterConfig& config, const std::string& address) {
  const std::string prefix = "/betex/" + config.shard + "/";
  return {.epoch_key = prefix + "epoch",
          .lease_key = prefix + "leader",
          .node = config.node,
          .address = address};
}

}  // namespace

SharedDiskSide::SharedDiskSide(const Parts& parts, Calls calls)
    : parts_{parts},
      calls_{std::move(calls)},
      standby_{{.wal_root = parts_.config.wal.root,
                .pool = parts_.segments,
                .config = parts_.config,
                .key = parts_.key}} {
  const ClusterConfig& config = parts_.config.cluster;
  if (config.authority == LeaseAuthority::Kubernetes) {
    authority_ = std::make_unique<cluster::KubernetesAuthority>(
        cluster::KubernetesServer{.url = config.kubernetes.api,
                                  .ca = config.kubernetes.ca,
                                  .deadline = config.request_timeout},
        kubernetes_place(config),
        authority_settings(config),
        authority_calls());
  } else {
    store_ =
        std::make_unique<cluster::EtcdClient>(etcd_settings(config, deadline_of_renewal(config)));
    authority_ = std::make_unique<cluster::EtcdAuthority>(
        *store_, etcd_place(config, parts_.address), authority_settings(config), authority_calls());
  }
}

void SharedDiskSide::renew_while(std::function<bool()> healthy) {
  const std::lock_guard lock{mutex_};
  healthy_ = std::move(healthy);
}

std::chrono::nanoseconds SharedDiskSide::lease_left() const noexcept {
  return std::max(authority_->left(), std::chrono::nanoseconds{0});
}

cluster::AuthorityCalls SharedDiskSide::authority_calls() {
  return {
      .pause =
          [this](milliseconds time) {
            if (!calls_.pause(time)) {
              throw StoppedWhileWaiting{"asked to stop before this node has led"};
            }
          },
      .waiting =
          [this](const std::string& why) {
            spdlog::info("standing by: {}", why);
            parts_.figures.role.store(cluster::Role::Standby, std::memory_order_relaxed);
            calls_.standing_by(why);
          },
      .stand_by = [this] { standby_.work(kReadingATurn); },
      .granted =
          [this](journal::WriterEpoch epoch) {
            standby_.finish();
            warm_ = standby_.take();
            parts_.figures.epoch.store(epoch.value(), std::memory_order_relaxed);
            parts_.figures.role.store(cluster::Role::Leader, std::memory_order_relaxed);
            spdlog::info("the right to write is this node's, epoch {}", epoch.value());
            calls_.leads();
          },
      .healthy = [this] { return is_healthy(); },
      .lost =
          [](const std::string& why) {
            fail_stop("lease",
                      std::make_exception_ptr(journal::JournalError{
                          {.fault = journal::Fault::AuthorityLost, .what = why, .segment = {}}}));
          },
  };
}

bool SharedDiskSide::is_healthy() const {
  const std::lock_guard lock{mutex_};
  return !healthy_ || healthy_();
}

}  // namespace betex::gateway
