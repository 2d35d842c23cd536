// What must hold of the table of fields and messages, whatever stands in it.

#include <array>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "fix_spec/field_index.h"
#include "fix_spec/messages.h"

namespace betex::fix {
namespace {

constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};

void add_fields(std::span<const MessageField> rows, FixVersion version, FieldSet& fields) {
  for (const MessageField& row : rows) {
    if (row.is_in(version)) {
      fields.add(FieldIndex::find(row.field.tag));
    }
    if (row.group != nullptr) {
      add_fields(row.group->fields, version, fields);
    }
  }
}

FieldSet all_fields(FixVersion version) {
  FieldSet fields;
  add_fields(kStandardHeader, version, fields);
  add_fields(kStandardTrailer, version, fields);
  for (const MessageSpec* const message : kMessages) {
    add_fields(message->fields, version, fields);
  }
  return fields;
}

TEST(FieldTable, HasNoFieldThatNoMessageHas) {
  const FieldSet used = all_fields(FixVersion::Fixt11) | all_fields(FixVersion::Fix44);
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    EXPECT_TRUE(used.contains(FieldIndex::at(i))) << kFields[i]->tag;
  }
}

TEST(FieldTable, GivesANameToOneFieldOfADialectAlone) {
  for (const FixVersion version : kVersions) {
    const FieldSet used = all_fields(version);
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      if (used.contains(FieldIndex::at(i))) {
        EXPECT_TRUE(names.insert(kFields[i]->name).second) << kFields[i]->name;
      }
    }
  }
}

TEST(FieldTable, ListsEachValueOnceByOneName) {
  for (const FieldSpec* const field : kFields) {
    std::set<std::string_view> values;
    std::set<std::string_view> names;
    for (const Value& value : field->values) {
      EXPECT_TRUE(values.insert(value.text).second) << field->tag << "=" << value.text;
      EXPECT_TRUE(names.insert(value.name).second) << field->tag << " " << value.name;
    }
  }
}

TEST(FieldTable, FindsEveryFieldByItsTagAndNoOther) {
  for (std::uint32_t tag = 0; tag <= 30'000; ++tag) {
    const auto* const* const found =
        std::ranges::find(kFields, tag, [](const FieldSpec* field) { return field->tag; });
    const FieldIndex index = FieldIndex::find(tag);
    ASSERT_EQ(index.is_field(), found != kFields.end()) << tag;
    if (index.is_field()) {
      EXPECT_EQ(&index.field(), *found) << tag;
    }
  }
  EXPECT_FALSE(FieldIndex::find(999'999'999).is_field());
}

TEST(FieldSets, HoldWhatIsPutInThem) {
  FieldSet set;
  EXPECT_TRUE(set.empty());
  set.add(FieldIndex{20068});
  set.add(FieldIndex{55});
  EXPECT_TRUE(set.contains(FieldIndex{55}));
  EXPECT_TRUE(set.contains(FieldIndex{20068}));
  EXPECT_FALSE(set.contains(FieldIndex{54}));
  EXPECT_EQ(set.first().field().tag, 55U);
  FieldSet others;
  others.add(FieldIndex{55});
  EXPECT_EQ(set.without(others).first().field().tag, 20068U);
  EXPECT_TRUE(set.without(others).without(set).empty());
  EXPECT_EQ(set.without(others) | others, set);
}

void expect_each_once(std::span<const MessageField> rows, std::string_view where) {
  std::set<std::uint32_t> tags;
  for (const MessageField& row : rows) {
    EXPECT_TRUE(tags.insert(row.field.tag).second) << where << " " << row.field.tag;
    EXPECT_EQ(row.group != nullptr, row.field.type == FieldType::NumInGroup)
        << where << " " << row.field.tag;
    if (row.group != nullptr) {
      ASSERT_FALSE(row.group->fields.empty());
      expect_each_once(row.group->fields, where);
    }
  }
}

TEST(MessageTable, HasEachFieldOnceInAMessageAndInAnEntry) {
  for (const MessageSpec* const message : kMessages) {
    expect_each_once(message->fields, message->type);
  }
}

TEST(MessageTable, HasEachTypeOnceInADirection) {
  std::set<std::pair<std::string_view, Direction>> found;
  for (const MessageSpec* const message : kMessages) {
    EXPECT_TRUE(found.insert({message->type, message->direction}).second) << message->type;
  }
}

TEST(MessageTable, SaysOfEachRequestWhoMaySendItAndWhatNamesIt) {
  for (const MessageSpec* const message : kMessages) {
    const bool request = message->direction == Direction::Inbound;
    EXPECT_EQ(request,
              message->roles.contains(SessionRole::Broker) ||
                  message->roles.contains(SessionRole::Ops) ||
                  message->roles.contains(SessionRole::MarketData))
        << message->type;
    const bool about_itself = message->type == "BW" || message->type == "BE";
    EXPECT_EQ(message->roles.contains(SessionRole::DropCopy), about_itself) << message->type;
    EXPECT_EQ(request, message->id_tags[0] != 0) << message->type;
    EXPECT_TRUE(request || message->effect == Effect::Nothing) << message->type;
    for (const std::uint32_t tag : message->id_tags) {
      EXPECT_TRUE(tag == 0 ||
                  fields_of(message->fields, FixVersion::Fixt11).contains(FieldIndex::find(tag)))
          << message->type << " " << tag;
    }
  }
}

}  // namespace
}  // namespace betex::fix
