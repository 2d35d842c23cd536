#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "fix_spec/field_index.h"
#include "fix_spec/generate/generate.h"
#include "fix_spec/generate/xml_writer.h"
#include "fix_spec/session_messages.h"

namespace betex::fix {
namespace {

constexpr int kHeaderId = 1024;  // of the two components, in FIX's own repository
constexpr int kTrailerId = 1025;
constexpr int kFirstGroupId = 2001;
constexpr std::string_view kClient = "Client";
constexpr std::string_view kExchange = "Exchange";
constexpr std::string_view kToExchange = "ToExchange";
constexpr std::string_view kToClient = "ToClient";

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::Amt:
      return "Amt";
    case FieldType::Boolean:
      return "Boolean";
    case FieldType::Char:
      return "char";
    case FieldType::Currency:
      return "Currency";
    case FieldType::Int:
      return "int";
    case FieldType::Length:
      return "Length";
    case FieldType::LocalMktDate:
      return "LocalMktDate";
    case FieldType::MultipleCharValue:
      return "MultipleCharValue";
    case FieldType::NumInGroup:
      return "NumInGroup";
    case FieldType::Price:
      return "Price";
    case FieldType::Qty:
      return "Qty";
    case FieldType::SeqNum:
      return "SeqNum";
    case FieldType::String:
      return "String";
    case FieldType::UtcDateOnly:
      return "UTCDateOnly";
    case FieldType::UtcTimeOnly:
      return "UTCTimeOnly";
    case FieldType::UtcTimestamp:
      return "UTCTimestamp";
  }
  return "";
}

// "GOOD_TILL_DATE" as Orchestra writes names: "GoodTillDate".
std::string camel_case(std::string_view name) {
  std::string out;
  bool first = true;
  for (const char c : name) {
    if (c != '_') {
      out += first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    first = c == '_';
  }
  return out;
}

std::string code_set_of(const FieldSpec& field) {
  return std::string{field.name} + "CodeSet";
}

class OrchestraWriter {
 public:
  OrchestraWriter(FixVersion version, Messages messages) : version_{version} {
    for (const MessageSpec* const message : messages) {
      if (message->is_in(version)) {
        messages_.push_back(message);
      }
    }
    collect(kStandardHeader);
    collect(kStandardTrailer);
    for (const MessageSpec* const message : messages_) {
      collect(message->fields);
      collect_groups(*message, message->fields);
    }
  }

  std::string write() {
    const bool fixt11 = version_ == FixVersion::Fixt11;
    xml_.line(R"(<?xml version="1.0" encoding="UTF-8"?>)");
    xml_.line("<!-- Made by write_fix_spec from the table in fix_spec/: change that one. -->");
    xml_.open("fixr:repository",
              {{"xmlns:fixr", "http://fixprotocol.io/2020/orchestra/repository"},
               {"xmlns:dcterms", "http://purl.org/dc/terms/"},
               {"name", fixt11 ? "betex_FIXT11" : "betex_FIX44"},
               {"version", fixt11 ? "FIX.5.0SP2" : "FIX.4.4"}});
    xml_.open("fixr:metadata");
    xml_.text("dcterms:title",
              std::string{"Rules of engagement of betex, "} +
                  (fixt11 ? "FIX.5.0SP2 over FIXT.1.1" : "FIX.4.4"));
    xml_.close("fixr:metadata");
    write_datatypes();
    write_code_sets();
    write_fields();
    write_actors();
    write_components();
    write_groups();
    write_messages();
    xml_.close("fixr:repository");
    return xml_.str();
  }

 private:
  struct GroupOfMessage {
    const MessageSpec* message;
    const MessageField* row;  // its count

    friend bool operator==(const GroupOfMessage&, const GroupOfMessage&) = default;
  };

  // NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
  void collect(std::span<const MessageField> rows) {
    for (const MessageField& row : rows) {
      if (row.is_in(version_)) {
        used_.add(FieldIndex::find(row.field.tag));
        if (row.group != nullptr) {
          collect(row.group->fields);
        }
      }
    }
  }

  // Gives groups their ids, those within a group behind it.
  // NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
  void collect_groups(const MessageSpec& message, std::span<const MessageField> rows) {
    for (const MessageField& row : rows) {
      if (row.group != nullptr && row.is_in(version_)) {
        groups_.push_back({.message = &message, .row = &row});
        collect_groups(message, row.group->fields);
      }
    }
  }

  template <typename Write>
  void for_each_field(Write write) {
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      if (used_.contains(FieldIndex::at(i))) {
        write(*kFields[i]);
      }
    }
  }

  void write_datatypes() {
    std::set<std::string_view> names;
    for_each_field([&](const FieldSpec& field) { names.insert(type_name(field.type)); });
    xml_.open("fixr:datatypes");
    for (const std::string_view name : names) {
      xml_.empty("fixr:datatype", {{"name", std::string{name}}});
    }
    xml_.close("fixr:datatypes");
  }

  void write_code_sets() {
    xml_.open("fixr:codeSets");
    for_each_field([&](const FieldSpec& field) {
      if (!field.values.empty()) {
        write_code_set(field);
      }
    });
    xml_.close("fixr:codeSets");
  }

  void write_code_set(const FieldSpec& field) {
    xml_.open("fixr:codeSet",
              {{"id", std::to_string(field.tag)},
               {"name", code_set_of(field)},
               {"type", std::string{type_name(field.type)}}});
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const Value& value = field.values[i];
      if (contains(value.dialects, version_)) {
        xml_.empty("fixr:code",
                   {{"id", std::to_string(std::size_t{field.tag} * 1000 + i + 1)},
                    {"name", camel_case(value.name)},
                    {"value", std::string{value.text}}});
      }
    }
    xml_.close("fixr:codeSet");
  }

  void write_fields() {
    xml_.open("fixr:fields");
    for_each_field([&](const FieldSpec& field) {
      xml_.empty(
          "fixr:field",
          {{"id", std::to_string(field.tag)},
           {"name", std::string{field.name}},
           {"type",
            field.values.empty() ? std::string{type_name(field.type)} : code_set_of(field)}});
    });
    xml_.close("fixr:fields");
  }

  void write_actors() {
    xml_.open("fixr:actors");
    xml_.empty("fixr:actor", {{"name", std::string{kClient}}});
    xml_.empty("fixr:actor", {{"name", std::string{kExchange}}});
    write_flow(kToExchange, kClient, kExchange);
    write_flow(kToClient, kExchange, kClient);
    xml_.close("fixr:actors");
  }

  void write_flow(std::string_view name, std::string_view from, std::string_view to) {
    xml_.empty("fixr:flow",
               {{"name", std::string{name}},
                {"source", std::string{from}},
                {"destination", std::string{to}},
                {"reliability", "recoverable"}});
  }

  void write_components() {
    xml_.open("fixr:components");
    write_component(kHeaderId, "StandardHeader", kStandardHeader);
    write_component(kTrailerId, "StandardTrailer", kStandardTrailer);
    xml_.close("fixr:components");
  }

  void write_component(int id, std::string_view name, std::span<const MessageField> rows) {
    xml_.open("fixr:component", {{"id", std::to_string(id)}, {"name", std::string{name}}});
    write_rows(nullptr, rows);
    xml_.close("fixr:component");
  }

  void write_groups() {
    xml_.open("fixr:groups");
    for (const auto& [message, row] : groups_) {
      xml_.open("fixr:group",
                {{"id", std::to_string(group_id(message, *row))},
                 {"name", group_name(*message, row->field)}});
      xml_.empty("fixr:numInGroup", {{"id", std::to_string(row->field.tag)}});
      write_rows(message, row->group->fields);
      xml_.close("fixr:group");
    }
    xml_.close("fixr:groups");
  }

  // A group has a name of its own, since the same count has other entries in other messages.
  [[nodiscard]] std::string group_name(const MessageSpec& message, const FieldSpec& count) const {
    return std::string{message.name} + (is_alone(message) ? "" : std::string{flow_of(message)}) +
           std::string{count.name} + "Grp";
  }

  [[nodiscard]] int group_id(const MessageSpec* message, const MessageField& row) const {
    const auto found = std::ranges::find(groups_, GroupOfMessage{message, &row});
    return kFirstGroupId + static_cast<int>(std::distance(groups_.begin(), found));
  }

  // Of a message that goes one way.
  [[nodiscard]] static std::string_view flow_of(const MessageSpec& message) {
    return message.direction == Direction::Inbound ? kToExchange : kToClient;
  }

  // Whether its type goes one way, or both with the same fields.
  [[nodiscard]] bool is_alone(const MessageSpec& message) const {
    return std::ranges::count(messages_, message.type, &MessageSpec::type) == 1;
  }

  void write_messages() {
    xml_.open("fixr:messages");
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      write_message(*messages_[i], i + 1);
    }
    xml_.close("fixr:messages");
  }

  void write_message(const MessageSpec& message, std::size_t id) {
    open_message(message, id);
    xml_.open("fixr:structure");
    xml_.empty("fixr:componentRef", {{"id", std::to_string(kHeaderId)}, {"presence", "required"}});
    write_rows(&message, message.fields);
    xml_.empty("fixr:componentRef", {{"id", std::to_string(kTrailerId)}, {"presence", "required"}});
    xml_.close("fixr:structure");
    xml_.close("fixr:message");
  }

  // A message that goes both ways with the same fields is in no flow, since it would be in two; one
  // with different fields is two scenarios.
  void open_message(const MessageSpec& message, std::size_t id) {
    const std::string number = std::to_string(id);
    const std::string name{message.name};
    const std::string type{message.type};
    const std::string category = message.layer == Layer::Session ? "Session" : "Application";
    if (message.direction == Direction::BothWays) {
      xml_.open("fixr:message",
                {{"id", number}, {"name", name}, {"msgType", type}, {"category", category}});
      return;
    }
    const std::string flow{flow_of(message)};
    xml_.open("fixr:message",
              {{"id", number},
               {"name", name},
               {"scenario", is_alone(message) ? "base" : flow},
               {"msgType", type},
               {"category", category},
               {"flow", flow}});
  }

  // Of a message, or of no message.
  void write_rows(const MessageSpec* message, std::span<const MessageField> rows) {
    for (const MessageField& row : rows) {
      if (row.is_in(version_)) {
        write_row(message, row);
      }
    }
  }

  void write_row(const MessageSpec* message, const MessageField& row) {
    const bool required = row.presence.in(version_) == Requirement::Required;
    const std::string_view element = row.group == nullptr ? "fixr:fieldRef" : "fixr:groupRef";
    const int id = row.group == nullptr ? static_cast<int>(row.field.tag) : group_id(message, row);
    const Attributes attributes{{"id", std::to_string(id)},
                                {"presence", required ? "required" : "optional"}};
    if (row.meaning.empty()) {
      xml_.empty(element, attributes);
      return;
    }
    const bool conditional = row.presence.in(version_) == Requirement::Conditional;
    xml_.open(element, attributes);
    xml_.open("fixr:annotation");
    xml_.text("fixr:documentation",
              (conditional ? "Conditionally required: " : "") + std::string{row.meaning});
    xml_.close("fixr:annotation");
    xml_.close(element);
  }

  FixVersion version_;
  std::vector<const MessageSpec*> messages_;
  FieldSet used_;
  XmlWriter xml_;
  std::vector<GroupOfMessage> groups_;  // by their ids
};

}  // namespace

std::string orchestra(FixVersion version, Messages messages) {
  return OrchestraWriter{version, messages}.write();
}

}  // namespace betex::fix
