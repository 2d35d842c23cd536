#include "journal/epoch_file.h"

#include <charconv>
#include <cstdio>
#include <random>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

constexpr std::string_view kNone = "none";

std::string body_of(const EpochRecord& record, std::uint32_t version) {
  std::string text = "betex-wal " + std::to_string(version) + "\n";
  text += "wal_id " + to_hex(record.wal_id) + "\n";
  text += "writer_epoch " + std::to_string(record.epoch.value()) + "\n";
  text += "newest_segment ";
  text += record.newest_segment ? record.newest_segment->text() : std::string{kNone};
  text += "\n";
  return text;
}

std::string content_of(const EpochRecord& record, std::uint32_t version) {
  const std::string body = body_of(record, version);
  char line[40];
  std::snprintf(line,
                sizeof(line),
                "checksum %016llx\n",
                static_cast<unsigned long long>(checksum(std::as_bytes(std::span{body}))));
  return body + line;
}

// The rest of the line after `key` and a blank; moves `text` behind the line.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view key) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') {
    return std::nullopt;
  }
  return line.substr(key.size() + 1);
}

std::optional<WalId> parse_wal_id(std::string_view hex) {
  WalId id{};
  if (hex.size() != 2 * id.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char* const at = hex.data() + 2 * i;
    if (std::from_chars(at, at + 2, id[i], 16).ptr != at + 2) {
      return std::nullopt;
    }
  }
  return id;
}

std::uint32_t parse_number(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct EpochFile {
  std::uint32_t version = 0;
  EpochRecord record;
};

std::optional<EpochFile> parse(std::string_view text) {
  const std::optional<std::string_view> version = take_value(text, "betex-wal");
  const std::optional<std::string_view> wal_id = take_value(text, "wal_id");
  const std::optional<std::string_view> epoch = take_value(text, "writer_epoch");
  const std::optional<std::string_view> newest = take_value(text, "newest_segment");
  if (!version || !wal_id || !epoch || !newest) {
    return std::nullopt;
  }
  const std::optional<WalId> id = parse_wal_id(*wal_id);
  if (!id) {
    return std::nullopt;
  }
  EpochFile file{
      .version = parse_number(*version),
      .record = {.wal_id = *id, .epoch = WriterEpoch{parse_number(*epoch)}, .newest_segment = {}}};
  if (*newest != kNone) {
    file.record.newest_segment = SegmentName::parse(*newest);
  }
  return file;
}

}  // namespace

std::optional<EpochRecord> read_epoch_file(const std::filesystem::path& wal_root) {
  const std::filesystem::path path = wal_root / kEpochFile;
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  const std::string content = read_file(path);
  const std::optional<EpochFile> file = parse(content);
  // One content for each record: whatever differs from it, in one bit or as a whole, is damage.
  if (!file || content_of(file->record, file->version) != content) {
    throw JournalError{{.fault = Fault::EpochFileDamaged,
                        .what = "the file is not as the writer leaves it",
                        .segment = path.string()}};
  }
  check_version(file->version, path.string());
  return file->record;
}

void write_epoch_file(const std::filesystem::path& wal_root, const EpochRecord& record) {
  replace_file(wal_root / kEpochFile, content_of(record, kFormatVersion));
}

WalId make_wal_id() {
  std::random_device device;
  WalId id{};
  for (std::uint8_t& byte : id) {
    byte = static_cast<std::uint8_t>(device() & 0xffU);
  }
  return id;
}

std::string to_hex(const WalId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

}  // namespace betex::journal
