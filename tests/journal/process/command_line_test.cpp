#include "journal/process/command_line.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gmock/gmock.h>

namespace betex::process {
namespace {

using ::testing::HasSubstr;

// One program with an option, a number, a flag, and a subcommand with an option and a positional.
struct Program {
  Program() {
    app.add_option("--root", root);
    app.add_option("--number", number)->transform(decimal());
    app.add_flag("--flag", flag);
    CLI::App* const command = app.add_subcommand("act");
    command->add_option("--name", name);
    command->add_option("what", what);
  }

  // What is wrong with these words; empty: nothing.
  std::string error_in(std::vector<std::string> words) {
    try {
      parse(app, std::move(words));
      return {};
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
  }

  CLI::App app;
  std::string root;
  std::uint64_t number = 0;
  bool flag = false;
  std::string name;
  std::string what;
};

std::uint64_t number_of(const std::string& text) {
  Program program;
  EXPECT_EQ(program.error_in({"--number", text}), "");
  return program.number;
}

TEST(CommandLineWordsTest, NumbersAreDecimalAlsoWithZerosInFront) {
  EXPECT_EQ(number_of("0"), 0U);
  EXPECT_EQ(number_of("10"), 10U);
  EXPECT_EQ(number_of("010"), 10U);
  EXPECT_EQ(number_of("00000000000000000022"), 22U);
  EXPECT_EQ(number_of("18446744073709551615"), 18'446'744'073'709'551'615U);
}

TEST(CommandLineWordsTest, WhatIsNoDecimalNumberIsRefused) {
  for (const char* text : {"0x10", "-1", "+1", "1e3", "1.5", " 1", "1 ", "ten", "1_000", "-"}) {
    EXPECT_THAT(Program{}.error_in({"--number", text}), HasSubstr("not a number")) << text;
  }
  EXPECT_THAT(Program{}.error_in({"--number", "18446744073709551616"}), HasSubstr("too large"));
}

TEST(CommandLineWordsTest, AnEmptyValueIsRefusedWhereverItStands) {
  const std::vector<std::vector<std::string>> cases{{"--root", ""},
                                                    {"--root="},
                                                    {"--root=", "--flag"},
                                                    {"--root=", "value"},
                                                    {"--number="},
                                                    {"--number", ""},
                                                    {"act", "--name="},
                                                    {"act", "--name", ""},
                                                    {"act", "--name=", "to"},
                                                    {"act", ""}};
  for (const auto& words : cases) {
    EXPECT_THAT(Program{}.error_in(words), HasSubstr("the value is empty"))
        << ::testing::PrintToString(words);
  }
}

TEST(CommandLineWordsTest, AnOptionIsNotTakenForAValue) {
  const std::vector<std::vector<std::string>> cases{{"--root", "--flag"},
                                                    {"--root=--flag"},
                                                    {"--number", "--flag"},
                                                    {"act", "--name", "--flag"},
                                                    {"act", "--name", "--"}};
  for (const auto& words : cases) {
    EXPECT_THAT(Program{}.error_in(words), HasSubstr("begins with --"))
        << ::testing::PrintToString(words);
  }
}

TEST(CommandLineWordsTest, ValuesThatOnlyLookOddAreTaken) {
  Program program;
  EXPECT_EQ(program.error_in({"--root", "-", "act", "--name=a=", "a--b"}), "");
  EXPECT_EQ(program.root, "-");
  EXPECT_EQ(program.name, "a=");
  EXPECT_EQ(program.what, "a--b");
}

TEST(CommandLineWordsTest, TheArgumentsOfMainAreReadInTheSameWay) {
  Program program;
  const std::vector<const char*> arguments{"program", "--root=", "--flag"};
  EXPECT_THROW(parse(program.app, 3, arguments.data()), CLI::ValidationError);
  Program another;
  const std::vector<const char*> right{"program", "--root=here", "--flag"};
  parse(another.app, 3, right.data());
  EXPECT_EQ(another.root, "here");
  EXPECT_TRUE(another.flag);
}

}  // namespace
}  // namespace betex::process
