// Our data dictionaries, loaded once and shared by all sessions: a copy for each would take
// megabytes.
#pragma once

#include <filesystem>

#include "gateway/fix/quickfix.h"

namespace betex::fix {

// Reads FIXT11.xml, FIX50SP2.xml and FIX44.xml from `folder` (fix_spec/). Copies of the provider
// share the dictionaries, which nobody changes. Throws gateway::ConfigError that names the file.
[[nodiscard]] FIX::DataDictionaryProvider load_dictionaries(const std::filesystem::path& folder);

}  // namespace betex::fix
