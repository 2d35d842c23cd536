#include "tests/gateway/cluster/log_parts.h"

#include <cstring>
#include <random>
#include <stdexcept>

#include "journal/checksum.h"
#include "matching/events.h"
#include "matching/transaction.h"
#include "tests/journal/transactions.h"

namespace betex::test {
namespace {

using journal::Position;
using matching::TransactionHeader;

Position behind(const Position& before, std::span<const std::byte> transaction) {
  TransactionHeader header;
  std::memcpy(&header, transaction.data(), sizeof(header));
  return {.last_seq = journal::EventSeq{before.last_seq.value() + header.event_count},
          .last_tx_id = header.tx_id,
          .last_timestamp = header.timestamp,
          .chain = journal::extend(before.chain, transaction),
          .segment = {}};
}

}  // namespace

cluster::OwnedBatch batch_of(const Position& before,
                             const std::vector<SampleTransaction>& transactions) {
  cluster::OwnedBatch batch{.before = before,
                            .after = before,
                            .transactions = static_cast<std::uint32_t>(transactions.size()),
                            .bytes = {}};
  for (const SampleTransaction& sample : transactions) {
    EventBytes events;
    std::mt19937_64 noise{sample.id};
    std::uint64_t order = sample.id;  // of the first event; those behind it are noise
    do {
      matching::OrderRested rested;
      rested.header.market = matching::MarketId{1};
      rested.header.market_seq = noise();
      rested.order = matching::OrderId{order};
      rested.leaves_qty = matching::Quantity{static_cast<std::int64_t>(noise() >> 1U)};
      events.add(rested);
      order = noise();
    } while (events.bytes().size() < sample.noise);
    const matching::TransactionHeader header =
        make_transaction_header(batch.after.last_tx_id.next(), events);
    const std::size_t begin = batch.bytes.size();
    const auto raw = std::as_bytes(std::span{&header, 1});
    batch.bytes.insert(batch.bytes.end(), raw.begin(), raw.end());
    batch.bytes.insert(batch.bytes.end(), events.bytes().begin(), events.bytes().end());
    batch.after = behind(batch.after, std::span{batch.bytes}.subspan(begin));
  }
  return batch;
}

std::vector<LoggedTransaction> transactions_of(const cluster::Batch& batch) {
  std::vector<LoggedTransaction> transactions;
  std::span<const std::byte> rest = batch.bytes;
  Position at = batch.before;
  while (!rest.empty()) {
    TransactionHeader header;
    if (rest.size() < sizeof(header)) {
      throw std::runtime_error{"a batch with half a header"};
    }
    std::memcpy(&header, rest.data(), sizeof(header));
    const std::size_t size = sizeof(header) + header.events_size;
    if (size > rest.size()) {
      throw std::runtime_error{"a batch with half a transaction"};
    }
    at = behind(at, rest.first(size));
    transactions.push_back(
        {.after = at, .bytes = {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size)}});
    rest = rest.subspan(size);
  }
  if (at != batch.after || transactions.size() != batch.transactions) {
    throw std::runtime_error{"a batch that is not what it says"};
  }
  return transactions;
}

std::uint64_t id_of(const LoggedTransaction& transaction) {
  matching::OrderRested rested;
  if (transaction.bytes.size() < sizeof(TransactionHeader) + sizeof(rested)) {
    throw std::runtime_error{"a transaction without an id"};
  }
  std::memcpy(&rested, transaction.bytes.data() + sizeof(TransactionHeader), sizeof(rested));
  return rested.order.value();
}

std::optional<journal::Fault> fault_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const journal::JournalError& error) {
    return error.fault();
  }
  return std::nullopt;
}

}  // namespace betex::test
