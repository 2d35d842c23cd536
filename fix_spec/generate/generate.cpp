#include "fix_spec/generate/generate.h"

#include <array>

#include "fix_spec/messages.h"

namespace betex::fix {
namespace {

constexpr std::array kDictionaries{
    DictionaryTerms{.file = "FIXT11.xml",
                    .title = "The session layer of FIXT.1.1",
                    .version = FixVersion::Fixt11,
                    .session = true,
                    .type = "FIXT",
                    .major = "1",
                    .minor = "1",
                    .service_pack = "0"},
    DictionaryTerms{.file = "FIX50SP2.xml",
                    .title = "The application messages of FIX.5.0SP2, under FIXT.1.1",
                    .version = FixVersion::Fixt11,
                    .application = true,
                    .type = "FIX",
                    .major = "5",
                    .minor = "0",
                    .service_pack = "2"},
    DictionaryTerms{.file = "FIX44.xml",
                    .title = "FIX.4.4",
                    .version = FixVersion::Fix44,
                    .session = true,
                    .application = true,
                    .type = "FIX",
                    .major = "4",
                    .minor = "4",
                    .service_pack = "0"},
};

}  // namespace

std::vector<GeneratedFile> generate(std::string_view rules) {
  std::vector<GeneratedFile> files;
  for (const DictionaryTerms& terms : kDictionaries) {
    files.push_back({std::string{terms.file}, quickfix_dictionary(terms, kMessages)});
  }
  files.push_back({"FIXT11.orchestra.xml", orchestra(FixVersion::Fixt11, kMessages)});
  files.push_back({"FIX44.orchestra.xml", orchestra(FixVersion::Fix44, kMessages)});
  files.push_back({std::string{kRulesFile}, with_tag_tables(rules, kMessages)});
  return files;
}

}  // namespace betex::fix
