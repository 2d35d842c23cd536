// What tests of the simulated disk have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/sim/machine/disk.h"
#include "tests/sim/machine/disk_file.h"
#include "tests/sim/machine/test_machine.h"

namespace betex::sim {

using Outcomes = std::set<std::string>;

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

inline bool write(int file, std::string_view bytes, std::size_t offset) {
  return ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(bytes.size());
}

inline void sync_folder(const std::filesystem::path& folder) {
  EXPECT_EQ(::fsync(Descriptor{folder, O_RDONLY | O_DIRECTORY}.get()), 0);
}

// With its name.
inline void put_safely(const std::filesystem::path& path, std::string_view content) {
  const Descriptor file{path, O_WRONLY | O_CREAT | O_TRUNC};
  EXPECT_TRUE(write(file.get(), content, 0));
  EXPECT_EQ(::fdatasync(file.get()), 0);
  sync_folder(path.parent_path());
}

// ---- What is there

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// All below the folder, in order.
inline std::string names_in(const std::filesystem::path& folder) {
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

// One of each letter.
inline std::string sectors(std::string_view letters) {
  std::string bytes;
  for (const char letter : letters) {
    bytes.append(kSectorBytes, letter);
  }
  return bytes;
}

class DiskTest : public ::testing::Test {
 protected:
  // As a process of its own. False where it was killed, at its call `dies_at`.
  bool run(const std::function<void()>& body,
           std::uint64_t dies_at = 0,
           Machine::Moment moment = Machine::Moment::Before) {
    bool has_ended = false;
    ++process_;
    machine_->spawn("process", process_, [&] {
      body();
      has_ended = true;
    });
    machine_->die_at_call(process_, dies_at, moment);
    machine_.run();
    EXPECT_NE(has_ended, machine_->is_dead(process_));
    machine_->kill(process_);
    return has_ended;
  }

  void cut_power() { disk().after_power_cut(chance_); }

  Disk& disk() { return machine_->disk; }

  [[nodiscard]] const std::filesystem::path& root() { return disk().root(); }

  TestMachine machine_{5};
  Random chance_{5, "power"};
  int process_ = 0;
};

// What may come of it when the power is cut.
class PowerCutTest : public DiskTest {
 protected:
  // Many tries of a process that does `before` and `unsafe` in an empty folder a.
  Outcomes outcomes(const std::function<void()>& before,
                    const std::function<void()>& unsafe,
                    const std::function<std::string()>& outcome) {
    constexpr int kCuts = 200;
    Outcomes found;
    for (int cut = 0; cut < kCuts; ++cut) {
      run([&] {
        std::filesystem::remove_all(root() / "a");
        std::filesystem::create_directory(root() / "a");
        sync_folder(root());
        before();
        unsafe();
      });
      cut_power();
      found.insert(outcome());
    }
    return found;
  }
};

}  // namespace betex::sim
