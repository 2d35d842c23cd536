// What may stand at a path of the log's. Files are regular files: a link, a pipe or a device in the
// place of one is refused (NotARegularFile), neither followed nor waited for. A folder may be a
// link if this user or root owns it. What root makes gets the owner of the folder that it is made
// in: else the gateway could not open what root's betex-journal has left.
#pragma once

#include <filesystem>

namespace betex::journal {

// Throws ForeignLink where the folder is a link, or a link behind a link, that neither this user
// nor root owns. A folder that is not there passes.
void check_folder(const std::filesystem::path& folder);

// The same, and returns the folder without any link in its path: what is opened below it stays in
// it, also when somebody changes a link meanwhile.
[[nodiscard]] std::filesystem::path resolve_folder(const std::filesystem::path& folder);

// Throws NotARegularFile where something else is at the path. For files that others open, and for
// an open one's path after it could not be opened. A file that is not there passes.
void check_file(const std::filesystem::path& file);

// Throws NotARegularFile where the open file is none.
void check_open_file(int fd, const std::filesystem::path& path);

// Gives what was just made to the owner of its folder, where root has made it.
void give_to_owner_of_folder(const std::filesystem::path& made);

}  // namespace betex::journal
