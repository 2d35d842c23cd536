// The names of the simulated disk: folders, what is in them as a process sees it, and which of it
// is safe from a power cut.
//
// A change of names is one step: also where it concerns two folders, it is there or it is not. The
// disk keeps of each folder's changes the first few. So who has synced one of two folders has what
// a rename has done to both, and all that was done to their names before.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/machine/disk_file.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

class DiskFolder : public DiskNode {
 public:
  using DiskNode::DiskNode;

  using Names = std::map<std::string, std::shared_ptr<DiskNode>>;

  Names now;
  Names safe;
};

class DiskNames {
 public:
  // From now on `name` leads to `node`; null: to nothing.
  struct Step {
    std::shared_ptr<DiskFolder> folder;
    std::string name;
    std::shared_ptr<DiskNode> node;
  };

  // One change, of one step or of two; of memory it is safe at once, which no power cut asks for.
  void change(const std::vector<Step>& steps);

  void sync(const DiskFolder& folder);

  // The folders' safe names become what the disk holds. Returns how many changes were lost.
  std::uint64_t lose(Luck luck, Random& random);

 private:
  using Change = std::vector<Step>;

  static void set(DiskFolder::Names& names, const Step& step);
  static std::set<std::uint64_t> folders_of(const Change& change);  // their numbers
  static void make_safe(const Change& change);

  std::vector<Change> changes_;  // not safe yet, in the order in which they were made
};

}  // namespace betex::sim
