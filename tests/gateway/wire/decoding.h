// Requests to be decoded, as texts that are changed in one place, and what came of them as a text.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/fix_text.h"

namespace betex::fix::testing {

using matching::CancelOrder;
using matching::Name;
using matching::PlaceOrder;
using matching::Reason;

inline constexpr std::array kAccounts{Name{"BROKER1"}, Name{"FUND7"}};
inline const std::string kHeader = "34=2|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";

inline Decoded decode_as(SessionRole role, FixVersion version, const std::string& body) {
  const std::string frame = message(version, body);
  FieldTable fields;
  EXPECT_EQ(fields.read(frame), FieldTable::Fault::None) << body;
  return decode(fields,
                {.version = version,
                 .role = role,
                 .session = matching::SessionId{7},
                 .accounts = kAccounts,
                 .currency = matching::Currency{"EUR"}});
}

inline Decoded decode_body(FixVersion version, const std::string& body) {
  return decode_as(SessionRole::Broker, version, body);
}

inline std::string describe(const Decoded& decoded) {
  struct Describer {
    std::string operator()(const PlaceOrder&) const { return "place"; }

    std::string operator()(const CancelOrder&) const { return "cancel"; }

    std::string operator()(const matching::AmendOrder&) const { return "amend"; }

    std::string operator()(const matching::MassCancel&) const { return "mass cancel"; }

    std::string operator()(const matching::OrderGroupRequest&) const { return "order group"; }

    std::string operator()(const gateway::Query&) const { return "query"; }

    std::string operator()(const ThrottleQuery&) const { return "throttle query"; }

    std::string operator()(const OperatorRequest&) const { return "operation"; }

    std::string operator()(const gateway::MarketDataRequest&) const { return "market data"; }

    std::string operator()(const Unanswered&) const { return "unanswered"; }

    std::string operator()(const MarketDataRequestReject& reject) const {
      return std::string{"281="} + static_cast<char>(reject.refusal) + " reason " +
             std::to_string(static_cast<int>(reject.reason));
    }

    std::string operator()(const SessionReject& reject) const {
      EXPECT_FALSE(reject.text.empty());
      return "371=" + std::to_string(reject.ref_tag_id) +
             " 373=" + std::to_string(reject.session_reject_reason);
    }

    std::string operator()(const BusinessReject& reject) const {
      return "380=" + std::to_string(reject.business_reject_reason) + " tag " +
             std::to_string(reject.tag) + " reason " +
             std::to_string(static_cast<int>(reject.reason));
    }
  };

  return std::visit(Describer{}, decoded);
}

// The fields of a request as "tag=value" texts, to be changed one at a time.
class Request {
 public:
  Request(std::string msg_type, std::vector<std::string> fields)
      : msg_type_{std::move(msg_type)}, fields_{std::move(fields)} {}

  [[nodiscard]] Request with(const std::string& field) const {
    Request changed = without(field.substr(0, field.find('=')));
    changed.fields_.push_back(field);
    return changed;
  }

  [[nodiscard]] Request without(const std::string& tag) const {
    Request changed = *this;
    std::erase_if(changed.fields_,
                  [&](const std::string& field) { return field.starts_with(tag + "="); });
    return changed;
  }

  [[nodiscard]] Request and_also(const std::string& field) const {
    Request changed = *this;
    changed.fields_.push_back(field);
    return changed;
  }

  [[nodiscard]] std::string body() const {
    std::string body = "35=" + msg_type_ + "|" + kHeader;
    for (const std::string& field : fields_) {
      body += field + "|";
    }
    return body;
  }

 private:
  std::string msg_type_;
  std::vector<std::string> fields_;
};

inline const Request kOrder{"D",
                            {"11=order-1",
                             "55=EPL-ARS-CHE.HOME",
                             "54=1",
                             "38=20.00",
                             "40=2",
                             "44=2.02",
                             "60=20261122-14:20:30.5"}};
inline const Request kGoodOrder = kOrder.with("60=20261122-14:20:30.500");
inline const Request kCancel{
    "F", {"11=cancel-1", "41=order-1", "55=EPL-ARS-CHE.HOME", "54=1", "60=20261122-14:20:32"}};
inline const Request kReplace{"G",
                              {"11=replace-1",
                               "41=order-1",
                               "55=EPL-ARS-CHE.HOME",
                               "54=1",
                               "38=30",
                               "40=2",
                               "44=2.04",
                               "60=20261122-14:20:32"}};
inline const Request kMassCancel{"q", {"11=mass-1", "530=7", "60=20261122-14:20:32"}};
inline const Request kOrderGroup{"UOG",
                                 {"11=group-1",
                                  "60=20261122-14:20:32",
                                  "20080=maker-1",
                                  "20081=1",
                                  "20082=500.50",
                                  "20083=5000",
                                  "20084=2"}};
inline const Request kStatus{"H", {"11=order-1", "55=EPL-ARS-CHE.HOME", "54=2"}};

inline constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};

struct Case {
  Request request;
  std::string expected;
};

inline void check(FixVersion version, const std::vector<Case>& cases) {
  for (const auto& [request, expected] : cases) {
    EXPECT_EQ(describe(decode_body(version, request.body())), expected) << request.body();
  }
}

inline void check(const std::vector<Case>& cases) {
  for (const FixVersion version : kVersions) {
    check(version, cases);
  }
}

inline PlaceOrder place_order(const Request& request, FixVersion version = FixVersion::Fixt11) {
  const Decoded decoded = decode_body(version, request.body());
  EXPECT_EQ(describe(decoded), "place") << request.body();
  return std::get<PlaceOrder>(decoded);
}

}  // namespace betex::fix::testing
