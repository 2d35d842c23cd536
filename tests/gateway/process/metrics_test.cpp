// What there is to scrape before the journal is replayed.
#include "gateway/process/metrics.h"

#include <chrono>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/http/fake_sources.h"

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Values = std::map<std::string, double>;

// Of the gauge, by its first label.
Values values_of(const GatewayMetrics& metrics, const std::string& name) {
  Values values;
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    if (family.name == name) {
      for (const prometheus::ClientMetric& metric : family.metric) {
        values[metric.label.empty() ? "" : metric.label.front().value] = metric.gauge.value;
      }
    }
  }
  return values;
}

TEST(Metrics, SayFromTheBeginningWhenCertificatesRunOut) {
  constexpr const char* kName = "betex_tls_certificate_expiry_timestamp_seconds";
  constexpr CertificateExpiries::Time k1970{};
  const FakeHealth health;
  GatewayMetrics metrics{health, {.fix = k1970 + 1'900'000'000s, .etcd = k1970 + 1'800'000'000s}};
  EXPECT_THAT(values_of(metrics, kName), ElementsAre(Pair("etcd", 1.8e9), Pair("fix", 1.9e9)));
  metrics.set_certificates({.fix = k1970 + 2'000'000'000s, .etcd = {}});
  EXPECT_THAT(values_of(metrics, kName), ElementsAre(Pair("fix", 2e9)));
  metrics.set_certificates({});
  EXPECT_THAT(values_of(metrics, kName), IsEmpty());
  EXPECT_THAT(values_of(metrics, "betex_ready"), ElementsAre(Pair("", 1)));
}

}  // namespace
}  // namespace betex::gateway
