// Our data dictionaries, loaded once and shared by all sessions: a copy for each would take
// megabytes.
#pragma once

#include <filesystem>
#include <memory>

namespace FIX {
class DataDictionaryProvider;
}  // namespace FIX

namespace betex::fix {

// Nobody changes it once it is made: any thread may read it.
class Dictionaries {
 public:
  // Reads FIXT11.xml, FIX50SP2.xml and FIX44.xml from `folder` (fix_spec/). Throws
  // gateway::ConfigError that names the file.
  explicit Dictionaries(const std::filesystem::path& folder);
  ~Dictionaries();
  Dictionaries(const Dictionaries&) = delete;
  Dictionaries& operator=(const Dictionaries&) = delete;

  // What QuickFIX takes. Copies of it share the dictionaries.
  [[nodiscard]] const FIX::DataDictionaryProvider& provider() const noexcept { return *provider_; }

 private:
  std::unique_ptr<FIX::DataDictionaryProvider> provider_;
};

}  // namespace betex::fix
