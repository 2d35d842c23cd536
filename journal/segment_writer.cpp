#include "journal/segment_writer.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "journal/checksum.h"
#include "journal/file_system.h"
#include "journal/lmdb.h"
#include "journal/prepared_segment.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

SegmentHeader make_header(const SegmentWriter::Setup& setup) {
  SegmentHeader header;
  header.writer_epoch = setup.epoch;
  header.wal_id = setup.wal_id;
  header.first_seq = setup.before.last_seq.next();
  header.first_tx_id = setup.before.last_tx_id.next();
  header.flags = setup.granted ? kEpochGranted : 0;
  // Behind a snapshot there is no segment: its own sequence and no epoch stand for one.
  header.predecessor_first_seq =
      setup.before.segment ? setup.before.segment->first_seq : setup.before.last_seq;
  header.predecessor_epoch = setup.before.segment ? setup.before.segment->epoch : WriterEpoch{};
  header.predecessor_last_seq = setup.before.last_seq;
  header.predecessor_chain = setup.before.chain;
  header.predecessor_timestamp = setup.before.last_timestamp;
  header.checksum = checksum_of(header);
  return header;
}

void write_header(Environment& environment, const SegmentHeader& header) {
  WriteTransaction transaction{environment};
  BETEX_ASSERT(transaction.id() == kHeaderTxnId);
  transaction.append(IntegerKey{kHeaderKey}.bytes(), std::as_bytes(std::span{&header, 1}));
  transaction.commit();
}

}  // namespace

SegmentWriter::SegmentWriter(const Setup& setup, EnvironmentPool& pool)
    : name_{.first_seq = setup.before.last_seq.next(), .epoch = setup.epoch} {
  const std::filesystem::path segments = setup.wal_root / kSegmentsFolder;
  const std::filesystem::path temporary = segments / (std::string{kNewPrefix} + name_.text());
  const std::filesystem::path folder = segments / name_.text();
  if (!take_prepared_segment(setup.wal_root, temporary)) {
    create_folder(temporary);
  }
  environment_ = pool.create(temporary,
                             folder,
                             {.access = EnvironmentOptions::Access::ReadWrite,
                              .sync = setup.sync,
                              .map_size = setup.map_size},
                             [&](Environment& environment) {
                               write_header(environment, make_header(setup));
                               sync_folder(temporary);
                               rename_folder(temporary, folder);
                             });
}

bool SegmentWriter::write(EventSeq key,
                          BatchHeader header,
                          std::span<const std::byte> transactions) {
  // One that was killed in the middle of a view would keep old pages from being used again: each
  // small commit would then take four new ones. To look takes a microsecond a reading process.
  environment_->clear_dead_readers();
  WriteTransaction transaction{*environment_};
  header.lmdb_txn_id = transaction.id();
  header.size = transactions.size();
  try {
    const std::span<std::byte> value = transaction.append_reserved(
        IntegerKey{key.value()}.bytes(), sizeof(header) + transactions.size());
    std::memcpy(value.data(), &header, sizeof(header));
    std::memcpy(value.data() + sizeof(header), transactions.data(), transactions.size());
    transaction.commit();
  } catch (const MapFullError&) {
    return false;
  }
  events_ += header.event_count;
  return true;
}

void SegmentWriter::cut_off_unused() const {
  const std::filesystem::path file = environment_->folder() / kDataFile;
  const std::uint64_t used = environment_->used_bytes();
  if (std::filesystem::file_size(file) <= used) {
    return;
  }
  const FileDescriptor data{file, O_WRONLY};
  if (::ftruncate(data.get(), static_cast<off_t>(used)) != 0) {
    throw_io_error(errno, "ftruncate", file);
  }
}

bool SegmentWriter::is_nearly_full() const {
  return environment_->used_bytes() >= environment_->map_size() / 4 * 3;
}

}  // namespace betex::journal
