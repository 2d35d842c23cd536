// The programs as they are built: what readelf says of their protection. Only where the build is
// meant to have it.
#include <array>
#include <cstdio>
#include <string>

#include <gmock/gmock.h>

namespace betex {
namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string readelf(const std::string& program) {
  const std::string command =
      "readelf --wide --file-header --segments --dynamic --dyn-syms " + program;
  std::string output;
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), count);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

class Hardening : public ::testing::TestWithParam<const char*> {};

TEST_P(Hardening, TheProgramIsProtected) {
  const std::string elf = readelf(GetParam());
  EXPECT_THAT(elf, ContainsRegex("Type: +DYN")) << "no PIE";
  EXPECT_THAT(elf, HasSubstr("GNU_RELRO"));
  EXPECT_THAT(elf, AnyOf(HasSubstr("BIND_NOW"), ContainsRegex("FLAGS_1.* NOW"))) << "no BIND_NOW";
  EXPECT_THAT(elf,
              ContainsRegex("GNU_STACK +0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ "
                            "0x[0-9a-f]+ RW "))
      << "the stack is executable";
  EXPECT_THAT(elf, HasSubstr("__stack_chk_fail"));
  EXPECT_THAT(elf, ContainsRegex("__[a-z]+_chk@")) << "no _FORTIFY_SOURCE";
}

INSTANTIATE_TEST_SUITE_P(Programs,
                         Hardening,
                         ::testing::Values(BETEX_GATEWAY_PROGRAM,
                                           BETEX_FIX_PROGRAM,
                                           BETEX_JOURNAL_PROGRAM));

}  // namespace
}  // namespace betex
