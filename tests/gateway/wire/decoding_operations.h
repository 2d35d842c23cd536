// Requests of operators to be decoded, and what they ask the engine.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"
#include "tests/gateway/wire/sample_operations.h"

namespace betex::fix::testing {

inline constexpr matching::Timestamp kAsked{1'795'357'231'000'000'000};  // 20261122-14:20:31

inline Decoded decode_as_ops(const Request& request) {
  return decode_as(SessionRole::Ops, FixVersion::Fixt11, request.body());
}

inline std::string outcome(const Request& request) {
  return describe(decode_as_ops(request));
}

inline OperatorRequest asked(const Request& request) {
  Decoded decoded = decode_as_ops(request);
  EXPECT_EQ(describe(decoded), "operation") << request.body();
  return std::get<OperatorRequest>(std::move(decoded));
}

template <typename Body>
Body command(const Request& request) {
  return std::get<Body>(asked(request).body);
}

inline Request with_all(Request request, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    request = request.with(field);
  }
  return request;
}

inline Request bare(const SampleCommand& sample) {
  return with_all(with_all(Request{"UOC", {"20011=" + std::string{to_text(sample.operation)}}},
                           kRequiredOfEveryCommand),
                  sample.required);
}

inline Request full(const SampleCommand& sample) {
  return with_all(with_all(bare(sample), sample.optional), kOptionalOfEveryCommand);
}

inline Request bare(Operation operation) {
  return bare(sample_commands()[static_cast<std::size_t>(operation)]);
}

inline Request full(Operation operation) {
  return full(sample_commands()[static_cast<std::size_t>(operation)]);
}

inline std::string group_of(const std::string& tag, std::size_t count, const std::string& entry) {
  std::string group = tag + "=" + std::to_string(count);
  for (std::size_t i = 0; i < count; ++i) {
    group += "|" + entry;
  }
  return group;
}

}  // namespace betex::fix::testing
