#include "gateway/cluster/etcd_requests.h"

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace betex::cluster::etcd {
namespace {

using Why = StoreRefused::Why;

constexpr std::size_t kMaxValueBytes = std::size_t{64} << 20U;  // far above what etcd takes

void append_base64(std::string& text, std::string_view bytes) {
  if (bytes.size() > kMaxValueBytes) {
    throw StoreRefused{
        Why::Other, "a value of " + std::to_string(bytes.size()) + " bytes is too large for etcd"};
  }
  const std::size_t old = text.size();
  const std::size_t size = (bytes.size() + 2) / 3 * 4;
  text.resize(old + size + 1);  // and a zero behind it
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + old),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.resize(old + size);
}

std::string base64(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

// A transaction, as text from the start: its values are most of its bytes.
class TransactionText {
 public:
  explicit TransactionText(std::size_t value_bytes) {
    text_.reserve(value_bytes / 3 * 4 + kFrameBytes);
    text_ = R"({"compare":[)";
  }

  void value_is(const std::string& key, const std::optional<std::string>& value) {
    separate();
    text_ += R"({"result":"EQUAL","key":")";
    append_base64(text_, key);
    if (value) {
      text_ += R"(","target":"VALUE","value":")";
      append_base64(text_, *value);
    } else {
      text_ += R"(","target":"VERSION","version":"0)";
    }
    text_ += R"("})";
  }

  void lease_is(const std::string& key, LeaseId lease) {
    separate();
    text_ += R"({"result":"EQUAL","target":"LEASE","key":")";
    append_base64(text_, key);
    text_ += R"(","lease":")" + std::to_string(lease) + R"("})";
  }

  void then() { begin(R"(],"success":[)"); }

  void otherwise() { begin(R"(],"failure":[)"); }

  void put(const Put& put) {
    separate();
    text_ += R"({"request_put":{"key":")";
    append_base64(text_, put.key);
    text_ += R"(","value":")";
    append_base64(text_, put.value);
    text_ += '"';
    if (put.lease != 0) {
      text_ += R"(,"lease":")" + std::to_string(put.lease) + '"';
    }
    text_ += "}}";
  }

  void read(const std::string& key) {
    separate();
    text_ += R"({"request_range":)" + range_of(key) + '}';
  }

  [[nodiscard]] std::string end() && {
    text_ += "]}";
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kFrameBytes = 4096;

  void begin(const char* list_name) {
    text_ += list_name;
    is_first_ = true;
  }

  void separate() {
    if (!is_first_) {
      text_ += ',';
    }
    is_first_ = false;
  }

  std::string text_;
  bool is_first_ = true;
};

// A transaction in which nothing is read or put is answered by a member alone, out of what it has:
// with a read in it, it is answered by a majority.
const std::string& key_to_read(std::span<const KeyIs> conditions) {
  static const std::string kAny = "any";
  return conditions.empty() ? kAny : conditions.front().key;
}

}  // namespace

std::string range_of(const std::string& key) {
  return R"({"key":")" + base64(key) + R"("})";
}

// From `prefix` to what comes behind all that begin with it.
std::string range_of_prefix(const std::string& prefix, std::size_t most) {
  std::string end = prefix;
  end.back() = static_cast<char>(end.back() + 1);
  return R"({"key":")" + base64(prefix) + R"(","range_end":")" + base64(end) + R"(","limit":")" +
         std::to_string(most) + R"("})";
}

std::string text_of_transaction(std::span<const KeyIs> conditions,
                                std::span<const Put> puts,
                                std::span<const std::string> otherwise) {
  std::size_t value_bytes = 0;
  for (const Put& put : puts) {
    value_bytes += put.value.size();
  }
  TransactionText text{value_bytes};
  for (const KeyIs& condition : conditions) {
    text.value_is(condition.key, condition.value);
  }
  text.then();
  for (const Put& put : puts) {
    text.put(put);
  }
  if (puts.empty()) {
    text.read(key_to_read(conditions));
  }
  text.otherwise();
  for (const std::string& key : otherwise) {
    text.read(key);
  }
  return std::move(text).end();
}

std::string text_of_question(std::span<const Put> puts) {
  TransactionText text{0};
  for (const Put& put : puts) {
    text.value_is(put.key, put.value);
    text.lease_is(put.key, put.lease);
  }
  text.then();
  text.read(puts.front().key);
  text.otherwise();
  return std::move(text).end();
}

std::string number_field(const char* name, std::int64_t number) {
  return std::string{R"({")"} + name + R"(":")" + std::to_string(number) + R"("})";
}

std::string logon_body(const std::string& user, const std::string& password) {
  try {
    return nlohmann::json{{"name", user}, {"password", password}}.dump();
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error{"the user's name or the password for etcd is no UTF-8"};
  }
}

}  // namespace betex::cluster::etcd
