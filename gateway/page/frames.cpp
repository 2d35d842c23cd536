#include "gateway/page/frames.h"

#include <cmath>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "journal/enumerator_names.h"

namespace betex::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNanosInMs = 1'000'000;

// A name may hold any byte: what is no UTF-8 is shown as a mark. A line's end would end the event,
// and is written as \n within JSON.
Frame frame(std::string_view event, const Json& data) {
  std::string text = "event: ";
  text.append(event).append("\ndata: ");
  text += data.dump(-1, ' ', false, Json::error_handler_t::replace);
  text += "\n\n";
  return std::make_shared<const std::string>(std::move(text));
}

// Three digits after the point are more than a chart shows.
Json rounded(std::optional<double> figure) {
  constexpr double kThousand = 1000;
  return figure && std::isfinite(*figure) ? Json(std::round(*figure * kThousand) / kThousand)
                                          : Json(nullptr);
}

Json json_of(const Sample& sample) {
  Json row = Json::array({sample.time_ms});
  for (const std::optional<double>& figure : sample.figures) {
    row.push_back(rounded(figure));
  }
  return row;
}

Json json_of(const std::vector<PictureLevel>& levels) {
  Json rows = Json::array();
  for (const PictureLevel& level : levels) {
    rows.push_back(Json::array({level.price, level.size}));
  }
  return rows;
}

Json json_of(const RunnerPicture& runner) {
  return {{"symbol", runner.symbol},
          {"last_price", runner.last_price},
          {"last_size", runner.last_size},
          {"matched", runner.matched},
          {"bids", json_of(runner.bids)},
          {"offers", json_of(runner.offers)}};
}

// As the page marks them.
std::string_view word_for(fix::CounterpartyStatus status) {
  switch (status) {
    case fix::CounterpartyStatus::Connected:
      return "on";
    case fix::CounterpartyStatus::DownExpected:
      return "off";
    case fix::CounterpartyStatus::DownUnexpected:
      return "lost";
    case fix::CounterpartyStatus::InProcess:
      break;
  }
  return "changing";
}

Json json_of(const fix::CounterpartyState& session) {
  const bool is_on = session.status == fix::CounterpartyStatus::Connected;
  const bool has_numbers = session.epoch.value() != 0;
  const auto known = [](bool is_known, auto value) {
    return is_known ? Json(value) : Json(nullptr);
  };
  return {{"comp_id", session.comp_id.view()},
          {"role", journal::name_of(session.role)},
          {"status", word_for(session.status)},
          {"words", session.words},
          {"next_in", known(has_numbers, session.next_in.value())},
          {"last_out", known(has_numbers, session.last_out.value())},
          {"queue_bytes", known(is_on, session.queue_bytes)},
          {"last_heard", known(is_on, session.last_heard.value() / kNanosInMs)},
          {"peer", session.peer}};
}

}  // namespace

Frame history_frame(const std::deque<Sample>& samples) {
  Json rows = Json::array();
  for (const Sample& sample : samples) {
    rows.push_back(json_of(sample));
  }
  return frame("history", {{"series", kSeriesNames}, {"samples", std::move(rows)}});
}

Frame figures_frame(const Sample& sample) {
  return frame("figures", json_of(sample));
}

Frame alarms_frame(const std::vector<std::string>& alarms) {
  return frame("alarms", Json(alarms));
}

Frame markets_frame(const std::vector<MarketSummary>& markets) {
  Json rows = Json::array();
  for (const MarketSummary& market : markets) {
    rows.push_back({{"name", market.name},
                    {"state", market.state},
                    {"in_play", market.in_play},
                    {"version", market.version}});
  }
  return frame("markets", rows);
}

Frame ladder_frame(const MarketsPicture& picture) {
  Json runners = Json::array();
  for (const RunnerPicture& runner : picture.runners) {
    runners.push_back(json_of(runner));
  }
  return frame("ladder", {{"market", picture.market}, {"runners", std::move(runners)}});
}

Frame sessions_frame(std::span<const fix::CounterpartyState> sessions) {
  Json rows = Json::array();
  for (const fix::CounterpartyState& session : sessions) {
    rows.push_back(json_of(session));
  }
  return frame("sessions", rows);
}

}  // namespace betex::gateway
