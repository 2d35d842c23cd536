#include "gateway/tools/operation_line.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gateway/tools/field_tags.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::Message;
using Meaning = std::pair<std::string_view, std::string_view>;

// A field, and what is written before its value.
using Labels = std::pair<int, std::string_view>;

constexpr std::array<Meaning, 8> kMarketStates{{{"1", "inactive"},
                                                {"2", "open"},
                                                {"3", "suspended"},
                                                {"4", "halted"},
                                                {"5", "closed"},
                                                {"6", "determined"},
                                                {"7", "settled"},
                                                {"8", "voided"}}};

constexpr std::array<Meaning, 4> kSessionStates{
    {{"1", "on"}, {"2", "lost"}, {"3", "off"}, {"4", "going up or down"}}};

// Of accounts; a session is one where the party's role is 55.
constexpr std::array<Meaning, 3> kPartyActions{
    {{"0", "suspend"}, {"1", "suspend and cancel"}, {"2", "resume"}}};

template <typename Fields>
std::string labelled(const Message& message, const Fields& fields) {
  std::string text;
  for (const auto& [field, label] : fields) {
    if (message.find(field)) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", label, word(message.get(field)));
    }
  }
  return text;
}

// What TotalAffectedOrders(533) counts.
std::string_view things(const Message& message) {
  const std::string_view command = value_of(message, tag::kOpsCommand);
  return command == "Settle"                              ? "accounts"
         : command == "Void" || command == "RemoveRunner" ? "orders and accounts"
                                                          : "orders";
}

std::string affected(const Message& message) {
  const std::string_view count = value_of(message, tag::kTotalAffectedOrders);
  return count.empty() ? "" : fmt::format(", {} {}", count, things(message));
}

std::string refusal(const Message& message) {
  return fmt::format("REFUSED: {}{}",
                     reason_text(message),
                     message.has(tag::kRetry, "Y") ? "; may be asked again under a new id" : "");
}

// ---- OperationsReport --------------------------------------------------------------------------

std::string known(const Message& message) {
  const std::string first = message.find(tag::kFirstAnswer)
                                ? fmt::format(" by event {}", message.get(tag::kFirstAnswer))
                                : "";
  if (message.find(tag::kEngineReason)) {
    return fmt::format("KNOWN: refused before{}: {}", first, reason_text(message));
  }
  return message.find(tag::kExpireTime)
             ? fmt::format("KNOWN: proposed before{}, waits for approval until {}",
                           first,
                           word(message.get(tag::kExpireTime)))
             : fmt::format("KNOWN: answered before{}", first);
}

std::string dropped(const Message& message) {
  const std::string why =
      message.find(tag::kEngineReason) ? fmt::format(": {}", reason_text(message)) : "";
  return "DECLINED OR EXPIRED" + why;
}

// What a second operator has to see: all that the command says, and how long it waits.
std::string proposal(const Message& message) {
  constexpr std::array<Labels, 6> kSaid{{{tag::kAmount, "amount"},
                                         {tag::kNoticeSeconds, "in (seconds)"},
                                         {tag::kSettlPrice, "price"},
                                         {tag::kNewEpoch, "new epoch"},
                                         {client::tag::kText, "remark"},
                                         {tag::kExpireTime, "until"}}};
  std::string text = "WAITS FOR APPROVAL";
  std::string_view symbol;
  std::string_view numerator;
  for (const client::Field& field : message.fields()) {
    if (field.tag == tag::kSymbol) {
      symbol = field.value;
    } else if (field.tag == tag::kShareNumerator) {
      numerator = field.value;
    } else if (field.tag == tag::kShareDenominator) {
      text += fmt::format(" {}={}/{}", word(symbol), numerator, field.value);
    }
  }
  const std::string said = labelled(message, kSaid);
  return said.empty() ? text : fmt::format("{} ({})", text, said);
}

std::string result(const Message& message) {
  const std::string_view code = message.get(tag::kOpsResult);
  if (code == "0") {
    return "DONE";
  }
  if (code == "1") {
    return refusal(message);
  }
  if (code == "2") {
    return "DONE, what follows from it runs";
  }
  if (code == "3") {
    return "COMPLETE" + affected(message);
  }
  if (code == "4") {
    return known(message);
  }
  if (code == "5") {
    return "WOULD BE DONE" + affected(message);
  }
  if (code == "6") {
    return proposal(message);
  }
  return code == "7" ? dropped(message) : fmt::format("result {}", code);
}

// The symbols of a group are no subject.
std::string subject(const Message& message) {
  const bool has_group = message.find(tag::kNoRelatedSym).has_value();
  std::string text;
  for (const int field : {tag::kMarketSegmentId, tag::kSymbol, tag::kAccount, tag::kRefCompId}) {
    if (message.find(field) && !(field == tag::kSymbol && has_group)) {
      text += text.empty() ? word(message.get(field)) : " " + word(message.get(field));
    }
  }
  return text.empty() ? "exchange" : text;
}

std::string state(const Message& message) {
  return message.find(tag::kMarketState)
             ? fmt::format("; {}", word_for(message.get(tag::kMarketState), kMarketStates))
             : "";
}

// What stands behind the outcome on all of them.
std::string trailer(const Message& message, std::string_view id) {
  const std::string_view decided =
      message.has(tag::kOpsResult, "7") ? "declined by" : "approved by";
  const std::array<Labels, 15> said{{{tag::kRefOpsReqId, "proposal"},
                                     {tag::kNoticeSeconds, "in (seconds)"},
                                     {tag::kMarketVersion, "version"},
                                     {tag::kBalance, "balance"},
                                     {tag::kExposure, "exposure"},
                                     {tag::kAvailable, "available"},
                                     {tag::kEpoch, "epoch"},
                                     {tag::kNextIn, "next in"},
                                     {tag::kReservedTo, "reserved to"},
                                     {tag::kLastOut, "last out"},
                                     {tag::kDelivered, "delivered"},
                                     {tag::kWatermark, "watermark"},
                                     {tag::kRequestedBy, "asked by"},
                                     {tag::kApprovedBy, decided},
                                     {tag::kEventSeq, "event"}}};
  const std::string details = labelled(message, said);
  return fmt::format("{}{}{}{}",
                     details.empty() ? "" : "  " + details,
                     id.empty() ? "" : fmt::format("  id {}", word(id)),
                     copy_note(message),
                     message.has(tag::kApplTestMessageIndicator, "Y") ? " (dry run)" : "");
}

std::string line_of(std::string_view time,
                    std::string_view whom,
                    std::string_view what,
                    std::string_view outcome) {
  return fmt::format("{:<26} {:<18} {} {}", readable_time(time), whom, what, outcome);
}

std::string line_of_report(const Message& message) {
  return line_of(
      value_of(message, tag::kTransactTime),
      subject(message),
      word(message.get(tag::kOpsCommand)),
      result(message) + state(message) + trailer(message, value_of(message, tag::kOpsReqId)));
}

// ---- the answers to standard requests ----------------------------------------------------------

std::string line_of_definition(const Message& message) {
  const bool dry = message.has(tag::kApplTestMessageIndicator, "Y");
  const std::string outcome = message.has(tag::kSecurityResponseType, "5") ? refusal(message)
                              : dry                                        ? "WOULD BE DONE"
                                                                           : "DONE; inactive";
  return line_of(value_of(message, tag::kTransactTime),
                 word(message.get(tag::kMarketSegmentId)),
                 "CreateMarket",
                 outcome + trailer(message, value_of(message, tag::kSecurityReqId)));
}

std::string line_of_mass_action(const Message& message) {
  const std::string_view response = message.get(tag::kMassActionResponse);
  const bool dry = message.has(tag::kApplTestMessageIndicator, "Y");
  const std::string outcome = response == "0"   ? refusal(message)
                              : dry             ? "WOULD BE DONE" + affected(message)
                              : response == "2" ? "COMPLETE" + affected(message)
                                                : "DONE, its cancels run";
  std::string whom;
  for (const int field : {tag::kMarketSegmentId, tag::kSymbol, tag::kTargetPartyId}) {
    if (message.find(field)) {
      whom += whom.empty() ? word(message.get(field)) : " " + word(message.get(field));
    }
  }
  return line_of(value_of(message, tag::kTransactTime),
                 whom,
                 "MassCancel",
                 outcome + trailer(message, value_of(message, tag::kClOrdId)));
}

std::string line_of_party_action(const Message& message) {
  const std::string_view response = message.get(tag::kPartyActionResponse);
  const bool dry = message.has(tag::kApplTestMessageIndicator, "Y");
  const std::string outcome = response == "2"   ? refusal(message)
                              : dry             ? "WOULD BE DONE" + affected(message)
                              : response == "1" ? "COMPLETE" + affected(message)
                                                : "DONE, its cancels run";
  return line_of(value_of(message, tag::kTransactTime),
                 word(value_of(message, tag::kPartyId)),
                 fmt::format("{} {}",
                             message.has(tag::kPartyRole, "55") ? "session" : "account",
                             word_for(message.get(tag::kPartyActionType), kPartyActions)),
                 outcome + trailer(message, value_of(message, tag::kPartyActionRequestId)));
}

// ---- NetworkCounterpartySystemStatusResponse ---------------------------------------------------

// The entry of the group that begins at `at`, as a message of its own; `at` moves behind it.
Message next_entry(const Message& message, std::size_t& at) {
  Message entry{"BD"};
  const auto& fields = message.fields();
  do {
    entry.add(fields[at].tag, fields[at].value);
    ++at;
  } while (at < fields.size() && fields[at].tag != tag::kRefCompId);
  return entry;
}

std::string line_of_session(const Message& entry) {
  constexpr std::array<Labels, 8> kNumbers{{{tag::kEpoch, "epoch"},
                                            {tag::kNextIn, "next in"},
                                            {tag::kLastOut, "last out"},
                                            {tag::kReservedTo, "reserved to"},
                                            {tag::kDelivered, "delivered"},
                                            {tag::kQueueBytes, "queue (bytes)"},
                                            {tag::kPeer, "from"},
                                            {tag::kLastHeard, "heard"}}};
  const std::string_view role = value_of(entry, tag::kSessionRole);
  const std::string_view text = value_of(entry, tag::kStatusText);
  return fmt::format("session {:<16} {:<8}{}  {}{}",
                     word(entry.get(tag::kRefCompId)),
                     word_for(value_of(entry, tag::kStatusValue), kSessionStates),
                     role.empty() ? "" : fmt::format(" role {}", role),
                     labelled(entry, kNumbers),
                     text.empty() ? "" : fmt::format(" ({})", text));
}

// What holds the log's oldest segment back: a word, or "session" and whose.
std::string holder(const Message& message) {
  const std::string_view said = value_of(message, tag::kHeldBackBy);
  if (said.empty()) {
    return {};
  }
  const std::size_t end = std::min(said.find(' '), said.size());
  std::string text = ", oldest segment held back by " + word(said.substr(0, end));
  if (end != said.size()) {
    text += " " + word(said.substr(end + 1));
  }
  return text;
}

std::vector<std::string> lines_of_status(const Message& message) {
  constexpr std::array<Labels, 6> kFigures{{{tag::kDurableSeq, "durable event"},
                                            {tag::kRingFillPct, "ring fill (%)"},
                                            {tag::kJournalLagSlots, "journal lag (slots)"},
                                            {tag::kSegments, "segments"},
                                            {tag::kDiskFreeBytes, "disk free (bytes)"},
                                            {tag::kWatermark, "watermark"}}};
  std::vector<std::string> lines;
  const auto& fields = message.fields();
  for (std::size_t at = 0; at < fields.size();) {
    if (fields[at].tag == tag::kRefCompId) {
      lines.push_back(line_of_session(next_entry(message, at)));
    } else {
      ++at;
    }
  }
  if (!message.has(tag::kLastFragment, "N")) {
    lines.push_back("node: " + labelled(message, kFigures) + holder(message));
  }
  return lines;
}

}  // namespace

bool is_operation_report(const Message& message) {
  constexpr std::array<std::string_view, 5> kTypes{"UOR", "d", "BZ", "DI", "BD"};
  for (const std::string_view type : kTypes) {
    if (type == message.type()) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> operation_lines(const Message& message) {
  if (message.type() == "BD") {
    return lines_of_status(message);
  }
  return {message.type() == "UOR"  ? line_of_report(message)
          : message.type() == "d"  ? line_of_definition(message)
          : message.type() == "BZ" ? line_of_mass_action(message)
                                   : line_of_party_action(message)};
}

Tone operation_tone(const Message& message) {
  if (message.has(tag::kCopyMsgIndicator, "Y")) {
    return Tone::Faint;
  }
  if (message.type() == "BD") {
    return Tone::Plain;
  }
  const std::string_view code = value_of(message, tag::kOpsResult);
  if (code == "7") {
    return Tone::Bad;
  }
  const bool unfinished = code == "2" || code == "4" || code == "5" || code == "6" ||
                          message.has(tag::kMassActionResponse, "1") ||
                          message.has(tag::kPartyActionResponse, "0");
  return unfinished ? Tone::Notice : Tone::Good;
}

}  // namespace betex::tools
