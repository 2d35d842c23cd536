#include "tests/bench/json_line.h"

#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

namespace betex::bench {

using Json = nlohmann::ordered_json;

JsonLine::JsonLine(std::string benchmark) : benchmark_{std::move(benchmark)} {}

void JsonLine::add(std::string name, double value, std::string unit, std::optional<Beside> beside) {
  figures_.push_back({.name = std::move(name),
                      .value = value,
                      .unit = std::move(unit),
                      .beside = std::move(beside)});
}

void JsonLine::print() const {
  Json figures = Json::array();
  for (const Figure& figure : figures_) {
    Json json =
        Json::object({{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
    if (figure.beside) {
      json["beside"] =
          Json::object({{"name", figure.beside->name}, {"value", figure.beside->value}});
    }
    figures.push_back(std::move(json));
  }
  Json line = Json::object({{"benchmark", benchmark_}});
  line["figures"] = std::move(figures);
  std::printf("JSON %s\n", line.dump().c_str());
  std::fflush(stdout);
}

}  // namespace betex::bench
