// The sample messages of fix_spec/samples: each is what it claims to be, to our own code and to
// QuickFIX with our dictionaries.

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "gateway/wire/framer.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/order_decoder.h"
#include "tests/fix_spec/dictionaries.h"
#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

constexpr std::array kAccounts{matching::Name{"BROKER1"}, matching::Name{"BROKER3"}};
const std::string kVerdictMark = "# The decoder says: ";

struct Sample {
  std::string where;  // file and line
  FixVersion version = FixVersion::Fixt11;
  SessionRole role = SessionRole::Broker;
  bool from_client = false;
  std::string text;     // on the wire
  std::string verdict;  // the decoder's, "" where it takes the message
};

SessionRole role_of(const std::string& file) {
  if (file.find("operations") != std::string::npos) {
    return SessionRole::Ops;
  }
  return file.find("market_data") != std::string::npos ? SessionRole::MarketData
                                                       : SessionRole::Broker;
}

std::vector<Sample> read_samples() {
  std::vector<Sample> samples;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::string{BETEX_SOURCE_DIR} + "/fix_spec/samples"}) {
    const std::string name = entry.path().filename().string();
    std::ifstream file{entry.path()};
    std::string verdict;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      if (line.starts_with(kVerdictMark)) {
        verdict = line.substr(kVerdictMark.size());
      } else if (!line.starts_with('#')) {
        EXPECT_TRUE(line.starts_with("> ") || line.starts_with("< ")) << name << ":" << number;
        samples.push_back(
            {.where = name + ":" + std::to_string(number),
             .version = name.starts_with("fixt11_") ? FixVersion::Fixt11 : FixVersion::Fix44,
             .role = role_of(name),
             .from_client = line.starts_with('>'),
             .text = testing::wire(line.substr(2)),
             .verdict = std::exchange(verdict, "")});
      }
    }
  }
  return samples;
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = read_samples();
  return all;
}

std::string verdict_of(const Decoded& decoded) {
  if (const auto* reject = std::get_if<SessionReject>(&decoded)) {
    return "371=" + std::to_string(reject->ref_tag_id) +
           " 373=" + std::to_string(reject->session_reject_reason);
  }
  if (const auto* reject = std::get_if<BusinessReject>(&decoded)) {
    return "380=" + std::to_string(reject->business_reject_reason);
  }
  if (const auto* reject = std::get_if<MarketDataRequestReject>(&decoded)) {
    return std::string{"281="} + static_cast<char>(reject->refusal);
  }
  return "";
}

TEST(Samples, ShowEveryMessageInBothDialects) {
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    for (const MessageSpec* const message : kMessages) {
      if (!message->is_in(version)) {
        continue;
      }
      const std::string msg_type{message->type};
      EXPECT_TRUE(std::ranges::any_of(samples(), [&](const Sample& sample) {
        return sample.version == version &&
               sample.text.find("\00135=" + msg_type + "\001") != std::string::npos;
      })) << msg_type;
    }
  }
}

TEST(Samples, PassTheFramer) {
  for (const Sample& sample : samples()) {
    Framer framer{4096};
    std::memcpy(framer.prepare().data(), sample.text.data(), sample.text.size());
    framer.commit(sample.text.size());
    const Framer::Result result = framer.next();
    EXPECT_EQ(result.status, Framer::Status::Frame) << sample.where;
    EXPECT_EQ(result.bytes, sample.text) << sample.where;
  }
}

TEST(Samples, PassTheDictionariesUnlessTheyShowARefusal) {
  for (const Sample& sample : samples()) {
    if (!sample.verdict.starts_with("371=")) {
      EXPECT_EQ(testing::validate(sample.version, sample.text), "") << sample.where;
    }
  }
}

TEST(Samples, OfRequestsPassGuardAndDecoderAsTheySay) {
  std::size_t refusals = 0;
  for (const Sample& sample : samples()) {
    FieldTable fields;
    ASSERT_EQ(fields.read(sample.text), FieldTable::Fault::None) << sample.where;
    if (!sample.from_client) {
      continue;
    }
    EXPECT_TRUE(std::holds_alternative<Accepted>(guard(fields, sample.version))) << sample.where;
    if (!is_session_message(fields.msg_type())) {
      const Decoded decoded = decode(fields,
                                     {.version = sample.version,
                                      .role = sample.role,
                                      .accounts = kAccounts,
                                      .currency = matching::Currency{"EUR"}});
      EXPECT_EQ(verdict_of(decoded), sample.verdict) << sample.where;
      refusals += sample.verdict.empty() ? 0U : 1U;
    }
  }
  EXPECT_EQ(refusals, 17U);
}

// Images and updates of market data are never sent again, so they need not stand as QuickFIX would
// write them.
bool is_of_a_book(const std::string& text) {
  return text.find("\00135=W\001") != std::string::npos ||
         text.find("\00135=X\001") != std::string::npos;
}

// Application messages from us stand as QuickFIX would write them, so as we write them.
TEST(Samples, OfReportsStandInTheOrderOfTheWire) {
  std::size_t reports = 0;
  for (const Sample& sample : samples()) {
    if (is_of_a_book(sample.text)) {
      continue;
    }
    FIX::Message message{sample.text,
                         testing::session_dictionary(sample.version),
                         testing::application_dictionary(sample.version),
                         true};
    if (!sample.from_client && message.isApp()) {
      EXPECT_EQ(testing::readable(message.toString()), testing::readable(sample.text))
          << sample.where;
      ++reports;
    }
  }
  EXPECT_GT(reports, 20U);
}

// The fields of each of these entries, and of the messages, as the table has them.
TEST(Samples, OfBooksStandInTheOrderOfTheTable) {
  std::size_t books = 0;
  for (const Sample& sample : samples()) {
    if (!is_of_a_book(sample.text)) {
      continue;
    }
    FieldTable fields;
    ASSERT_EQ(fields.read(sample.text), FieldTable::Fault::None) << sample.where;
    const MessageSpec& message =
        fields.msg_type() == "W" ? kMarketDataSnapshotFullRefresh : kMarketDataIncrementalRefresh;
    std::span<const MessageField> rows = message.fields;
    std::size_t next = 0;  // the first row that a field may still be of
    for (const Field& field : fields.fields()) {
      if (is_header_tag(field.tag) || field.tag == 10) {
        continue;
      }
      if (field.tag == rows.front().field.tag) {
        next = 0;
      }
      while (next < rows.size() && rows[next].field.tag != field.tag) {
        ++next;
      }
      ASSERT_LT(next, rows.size()) << sample.where << ": " << field.tag;
      const Group* const group = rows[next].group;
      ++next;
      if (group != nullptr) {
        rows = group->fields;
        next = 0;
      }
    }
    ++books;
  }
  EXPECT_GT(books, 10U);
}

}  // namespace
}  // namespace betex::fix
