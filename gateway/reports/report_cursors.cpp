#include "gateway/reports/report_cursors.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

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

constexpr std::uint64_t kNoteVersion = 1;
constexpr std::uint32_t kLastLeg = std::numeric_limits<std::uint32_t>::max();

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
  std::string note(reinterpret_cast<const char*>(&kNoteVersion), sizeof(kNoteVersion));
  for (std::size_t session = 0; session < cursors_.size(); ++session) {
    const Cursor& its = cursors_[session];
    if (!its.pending() || its.needed_after >= seq) {
      continue;
    }
    const bool later = its.last.event > seq;
    const NoteEntry entry{.session = static_cast<std::uint32_t>(session),
                          .leg = later ? kLastLeg : its.last.leg,
                          .event = std::min(its.last.event, seq).value(),
                          .needed_after = its.needed_after.value()};
    note.append(reinterpret_cast<const char*>(&entry), sizeof(entry));
  }
  return note;
}

bool ReportCursors::read_note(std::string_view note) {
  std::uint64_t version = 0;
  if (note.size() % sizeof(NoteEntry) != sizeof(version)) {
    return false;
  }
  std::memcpy(&version, note.data(), sizeof(version));
  if (version != kNoteVersion) {
    return false;
  }
  note.remove_prefix(sizeof(version));
  for (; !note.empty(); note.remove_prefix(sizeof(NoteEntry))) {
    NoteEntry entry;
    std::memcpy(&entry, note.data(), sizeof(entry));
    Cursor& its = cursor(SessionId{entry.session});
    its.last = {.event = EventSeq{entry.event}, .leg = entry.leg};
    its.needed_after = EventSeq{entry.needed_after};
  }
  return true;
}

}  // namespace betex::gateway
