#include "gateway/start/witness.h"

#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "journal/checksum.h"
#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::gateway {
namespace {

using journal::Fault;
using journal::JournalError;
using matching::EventSeq;

constexpr std::string_view kFormat = "betex-witness ";
constexpr std::uint32_t kVersion = 1;

constexpr std::chrono::seconds kPatience{2};  // with a write that is under way

std::string content_of(const Witness& witness) {
  std::string text = std::string{kFormat} + std::to_string(kVersion) + "\n";
  text += "wal_id " + journal::to_hex(witness.wal_id) + "\n";
  text += "durable " + std::to_string(witness.durable.value()) + "\n";
  char line[40];
  std::snprintf(line,
                sizeof(line),
                "checksum %016llx\n",
                static_cast<unsigned long long>(journal::checksum(std::as_bytes(std::span{text}))));
  return text + line;
}

// What stands behind `key` and a blank, up to the end of its line; empty where there is none.
std::string_view value_of(std::string_view text, std::string_view key) {
  const std::size_t at = text.find("\n" + std::string{key} + " ");
  if (at == std::string_view::npos) {
    return {};
  }
  const std::size_t begin = at + key.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

// Whatever it reads is only good if it makes the same text again.
Witness parse(std::string_view text) {
  Witness witness;
  const std::string_view wal_id = value_of(text, "wal_id");
  for (std::size_t i = 0; i < witness.wal_id.size() && 2 * i + 2 <= wal_id.size(); ++i) {
    const char* const at = wal_id.data() + 2 * i;
    std::from_chars(at, at + 2, witness.wal_id[i], 16);
  }
  const std::string_view durable = value_of(text, "durable");
  std::uint64_t number = 0;
  std::from_chars(durable.data(), durable.data() + durable.size(), number);
  witness.durable = EventSeq{number};
  return witness;
}

std::uint32_t version_of(std::string_view text) {
  std::uint32_t version = 0;
  if (text.starts_with(kFormat)) {
    std::from_chars(text.data() + kFormat.size(), text.data() + text.size(), version);
  }
  return version;
}

}  // namespace

std::optional<Witness> read_witness(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::symlink_status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return std::nullopt;
  }
  if (error) {
    journal::throw_io_error(error.value(), "lstat", file);
  }
  const std::string text = journal::read_file(file);
  const Witness witness = parse(text);
  if (text == content_of(witness)) {
    return witness;
  }
  const std::uint32_t version = version_of(text);
  if (version > kVersion) {
    throw JournalError{{.fault = Fault::UnknownVersion,
                        .what = "the witness has version " + std::to_string(version) +
                                ", and this program knows " + std::to_string(kVersion),
                        .segment = file.string()}};
  }
  throw JournalError{{.fault = Fault::WitnessDamaged,
                      .what = "the witness is damaged: how far the log was is not known",
                      .segment = file.string()}};
}

void write_witness(const std::filesystem::path& file, const Witness& witness) {
  journal::replace_file(file, content_of(witness));
}

void check_against_witness(const std::filesystem::path& file, const Witness& log) {
  const std::optional<Witness> witness = read_witness(file);
  if (!witness) {
    return;
  }
  if (witness->wal_id != log.wal_id) {
    throw JournalError{{.fault = Fault::WitnessForeign,
                        .what = "the witness is of the log " + journal::to_hex(witness->wal_id) +
                                ", and this one is " + journal::to_hex(log.wal_id),
                        .segment = file.string()}};
  }
  if (witness->durable > log.durable) {
    throw JournalError{{.fault = Fault::WitnessAhead,
                        .what = "event " + std::to_string(witness->durable.value()) +
                                " was durable, and the log ends with event " +
                                std::to_string(log.durable.value()) +
                                ": it has lost its newest records",
                        .segment = file.string()}};
  }
}

// ---- The thread ---------------------------------------------------------------------------------

struct WitnessThread::Shared {
  const std::filesystem::path file;
  const journal::WalId wal_id;
  const std::chrono::milliseconds interval;

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex, like what follows; empty from the moment on that nobody may call it.
  std::function<EventSeq()> durable;
  bool ending = false;
  bool ended = false;

  void run();
};

namespace {

// Writes it, and says when that fails, and when it is over: not each time, the disk may be away for
// days.
class Writer {
 public:
  Writer(const std::filesystem::path& file, const journal::WalId& wal_id)
      : file_{file}, wal_id_{wal_id} {}

  bool write(EventSeq seq) {
    try {
      write_witness(file_, {.wal_id = wal_id_, .durable = seq});
    } catch (const std::exception& error) {
      fails_with(error.what());
      return false;
    }
    if (!trouble_.empty()) {
      spdlog::info("the witness is written again");
      trouble_.clear();
    }
    return true;
  }

 private:
  void fails_with(const std::string& what) {
    if (what != trouble_) {
      spdlog::warn("the witness is not written; it is tried until it is: {}", what);
      trouble_ = what;
    }
  }

  const std::filesystem::path& file_;
  const journal::WalId& wal_id_;
  std::string trouble_;  // that has been said
};

}  // namespace

void WitnessThread::Shared::run() {
  Writer writer{file, wal_id};
  std::optional<EventSeq> written;
  std::unique_lock lock{mutex};
  for (bool last = false; durable && !last;) {
    last = ending;
    const EventSeq seq = durable();
    if (seq != written) {
      lock.unlock();
      const bool done = writer.write(seq);
      lock.lock();
      written = done ? std::optional{seq} : std::nullopt;
    }
    if (!last) {
      changed.wait_for(lock, interval, [this] { return ending; });
    }
  }
  ended = true;
  changed.notify_all();
}

WitnessThread::WitnessThread(std::filesystem::path file,
                             const journal::WalId& wal_id,
                             std::function<EventSeq()> durable,
                             std::chrono::milliseconds interval)
    : shared_{new Shared{.file = std::move(file),
                         .wal_id = wal_id,
                         .interval = interval,
                         .mutex = {},
                         .changed = {},
                         .durable = std::move(durable)}},
      thread_{[shared = shared_] { shared->run(); }} {
  ::pthread_setname_np(thread_.native_handle(), "witness");
}

WitnessThread::~WitnessThread() {
  std::unique_lock lock{shared_->mutex};
  shared_->ending = true;
  shared_->changed.notify_all();
  const bool ended = shared_->changed.wait_for(lock, kPatience, [&] { return shared_->ended; });
  shared_->durable = nullptr;
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    spdlog::warn("the witness {} is still being written: not waited for", shared_->file.string());
    thread_.detach();
  }
}

}  // namespace betex::gateway
