#include "gateway/tools/answer.h"

#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "gateway/tools/field_tags.h"
#include "gateway/tools/report_line.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::Message;

Progress ended(bool refused) {
  return refused ? Progress::Refused : Progress::Done;
}

// ---- operators ---------------------------------------------------------------------------------

// A result that this program does not know says nothing: never that it is done.
Progress of_result(const Message& report) {
  const std::string_view result = report.get(tag::kOpsResult);
  if (result == "2") {
    return Progress::Underway;
  }
  if (result == "6" || (result == "4" && report.find(tag::kExpireTime))) {
    return Progress::WaitsForApproval;
  }
  if (result == "4") {
    return ended(report.find(tag::kEngineReason).has_value());
  }
  const bool is_done = result == "0" || result == "3" || result == "5";
  const bool is_refused = result == "1" || result == "7";
  return is_done || is_refused ? ended(is_refused) : Progress::Unrelated;
}

// The values of a field that says of a request of the standard what has become of it; the third one
// is a refusal.
struct Responses {
  int tag = 0;
  std::string_view accepted;  // and another answer follows, but for a dry run's
  std::string_view completed;
};

Progress of_response(const Message& report, const Responses& responses) {
  if (report.has(responses.tag, responses.accepted)) {
    return report.has(tag::kApplTestMessageIndicator, "Y") ? Progress::Done : Progress::Underway;
  }
  return ended(!report.has(responses.tag, responses.completed));
}

Progress of_operation(const Message& report, const Message& request, const OperationKind& kind) {
  const auto id = request.find(kind.id_tag);
  if (report.has(tag::kCopyMsgIndicator, "Y")) {
    return Progress::Unrelated;
  }
  if (report.type() == "UOR") {
    return report.find(tag::kOpsReqId) == id ? of_result(report) : Progress::Unrelated;
  }
  if (report.type() != kind.answer || report.find(kind.id_tag) != id) {
    return Progress::Unrelated;
  }
  if (kind.answer == "BZ") {
    return of_response(report,
                       {.tag = tag::kMassActionResponse, .accepted = "1", .completed = "2"});
  }
  if (kind.answer == "DI") {
    return of_response(report,
                       {.tag = tag::kPartyActionResponse, .accepted = "0", .completed = "1"});
  }
  const bool more_follow = (kind.answer == "BD" && report.has(tag::kLastFragment, "N")) ||
                           (kind.answer == "AP" && report.find(tag::kSymbol));
  return more_follow ? Progress::Unrelated : ended(refused(report));
}

// ---- order groups, replays, limits -------------------------------------------------------------

Progress of_order_group(const Message& report, const Message& request) {
  const bool answers = report.type() == "UOH" && !report.has(tag::kCopyMsgIndicator, "Y") &&
                       report.find(tag::kClOrdId) == request.find(tag::kClOrdId);
  return answers ? ended(refused(report)) : Progress::Unrelated;
}

// Reports that are told again come between the two.
Progress of_replay(const Message& report, const Message& request) {
  if (report.find(tag::kApplReqId) != request.find(tag::kApplReqId)) {
    return Progress::Unrelated;
  }
  if (report.type() == "BX") {
    return report.has(tag::kApplResponseType, "0") ? Progress::Underway : Progress::Refused;
  }
  return report.type() == "BY" ? Progress::Done : Progress::Unrelated;
}

Progress of_limits(const Message& report, const Message& request) {
  const bool answers = report.type() == "BF" &&
                       report.find(tag::kUserRequestId) == request.find(tag::kUserRequestId);
  return answers ? ended(refused(report)) : Progress::Unrelated;
}

// ---- all, by the kind of report ----------------------------------------------------------------

Progress of_report(const Message& report, const Message& request, std::uint32_t /*number*/) {
  if (const OperationKind* const kind = operation_kind(request.type())) {
    return of_operation(report, request, *kind);
  }
  if (request.type() == "UOG") {
    return of_order_group(report, request);
  }
  if (request.type() == "BW") {
    return of_replay(report, request);
  }
  if (request.type() == "BE") {
    return of_limits(report, request);
  }
  const bool answers =
      (request.type() == "x" && report.type() == "y" && !report.has(tag::kLastFragment, "N") &&
       report.find(tag::kSecurityReqId) == request.find(tag::kSecurityReqId)) ||
      (request.type() == "e" && report.type() == "f" &&
       report.find(tag::kSecurityStatusReqId) == request.find(tag::kSecurityStatusReqId));
  return answers ? ended(refused(report)) : Progress::Unrelated;
}

Progress of_report(const client::ExecutionReport& report,
                   const Message& request,
                   std::uint32_t /*number*/) {
  const char type = report.exec_type;
  if (request.type() == "H") {
    const bool answers = type == 'I' && request.has(tag::kOrdStatusReqId, report.status_req_id);
    return answers ? ended(refused(report)) : Progress::Unrelated;
  }
  if (request.type() == "AF") {
    const bool answers =
        request.has(tag::kMassStatusReqId, report.mass_status_req_id) && report.last_report;
    return answers ? ended(refused(report)) : Progress::Unrelated;
  }
  if (report.copy || !request.has(tag::kClOrdId, report.cl_ord_id)) {
    return Progress::Unrelated;
  }
  // How it stands: of an order that may have arrived before.
  const bool as_it_stands = type == 'I' && request.has(tag::kPossResend, "Y");
  if (type == 'A' || (as_it_stands && report.ord_status == 'A')) {
    return Progress::WaitsForDelay;
  }
  const bool first_or_last = type == '5' || type == '0' || type == '4' || type == '8';
  return first_or_last || as_it_stands ? ended(refused(report)) : Progress::Unrelated;
}

Progress of_report(const client::CancelReject& reject,
                   const Message& request,
                   std::uint32_t /*number*/) {
  const bool answers = (request.type() == "F" || request.type() == "G") &&
                       request.has(tag::kClOrdId, reject.cl_ord_id);
  return answers ? Progress::Refused : Progress::Unrelated;
}

Progress of_report(const client::MassCancelReport& report,
                   const Message& request,
                   std::uint32_t /*number*/) {
  const bool answers = request.type() == "q" && request.has(tag::kClOrdId, report.cl_ord_id);
  return answers ? ended(report.refused) : Progress::Unrelated;
}

Progress of_report(const client::MessageReject& reject,
                   const Message& /*request*/,
                   std::uint32_t number) {
  return reject.ref_seq_num == number ? Progress::Refused : Progress::Unrelated;
}

}  // namespace

// What is told again answers nothing; but as long as it comes, a replay goes on.
Progress progress_of(const client::Report& report, const Message& request, std::uint32_t number) {
  if (client::told_again(report)) {
    return request.type() == "BW" ? Progress::Underway : Progress::Unrelated;
  }
  return std::visit([&](const auto& body) { return of_report(body, request, number); }, report);
}

std::string how_to_repeat(const Message& request) {
  const OperationKind* const kind = operation_kind(request.type());
  if (kind != nullptr && kind->answer != "BD" && kind->answer != "AP") {
    return fmt::format("--id {}", word(request.get(kind->id_tag)));
  }
  if (request.type() == "D") {
    return fmt::format("--id {} --again", word(request.get(tag::kClOrdId)));
  }
  return {};
}

}  // namespace betex::tools
