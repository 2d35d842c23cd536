#include "gateway/reports/report_cursors.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;

struct NoteEntry {
  std::uint32_t session = 0;
  std::uint32_t leg = 0;
  std::uint64_t event = 0;
  std::uint64_t needed_after = 0;
};

static_assert(sizeof(NoteEntry) == 24 && std::has_unique_object_representations_v<NoteEntry>);

struct NoteWatch {
  std::uint32_t session = 0;
  std::uint32_t on = 0;
  std::uint64_t event = 0;
};

static_assert(sizeof(NoteWatch) == 16 && std::has_unique_object_representations_v<NoteWatch>);

constexpr std::uint64_t kNoteVersion = 2;
constexpr std::uint32_t kLastLeg = std::numeric_limits<std::uint32_t>::max();

template <typename Part>
void append(std::string& note, const Part& part) {
  note.append(reinterpret_cast<const char*>(&part), sizeof(part));
}

// Takes it off the beginning of `note`, which is long enough.
template <typename Part>
Part take(std::string_view& note) {
  Part part;
  std::memcpy(&part, note.data(), sizeof(part));
  note.remove_prefix(sizeof(part));
  return part;
}

// What a note is made of.
struct Note {
  std::vector<NoteEntry> entries;
  std::vector<NoteWatch> watches;
};

std::optional<Note> parse(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) {
    return std::nullopt;
  }
  const auto version = take<std::uint64_t>(bytes);
  std::uint64_t entries = bytes.size() / sizeof(NoteEntry);
  if (version == kNoteVersion && bytes.size() >= sizeof(std::uint64_t)) {
    const auto count = take<std::uint64_t>(bytes);
    entries = std::min<std::uint64_t>(count, bytes.size() / sizeof(NoteEntry));
    if (entries != count || (bytes.size() - count * sizeof(NoteEntry)) % sizeof(NoteWatch) != 0) {
      return std::nullopt;
    }
  } else if (version != 1 || bytes.size() % sizeof(NoteEntry) != 0) {
    return std::nullopt;
  }
  Note note;
  while (note.entries.size() < entries) {
    note.entries.push_back(take<NoteEntry>(bytes));
  }
  while (!bytes.empty()) {
    note.watches.push_back(take<NoteWatch>(bytes));
  }
  return note;
}

}  // namespace

ReportCursors::Cursor& ReportCursors::cursor(SessionId session) {
  if (cursors_.size() <= session.value()) {
    cursors_.resize(session.value() + std::size_t{1});
  }
  return cursors_[session.value()];
}

void ReportCursors::reported(SessionId session, fix::ReportId id) {
  Cursor& its = cursor(session);
  if (!its.pending()) {
    its.needed_after = EventSeq{id.event.value() - 1};
  }
  its.last = id;
}

void ReportCursors::reported_unseen(SessionId session, EventSeq event) {
  Cursor& its = cursor(session);
  if (its.delivered < event) {
    its.last = {.event = event, .leg = kLastLeg};
    its.needed_after = its.delivered;
  }
}

void ReportCursors::delivered(SessionId session, EventSeq event) {
  Cursor& its = cursor(session);
  its.delivered = std::max(its.delivered, event);
  its.needed_after = std::max(its.needed_after, its.delivered);
  watches_.forget(session, its.delivered);
}

fix::ReportId ReportCursors::last(SessionId session) const noexcept {
  return session.value() < cursors_.size() ? cursors_[session.value()].last : fix::ReportId{};
}

EventSeq ReportCursors::needed_after(SessionId session) const noexcept {
  return session.value() < cursors_.size() ? cursors_[session.value()].needed_after : EventSeq{0};
}

std::optional<ReportCursors::Need> ReportCursors::oldest_need() const noexcept {
  std::optional<Need> oldest;
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    const Cursor& its = cursors_[i];
    if (its.pending() && its.last.event > given_up_to_) {
      const EventSeq after = std::max(its.needed_after, given_up_to_);
      if (!oldest || after < oldest->after) {
        oldest = Need{.session = SessionId{static_cast<std::uint32_t>(i)}, .after = after};
      }
    }
  }
  return oldest;
}

std::optional<EventSeq> ReportCursors::needed_after() const noexcept {
  const std::optional<Need> oldest = oldest_need();
  return oldest ? std::optional{oldest->after} : std::nullopt;
}

bool ReportCursors::lacks(SessionId session, EventSeq event) const noexcept {
  if (session.value() >= cursors_.size()) {
    return false;
  }
  const Cursor& its = cursors_[session.value()];
  return its.pending() &&
         std::max(its.needed_after, given_up_to_) < std::min(event, its.last.event);
}

std::optional<SessionId> ReportCursors::find_lacking(EventSeq event) const noexcept {
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    const SessionId session{static_cast<std::uint32_t>(i)};
    if (lacks(session, event)) {
      return session;
    }
  }
  return std::nullopt;
}

std::optional<ReportCursors::Range> ReportCursors::lost(SessionId session,
                                                        EventSeq got,
                                                        EventSeq kept_from) const noexcept {
  if (session.value() >= cursors_.size() || !cursors_[session.value()].pending()) {
    return std::nullopt;
  }
  const Cursor& its = cursors_[session.value()];
  const EventSeq first = std::max(got, its.needed_after).next();
  if (first >= kept_from || first > its.last.event) {
    return std::nullopt;
  }
  return Range{.first = first, .last = std::min(its.last.event, EventSeq{kept_from.value() - 1})};
}

std::vector<SessionId> ReportCursors::behind(EventSeq event) const {
  std::vector<SessionId> sessions;
  for (std::size_t session = 0; session < cursors_.size(); ++session) {
    if (cursors_[session].pending() && cursors_[session].needed_after < event) {
      sessions.emplace_back(static_cast<std::uint32_t>(session));
    }
  }
  return sessions;
}

std::string ReportCursors::note(EventSeq seq) const {
  std::string entries;
  for (std::size_t session = 0; session < cursors_.size(); ++session) {
    const Cursor& its = cursors_[session];
    if (!its.pending() || its.needed_after >= seq) {
      continue;
    }
    const bool later = its.last.event > seq;
    append(entries,
           NoteEntry{.session = static_cast<std::uint32_t>(session),
                     .leg = later ? kLastLeg : its.last.leg,
                     .event = std::min(its.last.event, seq).value(),
                     .needed_after = its.needed_after.value()});
  }
  std::string note;
  append(note, kNoteVersion);
  append(note, std::uint64_t{entries.size() / sizeof(NoteEntry)});
  note += entries;
  for (const MarketWatches::Change& change : watches_.changes()) {
    if (change.seq <= seq) {
      append(note,
             NoteWatch{.session = change.session.value(),
                       .on = change.on ? 1U : 0U,
                       .event = change.seq.value()});
    }
  }
  return note;
}

bool ReportCursors::read_note(std::string_view bytes) {
  const std::optional<Note> note = parse(bytes);
  if (!note) {
    return false;
  }
  for (const NoteEntry& entry : note->entries) {
    Cursor& its = cursor(SessionId{entry.session});
    its.last = {.event = EventSeq{entry.event}, .leg = entry.leg};
    its.needed_after = EventSeq{entry.needed_after};
  }
  for (const NoteWatch& watch : note->watches) {
    watches_.note(
        {.session = SessionId{watch.session}, .seq = EventSeq{watch.event}, .on = watch.on != 0});
  }
  return true;
}

}  // namespace betex::gateway
