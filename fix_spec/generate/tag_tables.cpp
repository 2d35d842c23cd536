#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "fix_spec/field_index.h"
#include "fix_spec/generate/generate.h"
#include "fix_spec/session_messages.h"

namespace betex::fix {
namespace {

constexpr std::string_view kBegin = "<!-- tags of ";
constexpr std::string_view kEndOfName = " -->";
constexpr std::string_view kEnd = "<!-- end of tags -->";
constexpr std::string_view kHeaderAndTrailer = "header and trailer";
constexpr std::string_view kOurOwn = "our own";

std::string key_of(const MessageSpec& message) {
  std::string key{message.type};
  switch (message.direction) {
    case Direction::Inbound:
      return key + ", inbound";
    case Direction::Outbound:
      return key + ", outbound";
    case Direction::BothWays:
      break;
  }
  return key + ", both ways";
}

std::string_view letter(Requirement requirement) {
  switch (requirement) {
    case Requirement::Required:
      return "Y";
    case Requirement::Optional:
      return "N";
    case Requirement::Conditional:
      return "C";
    case Requirement::Absent:
      break;
  }
  return "–";
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
void write_rows(std::ostream& out,
                std::span<const MessageField> rows,
                const std::string& before_tag = "") {
  for (const MessageField& row : rows) {
    out << "| " << before_tag << row.field.tag << " | " << row.field.name << " | "
        << letter(row.presence.in(FixVersion::Fixt11)) << " | "
        << letter(row.presence.in(FixVersion::Fix44)) << " |" << (row.meaning.empty() ? "" : " ")
        << row.meaning << " |\n";
    if (row.group != nullptr) {
      write_rows(out, row.group->fields, before_tag + "→");
    }
  }
}

void write_head(std::ostream& out) {
  out << "| tag | name | FIXT.1.1 | FIX.4.4 | values and meaning |\n|---|---|---|---|---|\n";
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
bool has_field(std::span<const MessageField> rows, const FieldSpec& field, FixVersion version) {
  for (const MessageField& row : rows) {
    if ((&row.field == &field && row.is_in(version)) ||
        (row.group != nullptr && has_field(row.group->fields, field, version))) {
      return true;
    }
  }
  return false;
}

std::string_view type_in_words(const FieldSpec& field) {
  switch (field.type) {
    case FieldType::Amt:
      return "amount";
    case FieldType::Boolean:
    case FieldType::Char:
      return "Y or N";
    case FieldType::Int:
      return "int";
    case FieldType::NumInGroup:
      return "count";
    case FieldType::Qty:
      return "quantity";
    case FieldType::SeqNum:
      return "number of a message";
    case FieldType::UtcTimestamp:
      return "UTC time";
    default:
      return "String";
  }
}

void write_own_tags(std::ostream& out, Messages messages) {
  out << "| tag | name | type | on |\n|---|---|---|---|\n";
  for (const FieldSpec* const field : kFields) {
    if (field->tag <= 20'000) {
      continue;
    }
    std::set<std::string_view> types;
    bool in_fixt11 = false;
    for (const MessageSpec* const message : messages) {
      const bool fixt11 = has_field(message->fields, *field, FixVersion::Fixt11);
      in_fixt11 = in_fixt11 || fixt11;
      if (fixt11 || has_field(message->fields, *field, FixVersion::Fix44)) {
        types.insert(message->type);
      }
    }
    out << "| " << field->tag << " | " << field->name << " | " << type_in_words(*field)
        << (in_fixt11 ? "" : ", FIX.4.4 only") << " |";
    std::string_view before = " ";
    for (const std::string_view type : types) {
      out << before << type;
      before = ", ";
    }
    out << " |\n";
  }
}

std::string table(const std::string& key, Messages messages) {
  std::ostringstream out;
  if (key == kOurOwn) {
    write_own_tags(out, messages);
    return out.str();
  }
  write_head(out);
  if (key == kHeaderAndTrailer) {
    write_rows(out, kStandardHeader);
    write_rows(out, kStandardTrailer);
    return out.str();
  }
  const auto message = std::ranges::find(messages, key, [](const auto* m) { return key_of(*m); });
  if (message == messages.end()) {
    throw std::runtime_error{"no message for the tags of " + key};
  }
  write_rows(out, (*message)->fields);
  return out.str();
}

}  // namespace

std::string with_tag_tables(std::string_view document, Messages messages) {
  std::string out;
  std::set<std::string> written;
  while (true) {
    const std::size_t begin = document.find(kBegin);
    if (begin == std::string_view::npos) {
      break;
    }
    const std::size_t name = begin + kBegin.size();
    const std::size_t end_of_name = document.find(kEndOfName, name);
    const std::size_t end = document.find(kEnd, name);
    if (end_of_name == std::string_view::npos || end == std::string_view::npos) {
      throw std::runtime_error{"a table of tags has no end"};
    }
    const std::string key{document.substr(name, end_of_name - name)};
    out.append(document.substr(0, end_of_name + kEndOfName.size()));
    out.append("\n\n").append(table(key, messages)).append("\n").append(kEnd);
    written.insert(key);
    document.remove_prefix(end + kEnd.size());
  }
  for (const MessageSpec* const message : messages) {
    if (!written.contains(key_of(*message))) {
      throw std::runtime_error{"no table for the tags of " + key_of(*message)};
    }
  }
  return out.append(document);
}

}  // namespace betex::fix
