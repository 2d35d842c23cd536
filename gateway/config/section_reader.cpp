#include "gateway/config/section_reader.h"

#include <algorithm>
#include <bit>
#include <variant>

#include "gateway/config/address_range.h"

namespace betex::gateway {

SectionReader::SectionReader(const TomlTable& table,
                             std::filesystem::path file,
                             std::vector<Finding>& findings)
    : table_{&table}, file_{std::move(file)}, findings_{&findings} {}

SectionReader::SectionReader(const TomlTable* table, std::string name, const SectionReader& parent)
    : table_{table}, file_{parent.file_}, name_{std::move(name)}, findings_{parent.findings_} {}

bool SectionReader::has(const std::string& key) const {
  return table_ != nullptr && table_->values.contains(key);
}

const TomlValue* SectionReader::find(const std::string& key) {
  if (std::ranges::find(known_, key) == known_.end()) {
    known_.push_back(key);
  }
  return has(key) ? &table_->values.at(key) : nullptr;
}

template <typename T>
const T* SectionReader::get(const std::string& key, std::string_view what) {
  const TomlValue* const found = find(key);
  if (found == nullptr) {
    return nullptr;
  }
  const T* const value = std::get_if<T>(&found->value);
  if (value == nullptr) {
    complain(key, {"has the wrong type", "give " + std::string{what}});
  }
  return value;
}

SectionReader SectionReader::section(const std::string& key) {
  const auto* const table = get<TomlTable>(key, "a table, as in [" + name_ + key + "]");
  return SectionReader{table, name_ + key + '.', *this};
}

std::vector<SectionReader> SectionReader::sections(const std::string& key) {
  const std::string what = "an array of tables, as in [[" + name_ + key + "]]";
  std::vector<SectionReader> readers;
  const auto* const array = get<TomlArray>(key, what);
  if (array == nullptr) {
    return readers;
  }
  for (const TomlValue& element : *array) {
    const auto* const table = std::get_if<TomlTable>(&element.value);
    if (table == nullptr) {
      complain(key, {"has the wrong type", "give " + what});
      return {};
    }
    readers.push_back(SectionReader{table, name_ + key + '.', *this});
  }
  return readers;
}

bool SectionReader::take_integer(const std::string& key, std::int64_t& value, IntegerRange range) {
  const std::string what =
      "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max);
  const auto* const number = get<std::int64_t>(key, what);
  if (number == nullptr) {
    return false;
  }
  if (*number < range.min || *number > range.max) {
    complain(key, {std::to_string(*number) + " is out of range", "give " + what});
    return false;
  }
  value = *number;
  return true;
}

void SectionReader::power_of_two(const std::string& key, std::size_t& value, IntegerRange range) {
  std::int64_t number = 0;
  if (!take_integer(key, number, range)) {
    return;
  }
  const auto size = static_cast<std::size_t>(number);
  if (!std::has_single_bit(size)) {
    complain(key,
             {std::to_string(size) + " is not a power of two",
              "give " + std::to_string(std::bit_floor(size)) + " or " +
                  std::to_string(std::bit_ceil(size))});
    return;
  }
  value = size;
}

void SectionReader::flag(const std::string& key, bool& value) {
  if (const bool* const found = get<bool>(key, "true or false")) {
    value = *found;
  }
}

void SectionReader::text(const std::string& key, std::string& value) {
  const auto* const found = get<std::string>(key, "a text in quotes");
  if (found == nullptr) {
    return;
  }
  if (found->empty()) {
    complain(key, {"is empty", "give a text, or leave the key out"});
    return;
  }
  value = *found;
}

bool SectionReader::texts(const std::string& key, std::vector<std::string>& value) {
  constexpr std::string_view kWhat = "a list of texts, as in [\"a\", \"b\"]";
  const auto* const array = get<TomlArray>(key, kWhat);
  if (array == nullptr) {
    return false;
  }
  std::vector<std::string> result;
  for (const TomlValue& element : *array) {
    const auto* const found = std::get_if<std::string>(&element.value);
    if (found == nullptr) {
      complain(key, {"has the wrong type", "give " + std::string{kWhat}});
      return false;
    }
    result.push_back(*found);
  }
  value = std::move(result);
  return true;
}

void SectionReader::ip_address(const std::string& key, std::string& value) {
  std::string written;
  text(key, written);
  if (written.empty()) {
    return;
  }
  if (!AddressRange::parse(written) || written.find('/') != std::string::npos) {
    return complain(key,
                    {"'" + written + "' is not an IP address",
                     "give one of this machine's, or 0.0.0.0 for all of them"});
  }
  value = written;
}

void SectionReader::time_of_day(const std::string& key, std::chrono::seconds& value) {
  if (const auto* const found = get<TomlTime>(key, "a time without quotes, as in 00:00:00")) {
    value = *found;
  }
}

void SectionReader::path(const std::string& key, std::filesystem::path& value) {
  std::string written;
  text(key, written);
  if (!written.empty()) {
    value = (file_.parent_path() / written).lexically_normal();
  }
}

void SectionReader::require(const std::string& key, std::string_view what) {
  if (find(key) == nullptr) {
    complain(key, {"is missing", "give " + std::string{what}});
  }
}

void SectionReader::refuse(const std::string& key, const Complaint& complaint) {
  if (find(key) != nullptr) {
    complain(key, complaint);
  }
}

void SectionReader::complain(const std::string& key, const Complaint& complaint) {
  Finding finding{.file = file_,
                  .line = table_ == nullptr ? 0 : table_->line,
                  .key = name_ + key,
                  .problem = complaint.problem,
                  .remedy = complaint.remedy};
  if (const TomlValue* const value = has(key) ? &table_->values.at(key) : nullptr) {
    finding.line = value->line;
    if (!value->option.empty()) {
      finding.file = "command line";
      finding.key = value->option;
    }
  }
  findings_->push_back(std::move(finding));
}

void SectionReader::finish() {
  if (table_ == nullptr) {
    return;
  }
  for (const auto& [key, value] : table_->values) {
    if (std::ranges::find(known_, key) == known_.end()) {
      complain(key, {"is not known", known_key_advice(key, known_)});
    }
  }
}

}  // namespace betex::gateway
