// How much of the journal is kept: all that a recovery, or a report that nobody has proven to have,
// may still need; what may be told again for whoever asks; and more where operators say when it may
// go. The journal asks it before it
// retires segments; the report stage and the snapshot thread tell it how far they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/link/network_reports.h"
#include "gateway/reports/report_keeper.h"
#include "matching/types.h"

namespace betex::gateway {

// *Thread-safe.*
class Retention final : public ReportKeeper {
 public:
  // `replay`: so long (of journaled time) reports can be told again; 0: as long as the journal is
  // kept for other reasons.
  explicit Retention(Retire retire = Retire::WhenUnneeded, std::chrono::nanoseconds replay = {})
      : retire_{retire}, replay_{replay} {}

  // ---- At a start, on the main thread

  // The snapshots that are whole, ascending. Of those in `unread`, which are older than two others,
  // only the header was looked at: nothing is given free on their account until they are read.
  void set_snapshots(std::vector<matching::EventSeq> snapshots,
                     std::vector<matching::EventSeq> unread = {});

  // Events that are known to have been the last ones at a time, ascending.
  struct PastEvent {
    matching::Timestamp time;
    matching::EventSeq seq;
  };

  // Of the log before this process: how far back a horizon reaches is known by them.
  void know_times(std::span<const PastEvent> past);
  // What is there of segments and snapshots begins behind this event.
  void log_begins_after(matching::EventSeq seq);
  // Reports of events up to `seq` can't be made, because their orders' terms are gone.
  void reports_begin_after(matching::EventSeq seq);

  // ---- Recovery, then the report stage

  void name_session(matching::SessionId session, const matching::Name& comp_id) override;
  void reports_taken(const ReportCursors& cursors,
                     matching::EventSeq taken,
                     matching::Timestamp time) override;
  void watermark_moved(matching::EventSeq watermark) override;
  [[nodiscard]] matching::EventSeq kept_from() const override;

  // ---- The snapshot thread

  // The last event whose reports are in the notes.
  [[nodiscard]] matching::EventSeq taken() const;
  // For a snapshot after event `seq`, which must not be after taken().
  [[nodiscard]] std::string note(matching::EventSeq seq) const;
  void add_snapshot(matching::EventSeq seq);
  // One that is kept and still to be read. None: all were.
  [[nodiscard]] std::optional<matching::EventSeq> next_unread() const;
  // It was, to its end. One that is not whole is forgotten.
  void snapshot_was_read(matching::EventSeq seq, bool is_whole);
  [[nodiscard]] matching::EventSeq newest_snapshot() const;  // 0: there is none
  // The newest snapshot from which a start finds everything that is needed, and beside which there
  // is a newer one; or an older one, from which reports can be told again. 0: none. It never goes
  // back.
  [[nodiscard]] matching::EventSeq oldest_needed_snapshot();
  // Of those above it the ones that can go: no start begins with them, and without them reports are
  // made almost as soon. Of what is only told again, those that are left are at most a sixteenth of
  // the kept log apart. Of what sessions may lack, the distance between two is at most a fourth of
  // their distance from the newest one. They are forgotten here.
  [[nodiscard]] std::vector<matching::EventSeq> take_superfluous_snapshots();

  // ---- Whoever tells reports again

  // From this event on they can be made.
  [[nodiscard]] matching::EventSeq told_again_from() const;

  // ---- Whoever watches

  // Sessions that may lack reports which are not kept any more.
  [[nodiscard]] std::size_t sessions_behind() const;
  // Operators have the log up to this event elsewhere. 0: none of it.
  [[nodiscard]] matching::EventSeq watermark() const;
  // Why a segment that ends with event `last` is not retired at the next rotation. Of several
  // reasons the one that stands first in the enumeration.
  [[nodiscard]] fix::HeldBackBy held_back_by(matching::EventSeq last) const;

  // ---- The journal

  // Segments above it must stay: that snapshot, or the watermark where that holds them back. 0: all
  // must stay. It never goes back.
  [[nodiscard]] matching::EventSeq floor();

 private:
  void sample(matching::EventSeq seq, matching::Timestamp time);
  [[nodiscard]] matching::EventSeq last_before(std::chrono::nanoseconds ago) const;
  [[nodiscard]] matching::EventSeq needed_after() const;
  // The newest that is not after the event, and beside which there is a newer one; not before
  // `least`.
  [[nodiscard]] matching::EventSeq newest_before(matching::EventSeq event,
                                                 matching::EventSeq least) const;
  [[nodiscard]] matching::EventSeq needed_snapshot() const;
  [[nodiscard]] matching::EventSeq kept_snapshot() const;
  void forget_snapshots_below(matching::EventSeq snapshot);
  void give_up_what_is_too_old();

  const Retire retire_;
  const std::chrono::nanoseconds replay_;
  mutable std::mutex mutex_;  // guards all that follows
  ReportCursors cursors_;
  std::map<matching::SessionId, matching::Name> comp_ids_;
  matching::EventSeq taken_;
  matching::Timestamp time_;
  std::vector<matching::EventSeq> snapshots_;  // whole, ascending
  std::vector<matching::EventSeq> unread_;     // of these, ascending
  std::deque<PastEvent> samples_;              // one an hour, as far back as anything is kept
  matching::EventSeq log_begins_after_;
  matching::EventSeq reports_begin_after_;
  matching::EventSeq oldest_needed_;  // snapshot, for starts and reports, when somebody asked last
  matching::EventSeq oldest_kept_;    // the same, also for what is told again
  matching::EventSeq watermark_;
};

}  // namespace betex::gateway
