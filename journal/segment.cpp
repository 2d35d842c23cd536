#include "journal/segment.h"

#include <cerrno>
#include <cstring>

#include "journal/checksum.h"
#include "journal/data_file.h"
#include "journal/errors.h"
#include "journal/writer_lock.h"

namespace betex::journal {
namespace {

[[noreturn]] void fail(Fault fault, const std::string& segment, const std::string& what) {
  throw JournalError{{.fault = fault, .what = what, .segment = segment}};
}

EnvironmentOptions reading_options(EnvironmentOptions::Locking locking) {
  return {.access = EnvironmentOptions::Access::ReadOnly, .locking = locking};
}

}  // namespace

Segment::Segment(const std::filesystem::path& wal_root,
                 SegmentName name,
                 State state,
                 EnvironmentPool& pool)
    : name_{name}, text_{name.text()}, folder_{wal_root / kSegmentsFolder / text_} {
  if (!std::filesystem::exists(folder_)) {
    fail(Fault::SegmentMissing, text_, "the segment's folder is not there");
  }
  const std::filesystem::path data_file = folder_ / kDataFile;
  if (!std::filesystem::exists(data_file)) {
    fail(Fault::SegmentWithoutData, text_, "the segment's folder holds no data.mdb");
  }
  check_metas(data_file, text_);
  open_environment(wal_root, state, pool);
  view_ = std::make_unique<ReadTransaction>(*environment_);
  // What this process's own writer has written needs no check.
  if (environment_->access() == EnvironmentOptions::Access::ReadOnly) {
    while (!check_pages(data_file, text_, view_->id())) {
      view_->reset();
      view_->renew();
    }
  }
  cursor_ = std::make_unique<Cursor>(*view_);
  read_header();
}

void Segment::open_environment(const std::filesystem::path& wal_root,
                               State state,
                               EnvironmentPool& pool) {
  using Locking = EnvironmentOptions::Locking;
  if (state == State::Sealed) {
    environment_ = pool.open(folder_, reading_options(Locking::None));
    return;
  }
  try {
    environment_ = pool.open(folder_, reading_options(Locking::ReaderTable));
  } catch (const LmdbError& error) {
    // A copy that may only be read has no reader table. It needs none: without a live writer every
    // segment is sealed, because each opening for writing begins a new one.
    if (error.code() != EACCES || WriterLock::is_held(wal_root)) {
      throw;
    }
    environment_ = pool.open(folder_, reading_options(Locking::None));
  }
}

void Segment::read_header() {
  const std::optional<Bytes> value = view_->get(IntegerKey{kHeaderKey}.bytes());
  if (!value) {
    fail(Fault::HeaderMissing, text_, "there is no header record (key 0)");
  }
  const auto damaged = [&](const std::string& what) {
    throw JournalError{
        {.fault = Fault::HeaderDamaged, .what = what, .segment = text_, .key = kHeaderKey}};
  };
  if (value->size() < sizeof(header_)) {
    damaged("the header record has " + std::to_string(value->size()) + " bytes");
  }
  std::memcpy(&header_, value->data(), sizeof(header_));
  if (header_.magic != kSegmentMagic) {
    damaged("the header record does not begin with the magic number");
  }
  check_version(header_.format_version, text_, kHeaderKey);
  if (value->size() != sizeof(header_) || header_.checksum != checksum_of(header_)) {
    damaged("the header record's checksum is wrong");
  }
  // Not damage: whoever wrote it knew what they mean, and it may be what makes the segment void.
  if ((header_.flags & ~kKnownSegmentFlags) != 0) {
    throw JournalError{{.fault = Fault::UnknownVersion,
                        .what = "its header has the flags " + std::to_string(header_.flags) +
                                ", of which this program knows " +
                                std::to_string(kKnownSegmentFlags),
                        .segment = text_,
                        .key = kHeaderKey}};
  }
  const SegmentName own{.first_seq = header_.first_seq, .epoch = header_.writer_epoch};
  if (own != name_) {
    fail(Fault::SegmentMisnamed, text_, "its header says that it is segment " + own.text());
  }
}

Position Segment::start() const noexcept {
  return {.last_seq = EventSeq{header_.first_seq.value() - 1},
          .last_tx_id = TxId{header_.first_tx_id.value() - 1},
          .last_timestamp = header_.predecessor_timestamp,
          .chain = header_.predecessor_chain,
          .segment = name_};
}

void Segment::release_view() noexcept {
  view_->reset();
}

void Segment::renew_view() {
  view_->reset();
  view_->renew();
  cursor_->renew(*view_);
}

std::optional<RecordPlace> Segment::place(const std::optional<Cursor::Entry>& entry) const {
  if (!entry) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> key = integer_key(entry->key);
  if (!key) {
    fail(Fault::PageDamaged, text_, "a key of " + std::to_string(entry->key.size()) + " bytes");
  }
  if (*key == kHeaderKey) {
    return std::nullopt;
  }
  return RecordPlace{.segment = text_, .key = EventSeq{*key}, .value = entry->value};
}

std::optional<RecordPlace> Segment::first_at_or_after(EventSeq key) {
  return place(cursor_->seek(IntegerKey{key.value()}.bytes()));
}

std::optional<RecordPlace> Segment::last_at_or_before(EventSeq key) {
  const std::optional<Cursor::Entry> entry = cursor_->seek(IntegerKey{key.value()}.bytes());
  if (!entry) {
    return place(cursor_->last());
  }
  const std::optional<RecordPlace> found = place(entry);
  return found && found->key == key ? found : place(cursor_->previous());
}

}  // namespace betex::journal
