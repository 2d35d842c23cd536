// All messages that we take or send: the one description that decoder, data dictionaries, the tag
// tables of the rules of engagement and the Orchestra files are made from.
#pragma once

#include <algorithm>
#include <array>

#include "fix_spec/account_messages.h"
#include "fix_spec/application_messages.h"
#include "fix_spec/general_messages.h"
#include "fix_spec/market_data_messages.h"
#include "fix_spec/market_messages.h"
#include "fix_spec/message_spec.h"
#include "fix_spec/operation_messages.h"
#include "fix_spec/operation_report_messages.h"
#include "fix_spec/order_group_messages.h"
#include "fix_spec/order_messages.h"
#include "fix_spec/session_messages.h"

namespace betex::fix {

inline constexpr auto kMessages = [] {
  std::array<const MessageSpec*,
             kSessionMessages.size() + kOrderMessages.size() + kOrderGroupMessages.size() +
                 kMarketMessages.size() + kMarketDataMessages.size() + kAccountMessages.size() +
                 kApplicationMessages.size() + kGeneralMessages.size() + kOperationMessages.size() +
                 kOperationReportMessages.size()>
      all{};
  auto* at = std::ranges::copy(kSessionMessages, all.begin()).out;
  at = std::ranges::copy(kOrderMessages, at).out;
  at = std::ranges::copy(kOrderGroupMessages, at).out;
  at = std::ranges::copy(kMarketMessages, at).out;
  at = std::ranges::copy(kMarketDataMessages, at).out;
  at = std::ranges::copy(kAccountMessages, at).out;
  at = std::ranges::copy(kApplicationMessages, at).out;
  at = std::ranges::copy(kGeneralMessages, at).out;
  at = std::ranges::copy(kOperationMessages, at).out;
  std::ranges::copy(kOperationReportMessages, at);
  return all;
}();

}  // namespace betex::fix
