#include "tests/sim/clients/judges/owed_reports.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "gateway/link/report.h"
#include "gateway/reports/report_state.h"
#include "gateway/wire/report_encoder.h"
#include "tests/sim/clients/bodies.h"

namespace betex::sim {
namespace {

using client::Message;
using matching::EventSeq;
using matching::SessionId;

constexpr int kExecId = 17;
constexpr int kRefSeqNum = 45;
constexpr int kPossResend = 97;
constexpr int kCopyMsgIndicator = 797;
constexpr int kOpsResult = 20013;
constexpr int kReportId = 20068;
constexpr int kSettlementReportId = 20105;
constexpr std::size_t kShown = 8;

int id_tag_of(const Message& message) {
  return message.type() == "8"     ? kExecId
         : message.type() == "UMS" ? kSettlementReportId
                                   : kReportId;
}

// A proposal that waits is shown again at each logon, by a copy without 97=Y.
bool is_shown_at_logon(const Message& message) {
  return message.type() == "UOR" && message.has(kOpsResult, "6") &&
         message.has(kCopyMsgIndicator, "Y");
}

}  // namespace

struct OwedReports::State {
  explicit State(std::vector<gateway::AudienceMember> members)
      : reports{.model = gateway::ReadModel{gateway::Audience{std::move(members)}},
                .cursors = {},
                .last_seq = {},
                .last_time = {},
                .times = {}} {}

  gateway::ReportState reports;
  std::string frame;  // of the report that is encoded
};

// Notes each report of an event for the session that it is for.
class OwedReports::Receiver final : public gateway::ReportReceiver {
 public:
  explicit Receiver(OwedReports& owed) : owed_{owed} {}

  [[nodiscard]] bool wants(SessionId /*session*/, fix::ReportId /*id*/) override { return true; }

  void receive(SessionId session, fix::Report report) override {
    const std::string comp_id{owed_.state_->reports.model.comp_id(session).view()};
    const auto account = owed_.accounts_.find(comp_id);
    if (account == owed_.accounts_.end()) {
      return;
    }
    std::string& frame = owed_.state_->frame;
    frame.clear();
    fix::encode(report,
                {.version = account->second.member.version,
                 .sender_comp_id = "BETEX",
                 .target_comp_id = comp_id,
                 .msg_seq_num = matching::MsgSeqNum{1},
                 .sending_time = matching::Timestamp{1},
                 .last_msg_seq_num_processed = {},
                 .poss_resend = false},
                frame);
    const Key key{.event = report.id.event.value(), .leg = report.id.leg};
    account->second.reports.try_emplace(
        key, Owed{.body = body_of(std::string_view{frame}), .told = false});
    if (const auto* const reject = std::get_if<fix::Reject>(&report.body)) {
      account->second.rejects.insert_or_assign(reject->ref_seq_num.value(), key);
    }
    ++account->second.untold;
  }

 private:
  OwedReports& owed_;
};

OwedReports::OwedReports(const std::vector<gateway::AudienceMember>& members)
    : state_{std::make_unique<State>(members)} {
  for (const gateway::AudienceMember& member : members) {
    accounts_.emplace(std::string{member.comp_id.view()},
                      Account{.member = member, .reports = {}, .untold = 0});
  }
}

OwedReports::~OwedReports() = default;

void OwedReports::take(const matching::TransactionView& transaction) {
  Receiver receiver{*this};
  state_->reports.take(transaction, receiver, [](const auto& /*event*/) {});
}

std::string OwedReports::id_text(const Key& key) {
  return std::to_string(key.event) + "-" + std::to_string(key.leg);
}

// It names no event, and one that uses no number up, of a message that has come before, tells of
// none: what is another's is still owed.
void OwedReports::take_reject(const std::string& comp_id, const Message& message) {
  const auto found = accounts_.find(comp_id);
  if (found == accounts_.end()) {
    return;
  }
  Account& account = found->second;
  const auto reject = account.rejects.find(static_cast<std::uint32_t>(message.get_int(kRefSeqNum)));
  if (reject == account.rejects.end()) {
    return;
  }
  Owed& owed = account.reports.at(reject->second);
  if (!owed.told && owed.body == body_of(message)) {
    owed.told = true;
    --account.untold;
  }
}

std::string OwedReports::told(const std::string& comp_id, const Message& message) {
  if (message.type() == "3") {
    take_reject(comp_id, message);
    return "";
  }
  const std::string_view text = message.find(id_tag_of(message)).value_or("");
  if (text.empty() || text == "0") {
    return "";  // it tells of no event
  }
  Key key;
  const char* const end = text.data() + text.size();
  const auto event = std::from_chars(text.data(), end, key.event);
  const bool has_leg = event.ec == std::errc{} && event.ptr != end && *event.ptr == '-';
  if (!has_leg || std::from_chars(event.ptr + 1, end, key.leg).ptr != end) {
    return "a report that names no event: " + words_of(message);
  }
  if (key.event > state_->reports.last_seq.value()) {
    return "was told of " + std::string{text} + ", and only events up to " +
           std::to_string(state_->reports.last_seq.value()) + " are durable: " + words_of(message);
  }
  const auto account = accounts_.find(comp_id);
  const auto owed = account == accounts_.end() ? std::map<Key, Owed>::iterator{}
                                               : account->second.reports.find(key);
  const bool shown = is_shown_at_logon(message);
  if (account == accounts_.end() || owed == account->second.reports.end()) {
    return shown
               ? ""  // it was proposed before this session was on for the first time
               : "was told of " + std::string{text} + ", which is not for it: " + words_of(message);
  }
  if (!shown && owed->second.body != body_of(message)) {
    return "was told another thing of " + std::string{text} +
           " than the journal says: " + words_of(message) + " and not " +
           client::readable(owed->second.body);
  }
  if (!owed->second.told) {
    owed->second.told = true;
    --account->second.untold;
  } else if (!shown && !message.has(kPossResend, "Y")) {
    return "was told twice of " + std::string{text} + ": " + words_of(message);
  }
  return "";
}

std::size_t OwedReports::owed_to(const std::string& comp_id) const {
  const auto account = accounts_.find(comp_id);
  return account == accounts_.end() ? 0 : account->second.untold;
}

std::string OwedReports::which_to(const std::string& comp_id) const {
  std::string which;
  std::size_t shown = 0;
  if (const auto account = accounts_.find(comp_id); account != accounts_.end()) {
    for (const auto& [key, owed] : account->second.reports) {
      if (!owed.told && ++shown <= kShown) {
        which += (which.empty() ? "" : ", ") + id_text(key);
      }
    }
  }
  return which + (shown > kShown ? " …" : "");
}

}  // namespace betex::sim
