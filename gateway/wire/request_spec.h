// A request's row of the table in the form in which a message is held against it.
#pragma once

#include <array>
#include <cstddef>

#include "fix_spec/dialect.h"
#include "fix_spec/field_index.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

class RequestSpec {
 public:
  // `message` must outlive it.
  constexpr explicit RequestSpec(const MessageSpec& message) noexcept : message_{&message} {
    for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
      allowed_[index(version)] = fields_of(message.fields, version);
      required_[index(version)] = required_fields_of(message.fields, version);
    }
    for (const MessageField& row : message.fields) {
      // Which has a group. With UBSan GCC takes no look at the pointer to it for constant.
      if (row.field.type == FieldType::NumInGroup) {
        counts_.add(FieldIndex::find(row.field.tag));
      }
    }
  }

  [[nodiscard]] constexpr const MessageSpec& message() const noexcept { return *message_; }

  // Of the body, without the entries of groups.

  [[nodiscard]] constexpr const FieldSet& allowed(FixVersion version) const noexcept {
    return allowed_[index(version)];
  }

  [[nodiscard]] constexpr const FieldSet& required(FixVersion version) const noexcept {
    return required_[index(version)];
  }

  // The group whose entries this field counts, or null.
  [[nodiscard]] constexpr const Group* group(FieldIndex count) const noexcept {
    if (!counts_.contains(count)) {
      return nullptr;
    }
    for (const MessageField& row : message_->fields) {
      if (&row.field == &count.field()) {
        return row.group;
      }
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t index(FixVersion version) noexcept {
    return static_cast<std::size_t>(version);
  }

  const MessageSpec* message_;
  std::array<FieldSet, 2> allowed_;
  std::array<FieldSet, 2> required_;
  FieldSet counts_;
};

}  // namespace betex::fix
