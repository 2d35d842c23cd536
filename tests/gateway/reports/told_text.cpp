#include "tests/gateway/reports/told_text.h"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

namespace betex::gateway::testing {
namespace {

class Line {
 public:
  explicit Line(std::string_view type) : text_{type} {}

  template <std::size_t Capacity>
  Line& add(std::string_view name, const matching::Text<Capacity>& text) {
    return text.empty() ? *this : put(name, std::string{text.view()});
  }

  Line& add(std::string_view name, const std::string& text) {
    return text.empty() ? *this : put(name, text);
  }

  // 0: absent.
  template <typename Number>

  requires std::is_integral_v<Number> || std::is_enum_v<Number> Line& add(std::string_view name,
                                                                          Number number) {
    const auto value = static_cast<std::int64_t>(number);
    return value == 0 ? *this : put(name, std::to_string(value));
  }

  template <typename Rep, typename Tag>
  Line& add(std::string_view name, matching::Strong<Rep, Tag> number) {
    return add(name, number.value());
  }

  template <typename Value>
  Line& add(std::string_view name, const std::optional<Value>& value) {
    return value ? put(name, std::to_string(static_cast<std::int64_t>(number_of(*value)))) : *this;
  }

  Line& flag(std::string_view name, bool set) {
    if (set) {
      text_ += " ";
      text_ += name;
    }
    return *this;
  }

  Line& put(std::string_view name, const std::string& value) {
    text_ += " ";
    text_ += name;
    text_ += "=" + value;
    return *this;
  }

  Line& involved(const fix::Involved& involved) {
    return flag("copy", involved.copy)
        .add("by", involved.requested_by)
        .add("approved", involved.approved_by);
  }

  [[nodiscard]] std::string text() const { return text_; }

 private:
  static std::int64_t number_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

  template <typename Rep, typename Tag>
  static std::int64_t number_of(matching::Strong<Rep, Tag> value) {
    return static_cast<std::int64_t>(value.value());
  }

  template <typename Tag>
  static std::int64_t number_of(const matching::Wide<Tag>& value) {
    return static_cast<std::int64_t>(value.value());
  }

  std::string text_;
};

std::string text_of(const fix::OperationsReport& report) {
  Line line{"UOR"};
  line.add("id", report.request_id)
      .put("op", std::string{to_text(report.operation)})
      .put("result", std::to_string(static_cast<int>(report.result)))
      .flag("test", report.test)
      .add("first", report.first_answer)
      .add("ref", report.ref_request_id)
      .add("market", report.market)
      .add("symbol", report.symbol)
      .add("account", report.account)
      .add("session", report.comp_id)
      .add("version", report.market_version)
      .add("state", report.market_state)
      .add("affected", report.affected)
      .add("balance", report.balance)
      .add("exposure", report.exposure)
      .add("available", report.available)
      .add("epoch", report.epoch)
      .add("next_in", report.next_in)
      .add("reserved_to", report.reserved_to)
      .add("delivered", report.delivered)
      .add("watermark", report.watermark)
      .flag("expires", report.expires != matching::Timestamp{});
  for (const matching::RunnerShare& share : report.shares) {
    line.put("share",
             std::string{share.symbol.view()} + ":" + std::to_string(share.numerator) + "/" +
                 std::to_string(share.denominator));
  }
  return line.add("amount", report.amount)
      .add("price", report.price)
      .flag("new_epoch", report.new_epoch)
      .add("guard", report.version_guard)
      .add("remark", report.remark)
      .involved(report.involved)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const matching::Boxed<fix::OperationsReport>& report) {
  return text_of(*report);
}

std::string text_of(const fix::SecurityDefinition& report) {
  Line line{"d"};
  line.add("id", report.request_id)
      .flag("test", report.test)
      .add("market", report.market)
      .add("kind", report.kind)
      .add("ladder", report.ladder)
      .add("winners", report.winners)
      .add("delay", report.bet_delay_ms)
      .add("commission", report.commission_bp)
      .flag("passive", report.passive_skips_delay)
      .add("step", report.quantity_step)
      .add("min", report.min_quantity)
      .add("max", report.max_quantity)
      .add("max_position", report.max_position);
  for (const matching::Name& runner : report.runners) {
    line.add("runner", runner);
  }
  return line.involved(report.involved).add("reason", report.reason).text();
}

std::string text_of(const fix::OrderMassActionReport& report) {
  return Line{"BZ"}
      .add("id", report.request_id)
      .flag("test", report.test)
      .put("response", std::to_string(static_cast<int>(report.response)))
      .put("scope", std::to_string(static_cast<int>(report.scope)))
      .add("symbol", report.symbol)
      .add("market", report.market)
      .add("account", report.account)
      .add("session", report.comp_id)
      .add("side", report.side)
      .add("affected", report.affected)
      .involved(report.involved)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::PartyActionReport& report) {
  return Line{"DI"}
      .add("id", report.request_id)
      .flag("test", report.test)
      .put("action", std::to_string(static_cast<int>(report.action)))
      .put("response", std::to_string(static_cast<int>(report.response)))
      .add("account", report.account)
      .add("session", report.comp_id)
      .add("affected", report.affected)
      .involved(report.involved)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::TradingSessionStatus& report) {
  return report.halted ? "h halted" : "h open";
}

std::string text_of(const fix::News& report) {
  return Line{"B"}
      .add("subject", report.subject)
      .put("headline", std::string{report.headline.view()})
      .flag("urgent", report.urgent)
      .text();
}

std::string text_of(const fix::SecurityStatus& report) {
  return Line{"f"}
      .add("symbol", report.symbol)
      .add("status", report.status)
      .add("version", report.market_version)
      .add("why", report.suspend_reason)
      .text();
}

std::string text_of(const fix::SecurityList& report) {
  return Line{"y"}
      .add("id", report.request_id)
      .add("symbol", report.symbol)
      .add("status", report.status)
      .add("version", report.market_version)
      .flag("passive", report.passive_skips_delay)
      .flag("last", report.last)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::ExecutionReport& report) {
  return Line{"8"}
      .put("exec", std::string{static_cast<char>(report.exec_type)})
      .add("id", report.cl_ord_id)
      .add("ref", report.reference)
      .add("group", report.order_group)
      .add("why", report.restatement_reason)
      .text();
}

std::string text_of(const fix::SettlementReport& report) {
  return Line{"UMS"}.add("market", report.market).text();
}

std::string text_of(const fix::AccountReport& report) {
  return Line{"UAR"}.put("change", std::to_string(static_cast<int>(report.change))).text();
}

std::string text_of(const matching::Boxed<fix::OrderGroupReport>& boxed) {
  const fix::OrderGroupReport& report = *boxed;
  return Line{"UOH"}
      .add("id", report.cl_ord_id)
      .add("account", report.account)
      .add("group", report.group)
      .add("action", report.action)
      .add("state", report.state)
      .add("limit", report.limit)
      .add("filled", report.filled)
      .add("window", report.window_ms)
      .add("live", report.live_orders)
      .add("counted", report.counted)
      .flag("cancels", report.cancel_on_disconnect)
      .add("affected", report.affected)
      .flag("copy", report.copy)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::OrderMassCancelReport& report) {
  return Line{"r"}
      .add("id", report.cl_ord_id)
      .put("type", std::to_string(static_cast<int>(report.request_type)))
      .add("symbol", report.symbol)
      .add("market", report.market)
      .add("side", report.side)
      .add("total", report.total)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::BusinessMessageReject& report) {
  return Line{"j"}
      .add("id", report.business_reject_ref_id)
      .add("of", report.ref_msg_type)
      .add("retry_after", report.retry_after_ms)
      .add("reason", report.reason)
      .text();
}

std::string text_of(const fix::Reject& report) {
  return Line{"3"}
      .add("number", report.ref_seq_num.value())
      .add("of", report.ref_msg_type)
      .add("tag", report.ref_tag_id)
      .add("reason", report.session_reject_reason)
      .text();
}

template <typename Report>
std::string text_of(const Report& /*report*/) {
  return "another";
}

}  // namespace

std::string told(const fix::Report& report) {
  return std::visit([](const auto& body) { return text_of(body); }, report.body);
}

}  // namespace betex::gateway::testing
