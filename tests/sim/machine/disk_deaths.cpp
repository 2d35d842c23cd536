#include <fstream>
#include <set>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "tests/sim/machine/disk_inside.h"
#include "tests/sim/machine/real_files.h"

namespace betex::sim {
namespace {

constexpr mode_t kFolderMode = 0700;

struct stat status_of(const std::filesystem::path& path) {
  struct stat info {};

  if (::lstat(path.c_str(), &info) != 0) {
    throw std::system_error{errno, std::generic_category(), "stat " + path.string()};
  }
  return info;
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

Luck luck_of(Random& random) {
  switch (random.below(4)) {
    case 0:
      return Luck::None;
    case 1:
      return Luck::All;
    default:
      return Luck::Some;
  }
}

}  // namespace

// ---- What is there

void Disk::Inside::begin_with(const std::filesystem::path& place) {
  const bool in_memory = place == memory;
  auto node = know<DiskFolder>(status_of(place), in_memory);
  look_through(node, place);
  (in_memory ? memory_node_ : root_node_) = std::move(node);
}

// All of it is safe. The numbers follow the names, so that they are the same each time.
void Disk::Inside::look_through(const std::shared_ptr<DiskFolder>& node,
                                const std::filesystem::path& path) {
  for (const std::string& name : names_in(path)) {
    const struct stat info = status_of(path / name);
    if (S_ISDIR(info.st_mode)) {
      auto inner = know<DiskFolder>(info, node->in_memory());
      look_through(inner, path / name);
      node->now[name] = std::move(inner);
      continue;
    }
    auto file = std::dynamic_pointer_cast<DiskFile>(node_of(info));
    if (!file) {
      file = know<DiskFile>(info, node->in_memory());
      if (!file->in_memory()) {
        file->room = in_whole_pages(static_cast<std::uint64_t>(info.st_size));
        used += file->room;
      }
    }
    ++file->names;
    node->now[name] = std::move(file);
  }
  node->safe = node->now;
}

void Disk::Inside::write_boot_id() {
  std::string number = std::to_string(++boots_);
  number.insert(0, 12 - number.size(), '0');
  const std::string text = "00000000-0000-4000-8000-" + number + '\n';
  const real::File file{boot_id_file(), O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR};
  real::write_at(file.get(), 0, text.data(), text.size());
}

// ---- Deaths

// A number may be another file's by now: not each close is heard of.
void Disk::Inside::close_what_is_open() {
  for (const auto& [descriptor, key] : std::exchange(opened_, {})) {
    struct stat info {};

    if (::fstat(descriptor, &info) == 0 && key_of(info) == key) {
      real::close(descriptor);
    }
  }
}

void Disk::Inside::replace(const std::filesystem::path& place, const std::filesystem::path& by) {
  const std::filesystem::path old = folder / "old";
  real::rename(place, old);
  real::rename(by, place);
  std::filesystem::remove_all(old);
}

void Disk::Inside::go_on_after_kill() {
  close_what_is_open();
  nodes_.clear();
  const std::filesystem::path next = folder / "next";
  for (const auto& [node, place] : {std::pair{root_node_, root}, std::pair{memory_node_, memory}}) {
    Paths made;
    copy(*node, place, next, made);
    nodes_[key_of(status_of(next))] = node;
    replace(place, next);
  }
}

void Disk::Inside::copy(const DiskFolder& node,
                        const std::filesystem::path& from,
                        const std::filesystem::path& to,
                        Paths& made) {
  for (const std::string& name : names_in(from)) {
    if (!node.now.contains(name) && name != kLmdbLock) {
      throw std::logic_error{"the simulated disk has not seen who made " + (from / name).string()};
    }
  }
  real::make_folder(to, node.mode);
  for (const auto& [name, inside] : node.now) {
    if (const auto inner = std::dynamic_pointer_cast<DiskFolder>(inside)) {
      copy(*inner, from / name, to / name, made);
    } else if (const auto [first, is_first] = made.emplace(inside->number(), to / name); is_first) {
      real::copy_file(from / name, to / name);
    } else {
      std::filesystem::create_hard_link(first->second, to / name);
    }
    nodes_[key_of(status_of(to / name))] = inside;
  }
}

void Disk::Inside::go_on_after_power_cut(Random& random) {
  close_what_is_open();
  const Luck luck = luck_of(random);
  Paths sources;
  find_all(*root_node_, root, sources);
  lost_writes += names_.lose(luck, random);
  const std::filesystem::path next = folder / "next";
  Paths made;
  lay_out(*root_node_, next, sources, made, luck, random);
  nodes_.clear();
  root_node_.reset();
  memory_node_.reset();
  replace(root, next);
  real::make_folder(next, kFolderMode);
  replace(memory, next);
  write_boot_id();
  used = 0;
  begin_with(root);
  begin_with(memory);
}

void Disk::Inside::find_all(const DiskFolder& node,
                            const std::filesystem::path& path,
                            Paths& found) const {
  for (const std::string& name : names_in(path)) {
    if (!node.now.contains(name) && name != kLmdbLock) {
      throw std::logic_error{"the simulated disk has not seen who made " + (path / name).string()};
    }
  }
  for (const auto& [name, inside] : node.now) {
    if (const auto inner = std::dynamic_pointer_cast<DiskFolder>(inside)) {
      find_all(*inner, path / name, found);
    } else {
      found[inside->number()] = path / name;
    }
  }
}

// What the folder's safe names lead to.
void Disk::Inside::lay_out(const DiskFolder& node,
                           const std::filesystem::path& to,
                           const Paths& sources,
                           Paths& made,
                           Luck luck,
                           Random& random) {
  real::make_folder(to, node.mode);
  for (const auto& [name, inside] : node.safe) {
    if (const auto inner = std::dynamic_pointer_cast<DiskFolder>(inside)) {
      lay_out(*inner, to / name, sources, made, luck, random);
      continue;
    }
    const auto [first, is_first] = made.emplace(inside->number(), to / name);
    if (!is_first) {
      std::filesystem::create_hard_link(first->second, to / name);
      continue;
    }
    auto& file = dynamic_cast<DiskFile&>(*inside);
    const auto source = sources.find(file.number());
    real::copy_file(source == sources.end() ? file.kept : source->second, to / name);
    lost_writes += file.lose(real::File{to / name, O_RDWR}.get(), luck, random);
  }
}

}  // namespace betex::sim
