#include "gateway/session/dictionaries.h"

#include <exception>

#include "gateway/config/config_error.h"
#include "gateway/session/quickfix.h"

namespace betex::fix {

namespace {

ptr::shared_ptr<FIX::DataDictionary> load(const std::filesystem::path& file) {
  try {
    return ptr::shared_ptr<FIX::DataDictionary>{new FIX::DataDictionary{file.string()}};
  } catch (const std::exception& error) {
    throw gateway::ConfigError{
        {{.file = file,
          .problem = std::string{"is no data dictionary: "} + error.what(),
          .remedy = "name the folder fix_spec of the source tree, or a copy of it"}}};
  }
}

}  // namespace

Dictionaries::Dictionaries(const std::filesystem::path& folder)
    : provider_{std::make_unique<FIX::DataDictionaryProvider>()} {
  provider_->addTransportDataDictionary(FIX::BeginString{FIX::BeginString_FIXT11},
                                        load(folder / "FIXT11.xml"));
  provider_->addApplicationDataDictionary(FIX::ApplVerID{FIX::ApplVerID_FIX50SP2},
                                          load(folder / "FIX50SP2.xml"));
  provider_->addTransportDataDictionary(FIX::BeginString{FIX::BeginString_FIX44},
                                        load(folder / "FIX44.xml"));
}

Dictionaries::~Dictionaries() = default;

}  // namespace betex::fix
