#include "gateway/fix/message_cache.h"

#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"
#include "matching/assert.h"

namespace betex::fix {

namespace {

using journal::big_endian_key;
using journal::big_endian_part;
using journal::Bytes;
using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;

// The identity stands in a file of its own, so that it is known before LMDB maps anything: after a
// power loss the environment's pages may be of any age, and mapping them could end the process.
constexpr std::string_view kIdentityFile = "identity";
constexpr std::string_view kFormat = "betex-cache-1";

struct StoredState {  // the cache's own layout; another one gets another kFormat
  std::uint32_t epoch = 0;
  std::uint32_t last_number = 0;
  std::uint64_t sent_event = 0;
  std::uint64_t poss_resend_event = 0;
  std::uint32_t sent_leg = 0;
  std::uint32_t poss_resend_leg = 0;
};

struct StoredReport {  // stands before the bytes of each message
  std::uint64_t event = 0;
  std::uint32_t leg = 0;
  std::uint32_t reserved = 0;
};

static_assert(std::has_unique_object_representations_v<StoredState>);
static_assert(std::has_unique_object_representations_v<StoredReport>);

template <typename Stored>
Stored load(Bytes bytes) {
  BETEX_ASSERT(bytes.size() >= sizeof(Stored));
  Stored stored;
  std::memcpy(&stored, bytes.data(), sizeof stored);
  return stored;
}

StoredState stored(const OutboundState& state) {
  return {.epoch = state.epoch.value(),
          .last_number = state.last_number.value(),
          .sent_event = state.sent.event.value(),
          .poss_resend_event = state.poss_resend_to.event.value(),
          .sent_leg = state.sent.leg,
          .poss_resend_leg = state.poss_resend_to.leg};
}

OutboundState restored(const StoredState& state) {
  return {
      .epoch = SessionEpoch{state.epoch},
      .last_number = MsgSeqNum{state.last_number},
      .sent = {.event = EventSeq{state.sent_event}, .leg = state.sent_leg},
      .poss_resend_to = {.event = EventSeq{state.poss_resend_event}, .leg = state.poss_resend_leg}};
}

std::string text_of(const CacheIdentity& identity) {
  return std::string{kFormat} + ' ' + identity.boot_id + ' ' + identity.wal_id + '\n';
}

// Empty where there is none.
std::string read_identity(const std::filesystem::path& file) {
  journal::check_file(file);
  return std::filesystem::exists(file) ? journal::read_file(file) : std::string{};
}

// Only the newest void cache is kept: it is of use to people only.
void move_aside(const std::filesystem::path& folder) {
  const std::filesystem::path aside = folder.string() + ".void";
  std::filesystem::remove_all(aside);
  std::filesystem::rename(folder, aside);
}

auto message_key(SessionId session, std::uint32_t epoch, std::uint32_t number) {
  return big_endian_key(session.value(), epoch, number);
}

constexpr std::size_t kEpochOffset = 4;
constexpr std::size_t kNumberOffset = 8;

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
    : limits_{limits} {
  const std::filesystem::path folder = journal::resolve_folder(path);
  if (std::filesystem::exists(folder)) {  // made by an older version, perhaps, for more to see
    std::error_code ignored;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  const std::filesystem::path identity_file = folder / kIdentityFile;
  if (read_identity(identity_file) == text_of(identity)) {
    try {
      open(folder);
      check_against(recovered);
      return;
    } catch (const journal::LmdbError&) {
      environment_.reset();  // unreadable: as good as another boot's
    }
  }
  if (std::filesystem::exists(folder)) {
    was_void_ = true;
    move_aside(folder);
  }
  journal::create_folder(folder, journal::kPrivateFolderMode);
  open(folder);
  start_from(recovered);
  journal::replace_file(identity_file, text_of(identity), journal::kPrivateFileMode);
}

void MessageCache::open(const std::filesystem::path& folder) {
  environment_ = std::make_unique<journal::Environment>(
      folder,
      journal::EnvironmentOptions{.access = journal::EnvironmentOptions::Access::ReadWrite,
                                  .sync = journal::EnvironmentOptions::Sync::Never,
                                  .map_size = limits_.map_size,
                                  .file_mode = journal::kPrivateFileMode,
                                  .max_databases = 2});
  journal::WriteTransaction transaction{*environment_};
  states_ = environment_->open_database(transaction, "states", journal::KeyOrder::Lexicographic);
  messages_ =
      environment_->open_database(transaction, "messages", journal::KeyOrder::Lexicographic);
  transaction.commit();
}

// Whatever an earlier life may have sent is taken as sent where numbers are concerned, and as not
// sent where reports are.
void MessageCache::start_from(const RecoveredSessions& recovered) {
  journal::WriteTransaction transaction{*environment_};
  for (const matching::SessionInfo& session : recovered.sessions) {
    const OutboundState state{.epoch = session.epoch,
                              .last_number = session.reserved_to,
                              .sent = {.event = session.delivered, .leg = kAllLegs},
                              .poss_resend_to = {.event = recovered.last_seq, .leg = kAllLegs}};
    const StoredState value = stored(state);
    transaction.put(
        *states_, big_endian_key(session.session.value()), std::as_bytes(std::span{&value, 1}));
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

std::optional<OutboundState> MessageCache::state(SessionId session) const {
  const std::lock_guard lock{mutex_};
  const journal::ReadTransaction transaction{*environment_};
  const auto value = transaction.get(*states_, big_endian_key(session.value()));
  if (!value) {
    return std::nullopt;
  }
  return restored(load<StoredState>(*value));
}

std::vector<MessageCache::Message> MessageCache::read(SessionId session,
                                                      SessionEpoch epoch,
                                                      MsgSeqNum first,
                                                      MsgSeqNum last) const {
  const std::lock_guard lock{mutex_};
  const journal::ReadTransaction transaction{*environment_};
  journal::Cursor cursor{transaction, *messages_};
  const auto end = message_key(session, epoch.value(), last.value());
  std::vector<Message> messages;
  auto entry = cursor.seek(message_key(session, epoch.value(), first.value()));
  while (entry && std::memcmp(entry->key.data(), end.data(), end.size()) <= 0) {
    const Bytes bytes = entry->value.subspan(sizeof(StoredReport));
    messages.push_back(
        {.number = MsgSeqNum{big_endian_part<std::uint32_t>(entry->key, kNumberOffset)},
         .bytes = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    entry = cursor.next();
  }
  return messages;
}

std::optional<MsgSeqNum> MessageCache::next_number(SessionId session,
                                                   SessionEpoch epoch,
                                                   MsgSeqNum first) const {
  const std::lock_guard lock{mutex_};
  const journal::ReadTransaction transaction{*environment_};
  journal::Cursor cursor{transaction, *messages_};
  const auto entry = cursor.seek(message_key(session, epoch.value(), first.value()));
  if (!entry || big_endian_part<std::uint32_t>(entry->key, 0) != session.value() ||
      big_endian_part<std::uint32_t>(entry->key, kEpochOffset) != epoch.value()) {
    return std::nullopt;
  }
  return MsgSeqNum{big_endian_part<std::uint32_t>(entry->key, kNumberOffset)};
}

void MessageCache::write(std::span<const std::shared_ptr<const OutboundBlock>> blocks) {
  const std::lock_guard lock{mutex_};
  for (;;) {
    try {
      write_in_one(blocks);
      return;
    } catch (const journal::MapFullError&) {
      oldest_.clear();  // what was trimmed has come back with the aborted transaction
      environment_->grow_map(environment_->map_size() * 2);
    }
  }
}

void MessageCache::write_in_one(std::span<const std::shared_ptr<const OutboundBlock>> blocks) {
  journal::WriteTransaction transaction{*environment_};
  for (const auto& block : blocks) {
    for (const OutboundBlock::Entry& entry : block->entries) {
      const StoredReport report{.event = entry.report.event.value(), .leg = entry.report.leg};
      const std::span<std::byte> value = transaction.put_reserved(
          *messages_,
          message_key(block->session, block->state.epoch.value(), entry.number.value()),
          sizeof report + entry.size);
      std::memcpy(value.data(), &report, sizeof report);
      std::memcpy(value.data() + sizeof report, block->bytes.data() + entry.offset, entry.size);
    }
    const StoredState state = stored(block->state);
    transaction.put(
        *states_, big_endian_key(block->session.value()), std::as_bytes(std::span{&state, 1}));
    trim(transaction, *block);
  }
  transaction.commit();
}

bool MessageCache::obsolete(MessageKey key, const OutboundState& state) const noexcept {
  return key.epoch < state.epoch.value() ||
         std::uint64_t{key.number} + limits_.kept_numbers <= state.last_number.value();
}

// Takes away at most about twice as many messages as came, so that no turn pays for a whole epoch.
void MessageCache::trim(journal::WriteTransaction& transaction, const OutboundBlock& block) {
  constexpr std::size_t kAtLeast = 16;
  MessageKey& oldest = oldest_[block.session];
  std::size_t left = 2 * block.entries.size() + kAtLeast;
  if (!obsolete(oldest, block.state)) {
    return;
  }
  journal::Cursor cursor{transaction, *messages_};
  auto entry = cursor.seek(message_key(block.session, oldest.epoch, oldest.number));
  while (entry && big_endian_part<std::uint32_t>(entry->key, 0) == block.session.value()) {
    oldest = {.epoch = big_endian_part<std::uint32_t>(entry->key, kEpochOffset),
              .number = big_endian_part<std::uint32_t>(entry->key, kNumberOffset)};
    const bool of_old_epoch = oldest.epoch < block.state.epoch.value();
    if (left == 0 || !obsolete(oldest, block.state) ||
        (!of_old_epoch && load<StoredReport>(entry->value).event > block.delivered.value())) {
      return;
    }
    cursor.erase();
    --left;
    entry = cursor.next();
  }
  oldest = {.epoch = block.state.epoch.value(), .number = block.state.last_number.value()};
}

}  // namespace betex::fix
