#include "journal/data_file.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

// LMDB's file format, version 1, 64 bits (mdb.c of 0.9: MDB_page, MDB_meta, MDB_db, MDB_node).
constexpr std::uint32_t kMetaMagic = 0xbeefc0de;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::uint16_t kBranchPage = 0x01;
constexpr std::uint16_t kLeafPage = 0x02;
constexpr std::uint16_t kOverflowPage = 0x04;
constexpr std::uint16_t kMetaPage = 0x08;
constexpr std::uint16_t kIntegerKeyFlag = 0x08;
constexpr std::uint16_t kBigData = 0x01;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint16_t kMaxDepth = 32;
constexpr std::size_t kNodeHeaderSize = 8;
constexpr std::size_t kKeySize = 8;
constexpr std::uint32_t kSmallestPage = 512;
constexpr std::uint32_t kLargestPage = 32768;

struct PageHeader {
  std::uint64_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint16_t lower;  // these two are the page count of an overflow page
  std::uint16_t upper;
};

static_assert(sizeof(PageHeader) == 16);

struct DatabaseRecord {
  std::uint32_t pad;  // page size, in the first of a meta page's two
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
};

struct MetaPage {
  PageHeader header;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_size;
  DatabaseRecord free_pages;
  DatabaseRecord main;
  std::uint64_t last_page;
  std::uint64_t txn_id;
};

static_assert(sizeof(MetaPage) == 152);

struct NodeHeader {
  std::uint16_t low;
  std::uint16_t high;
  std::uint16_t flags;
  std::uint16_t key_size;
};

static_assert(sizeof(NodeHeader) == kNodeHeaderSize);

template <typename T>
T load(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

class Checker {
 public:
  Checker(const std::filesystem::path& data_file, const std::string& segment)
      : path_{data_file}, segment_{segment}, file_{data_file, O_RDONLY} {
    struct stat info {};

    if (::fstat(file_.get(), &info) != 0) {
      throw_io_error(errno, "fstat", data_file);
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
  }

  // A live writer may change a meta page between or during the reads: two equal readings show a
  // state that the file was in.
  [[nodiscard]] std::array<MetaPage, 2> read_metas() {
    std::array<MetaPage, 2> metas = read_metas_once();
    for (;;) {
      const std::array<MetaPage, 2> again = read_metas_once();
      if (std::memcmp(&metas, &again, sizeof(metas)) == 0) {
        return metas;
      }
      metas = again;
    }
  }

  void check_meta(const MetaPage& meta, std::uint64_t number) const {
    const std::string page = "meta page " + std::to_string(number) + ": ";
    const auto require = [&](bool good, const char* what) {
      if (!good) {
        fail(Fault::MetaDamaged, page + what);
      }
    };
    require(meta.header.number == number && meta.header.flags == kMetaPage, "no meta page");
    require(meta.magic == kMetaMagic, "wrong magic number");
    require(meta.version == kDataVersion, "wrong version");
    require(meta.free_pages.pad == page_size_, "wrong page size");
    // LMDB writes the flag of integer keys with the first commit. Where the writing of a meta page
    // has failed, it puts back the old commit id and last page, but none of the rest.
    require(meta.main.flags == kIntegerKeyFlag || (meta.main.flags == 0 && meta.txn_id == 0),
            "wrong key order");
    require(meta.main.depth <= kMaxDepth && meta.free_pages.depth <= kMaxDepth, "too deep");
    require((meta.main.depth == 0) == (meta.main.root == kNoPage), "depth without a root");
    require(meta.last_page >= 1 && meta.last_page < kNoPage / page_size_, "wrong last page");
    require(meta.map_size / page_size_ > meta.last_page, "map smaller than its pages");
    require(meta.txn_id == 0 || meta.txn_id % 2 == number, "commit id of the other page");
  }

  void check_tree(const MetaPage& meta) {
    last_page_ = meta.last_page;
    pages_left_ = meta.last_page + 1;
    if (meta.main.depth != 0) {
      check_page(meta.main.root, meta.main.depth);
    }
  }

  [[noreturn]] void fail(Fault fault, const std::string& what) const {
    throw JournalError{{.fault = fault, .what = "data.mdb: " + what, .segment = segment_}};
  }

 private:
  [[nodiscard]] std::array<MetaPage, 2> read_metas_once() {
    const auto first = read<MetaPage>(0, "meta page 0");
    page_size_ = first.free_pages.pad;
    if (!std::has_single_bit(page_size_) || page_size_ < kSmallestPage ||
        page_size_ > kLargestPage) {
      fail(Fault::MetaDamaged, "meta page 0: impossible page size " + std::to_string(page_size_));
    }
    return {first, read<MetaPage>(page_size_, "meta page 1")};
  }

  template <typename T>
  [[nodiscard]] T read(std::uint64_t offset, const std::string& what) const {
    std::array<std::byte, sizeof(T)> bytes;
    read_bytes(bytes.data(), bytes.size(), offset, what);
    return load<T>(bytes.data());
  }

  void read_bytes(std::byte* to,
                  std::size_t size,
                  std::uint64_t offset,
                  const std::string& what) const {
    if (read_at(file_, to, size, offset) != size) {
      fail(Fault::FileTruncated,
           what + " is beyond the file's end (" + std::to_string(size_) + " bytes)");
    }
  }

  // Counts the page as reached: in a tree each is reached once, so a loop runs out of pages.
  void reach(std::uint64_t number, std::uint64_t count) {
    if (number < 2 || number > last_page_ || count > last_page_ - number + 1 ||
        count > pages_left_) {
      fail(Fault::PageDamaged, "a page refers to page " + std::to_string(number));
    }
    pages_left_ -= count;
  }

  // Depth is bounded by kMaxDepth.
  // NOLINTNEXTLINE(misc-no-recursion)
  void check_page(std::uint64_t number, std::uint16_t depth) {
    reach(number, 1);
    const std::string name = "page " + std::to_string(number);
    std::vector<std::byte> page(page_size_);
    read_bytes(page.data(), page.size(), number * page_size_, name);
    const auto header = load<PageHeader>(page.data());
    const bool leaf = depth == 1;
    if (header.number != number || header.flags != (leaf ? kLeafPage : kBranchPage)) {
      fail(Fault::PageDamaged, name + " is not the page that it should be");
    }
    if (header.lower < sizeof(PageHeader) || header.lower > header.upper ||
        header.upper > page_size_ || header.lower % 2 != 0) {
      fail(Fault::PageDamaged, name + ": wrong bounds");
    }
    const std::size_t nodes = (header.lower - sizeof(PageHeader)) / 2;
    if (nodes < (leaf ? 1U : 2U)) {
      fail(Fault::PageDamaged, name + ": too few nodes");
    }
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::size_t at = load<std::uint16_t>(page.data() + sizeof(PageHeader) + 2 * i);
      if (at < header.upper || at + kNodeHeaderSize > page_size_) {
        fail(Fault::PageDamaged, name + ": a node is out of place");
      }
      if (leaf) {
        check_leaf_node(page, at, name);
      } else {
        check_page(check_branch_node(page, at, name, i), static_cast<std::uint16_t>(depth - 1));
      }
    }
  }

  // Returns the child's page number.
  [[nodiscard]] std::uint64_t check_branch_node(const std::vector<std::byte>& page,
                                                std::size_t at,
                                                const std::string& name,
                                                std::size_t index) const {
    const auto node = load<NodeHeader>(page.data() + at);
    const bool good_key = node.key_size == kKeySize || (index == 0 && node.key_size == 0);
    if (!good_key || at + kNodeHeaderSize + node.key_size > page_size_) {
      fail(Fault::PageDamaged, name + ": a branch's key is damaged");
    }
    return std::uint64_t{node.low} | std::uint64_t{node.high} << 16U |
           std::uint64_t{node.flags} << 32U;
  }

  void check_leaf_node(const std::vector<std::byte>& page,
                       std::size_t at,
                       const std::string& name) {
    const auto node = load<NodeHeader>(page.data() + at);
    const bool big = node.flags == kBigData;
    const std::uint64_t size = std::uint64_t{node.low} | std::uint64_t{node.high} << 16U;
    const std::size_t data = at + kNodeHeaderSize + kKeySize;
    const std::uint64_t inside = big ? sizeof(std::uint64_t) : size;
    if ((node.flags != 0 && !big) || node.key_size != kKeySize || data + inside > page_size_) {
      fail(Fault::PageDamaged, name + ": an entry is damaged");
    }
    if (big) {
      check_overflow(load<std::uint64_t>(page.data() + data), size);
    }
  }

  void check_overflow(std::uint64_t number, std::uint64_t size) {
    const std::uint64_t count = (sizeof(PageHeader) - 1 + size) / page_size_ + 1;
    reach(number, count);
    const std::string name = "overflow page " + std::to_string(number);
    const auto header = read<PageHeader>(number * page_size_, name);
    const std::uint32_t pages =
        std::uint32_t{header.lower} | static_cast<std::uint32_t>(header.upper) << 16U;
    if (header.number != number || header.flags != kOverflowPage || pages != count) {
      fail(Fault::PageDamaged, name + " is not the page that it should be");
    }
    if ((number + count) * page_size_ > size_) {
      fail(Fault::FileTruncated,
           name + " reaches beyond the file's end (" + std::to_string(size_) + " bytes)");
    }
  }

  std::filesystem::path path_;
  std::string segment_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::uint32_t page_size_ = 0;
  std::uint64_t last_page_ = 0;
  std::uint64_t pages_left_ = 0;
};

}  // namespace

DataFileEnd check_metas(const std::filesystem::path& data_file, const std::string& segment) {
  Checker checker{data_file, segment};
  const std::array<MetaPage, 2> metas = checker.read_metas();
  checker.check_meta(metas[0], 0);
  checker.check_meta(metas[1], 1);
  const std::uint64_t even = metas[0].txn_id;
  const std::uint64_t odd = metas[1].txn_id;
  if (even + 1 != odd && odd + 1 != even) {
    checker.fail(Fault::MetaDamaged,
                 "the meta pages are of commits " + std::to_string(even) + " and " +
                     std::to_string(odd) + ", which are no neighbours");
  }
  const MetaPage& newest = metas[even > odd ? 0 : 1];
  return {.txn_id = newest.txn_id, .bytes = (newest.last_page + 1) * newest.free_pages.pad};
}

bool check_pages(const std::filesystem::path& data_file,
                 const std::string& segment,
                 std::uint64_t txn_id) {
  Checker checker{data_file, segment};
  const std::array<MetaPage, 2> metas = checker.read_metas();
  const std::uint64_t number = txn_id % 2;
  if (metas[number].txn_id != txn_id) {
    return false;
  }
  checker.check_meta(metas[number], number);
  checker.check_tree(metas[number]);
  return true;
}

}  // namespace betex::journal
