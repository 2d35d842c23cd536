#include "journal/record.h"

#include <cstdint>
#include <cstring>
#include <variant>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"

namespace betex::journal {
namespace {

using matching::TransactionHeader;

[[noreturn]] void fail(const RecordPlace& record, Fault fault, const std::string& what) {
  throw JournalError{
      {.fault = fault, .what = what, .segment = record.segment, .key = record.key.value()}};
}

// Walks over the transactions of a record by their own sizes, inside its bounds.
class TransactionWalk {
 public:
  explicit TransactionWalk(const RecordPlace& record)
      : record_{record}, rest_{record.value.subspan(sizeof(BatchHeader))} {}

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

  // The header and all bytes of the next transaction.
  struct Item {
    TransactionHeader header;
    std::span<const std::byte> bytes;
  };

  Item next() {
    if (rest_.size() < sizeof(TransactionHeader)) {
      fail(record_, Fault::RecordDamaged, "no room for a transaction's header");
    }
    Item item;
    std::memcpy(&item.header, rest_.data(), sizeof(item.header));
    const std::size_t size = stored_size(item.header);
    if (size > rest_.size() || size % kAlignment != 0) {
      fail(record_,
           Fault::RecordDamaged,
           "a transaction's events_size " + std::to_string(item.header.events_size) +
               " does not fit the record");
    }
    item.bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return item;
  }

 private:
  const RecordPlace& record_;
  std::span<const std::byte> rest_;
};

// The header of a value that can be a record, and has its size.
BatchHeader load_header(const RecordPlace& record) {
  const std::span<const std::byte> value = record.value;
  if (value.size() < sizeof(BatchHeader) ||
      reinterpret_cast<std::uintptr_t>(value.data()) % kAlignment != 0) {
    fail(record,
         Fault::RecordDamaged,
         "a value of " + std::to_string(value.size()) + " bytes cannot be a record");
  }
  BatchHeader header;
  std::memcpy(&header, value.data(), sizeof(header));
  if (header.size != value.size() - sizeof(header)) {
    fail(record,
         Fault::RecordDamaged,
         "its header says " + std::to_string(header.size) + " bytes where there are " +
             std::to_string(value.size() - sizeof(header)));
  }
  return header;
}

void check_counts(const RecordPlace& record,
                  const BatchHeader& header,
                  std::uint64_t transactions,
                  std::uint64_t events) {
  if (transactions == 0 || transactions != header.transaction_count ||
      events != header.event_count) {
    fail(record,
         Fault::RecordDamaged,
         "its header counts " + std::to_string(header.transaction_count) + " transactions with " +
             std::to_string(header.event_count) + " events where there are " +
             std::to_string(transactions) + " with " + std::to_string(events));
  }
}

// Counts and hashes in one walk, for this is what replay is made of.
BatchHeader check_bytes(const RecordPlace& record, Chain before) {
  const BatchHeader header = load_header(record);
  std::uint64_t events = 0;
  std::uint64_t transactions = 0;
  Chain chain = before;
  for (TransactionWalk walk{record}; !walk.done(); ++transactions) {
    const TransactionWalk::Item item = walk.next();
    events += item.header.event_count;
    chain = extend(chain, item.bytes);
  }
  check_counts(record, header, transactions, events);
  if (chain != header.chain) {
    fail(record,
         Fault::ChainBroken,
         "the chain over its transactions is " + std::to_string(chain.value()) +
             " where its header says " + std::to_string(header.chain.value()));
  }
  return header;
}

void check_transaction(const RecordPlace& record,
                       const TransactionWalk::Item& item,
                       const Position& before) {
  const TransactionHeader& header = item.header;
  const auto name = [&] { return "transaction " + std::to_string(header.tx_id.value()); };
  if (header.tx_id != before.last_tx_id.next()) {
    fail(record,
         Fault::RecordMissing,
         name() + " comes after transaction " + std::to_string(before.last_tx_id.value()));
  }
  if (header.timestamp < before.last_timestamp) {
    fail(record, Fault::EventMalformed, name() + ": its time runs backwards");
  }
  if (header.event_count == 0 || header.reserved != 0 ||
      header.command_kind > std::variant_size_v<matching::CommandBody>) {
    fail(record, Fault::EventMalformed, name() + ": its header is no transaction's");
  }
  if (const auto problem = find_malformed(header, item.bytes.subspan(sizeof(header)))) {
    fail(record, Fault::EventMalformed, name() + ": " + *problem);
  }
}

}  // namespace

BatchHeader read_batch_header(const RecordPlace& record) {
  const BatchHeader header = load_header(record);
  std::uint64_t events = 0;
  std::uint64_t transactions = 0;
  for (TransactionWalk walk{record}; !walk.done(); ++transactions) {
    events += walk.next().header.event_count;
  }
  check_counts(record, header, transactions, events);
  return header;
}

CheckedRecord check_record(const RecordPlace& record, const Position& before) {
  if (record.key != before.last_seq.next()) {
    fail(record,
         Fault::RecordMissing,
         "the record with key " + std::to_string(before.last_seq.next().value()) +
             " should come next");
  }
  const BatchHeader header = check_bytes(record, before.chain);
  Position position = before;
  for (TransactionWalk walk{record}; !walk.done();) {
    const TransactionWalk::Item item = walk.next();
    check_transaction(record, item, position);
    position.last_tx_id = item.header.tx_id;
    position.last_timestamp = item.header.timestamp;
    position.last_seq = EventSeq{position.last_seq.value() + item.header.event_count};
  }
  position.chain = header.chain;
  return {.header = header, .end = position};
}

Position position_behind(const RecordPlace& record) {
  const BatchHeader header = read_batch_header(record);
  Position position;
  for (TransactionWalk walk{record}; !walk.done();) {
    const TransactionHeader last = walk.next().header;
    position.last_tx_id = last.tx_id;
    position.last_timestamp = last.timestamp;
  }
  position.last_seq = EventSeq{record.key.value() + header.event_count - 1};
  position.chain = header.chain;
  return position;
}

matching::TransactionView first_transaction(std::span<const std::byte> bytes,
                                            EventSeq first_seq) noexcept {
  matching::TransactionView view;
  std::memcpy(&view.header, bytes.data(), sizeof(view.header));
  view.first_seq = first_seq;
  view.events = bytes.subspan(sizeof(view.header), view.header.events_size);
  return view;
}

}  // namespace betex::journal
