// The files that are made from the table of messages: QuickFIX's data dictionaries, the tag tables
// of the rules of engagement, and FIX Orchestra files. They are committed; write_fix_spec writes
// them anew, and a test tells when they are not what it would write.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fix_spec/message_spec.h"

namespace betex::fix {

using Messages = std::span<const MessageSpec* const>;

// A data dictionary in QuickFIX's format, of one dialect and of one or both layers.
struct DictionaryTerms {
  std::string_view file;
  std::string_view title;
  FixVersion version = FixVersion::Fixt11;
  bool session = false;      // header, trailer and the session layer's messages
  bool application = false;  // application messages
  std::string_view type;     // of the root: "FIX" or "FIXT", and its version
  std::string_view major;
  std::string_view minor;
  std::string_view service_pack;
};

// A message that goes both ways with different fields has those of both, and requires what both do.
[[nodiscard]] std::string quickfix_dictionary(const DictionaryTerms& terms, Messages messages);

// Both layers of one dialect, in the format of Orchestra 1.0. A conditional field is optional, its
// condition a text beside it.
[[nodiscard]] std::string orchestra(FixVersion version, Messages messages);

// `document` with its tag tables written anew: what stands between "<!-- tags of D, inbound -->",
// the type and direction of a message, and "<!-- end of tags -->". Throws std::runtime_error where
// a marker names no message, or none names one of `messages`.
[[nodiscard]] std::string with_tag_tables(std::string_view document, Messages messages);

struct GeneratedFile {
  std::string name;
  std::string content;
};

// All of them from the table that we speak by. `rules` is the document as it stands.
[[nodiscard]] std::vector<GeneratedFile> generate(std::string_view rules);

inline constexpr std::string_view kRulesFile = "rules_of_engagement.md";

}  // namespace betex::fix
