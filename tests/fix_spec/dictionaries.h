// Our data dictionaries, as QuickFIX reads them.
#pragma once

#include <string>

#include "fix_spec/dialect.h"
#include "gateway/session/quickfix.h"

namespace betex::fix::testing {

inline FIX::DataDictionary load_dictionary(const std::string& name) {
  return FIX::DataDictionary{std::string{BETEX_SOURCE_DIR} + "/fix_spec/" + name};
}

// Header, trailer and session messages.
inline const FIX::DataDictionary& session_dictionary(FixVersion version) {
  static const FIX::DataDictionary fixt11 = load_dictionary("FIXT11.xml");
  static const FIX::DataDictionary fix44 = load_dictionary("FIX44.xml");
  return version == FixVersion::Fixt11 ? fixt11 : fix44;
}

// Application messages.
inline const FIX::DataDictionary& application_dictionary(FixVersion version) {
  static const FIX::DataDictionary fix50sp2 = load_dictionary("FIX50SP2.xml");
  return version == FixVersion::Fixt11 ? fix50sp2 : session_dictionary(version);
}

// The one that has this message.
inline const FIX::DataDictionary& dictionary_of(FixVersion version, const std::string& msg_type) {
  const FIX::DataDictionary& session = session_dictionary(version);
  return session.isMsgType(msg_type) ? session : application_dictionary(version);
}

// "" where QuickFIX finds nothing wrong with the message, else its words.
inline std::string validate(FixVersion version, const std::string& text) {
  try {
    const FIX::Message message{
        text, session_dictionary(version), application_dictionary(version), true};
    const FIX::DataDictionary& body =
        message.isAdmin() ? session_dictionary(version) : application_dictionary(version);
    FIX::DataDictionary::validate(message, &session_dictionary(version), &body);
  } catch (const FIX::Exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace betex::fix::testing
