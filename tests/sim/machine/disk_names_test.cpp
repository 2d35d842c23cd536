#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/sim/machine/test_disk.h"

namespace betex::sim {
namespace {

class DiskNamesTest : public PowerCutTest {
 protected:
  // Capital letters are folders.
  Outcomes names(const std::function<void()>& before, const std::function<void()>& unsafe) {
    return outcomes(before, unsafe, [&] { return names_in(root() / "a"); });
  }

  void make(std::string_view name) { std::ofstream{path(name)} << name; }

  std::filesystem::path path(std::string_view name) { return root() / "a" / name; }

  void sync(std::string_view name = "") { sync_folder(name.empty() ? root() / "a" : path(name)); }
};

TEST_F(DiskNamesTest, OfWhatWasDoneToAFoldersNamesTheFirstFewThingsAreLeft) {
  const auto found = names([&] { make("x"), sync(); },
                           [&] {
                             make("y");
                             std::filesystem::rename(path("y"), path("z"));
                             std::filesystem::remove(path("x"));
                           });
  EXPECT_EQ(found, (Outcomes{"x", "x y", "x z", "z"}));
}

TEST_F(DiskNamesTest, ASyncOfTheFolderMakesThemSafe) {
  const auto found = names([] {},
                           [&] {
                             make("x");
                             std::filesystem::create_directory(path("F"));
                             make("F/y");
                             sync();
                           });
  EXPECT_EQ(found, (Outcomes{"F F/y x", "F x"}));
}

TEST_F(DiskNamesTest, ASyncOfTheFileDoesNot) {
  const auto found = names([] {},
                           [&] {
                             const Descriptor file{path("x"), O_WRONLY | O_CREAT};
                             EXPECT_EQ(::fsync(file.get()), 0);
                           });
  EXPECT_EQ(found, (Outcomes{"", "x"}));
}

TEST_F(DiskNamesTest, WhatIsInAFolderThatIsLostIsLostToo) {
  const auto found = names([] {},
                           [&] {
                             std::filesystem::create_directory(path("F"));
                             make("F/x");
                             sync("F");
                           });
  EXPECT_EQ(found, (Outcomes{"", "F F/x"}));
}

TEST_F(DiskNamesTest, AFolderTakesWhatIsInItAlong) {
  const auto found = names(
      [&] {
        std::filesystem::create_directory(path("F"));
        sync();
      },
      [&] {
        make("F/x");
        std::filesystem::rename(path("F"), path("G"));
        sync("G");
      });
  EXPECT_EQ(found, (Outcomes{"F F/x", "G G/x"}));
}

TEST_F(DiskNamesTest, ARenameBetweenFoldersIsOneStep) {
  const auto found = names(
      [&] {
        std::filesystem::create_directory(path("F"));
        std::filesystem::create_directory(path("G"));
        make("F/x");
        sync("F");
        sync();
      },
      [&] { std::filesystem::rename(path("F/x"), path("G/x")); });
  EXPECT_EQ(found, (Outcomes{"F F/x G", "F G G/x"}));
}

TEST_F(DiskNamesTest, SoIsAnExchange) {
  const auto before = [&] {
    std::filesystem::create_directory(path("F"));
    make("F/x");
    sync("F");
    make("y");
    sync();
  };
  const auto exchange = [&] {
    EXPECT_EQ(
        ::renameat2(AT_FDCWD, path("F").c_str(), AT_FDCWD, path("y").c_str(), RENAME_EXCHANGE), 0);
  };
  EXPECT_EQ(names(before, exchange), (Outcomes{"F F/x y", "F y y/x"}));
  EXPECT_EQ(names(before, [&] { exchange(), sync(); }), (Outcomes{"F y y/x"}));
}

TEST_F(DiskNamesTest, WhatWasReplacedOrRemovedComesBackAsItWas) {
  const auto found = outcomes(
      [&] {
        put_safely(path("x"), "old");
        put_safely(path("y"), "removed");
      },
      [&] {
        EXPECT_EQ(::unlink(path("y").c_str()), 0);
        const Descriptor file{path("n"), O_WRONLY | O_CREAT};
        EXPECT_TRUE(write(file.get(), "new", 0));
        EXPECT_EQ(::fsync(file.get()), 0);
        EXPECT_EQ(::rename(path("n").c_str(), path("x").c_str()), 0);
      },
      [&] {
        return names_in(root() / "a") + ": " + content_of(path("x")) + content_of(path("y"));
      });
  EXPECT_EQ(found, (Outcomes{"x y: oldremoved", "x: old", "n x: old", "x: new"}));
}

TEST_F(DiskNamesTest, ASecondNameMayGo) {
  const auto found = names([&] { make("x"), sync(); },
                           [&] { EXPECT_EQ(::link(path("x").c_str(), path("y").c_str()), 0); });
  EXPECT_EQ(found, (Outcomes{"x", "x y"}));
}

}  // namespace
}  // namespace betex::sim
