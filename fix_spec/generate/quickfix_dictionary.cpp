#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fix_spec/field_index.h"
#include "fix_spec/generate/generate.h"
#include "fix_spec/generate/xml_writer.h"
#include "fix_spec/session_messages.h"

namespace betex::fix {
namespace {

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::Amt:
      return "AMT";
    case FieldType::Boolean:
      return "BOOLEAN";
    case FieldType::Char:
      return "CHAR";
    case FieldType::Currency:
      return "CURRENCY";
    case FieldType::Int:
      return "INT";
    case FieldType::Length:
      return "LENGTH";
    case FieldType::LocalMktDate:
      return "LOCALMKTDATE";
    case FieldType::MultipleCharValue:
      return "MULTIPLECHARVALUE";
    case FieldType::NumInGroup:
      return "NUMINGROUP";
    case FieldType::Price:
      return "PRICE";
    case FieldType::Qty:
      return "QTY";
    case FieldType::SeqNum:
      return "SEQNUM";
    case FieldType::String:
      return "STRING";
    case FieldType::UtcDateOnly:
      return "UTCDATEONLY";
    case FieldType::UtcTimeOnly:
      return "UTCTIMEONLY";
    case FieldType::UtcTimestamp:
      return "UTCTIMESTAMP";
  }
  return "";
}

std::string yes_or_no(bool yes) {
  return yes ? "Y" : "N";
}

// A field of a message, or of a group where the message goes both ways: of both together.
struct Entry {
  const FieldSpec* field;
  bool required;
  std::vector<Entry> group;  // the fields of an entry, where this counts them
};

// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
std::vector<Entry> entries_of(std::span<const MessageField> rows, FixVersion version) {
  std::vector<Entry> entries;
  for (const MessageField& row : rows) {
    if (row.is_in(version)) {
      entries.push_back({.field = &row.field,
                         .required = row.presence.in(version) == Requirement::Required,
                         .group = row.group == nullptr ? std::vector<Entry>{}
                                                       : entries_of(row.group->fields, version)});
    }
  }
  return entries;
}

// What only one of them has is not required.
// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
void merge(std::vector<Entry>& entries, std::vector<Entry> others) {
  const auto find_in = [](std::vector<Entry>& list, const Entry& entry) {
    return std::ranges::find(list, entry.field, &Entry::field);
  };
  for (Entry& entry : entries) {
    entry.required = entry.required && find_in(others, entry) != others.end();
  }
  for (Entry& other : others) {
    if (const auto same = find_in(entries, other); same != entries.end()) {
      same->required = same->required && other.required;
      merge(same->group, std::move(other.group));
    } else {
      other.required = false;
      entries.push_back(std::move(other));
    }
  }
}

class DictionaryWriter {
 public:
  DictionaryWriter(const DictionaryTerms& terms, Messages messages)
      : terms_{terms}, messages_{messages} {}

  std::string write() {
    xml_.line("<!-- " + std::string{terms_.title} + ": what we accept and send, nothing else.");
    xml_.line("     Made by write_fix_spec from the table in fix_spec/: change that one.");
    xml_.line("     Tags from 20001 are ours; rules_of_engagement.md says what they mean. -->");
    xml_.open("fix",
              {{"type", std::string{terms_.type}},
               {"major", std::string{terms_.major}},
               {"minor", std::string{terms_.minor}},
               {"servicepack", std::string{terms_.service_pack}}});
    write_frame("header", kStandardHeader);
    write_frame("trailer", kStandardTrailer);
    xml_.open("messages");
    for (const MessageSpec* const message : messages_) {
      if (is_here(*message) && is_first_of_its_type(*message)) {
        write_message(*message);
      }
    }
    xml_.close("messages");
    xml_.empty("components");
    write_fields();
    xml_.close("fix");
    return xml_.str();
  }

 private:
  [[nodiscard]] bool is_here(const MessageSpec& message) const {
    return message.is_in(terms_.version) &&
           (message.layer == Layer::Session ? terms_.session : terms_.application);
  }

  [[nodiscard]] bool is_first_of_its_type(const MessageSpec& message) const {
    return *std::ranges::find(messages_, message.type, &MessageSpec::type) == &message;
  }

  void write_frame(std::string_view element, std::span<const MessageField> rows) {
    if (!terms_.session) {
      xml_.empty(element);
      return;
    }
    xml_.open(element);
    write_entries(entries_of(rows, terms_.version));
    xml_.close(element);
  }

  void write_message(const MessageSpec& message) {
    std::vector<Entry> entries = entries_of(message.fields, terms_.version);
    for (const MessageSpec* const other : messages_) {
      if (other != &message && other->type == message.type && is_here(*other)) {
        merge(entries, entries_of(other->fields, terms_.version));
      }
    }
    xml_.open("message",
              {{"name", std::string{message.name}},
               {"msgtype", std::string{message.type}},
               {"msgcat", message.layer == Layer::Session ? "admin" : "app"}});
    write_entries(entries);
    xml_.close("message");
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
  void write_entries(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      used_.add(FieldIndex::find(entry.field->tag));
      const Attributes attributes{{"name", std::string{entry.field->name}},
                                  {"required", yes_or_no(entry.required)}};
      if (entry.group.empty()) {
        xml_.empty("field", attributes);
      } else {
        xml_.open("group", attributes);
        write_entries(entry.group);
        xml_.close("group");
      }
    }
  }

  void write_fields() {
    xml_.open("fields");
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      if (used_.contains(FieldIndex::at(i))) {
        write_field(*kFields[i]);
      }
    }
    xml_.close("fields");
  }

  void write_field(const FieldSpec& field) {
    const Attributes attributes{{"number", std::to_string(field.tag)},
                                {"name", std::string{field.name}},
                                {"type", std::string{type_name(field.type)}}};
    if (field.values.empty()) {
      xml_.empty("field", attributes);
      return;
    }
    xml_.open("field", attributes);
    for (const Value& value : field.values) {
      if (contains(value.dialects, terms_.version)) {
        xml_.empty("value",
                   {{"enum", std::string{value.text}}, {"description", std::string{value.name}}});
      }
    }
    xml_.close("field");
  }

  const DictionaryTerms& terms_;
  Messages messages_;
  XmlWriter xml_;
  FieldSet used_;
};

}  // namespace

std::string quickfix_dictionary(const DictionaryTerms& terms, Messages messages) {
  return DictionaryWriter{terms, messages}.write();
}

}  // namespace betex::fix
