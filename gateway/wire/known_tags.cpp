#include "gateway/wire/known_tags.h"

#include <array>
#include <span>

#include "fix_spec/field_index.h"
#include "fix_spec/messages.h"

namespace betex::fix {
namespace {

// Those of groups' entries too.
// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
constexpr FieldSet all_fields_of(std::span<const MessageField> rows, FixVersion version) noexcept {
  FieldSet all = fields_of(rows, version);
  for (const MessageField& row : rows) {
    if (row.group != nullptr && row.is_in(version)) {
      all = all | all_fields_of(row.group->fields, version);
    }
  }
  return all;
}

constexpr FieldSet fields_of_layer(Layer layer, FixVersion version) noexcept {
  FieldSet all;
  for (const MessageSpec* const message : kMessages) {
    if (message->layer == layer) {
      all = all | all_fields_of(message->fields, version);
    }
  }
  return all;
}

using ByVersion = std::array<FieldSet, 2>;

// Constant, but not constexpr: with UBSan GCC takes no look at a pointer to a group for constant.
const ByVersion kOfSession{fields_of_layer(Layer::Session, FixVersion::Fixt11),
                           fields_of_layer(Layer::Session, FixVersion::Fix44)};

const ByVersion kOfApplications{fields_of_layer(Layer::Application, FixVersion::Fixt11),
                                fields_of_layer(Layer::Application, FixVersion::Fix44)};

bool contains(const ByVersion& sets, std::uint32_t tag, FixVersion version) noexcept {
  const FieldIndex index = FieldIndex::find(tag);
  return index.is_field() && sets[static_cast<std::size_t>(version)].contains(index);
}

}  // namespace

bool is_session_tag(std::uint32_t tag, FixVersion version) noexcept {
  return contains(kOfSession, tag, version);
}

bool is_application_tag(std::uint32_t tag, FixVersion version) noexcept {
  return contains(kOfApplications, tag, version);
}

}  // namespace betex::fix
