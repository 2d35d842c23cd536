// What the codec costs for each order, beside QuickFIX's own: a NewOrderSingle in, an
// ExecutionReport out. Single thread, everything in cache.
//
//   cmake --build --preset release --target codec_bench && build/release/bin/codec_bench

#include <array>
#include <cstring>
#include <string>
#include <variant>

#include <benchmark/benchmark.h>

#include "gateway/session/quickfix.h"
#include "gateway/wire/checksum.h"
#include "gateway/wire/framer.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/report_encoder.h"
#include "tests/fix_spec/dictionaries.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_order_reports.h"

namespace betex::fix {
namespace {

constexpr std::array kAccounts{matching::Name{"BROKER1"}};

std::string new_order_single() {
  return testing::message(FixVersion::Fixt11,
                          "35=D|34=1234|49=BROKER1|52=20261122-14:20:31.123456|56=BETEX|"
                          "1=BROKER1|11=order-000001234|38=20.00|40=2|44=2.02|54=1|"
                          "55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:31.123456|");
}

void BM_Frame(benchmark::State& state) {
  const std::string text = new_order_single();
  Framer framer{16384};
  for (auto _ : state) {
    std::memcpy(framer.prepare().data(), text.data(), text.size());
    framer.commit(text.size());
    benchmark::DoNotOptimize(framer.next());
  }
}

BENCHMARK(BM_Frame);

void BM_ReadFields(benchmark::State& state) {
  const std::string text = new_order_single();
  FieldTable fields;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fields.read(text));
  }
}

BENCHMARK(BM_ReadFields);

void BM_ReadFieldsAndGuard(benchmark::State& state) {
  const std::string text = new_order_single();
  FieldTable fields;
  for (auto _ : state) {
    fields.read(text);
    benchmark::DoNotOptimize(guard(fields, FixVersion::Fixt11));
  }
}

BENCHMARK(BM_ReadFieldsAndGuard);

void BM_ReadFieldsAndDecode(benchmark::State& state) {
  const std::string text = new_order_single();
  FieldTable fields;
  for (auto _ : state) {
    fields.read(text);
    const Decoded decoded = decode(fields, {.accounts = kAccounts});
    if (!std::holds_alternative<matching::PlaceOrder>(decoded)) {
      state.SkipWithError("refused");
    }
    benchmark::DoNotOptimize(decoded);
  }
}

BENCHMARK(BM_ReadFieldsAndDecode);

void BM_FrameToCommand(benchmark::State& state) {
  const std::string text = new_order_single();
  Framer framer{16384};
  FieldTable fields;
  for (auto _ : state) {
    std::memcpy(framer.prepare().data(), text.data(), text.size());
    framer.commit(text.size());
    fields.read(framer.next().bytes);
    benchmark::DoNotOptimize(guard(fields, FixVersion::Fixt11));
    benchmark::DoNotOptimize(decode(fields, {.accounts = kAccounts}));
  }
}

BENCHMARK(BM_FrameToCommand);

void BM_QuickFixParse(benchmark::State& state) {
  const std::string text = new_order_single();
  const FIX::DataDictionary& session = testing::session_dictionary(FixVersion::Fixt11);
  const FIX::DataDictionary& application = testing::application_dictionary(FixVersion::Fixt11);
  for (auto _ : state) {
    benchmark::DoNotOptimize(FIX::Message{text, session, application, true});
  }
}

BENCHMARK(BM_QuickFixParse);

void BM_QuickFixParseAndValidate(benchmark::State& state) {
  const std::string text = new_order_single();
  const FIX::DataDictionary& session = testing::session_dictionary(FixVersion::Fixt11);
  const FIX::DataDictionary& application = testing::application_dictionary(FixVersion::Fixt11);
  for (auto _ : state) {
    const FIX::Message message{text, session, application, true};
    FIX::DataDictionary::validate(message, &session, &application);
    benchmark::DoNotOptimize(message);
  }
}

BENCHMARK(BM_QuickFixParseAndValidate);

const OutboundHeader kHeader{.sender_comp_id = "BETEX",
                             .target_comp_id = "BROKER1",
                             .msg_seq_num = matching::MsgSeqNum{1234},
                             .sending_time = testing::kReportTime};

void BM_EncodeExecutionReport(benchmark::State& state) {
  const Report report = testing::trade();
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode(report, kHeader, out);
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK(BM_EncodeExecutionReport);

// The same message from fields that are texts already: no doubles, no typed message class.
void BM_QuickFixBuildExecutionReport(benchmark::State& state) {
  std::string text;
  encode(testing::trade(), kHeader, text);
  FieldTable fields;
  fields.read(text);
  const FIX::DataDictionary& session = testing::session_dictionary(FixVersion::Fixt11);
  std::string out;
  for (auto _ : state) {
    FIX::Message message;
    for (const Field& field : fields.fields()) {
      const int tag = static_cast<int>(field.tag);
      if (session.isHeaderField(tag)) {
        message.getHeader().setField(tag, std::string{field.value});
      } else if (field.tag != tag::kCheckSum) {
        message.setField(tag, std::string{field.value});
      }
    }
    message.toString(out);
    benchmark::DoNotOptimize(out.data());
  }
  if (out != text) {
    state.SkipWithError("not the same message");
  }
}

BENCHMARK(BM_QuickFixBuildExecutionReport);

}  // namespace
}  // namespace betex::fix

BENCHMARK_MAIN();
