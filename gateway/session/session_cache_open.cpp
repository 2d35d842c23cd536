// How a session cache is found at a start: the one of this boot and this log, looked through and
// held against what recovery has found, before the start journals anything; or a new one in its
// place.
#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include "gateway/session/session_cache.h"
#include "gateway/session/spare_cache.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"

namespace betex::fix {

using cache::Record;
using cache::SessionValue;
using matching::EventSeq;
using matching::SessionId;

namespace {

constexpr std::uint32_t kLeastBlocks = 8;

// Of the file system of `folder`, or half of what is free there, if that is less.
std::size_t fitting_on_disk(std::size_t bytes, const std::filesystem::path& folder) {
  constexpr std::uintmax_t kPart = 8;
  const std::filesystem::space_info space = std::filesystem::space(folder);
  return std::min<std::uintmax_t>({bytes, space.capacity / kPart, space.available / 2});
}

[[noreturn]] void throw_ahead(const std::string& what, const std::filesystem::path& file) {
  throw journal::JournalError{
      {.fault = journal::Fault::CacheAhead, .what = what, .segment = file.string()}};
}

// Does it know of what the journal does not?
void check_against(const ScannedCache& scanned,
                   const CacheIdentity& identity,
                   const RecoveredSessions& recovered,
                   const std::filesystem::path& file) {
  if (identity.last_writer < scanned.writers.value.before) {
    throw_ahead(
        "the session cache knows of a later writer of the journal: the journal has lost its "
        "newest records",
        file);
  }
  for (const matching::SessionInfo& session : recovered.sessions) {
    const auto cached =
        std::ranges::find(scanned.sessions, session.session.value(), [](const auto& found) {
          return found.value.value.session;
        });
    if (cached == scanned.sessions.end()) {
      continue;
    }
    const OutboundState state = restored(cached->value.value);
    if (state.epoch > session.epoch ||
        (state.epoch == session.epoch && state.last_number > session.reserved_to) ||
        state.sent.event > recovered.last_seq) {
      throw_ahead(
          "session " + std::string{session.comp_id.view()} +
              ": the session cache knows of messages that the journal does not: the journal "
              "has lost its newest records",
          file);
    }
  }
}

const matching::SessionInfo* session_in(const RecoveredSessions& recovered, SessionId session) {
  const auto found =
      std::ranges::find(recovered.sessions, session, &matching::SessionInfo::session);
  return found == recovered.sessions.end() ? nullptr : &*found;
}

std::size_t bytes_of(const Shelf& shelf) {
  std::size_t bytes = 0;
  for (const KeptBlock& block : shelf.blocks) {
    bytes += block.used;
  }
  return bytes;
}

}  // namespace

SessionCache::SessionCache(const std::filesystem::path& path,
                           const CacheIdentity& identity,
                           const RecoveredSessions& recovered,
                           const CacheLimits& limits,
                           SpareCache* spare)
    : limits_{limits}, space_{limits.bounds, journal::resolve_folder(path).parent_path()} {
  const std::filesystem::path folder = journal::resolve_folder(path);
  if (std::filesystem::exists(folder)) {  // made by an older version, perhaps, for more to see
    std::error_code ignored;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  space_.look_at_disk();
  find_or_make(folder, identity, recovered, spare);
  limits_.block_bytes = file_->header().block_bytes;
  space_.fit_to_file(capacity());
  if (!limits_.memory.empty()) {
    remove_stale_caches(limits_.memory);
  }
}

void SessionCache::find_or_make(const std::filesystem::path& folder,
                                const CacheIdentity& identity,
                                const RecoveredSessions& recovered,
                                SpareCache* spare) {
  const auto place = find_cache(folder, identity);
  if (place) {
    place_ = *place;
  }
  if (place && !recovered.new_epochs && take_over(folder, identity, recovered)) {
    return;
  }
  if (std::filesystem::exists(folder)) {
    was_void_ = true;
    move_aside(folder, place, !space_.disk_is_low());
  }
  journal::create_folder(folder, journal::kPrivateFolderMode);
  make(folder, identity, recovered, spare);
}

// False: it cannot be used, and why is in the log.
bool SessionCache::take_over(const std::filesystem::path& folder,
                             const CacheIdentity& identity,
                             const RecoveredSessions& recovered) {
  // A link or a pipe beside the log is somebody's doing and no damage: it is not moved aside, it is
  // told. In memory, where anybody may write, it is as if nothing were there.
  if (place_.file.parent_path() == folder) {
    journal::check_file(place_.file);
  }
  const auto is_void = [this](std::string_view why) {
    spdlog::error(
        "the session cache {} is not used: {}; reports that are not proven to have arrived are "
        "told again, marked PossResend(97)=Y",
        place_.file.string(),
        why);
    return false;
  };
  try {
    journal::FileDescriptor file{place_.file, O_RDWR};
    check_own_file(file, place_.file);
    const auto note_unproven = [&](const SessionValue& session, const Record& record) {
      const auto* const known = session_in(recovered, SessionId{session.session});
      if (known != nullptr && session.epoch == known->epoch.value() &&
          record.event > known->delivered.value()) {
        add_report(
            unproven_[known->session], EventSeq{record.event}, cache::record_bytes(record.size));
      }
    };
    ScannedCache scanned = scan_cache(file, place_.key, note_unproven);
    check_against(scanned, identity, recovered, place_.file);
    const cache::Writers writers = scanned.writers.value;
    if (identity.last_writer != writers.now && identity.last_writer != writers.before) {
      unproven_.clear();
      return is_void("another writer has gone on with the log since");
    }
    if (scanned.free_cells.size() + scanned.sessions.size() < limits_.sessions) {
      unproven_.clear();
      return is_void("it has no room for so many sessions");
    }
    file_.emplace(place_.file, std::move(file), scanned.header);
    adopt(scanned, recovered);
    file_->store_writers(scanned.writers.version + 1,
                         {.now = identity.writer, .before = identity.last_writer});
    return true;
  } catch (const CacheDamage& damage) {
    unproven_.clear();
    return is_void(std::string{"it is damaged: "} + damage.what());
  } catch (const journal::JournalError& error) {
    if (error.fault() == journal::Fault::CacheAhead) {
      throw;
    }
    unproven_.clear();
    return is_void(error.what());
  }
}

void SessionCache::adopt(const ScannedCache& scanned, const RecoveredSessions& recovered) {
  sessions_.reset(scanned.header.sessions);
  free_cells_ = scanned.free_cells;
  free_blocks_ = scanned.free_blocks;
  block_versions_ = scanned.block_versions;
  for (const ScannedSession& found : scanned.sessions) {
    const SessionId session{found.value.value.session};
    for (const Shelf* const shelf : {&found.reports, &found.answers}) {
      if (!shelf->blocks.empty()) {
        // What a kill has left there was never sent: the next record has its place and its ordinal.
        const KeptBlock& last = shelf->blocks.back();
        const auto rest = file_->block(last.index).subspan(last.used);
        if (rest.size() >= sizeof(std::uint64_t)) {
          cache::store_word(*cache::commit_of(rest), 0);
        }
      }
    }
    const matching::SessionInfo* const known = session_in(recovered, session);
    KeptSession& kept = sessions_.add(session, found.cell);
    kept.version = found.value.version;
    kept.state = restored(found.value.value);
    kept.reports = found.reports;
    kept.answers = found.answers;
    kept.delivered = known == nullptr ? EventSeq{} : known->delivered;
    kept.bytes = bytes_of(found.reports) + bytes_of(found.answers);
  }
}

void SessionCache::make(const std::filesystem::path& folder,
                        const CacheIdentity& identity,
                        const RecoveredSessions& recovered,
                        SpareCache* spare) {
  cache::Header header = new_cache_header(folder, recovered.sessions.size(), limits_);
  const auto sized = [&](std::size_t bytes) {
    header.blocks = cache::blocks_in(bytes, header.sessions, header.block_bytes);
    return header;
  };
  const std::size_t sessions = std::max<std::size_t>(limits_.sessions, recovered.sessions.size());
  if (auto taken = spare == nullptr ? std::nullopt : spare->take(sessions, limits_.block_bytes)) {
    header = taken->file.header();
    place_ = {.key = header.key, .file = std::move(taken->place)};
    file_.emplace(std::move(taken->file));
  } else {
    place_ = {.key = header.key,
              .file = choose_place(folder, identity, limits_.file_bytes, limits_.memory)};
  }
  if (!file_ && place_.file.parent_path() != folder) {
    try {
      file_.emplace(CacheFile::make(place_.file, sized(limits_.file_bytes)));
    } catch (const journal::JournalError& error) {
      spdlog::warn("the session cache is not in {}: {}", limits_.memory.string(), error.what());
      place_.file = choose_place(folder, identity, limits_.file_bytes, {});
    }
  }
  if (!file_) {
    if (sized(fitting_on_disk(limits_.file_bytes, folder)).blocks < kLeastBlocks) {
      throw journal::JournalError{{.fault = journal::Fault::DiskFull,
                                   .what = "there is no room for the session cache",
                                   .segment = folder.string()}};
    }
    file_.emplace(CacheFile::make(place_.file, header));
  }
  file_->store_writers(1, {.now = identity.writer, .before = identity.last_writer});
  for (std::uint32_t cell = header.sessions; cell-- > 0;) {
    free_cells_.push_back(cell);
  }
  for (std::uint32_t block = header.blocks; block-- > 0;) {
    free_blocks_.push_back(block);
  }
  block_versions_.resize(header.blocks);
  sessions_.reset(header.sessions);
  start_from(recovered);
  name_cache(folder, identity, place_);
  spdlog::info("the session cache {} was made, of {} MiB",
               place_.file.string(),
               cache::file_bytes(file_->header()) >> 20);
}

// Whatever an earlier life may have sent is taken as sent where numbers are concerned, and as not
// sent where reports are.
void SessionCache::start_from(const RecoveredSessions& recovered) {
  for (const matching::SessionInfo& session : recovered.sessions) {
    KeptSession* const kept = find_or_add(session.session);
    kept->delivered = session.delivered;
    store_state(*kept,
                {.epoch = session.epoch,
                 .last_number = session.reserved_to,
                 .sent = {.event = session.delivered, .leg = kAllLegs},
                 .poss_resend_to = {.event = recovered.last_seq, .leg = kAllLegs}});
  }
}

}  // namespace betex::fix
