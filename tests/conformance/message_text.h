// A script's messages: what a line of fields says, the bytes that it makes, and whether a message
// that came is what a line expects.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/message.h"
#include "tests/conformance/variables.h"

namespace betex::conformance {

// Who speaks on a connection.
struct Identity {
  std::string dialect;  // BeginString: FIXT.1.1 or FIX.4.4
  std::string sender;
  std::string target;
  std::string username;
  std::string password;
};

// "35=D|11=@id|!1|": fields in order, and what is left out.
struct FieldText {
  std::string tag;
  std::string value;
  bool absent = false;  // "!1"
};

// Throws std::invalid_argument for what is neither TAG=VALUE nor !TAG.
[[nodiscard]] std::vector<FieldText> split_fields(std::string_view text);

// The message that these fields make, with what is missing filled in: 8, 9, 34 (`number`), 49, 52,
// 56 and 10 always, and what a Logon needs.
[[nodiscard]] std::string compose(const std::vector<FieldText>& fields,
                                  const Identity& identity,
                                  std::uint32_t number);

// "8=FIXT.1.1|9=#|35=0|10=#|" as bytes, as written but for the two #.
[[nodiscard]] std::string compose_raw(std::string text);

struct Difference {
  int tag = 0;
  std::string expected;
  std::string came;  // empty: it is not there
};

// What differs, by field; captures ("?name") go into `variables` where nothing does. `only`: body
// fields that are not listed are differences too.
enum class Strictness { Listed, Only };
[[nodiscard]] std::vector<Difference> compare(const std::vector<FieldText>& expected,
                                              const client::Message& came,
                                              Variables& variables,
                                              Strictness strictness);

}  // namespace betex::conformance
