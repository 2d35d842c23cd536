#include "gateway/cluster/patient_store.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "journal/errors.h"

namespace betex::cluster {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{200};

Patience with_defaults(Patience patience) {
  if (!patience.pause) {
    patience.pause = [](milliseconds time) { std::this_thread::sleep_for(time); };
  }
  if (!patience.now) {
    patience.now = &Steady::now;
  }
  return patience;
}

}  // namespace

PatientStore::PatientStore(KeyValueStore& store, Patience patience)
    : store_{store}, patience_{with_defaults(std::move(patience))} {}

template <typename Call>
auto PatientStore::insist(const Call& call) {
  std::optional<Steady::time_point> began;
  milliseconds pause = kFirstPause;
  for (;;) {
    const Steady::time_point sent = patience_.now();
    std::string why;
    try {
      auto answer = call();
      complained_.reset();
      return answer;
    } catch (const StoreUnknown& error) {
      why = error.what();
    } catch (const StoreRefused& error) {
      complain(error);
      why = error.what();
    }
    began = began.value_or(sent);
    const auto stalled = std::chrono::duration_cast<milliseconds>(patience_.now() - *began);
    if (stalled >= patience_.stall_exit) {
      throw journal::JournalError{
          {.fault = journal::Fault::AuthorityLost,
           .what = fmt::format("the cluster's store has not done what it was asked for {} ms; the "
                               "last try: {}",
                               stalled.count(),
                               why),
           .segment = {}}};
    }
    patience_.pause(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

TransactionResult PatientStore::transact(std::span<const KeyIs> conditions,
                                         std::span<const Put> puts,
                                         std::span<const std::string> otherwise) {
  return insist([&] { return store_.transact(conditions, puts, otherwise); });
}

std::optional<std::string> PatientStore::get(const std::string& key) {
  return insist([&] { return store_.get(key); });
}

void PatientStore::complain(const StoreRefused& error) {
  if (complained_ == error.why()) {
    return;
  }
  complained_ = error.why();
  switch (error.why()) {
    case StoreRefused::Why::NoSpace:
      spdlog::error(
          "the cluster's store has no space left and takes no writes: commits wait; compact and "
          "defragment it, give it a larger quota if need be, then disarm its alarm ({})",
          error.what());
      break;
    case StoreRefused::Why::Unauthorised:
      spdlog::error(
          "the cluster's store does not let this node in: check user and certificates in "
          "[cluster], and the user's role in the store ({})",
          error.what());
      break;
    case StoreRefused::Why::LeaseGone:
    case StoreRefused::Why::Compacted:
    case StoreRefused::Why::Other:
      spdlog::error("the cluster's store refuses what it is asked: {}", error.what());
      break;
  }
}

}  // namespace betex::cluster
