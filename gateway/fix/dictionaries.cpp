#include "gateway/fix/dictionaries.h"

#include <stdexcept>
#include <string>

namespace betex::fix {

namespace {

ptr::shared_ptr<FIX::DataDictionary> load(const std::filesystem::path& file) {
  try {
    return ptr::shared_ptr<FIX::DataDictionary>{new FIX::DataDictionary{file.string()}};
  } catch (const std::exception& error) {
    throw std::runtime_error{"data dictionary " + file.string() + ": " + error.what()};
  }
}

}  // namespace

FIX::DataDictionaryProvider load_dictionaries(const std::filesystem::path& folder) {
  FIX::DataDictionaryProvider provider;
  provider.addTransportDataDictionary(FIX::BeginString{FIX::BeginString_FIXT11},
                                      load(folder / "FIXT11.xml"));
  provider.addApplicationDataDictionary(FIX::ApplVerID{FIX::ApplVerID_FIX50SP2},
                                        load(folder / "FIX50SP2.xml"));
  provider.addTransportDataDictionary(FIX::BeginString{FIX::BeginString_FIX44},
                                      load(folder / "FIX44.xml"));
  return provider;
}

}  // namespace betex::fix
