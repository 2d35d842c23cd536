#include "tests/sim/machine/disk.h"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sim/machine/machine.h"
#include "tests/support/temp_folder.h"

namespace betex::sim {
namespace {

constexpr std::size_t kSector = 512;
constexpr const char* kMemory = "/dev/shm";

// ---- What processes do

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : file_{::open(path.c_str(), flags, 0600)} {}

  ~Descriptor() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

bool write(int file, std::string_view bytes, off_t offset) {
  return ::pwrite(file, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size());
}

void sync_folder(const std::filesystem::path& folder) {
  EXPECT_EQ(::fsync(Descriptor{folder, O_RDONLY | O_DIRECTORY}.get()), 0);
}

// With its name.
void put_safely(const std::filesystem::path& path, std::string_view content) {
  const Descriptor file{path, O_WRONLY | O_CREAT | O_TRUNC};
  EXPECT_TRUE(write(file.get(), content, 0));
  EXPECT_EQ(::fdatasync(file.get()), 0);
  sync_folder(path.parent_path());
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

bool is_there(const std::filesystem::path& path) {
  return std::filesystem::exists(path);
}

class DiskTest : public ::testing::Test {
 protected:
  // As a process of its own. False where it was killed.
  bool run(const std::function<void()>& body,
           std::uint64_t dies_at = 0,
           Machine::Moment moment = Machine::Moment::Before) {
    bool has_ended = false;
    ++process_;
    Fiber& fiber = machine_.spawn("process " + std::to_string(process_), process_, [&] {
      body();
      has_ended = true;
    });
    machine_.die_at_call(process_, dies_at, moment);
    machine_.run_fiber(fiber);
    EXPECT_NE(has_ended, machine_.is_dead(process_));
    machine_.kill(process_);
    return has_ended;
  }

  void cut_power() { disk().after_power_cut(chance_); }

  Disk& disk() { return machine_.disk; }

  [[nodiscard]] const std::filesystem::path& root() { return machine_.disk.root(); }

  test::TempFolder folder_{kMemory};
  Machine machine_{5, folder_.path()};
  Random chance_{5, "power"};
  int process_ = 0;
};

// ---- Deaths

TEST_F(DiskTest, AKilledProcessLeavesAllThatItHasWritten) {
  run([&] {
    std::filesystem::create_directory(root() / "a");
    std::ofstream{root() / "a" / "file"} << "written";
    std::ofstream{disk().memory() / "cache"} << "in memory";
    std::filesystem::rename(root() / "a", root() / "b");
  });
  disk().after_kill();
  EXPECT_EQ(content_of(root() / "b" / "file"), "written");
  EXPECT_EQ(content_of(disk().memory() / "cache"), "in memory");
  EXPECT_FALSE(is_there(root() / "a"));
}

TEST_F(DiskTest, TheNextProcessHasFilesOfItsOwn) {
  char* map = nullptr;
  int locked = -1;
  run([&] {
    const std::filesystem::path path = root() / "file";
    put_safely(path, "old");
    locked = ::open(path.c_str(), O_RDWR);
    map = static_cast<char*>(::mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, locked, 0));
    ASSERT_NE(map, MAP_FAILED);
  });
  disk().after_kill();
  map[0] = 'X';
  EXPECT_EQ(content_of(root() / "file"), "old");
  EXPECT_EQ(::fcntl(locked, F_GETFD), -1) << "what it had open is closed";
  ::munmap(map, 3);
}

TEST_F(DiskTest, HolesStayHoles) {
  constexpr off_t kLength = off_t{1} << 30;
  run([&] {
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_TRUE(write(file.get(), "x", kLength));
  });
  disk().after_kill();

  struct stat info {};

  ASSERT_EQ(::stat((root() / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_size, kLength + 1);
  EXPECT_LT(info.st_blocks, 100);
}

using Outcomes = std::set<std::string>;

// What comes of it when the power is cut, over and over: each outcome, and how often.
class PowerCutTest : public DiskTest {
 protected:
  static constexpr int kCuts = 200;

  std::map<std::string, int> outcomes(const std::function<void()>& before,
                                      const std::function<void()>& unsafe,
                                      const std::function<std::string()>& outcome) {
    std::map<std::string, int> found;
    for (int cut = 0; cut < kCuts; ++cut) {
      run([&] {
        std::filesystem::remove_all(root() / "a");
        std::filesystem::create_directory(root() / "a");
        sync_folder(root());
        before();
        unsafe();
      });
      cut_power();
      ++found[outcome()];
    }
    return found;
  }

  std::map<std::string, int> contents(std::string_view before,
                                      const std::function<void(int)>& unsafe) {
    return outcomes([&] { put_safely(file(), before); },
                    [&] {
                      unsafe(Descriptor{file(), O_RDWR}.get());
                    },
                    [&] { return content_of(file()); });
  }

  [[nodiscard]] std::filesystem::path file() { return root() / "a" / "file"; }
};

std::set<std::string> keys_of(const std::map<std::string, int>& outcomes) {
  std::set<std::string> keys;
  for (const auto& [key, count] : outcomes) {
    keys.insert(key);
  }
  return keys;
}

std::string sectors(std::string_view letters) {
  std::string bytes;
  for (const char letter : letters) {
    bytes.append(kSector, letter);
  }
  return bytes;
}

TEST_F(PowerCutTest, WhatWasSyncedStays) {
  const auto found = contents("before", [](int file) {
    EXPECT_TRUE(write(file, "AFTER", 0));
    EXPECT_EQ(::fdatasync(file), 0);
  });
  EXPECT_EQ(keys_of(found), (Outcomes{"AFTERe"}));
  EXPECT_GT(disk().syncs(), 0U);
}

TEST_F(PowerCutTest, WhatWasNotSyncedMayGoBySectors) {
  const auto found =
      contents(sectors("ab"), [](int file) { EXPECT_TRUE(write(file, sectors("AB"), 0)); });
  EXPECT_EQ(keys_of(found), (Outcomes{sectors("ab"), sectors("AB"), sectors("aB"), sectors("Ab")}));
  EXPECT_GT(disk().lost_writes(), 0U);
}

TEST_F(PowerCutTest, WritesThatWereNotSyncedComeInAnyOrder) {
  const auto found = contents(sectors("ab"), [](int file) {
    EXPECT_TRUE(write(file, sectors("A"), 0));
    EXPECT_TRUE(write(file, sectors("B"), kSector));
  });
  EXPECT_EQ(keys_of(found), (Outcomes{sectors("ab"), sectors("AB"), sectors("aB"), sectors("Ab")}));
}

TEST_F(PowerCutTest, SoDoesWhatIsWrittenTwice) {
  const auto found = contents(sectors("a"), [](int file) {
    EXPECT_TRUE(write(file, sectors("b"), 0));
    EXPECT_TRUE(write(file, sectors("c"), 0));
  });
  EXPECT_EQ(keys_of(found), (Outcomes{sectors("a"), sectors("b"), sectors("c")}));
}

TEST_F(PowerCutTest, LengthsMayGoToo) {
  EXPECT_EQ(keys_of(contents("abc", [](int file) { EXPECT_EQ(::ftruncate(file, 1), 0); })),
            (Outcomes{"abc", "a"}));
  EXPECT_EQ(keys_of(contents("abc", [](int file) { EXPECT_TRUE(write(file, "d", 3)); })),
            (Outcomes{"abc", "abcd"}));
  EXPECT_EQ(keys_of(contents("abc",
                             [](int file) {
                               EXPECT_EQ(::ftruncate(file, 1), 0);
                               EXPECT_TRUE(write(file, "D", 3));
                             })),
            (Outcomes{"abc", "a", "abcD", std::string{"a\0\0D", 4}}));
  EXPECT_EQ(keys_of(contents("abc",
                             [](int file) {
                               EXPECT_EQ(::posix_fallocate(file, 0, 5), 0);
                               EXPECT_EQ(::fsync(file), 0);
                             })),
            (Outcomes{{"abc\0\0", 5}}));
}

TEST_F(PowerCutTest, AFileThatIsOpenedAnewMayHaveItsOldContent) {
  const auto found = contents("old", [&](int) { std::ofstream{file()} << "newer"; });
  EXPECT_EQ(keys_of(found), (Outcomes{"old", "", "newer"}));
}

TEST_F(PowerCutTest, OnADescriptorForSyncedWritesTheyStay) {
  for (const int flag : {O_DSYNC, O_SYNC}) {
    const auto found = contents(sectors("ab"), [&](int other) {
      EXPECT_TRUE(write(other, sectors("xB"), 0));
      const Descriptor synced{file(), O_WRONLY | flag};
      EXPECT_TRUE(write(synced.get(), sectors("A"), 0));
    });
    EXPECT_EQ(keys_of(found), (Outcomes{sectors("Ab"), sectors("AB")}));
  }
}

TEST_F(PowerCutTest, WithTheLengthThatTheyGiveTheFile) {
  const auto found = contents("a", [&](int other) {
    EXPECT_TRUE(write(other, sectors("AB"), 0));
    const Descriptor synced{file(), O_WRONLY | O_DSYNC};
    EXPECT_TRUE(write(synced.get(), sectors("C"), 2 * kSector));
  });
  const std::string zeros(kSector, '\0');
  const std::string a = "a" + zeros.substr(1);
  const std::string end = sectors("C");
  EXPECT_EQ(keys_of(found),
            (Outcomes{a + zeros + end,
                      a + sectors("B") + end,
                      sectors("A") + zeros + end,
                      sectors("AB") + end}));
}

TEST_F(PowerCutTest, WhatWasWrittenBySharedMemoryMayGoUnlessTheFileIsSynced) {
  const auto change = [](int file, char to) {
    auto* const map =
        static_cast<char*>(::mmap(nullptr, kSector, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ASSERT_NE(map, MAP_FAILED);
    map[0] = to;
    ::munmap(map, kSector);
  };
  EXPECT_EQ(keys_of(contents(sectors("a"), [&](int file) { change(file, 'A'); })),
            (Outcomes{sectors("a"), sectors("a").replace(0, 1, "A")}));
  EXPECT_EQ(keys_of(contents(sectors("a"),
                             [&](int file) {
                               change(file, 'A');
                               EXPECT_EQ(::fsync(file), 0);
                             })),
            (Outcomes{sectors("a").replace(0, 1, "A")}));
}

TEST_F(PowerCutTest, AKillBeforeDoesNotMakeItSafe) {
  std::set<std::string> found;
  for (int cut = 0; cut < 50; ++cut) {
    run([&] { put_safely(root() / "file", "a"); });
    run([&] { EXPECT_TRUE(write(Descriptor{root() / "file", O_RDWR}.get(), "A", 0)); });
    disk().after_kill();
    EXPECT_EQ(content_of(root() / "file"), "A");
    cut_power();
    found.insert(content_of(root() / "file"));
  }
  EXPECT_EQ(found, (Outcomes{"a", "A"}));
}

TEST_F(PowerCutTest, MemoryIsEmptyThenAndTheMachineHasBootedAnew) {
  const auto boot_id = [] { return content_of("/proc/sys/kernel/random/boot_id"); };
  const std::string before = boot_id();
  run([&] { put_safely(disk().memory() / "cache", "x"); });
  disk().after_kill();
  EXPECT_EQ(boot_id(), before);
  cut_power();
  EXPECT_TRUE(std::filesystem::is_empty(disk().memory()));
  EXPECT_NE(boot_id(), before);
  EXPECT_EQ(boot_id().size(), before.size());
}

TEST_F(PowerCutTest, WhatNoProcessDoesIsSafe) {
  const auto found = outcomes([&] { put_safely(file(), "a"); },
                              [] {},
                              [&] {
                                std::ofstream{file()} << "damaged";
                                std::filesystem::rename(file(), root() / "a" / "other");
                                cut_power();
                                return content_of(root() / "a" / "other");
                              });
  EXPECT_EQ(keys_of(found), (Outcomes{"damaged"}));
}

// ---- Names

// Those of folders are capital letters here.
std::string names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    names.insert(entry.path().lexically_relative(folder).string());
  }
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : " ") + name;
  }
  return all;
}

class NamesTest : public PowerCutTest {
 protected:
  std::set<std::string> names(const std::function<void()>& before,
                              const std::function<void()>& unsafe) {
    return keys_of(outcomes(before, unsafe, [&] { return names_in(root() / "a"); }));
  }

  void make(std::string_view name) { std::ofstream{path(name)} << name; }

  std::filesystem::path path(std::string_view name) { return root() / "a" / name; }

  void sync(std::string_view name = "") { sync_folder(name.empty() ? root() / "a" : path(name)); }
};

TEST_F(NamesTest, OfWhatWasDoneToAFoldersNamesTheFirstFewThingsAreLeft) {
  const auto found = names([&] { make("x"), sync(); },
                           [&] {
                             make("y");
                             std::filesystem::rename(path("y"), path("z"));
                             std::filesystem::remove(path("x"));
                           });
  EXPECT_EQ(found, (Outcomes{"x", "x y", "x z", "z"}));
}

TEST_F(NamesTest, ASyncOfTheFolderMakesThemSafe) {
  const auto found = names([] {},
                           [&] {
                             make("x");
                             std::filesystem::create_directory(path("F"));
                             make("F/y");
                             sync();
                           });
  EXPECT_EQ(found, (Outcomes{"F F/y x", "F x"}));
}

TEST_F(NamesTest, ASyncOfTheFileDoesNot) {
  const auto found = names([] {},
                           [&] {
                             const Descriptor file{path("x"), O_WRONLY | O_CREAT};
                             EXPECT_EQ(::fsync(file.get()), 0);
                           });
  EXPECT_EQ(found, (Outcomes{"", "x"}));
}

TEST_F(NamesTest, WhatIsInAFolderThatIsLostIsLostToo) {
  const auto found = names([] {},
                           [&] {
                             std::filesystem::create_directory(path("F"));
                             make("F/x");
                             sync("F");
                           });
  EXPECT_EQ(found, (Outcomes{"", "F F/x"}));
}

TEST_F(NamesTest, AFolderTakesWhatIsInItAlong) {
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

TEST_F(NamesTest, ARenameBetweenFoldersIsOneStep) {
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

TEST_F(NamesTest, SoIsAnExchange) {
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

TEST_F(NamesTest, WhatWasReplacedOrRemovedComesBackAsItWas) {
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
  EXPECT_EQ(keys_of(found), (Outcomes{"x y: oldremoved", "x: old", "n x: old", "x: new"}));
}

TEST_F(NamesTest, ASecondNameMayGo) {
  const auto found = names([&] { make("x"), sync(); },
                           [&] { EXPECT_EQ(::link(path("x").c_str(), path("y").c_str()), 0); });
  EXPECT_EQ(found, (Outcomes{"x", "x y"}));
}

// ---- Calls that fail

class DiskFaultTest : public DiskTest {
 protected:
  // The error of a process's call; 0: none.
  int error_of(const std::function<bool()>& call) {
    int error = 0;
    run([&] { error = call() ? 0 : errno; });
    return error;
  }
};

TEST_F(DiskFaultTest, TheNthWriteFailsAndSoManyBehindIt) {
  run([&] { put_safely(root() / "file", "abc"); });
  disk().fail(Disk::Call::Write, EIO, 2, 2);
  std::string errors;
  run([&] {
    const Descriptor file{root() / "file", O_WRONLY};
    for (int call = 0; call < 4; ++call) {
      errors += write(file.get(), "X", call) ? "ok " : errno == EIO ? "EIO " : "? ";
    }
  });
  EXPECT_EQ(errors, "ok EIO EIO ok ");
  EXPECT_EQ(disk().faults(), 2U);
  EXPECT_EQ(content_of(root() / "file"), "XbcX");
}

TEST_F(DiskFaultTest, SoDoWhatWritesANameOrALength) {
  run([&] { put_safely(root() / "file", "abc"); });
  const std::string file = root() / "file";
  const std::string other = root() / "other";
  disk().fail(Disk::Call::Write, EROFS, 1, 100);
  EXPECT_EQ(error_of([&] { return ::rename(file.c_str(), other.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::unlink(file.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::mkdir(other.c_str(), 0700) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::link(file.c_str(), other.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::truncate(file.c_str(), 0) == 0; }), EROFS);
  EXPECT_EQ(names_in(root()), "file");
  EXPECT_EQ(content_of(file), "abc");
}

TEST_F(DiskFaultTest, OpeningFails) {
  disk().fail(Disk::Call::Open, EMFILE, 1, 1);
  EXPECT_EQ(error_of([&] { return ::open((root() / "x").c_str(), O_RDWR | O_CREAT, 0600) >= 0; }),
            EMFILE);
  EXPECT_FALSE(is_there(root() / "x"));
}

TEST_F(DiskFaultTest, NothingFailsElsewhereOrForNobody) {
  disk().fail(Disk::Call::Open, EMFILE, 1, 1);
  disk().fail(Disk::Call::Write, EIO, 1, 1);
  run([&] { put_safely(folder_.path() / "elsewhere", "x"); });
  run([&] { put_safely(disk().memory() / "cache", "x"); });
  put_safely(root() / "file", "x");
  EXPECT_EQ(disk().faults(), 0U);
}

TEST_F(DiskFaultTest, AFullDiskTakesAPartAndThenNothing) {
  const std::string bytes(10'000, 'x');
  disk().set_free(8192 + 100);
  run([&] {
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_EQ(::pwrite(file.get(), bytes.data(), bytes.size(), 0), 8192);
    EXPECT_FALSE(write(file.get(), "y", 8192));
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_TRUE(write(file.get(), "y", 8191)) << "there it has its room";
    EXPECT_EQ(::posix_fallocate(file.get(), 0, 8193), ENOSPC);
    EXPECT_EQ(::ftruncate(file.get(), 4096), 0);
    EXPECT_TRUE(write(file.get(), "y", 4096));
    EXPECT_EQ(::unlink((root() / "file").c_str()), 0);
    const Descriptor other{root() / "other", O_RDWR | O_CREAT};
    EXPECT_TRUE(write(other.get(), "y", 8191));
  });
  EXPECT_EQ(disk().faults(), 2U);
}

TEST_F(DiskFaultTest, ItSaysHowMuchIsFree) {
  const auto free = [&](const std::filesystem::path& path) {
    struct statvfs info {};
    EXPECT_EQ(::statvfs(path.c_str(), &info), 0);
    return info.f_bavail * info.f_frsize;
  };
  put_safely(root() / "file", "x");
  EXPECT_GT(free(root()), 1'000'000'000'000U);
  disk().set_free(12'288);
  EXPECT_EQ(free(root()), 12'288U);
  EXPECT_EQ(free(root() / "file"), 12'288U);
  EXPECT_GT(free(disk().memory()), 1'000'000'000'000U);
  put_safely(root() / "file", std::string(5000, 'x'));
  EXPECT_EQ(free(root()), 8192U);
  cut_power();
  EXPECT_EQ(free(root()), 8192U);

  struct statfs info {};

  EXPECT_EQ(::statfs(root().c_str(), &info), 0);
  EXPECT_EQ(info.f_type, 0xef53);
}

TEST_F(DiskFaultTest, SyncsTakeTheMachinesTime) {
  using std::chrono_literals::operator""ms;
  run([&] { put_safely(root() / "file", "x"); });
  disk().take_time(10ms, 20ms);
  const Clocks::Time before = machine_.clocks.now();
  run([&] { EXPECT_EQ(::fsync(Descriptor{root() / "file", O_RDWR}.get()), 0); });
  EXPECT_GE(machine_.clocks.now() - before, 10ms);
  EXPECT_LE(machine_.clocks.now() - before, 20ms);
}

// ---- Syncs that fail

class FailedSyncTest : public DiskFaultTest {
 protected:
  // Of many tries: what the file holds for the process that looks at it `then`.
  std::set<std::string> contents(const std::function<void(int)>& then) {
    std::set<std::string> found;
    for (int time = 0; time < 100; ++time) {
      run([&] { put_safely(root() / "file", sectors("ab")); });
      run([&] {
        const Descriptor file{root() / "file", O_RDWR};
        EXPECT_TRUE(write(file.get(), sectors("A"), 0));
        disk().fail(Disk::Call::Sync, EIO, 1, 1);
        EXPECT_EQ(::fsync(file.get()), -1);
        EXPECT_EQ(errno, EIO);
        EXPECT_EQ(content_of(root() / "file"), sectors("Ab")) << "the cache has it still";
        then(file.get());
      });
      disk().after_kill();
      found.insert(content_of(root() / "file"));
      cut_power();
      after_cut_.insert(content_of(root() / "file"));
    }
    return found;
  }

  std::set<std::string> after_cut_;
};

TEST_F(FailedSyncTest, LeavesInDoubtWhatTheNextOneDoesNotWrite) {
  contents([](int file) { EXPECT_EQ(::fsync(file), 0); });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("ab"), sectors("Ab")}));
}

TEST_F(FailedSyncTest, IsMendedByWritingItAgain) {
  contents([](int file) {
    EXPECT_TRUE(write(file, sectors("CD"), 0));
    EXPECT_EQ(::fsync(file), 0);
  });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("CD")}));
}

TEST_F(FailedSyncTest, IsNotMendedByWritingSomethingElse) {
  contents([](int file) {
    EXPECT_TRUE(write(file, sectors("B"), kSector));
    EXPECT_EQ(::fsync(file), 0);
  });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("aB"), sectors("AB")}));
}

TEST_F(FailedSyncTest, IsSeenWhenTheCacheIsDropped) {
  const auto found = contents([](int file) {
    EXPECT_EQ(::fdatasync(file), 0);
    EXPECT_EQ(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), 0);
  });
  EXPECT_EQ(found, (Outcomes{sectors("ab"), sectors("Ab")}));
}

TEST_F(FailedSyncTest, OfADescriptorForSyncedWritesLeavesTheWriteInDoubt) {
  std::set<std::string> found;
  for (int time = 0; time < 50; ++time) {
    run([&] { put_safely(root() / "file", "a"); });
    disk().fail(Disk::Call::Sync, EIO, 1, 1);
    run([&] {
      const Descriptor file{root() / "file", O_RDWR | O_DSYNC};
      EXPECT_FALSE(write(file.get(), "A", 0));
      EXPECT_EQ(errno, EIO);
      EXPECT_EQ(::fsync(file.get()), 0);
    });
    cut_power();
    found.insert(content_of(root() / "file"));
  }
  EXPECT_EQ(found, (Outcomes{"a", "A"}));
}

// ---- Calls that are a process's last

class LastCallTest : public DiskTest {};

TEST_F(LastCallTest, MayBeBeforeItAfterItAndInTheMiddleOfALargeWrite) {
  const std::string bytes(16'384, 'x');
  std::set<std::size_t> lengths;
  for (const auto moment : {Machine::Moment::Before, Machine::Moment::After}) {
    for (std::uint64_t call = 1; call <= 3; ++call) {
      std::filesystem::remove(root() / "file");
      const bool lived = run(
          [&] {
            const Descriptor file{root() / "file", O_RDWR | O_CREAT};
            EXPECT_TRUE(write(file.get(), bytes, 0));
          },
          call,
          moment);
      EXPECT_FALSE(lived);
      disk().after_kill();
      lengths.insert(is_there(root() / "file") ? std::filesystem::file_size(root() / "file") : 1);
    }
  }
  EXPECT_EQ(lengths, (std::set<std::size_t>{1, 0, 8192, 16'384}));
}

TEST_F(LastCallTest, WritesOfManyPiecesAndAtTheDescriptorsPlaceCountToo) {
  const auto body = [&] {
    std::string one = "one ";
    std::string two = "two";
    const iovec pieces[] = {{one.data(), one.size()}, {two.data(), two.size()}};
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_EQ(::writev(file.get(), pieces, 2), 7);
    EXPECT_EQ(::write(file.get(), "!", 1), 1);
    EXPECT_EQ(::pwritev(file.get(), pieces, 1, 8), 4);
  };
  EXPECT_FALSE(run(body, 4, Machine::Moment::Before));
  EXPECT_EQ(content_of(root() / "file"), "one two!");
  EXPECT_TRUE(run(body, 5));
  EXPECT_EQ(content_of(root() / "file"), "one two!one ");
}

// ---- All of it follows from the seed

std::string one_run(std::uint64_t seed) {
  const test::TempFolder folder{kMemory};
  Machine machine{seed, folder.path()};
  Random chance{seed, "power"};
  std::string all;
  machine.disk.fail(Disk::Call::Sync, EIO, 5, 2);
  machine.disk.take_time(Clocks::Time{0}, Clocks::Time{1000});
  for (int process = 1; process <= 20; ++process) {
    const std::filesystem::path root = machine.disk.root();
    Fiber& fiber = machine.spawn("process", process, [&] {
      for (const char name : {'c', 'a', 'b'}) {
        const std::filesystem::path path = root / std::string(1, name);
        std::filesystem::remove(path);
        const Descriptor file{path, O_RDWR | O_CREAT};
        all += write(file.get(), sectors("abc"), 0) ? '+' : '-';
        all += ::fdatasync(file.get()) == 0 ? '+' : '-';
        all += write(file.get(), sectors("ABC"), 0) ? '+' : '-';
      }
    });
    machine.die_at_call(process, 3 * static_cast<std::uint64_t>(process), Machine::Moment::After);
    machine.run_fiber(fiber);
    machine.kill(process);
    machine.disk.after_power_cut(chance);
    for (const char name : {'a', 'b', 'c'}) {
      all += content_of(root / std::string(1, name));
    }
  }
  return all + std::to_string(machine.trace_hash());
}

TEST(DiskSeedTest, GivesTheSameRunEachTime) {
  const std::string run = one_run(1);
  EXPECT_EQ(one_run(1), run);
  EXPECT_NE(one_run(2), run);
}

}  // namespace
}  // namespace betex::sim
