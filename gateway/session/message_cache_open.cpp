// How a session cache is found at a start: the one of this boot and this journal, looked through
// and held against what recovery has found; or a new one in its place.
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <spdlog/spdlog.h>

#include "gateway/session/cache_check.h"
#include "gateway/session/message_cache.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"

namespace betex::fix {

using cache::StoredReport;
using cache::StoredState;
using matching::EventSeq;
using matching::SessionId;

namespace {

// The identity stands in a file of its own, so that it is known before LMDB maps anything: after a
// power loss the environment's pages may be of any age.
constexpr std::string_view kIdentityFile = "identity";

std::string text_of(const CacheIdentity& identity) {
  return std::string{cache::kFormat} + ' ' + identity.boot_id + ' ' + identity.wal_id + '\n';
}

// Empty where there is none.
std::string read_identity(const std::filesystem::path& file) {
  journal::check_file(file);
  return std::filesystem::exists(file) ? journal::read_file(file) : std::string{};
}

}  // namespace

std::string read_boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  if (id.empty()) {
    throw std::runtime_error{
        "/proc/sys/kernel/random/boot_id cannot be read: without it nobody knows whether the "
        "session cache has survived; mount /proc"};
  }
  return id;
}

MessageCache::MessageCache(const std::filesystem::path& path,
                           const CacheIdentity& identity,
                           const RecoveredSessions& recovered,
                           const CacheLimits& limits)
    : limits_{limits}, space_{limits.bounds} {
  const std::filesystem::path folder = journal::resolve_folder(path);
  if (std::filesystem::exists(folder)) {  // made by an older version, perhaps, for more to see
    std::error_code ignored;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  space_.fit_to_disk(folder.parent_path());
  space_.look_at_disk(folder.parent_path());
  if (!recovered.new_epochs && can_be_used(folder, identity)) {
    try {
      open(folder);
      check_against(recovered);
      count_kept();
      find_unproven(recovered);
      return;
    } catch (const journal::LmdbError& error) {
      environment_.reset();
      kept_.clear();
      spdlog::error("the session cache {} cannot be read: {}", folder.string(), error.what());
    }
  }
  if (std::filesystem::exists(folder)) {
    was_void_ = true;
    move_aside(folder);
  }
  journal::create_folder(folder, journal::kPrivateFolderMode);
  open(folder);
  start_from(recovered);
  journal::replace_file(folder / kIdentityFile, text_of(identity), journal::kPrivateFileMode);
}

bool MessageCache::can_be_used(const std::filesystem::path& folder, const CacheIdentity& identity) {
  if (read_identity(folder / kIdentityFile) != text_of(identity)) {
    return false;
  }
  // A link or a pipe is somebody's doing and no damage: it is not moved aside, it is told.
  for (const char* const file : {"data.mdb", "lock.mdb"}) {
    journal::check_file(folder / file);
  }
  const auto damage = find_cache_damage(folder);
  if (damage) {
    spdlog::error(
        "the session cache {} is damaged: {}; reports that are not proven to have arrived are told "
        "again, marked PossResend(97)=Y",
        folder.string(),
        *damage);
  }
  return !damage;
}

// Only the newest void cache is kept, and where there is room: it is of use to people only.
void MessageCache::move_aside(const std::filesystem::path& folder) const {
  const std::filesystem::path aside = folder.string() + ".void";
  std::filesystem::remove_all(aside);
  if (space_.disk_is_low()) {
    std::filesystem::remove_all(folder);
  } else {
    std::filesystem::rename(folder, aside);
  }
}

void MessageCache::open(const std::filesystem::path& folder) {
  environment_ = std::make_unique<journal::Environment>(
      folder,
      journal::EnvironmentOptions{.access = journal::EnvironmentOptions::Access::ReadWrite,
                                  .sync = journal::EnvironmentOptions::Sync::Never,
                                  .map_size = limits_.map_size,
                                  .file_mode = journal::kPrivateFileMode,
                                  .max_databases = cache::kDatabases});
  journal::WriteTransaction transaction{*environment_};
  const auto database = [&](const char* name) {
    return environment_->open_database(transaction, name, journal::KeyOrder::Lexicographic);
  };
  states_ = database(cache::kStates);
  reports_ = database(cache::kReports);
  answers_ = database(cache::kAnswers);
  transaction.commit();
}

// Whatever an earlier life may have sent is taken as sent where numbers are concerned, and as not
// sent where reports are.
void MessageCache::start_from(const RecoveredSessions& recovered) {
  journal::WriteTransaction transaction{*environment_};
  for (const matching::SessionInfo& session : recovered.sessions) {
    cache::put_state(transaction,
                     *states_,
                     session.session,
                     {.epoch = session.epoch,
                      .last_number = session.reserved_to,
                      .sent = {.event = session.delivered, .leg = kAllLegs},
                      .poss_resend_to = {.event = recovered.last_seq, .leg = kAllLegs}});
  }
  transaction.commit();
}

void MessageCache::check_against(const RecoveredSessions& recovered) const {
  for (const matching::SessionInfo& session : recovered.sessions) {
    const auto cached = state(session.session);
    if (cached && (cached->epoch > session.epoch ||
                   (cached->epoch == session.epoch && cached->last_number > session.reserved_to) ||
                   cached->sent.event > recovered.last_seq)) {
      throw journal::JournalError{
          {.fault = journal::Fault::CacheAhead,
           .what = "session " + std::string{session.comp_id.view()} +
                   ": the session cache knows of messages that the journal does not: the journal "
                   "has lost its newest records",
           .segment = environment_->folder().string()}};
    }
  }
}

// ---- What is kept -------------------------------------------------------------------------------

void MessageCache::count_kept() {
  kept_.clear();
  kept_bytes_ = 0;
  const journal::ReadTransaction transaction{*environment_};
  const auto count = [&](journal::Database database, Shelf Kept::*shelf) {
    journal::Cursor cursor{transaction, database};
    for (auto entry = cursor.first(); entry; entry = cursor.next()) {
      const std::size_t bytes = cache::entry_bytes(entry->value.size());
      (kept_[cache::session_of(entry->key)].*shelf).bytes += bytes;
      kept_bytes_ += bytes;
    }
  };
  count(*reports_, &Kept::reports);
  count(*answers_, &Kept::answers);
  journal::Cursor states{transaction, *states_};
  for (auto entry = states.first(); entry; entry = states.next()) {
    kept_[cache::session_of(entry->key)].state =
        restored(cache::load_whole<StoredState>(entry->key, entry->value, environment_->folder()));
  }
}

void MessageCache::find_unproven(const RecoveredSessions& recovered) {
  const journal::ReadTransaction transaction{*environment_};
  for (const matching::SessionInfo& session : recovered.sessions) {
    journal::Cursor cursor{transaction, *reports_};
    auto entry = cursor.seek(cache::message_key(session.session, {.epoch = session.epoch.value()}));
    while (entry && cache::session_of(entry->key) == session.session) {
      const auto report =
          cache::load_whole<StoredReport>(entry->key, entry->value, environment_->folder());
      if (report.event > session.delivered.value()) {
        add_report(unproven_[session.session],
                   EventSeq{report.event},
                   cache::entry_bytes(entry->value.size()));
      }
      entry = cursor.next();
    }
    kept_[session.session].delivered = session.delivered;
  }
}

std::deque<UnprovenStep> MessageCache::unproven_at_start(SessionId session) const {
  const auto found = unproven_.find(session);
  return found == unproven_.end() ? std::deque<UnprovenStep>{} : found->second;
}

}  // namespace betex::fix
