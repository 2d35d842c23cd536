#include "gateway/cluster/lease_authority.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <limits>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "gateway/cluster/shell_command.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;
using journal::WriterEpoch;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kStep{50};  // while it waits with the lease in hand
constexpr int kRenewalsPerTtl = 4;
constexpr int kSooner =
    10;  // by so much the pause after the first renewal without an answer is less

// How a store's "no" is to be told.
Fault fault_of(const StoreRefused& refused) noexcept {
  return refused.why() == StoreRefused::Why::Unauthorised ? Fault::BadConfiguration
                                                          : Fault::AuthorityLost;
}

struct EpochValue {
  WriterEpoch epoch;
  std::string node;
};

std::string to_text(WriterEpoch epoch, const std::string& node, const std::string& token) {
  return std::to_string(epoch.value()) + " " + node + " " + token;
}

std::optional<EpochValue> parse_epoch(std::string_view text) {
  std::uint32_t epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc{} || epoch == 0 || end == text.data() + text.size() || *end != ' ') {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  const std::size_t space = text.rfind(' ');
  if (space == std::string_view::npos) {
    return std::nullopt;
  }
  return EpochValue{.epoch = WriterEpoch{epoch}, .node = std::string{text.substr(0, space)}};
}

}  // namespace

std::string make_token() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kSize = 32;
  std::random_device random;
  std::string token;
  while (token.size() < kSize) {
    token += kDigits[random() % kDigits.size()];
  }
  return token;
}

ExternalAuthority::ExternalAuthority(AuthoritySettings settings,
                                     AuthorityCalls calls,
                                     const BootClock& clock)
    : settings_{std::move(settings)}, calls_{std::move(calls)}, validity_{clock} {}

WriterEpoch ExternalAuthority::acquire(WriterEpoch last_epoch) {
  wait_for_lease(last_epoch);
  try {
    const Claim claimed = claim(last_epoch);
    fence(claimed);
    hold(settings_.margin);  // by its own clock whoever had it before has ended by then
    grant(claimed);
    require_held();
    calls_.granted(claimed.epoch);
    told_unhealthy_ = false;
    was_answered_ = true;
    if (settings_.keeps_itself) {
      thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    return claimed.epoch;
  } catch (const StoreRefused& refused) {
    release();
    fail(fault_of(refused), refused.what());
  } catch (...) {
    release();
    throw;
  }
}

void ExternalAuthority::release() noexcept {
  end_renewals();
  validity_.end();
  if (std::exchange(taken_, false)) {
    give_back();
  }
}

void ExternalAuthority::end_renewals() noexcept {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void ExternalAuthority::wait_for_lease(WriterEpoch last_epoch) {
  std::string told;
  std::string why_not;
  while (!took_lease(last_epoch, why_not)) {
    if (why_not != told) {
      told = why_not;
      calls_.waiting(told);
    }
    calls_.stand_by();
    calls_.pause(settings_.look_every);
  }
}

bool ExternalAuthority::took_lease(WriterEpoch last_epoch, std::string& why_not) {
  const nanoseconds asked_at = now();
  try {
    if (const std::optional<nanoseconds> until = try_take(last_epoch, why_not)) {
      taken_ = true;
      renewed_at_ = asked_at;
      validity_.begin(*until);
      return true;
    }
  } catch (const StoreUnknown& unknown) {
    why_not = unknown.what();
  } catch (const StoreRefused& refused) {
    if (refused.why() == StoreRefused::Why::Unauthorised) {
      fail(Fault::BadConfiguration, refused.what());
    }
    why_not = refused.what();
  }
  return false;
}

void ExternalAuthority::hold(milliseconds time) {
  const nanoseconds end = now() + time;
  do {
    const nanoseconds left = std::max(end - now(), nanoseconds{0});
    calls_.pause(std::min(std::chrono::ceil<milliseconds>(left), kStep));
    require_held();
    if (now() - renewed_at_ >= pause_between_renewals() && renew() == Lease::Renewal::Lost) {
      validity_.end();
      require_held();
    }
  } while (now() < end);
}

void ExternalAuthority::fence(const Claim& claim) {
  if (settings_.fence_command.empty()) {
    return;
  }
  spdlog::info("fence_command: epoch {} of {} must not write any more, {} is going to be given",
               claim.before.value(),
               claim.node_before.empty() ? "an unknown node" : "node " + claim.node_before,
               claim.epoch.value());
  std::optional<ShellCommand> command;
  try {
    command.emplace(ShellCommand::Settings{.name = "fence_command",
                                           .command = settings_.fence_command,
                                           .arguments = {std::to_string(claim.before.value()),
                                                         std::to_string(claim.epoch.value()),
                                                         claim.node_before}});
  } catch (const std::system_error& error) {
    fail(Fault::AuthorityLost, std::string{"fence_command cannot be run: "} + error.what());
  }
  const nanoseconds end = now() + settings_.fence_limit;
  std::optional<int> status;
  while (!(status = command->status())) {
    if (now() >= end) {
      fail(Fault::AuthorityLost,
           "fence_command has not ended within " +
               std::to_string(
                   std::chrono::ceil<std::chrono::seconds>(settings_.fence_limit).count()) +
               " s; it said: " + command->said());
    }
    hold(kStep);
  }
  if (*status != 0) {
    fail(Fault::AuthorityLost,
         "fence_command has failed, " + text_of_status(*status) + "; it said: " + command->said());
  }
}

void ExternalAuthority::require_held() const {
  if (!still_held()) {
    fail(Fault::AuthorityLost, "the lease was lost before the right to write was given");
  }
}

Lease::Renewal ExternalAuthority::renew() {
  if (!still_held()) {
    return Lease::Renewal::Lost;
  }
  renewed_at_ = now();
  const Answer answer = ask_for_more();
  if (answer.renewal == Lease::Renewal::Renewed && !validity_.extend(answer.until)) {
    return Lease::Renewal::Lost;
  }
  return answer.renewal;
}

milliseconds ExternalAuthority::pause_between_renewals() const noexcept {
  return milliseconds{settings_.ttl} / kRenewalsPerTtl;
}

void ExternalAuthority::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lease");
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::optional<milliseconds> pause = pause_between_renewals();
  while (pause) {
    {
      std::unique_lock lock{mutex};
      stopped.wait_for(lock, stop, *pause, [] { return false; });
    }
    if (stop.stop_requested()) {
      return;
    }
    pause = keep([&] { return stop.stop_requested(); });
  }
}

std::optional<milliseconds> ExternalAuthority::keep(const std::function<bool()>& ended) {
  milliseconds pause = pause_between_renewals();
  Lease::Renewal renewal = Lease::Renewal::Unknown;
  if (calls_.healthy()) {
    renewal = renew();
    told_unhealthy_ = false;
    const bool is_answered = renewal == Lease::Renewal::Renewed;
    if (std::exchange(was_answered_, is_answered) && !is_answered) {
      pause /= kSooner;  // a member of the store that hangs must not cost the lease
    }
  } else if (!std::exchange(told_unhealthy_, true)) {
    spdlog::error("the lease is not renewed: this gateway does not get on with its work");
  }
  if (renewal == Lease::Renewal::Lost) {
    validity_.end();
  }
  if (ended()) {
    return std::nullopt;  // nothing is written any more, so it is no loss
  }
  if (!still_held()) {
    calls_.lost(renewal == Lease::Renewal::Lost
                    ? "the lease is another node's"
                    : "the lease has ended: it could not be renewed in time");
    return std::nullopt;
  }
  return pause;
}

void ExternalAuthority::fail(Fault fault, const std::string& what) {
  throw JournalError{{.fault = fault, .what = what, .segment = {}}};
}

WriterEpoch ExternalAuthority::next_above(WriterEpoch one, WriterEpoch other) {
  const WriterEpoch greater = std::max(one, other);
  if (greater.value() == std::numeric_limits<std::uint32_t>::max()) {
    fail(Fault::BadConfiguration, "there is no epoch above " + std::to_string(greater.value()));
  }
  return greater.next();
}

EtcdAuthority::EtcdAuthority(KeyValueStore& store,
                             Place place,
                             const AuthoritySettings& settings,
                             AuthorityCalls calls,
                             const BootClock& clock)
    : ExternalAuthority{settings, std::move(calls), clock},
      store_{store},
      place_{std::move(place)},
      token_{make_token()},
      lease_{store,
             {.key = place_.lease_key,
              .ttl = settings.ttl,
              .margin = settings.margin,
              .take_anew = false},
             clock} {}

EtcdAuthority::~EtcdAuthority() {
  end_renewals();
}

std::optional<nanoseconds> EtcdAuthority::try_take(WriterEpoch, std::string& why_not) {
  if (const std::optional<Holder> holder = lease_.holder()) {
    why_not = "node " + holder->node + " has the lease" +
              (holder->address.empty() ? "" : ", clients connect to " + holder->address);
    return std::nullopt;
  }
  if (!lease_.try_take(self())) {
    why_not = "the lease could not be taken";
    return std::nullopt;
  }
  const nanoseconds taken_at = now();
  return taken_at + lease_.left();
}

template <typename Ask>
auto EtcdAuthority::ask(const Ask& ask) {
  for (;;) {
    try {
      return ask();
    } catch (const StoreUnknown& unknown) {
      spdlog::warn("{}: asked again", unknown.what());
      hold(kStep);
    }
  }
}

// Only while the lease is held: nobody else may write the key by then but who has lost the lease
// and does not know yet.
ExternalAuthority::Claim EtcdAuthority::claim(WriterEpoch last_epoch) {
  epoch_before_ = ask([this] { return store_.get(place_.epoch_key); });
  EpochValue before;
  if (epoch_before_) {
    const std::optional<EpochValue> parsed = parse_epoch(*epoch_before_);
    if (!parsed) {
      fail(Fault::BadConfiguration,
           "the store's key " + place_.epoch_key + " holds \"" + *epoch_before_ +
               "\", which no node has written");
    }
    before = *parsed;
  }
  return {.before = std::max(before.epoch, last_epoch),
          .epoch = next_above(before.epoch, last_epoch),
          .node_before = before.epoch >= last_epoch ? before.node : ""};
}

void EtcdAuthority::grant(const Claim& claim) {
  const std::string mine = to_text(claim.epoch, place_.node, token_);
  const std::array<KeyIs, 1> conditions{{{.key = place_.epoch_key, .value = epoch_before_}}};
  const std::array<Put, 1> puts{{{.key = place_.epoch_key, .value = mine}}};
  const std::array<std::string, 1> otherwise{place_.epoch_key};
  const TransactionResult result =
      ask([&] { return store_.transact(conditions, puts, otherwise); });
  if (result.succeeded) {
    return;
  }
  // An earlier try of this one, whose answer was lost, may have done it.
  if (result.found.empty() || result.found.front() != mine) {
    fail(Fault::AuthorityLost, "another node has raised the epoch meanwhile");
  }
}

ExternalAuthority::Answer EtcdAuthority::ask_for_more() {
  try {
    const Lease::Renewal renewal = lease_.renew(self());
    const nanoseconds answered_at = now();
    return {.renewal = renewal, .until = answered_at + lease_.left()};
  } catch (const std::exception& error) {
    spdlog::warn("the lease is not renewed: {}", error.what());
    return {};
  }
}

void EtcdAuthority::give_back() noexcept {
  lease_.give_back();
}

Holder EtcdAuthority::self() const {
  return {.node = place_.node,
          .address = place_.address,
          .wall_clock = std::chrono::system_clock::now().time_since_epoch()};
}

}  // namespace betex::cluster
