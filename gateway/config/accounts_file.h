// config/accounts.toml: what accounts begin with, where it is more than nothing.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/config_error.h"

namespace betex::gateway {

// The exchange's own accounts ($HOUSE, $ROUNDING) are named so; nobody trades for one.
[[nodiscard]] constexpr bool is_the_exchanges(std::string_view account) noexcept {
  return account.starts_with('$');
}

[[nodiscard]] Complaint exchanges_account_complaint(std::string_view account);

[[nodiscard]] std::vector<AccountConfig> load_accounts(const std::filesystem::path& file,
                                                       std::vector<Finding>& findings);

}  // namespace betex::gateway
