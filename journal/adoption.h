// Adopting a log on a shared disk by copy: the segment that another machine's writer may still have
// open gets a new file, so that what that writer adds later lands where nobody reads.
#pragma once

#include <filesystem>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/writer_authority.h"

namespace betex::journal {

// For the opening `epoch`, which `authority` has granted, with the lock held and before any segment
// is mapped. The newest segment with records, and the empty ones of its writer or of later ones,
// are copied by read(2), verified record by record, and put in their places in one step each; what
// stood there is kept in retired/void-EPOCH/. A start that is cut off anywhere leaves a log that
// the next one adopts. Returns which were adopted. Throws AuthorityLost where the right is lost, or
// another writer goes on writing, and whatever is wrong with a segment.
std::vector<SegmentName> adopt_by_copy(const std::filesystem::path& wal_root,
                                       WriterEpoch epoch,
                                       const WriterAuthority& authority,
                                       EnvironmentPool& pool);

}  // namespace betex::journal
