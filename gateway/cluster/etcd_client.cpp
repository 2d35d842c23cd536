#include "gateway/cluster/etcd_client.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "gateway/cluster/store_connection.h"
#include "journal/quoted.h"

namespace betex::cluster {
namespace {

using Json = nlohmann::json;
using Deadline = StoreConnection::Deadline;
using Why = StoreRefused::Why;

constexpr std::size_t kMaxQuoted = 200;
constexpr std::size_t kMaxValueBytes = std::size_t{64} << 20U;  // far above what etcd takes

// The token of an earlier logon is not good any more: nothing has happened, and a new one may help.
class TokenRefused : public StoreRefused {
 public:
  explicit TokenRefused(const std::string& what) : StoreRefused{Why::Unauthorised, what} {}
};

// An answer that is not what etcd says to such a request.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// ---- Base64

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

std::string from_base64(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (text.size() % 4 != 0 || padding > 2 ||
      text.substr(text.size() - padding) != std::string_view{"=="}.substr(2 - padding) ||
      text.size() > std::numeric_limits<int>::max()) {
    throw Malformed{"a text that is no base64"};
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  // It passes over blanks at both ends, which makes it shorter.
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size()) {
    throw Malformed{"a text that is no base64"};
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

// ---- What stands in an answer

// Null where there is none: etcd leaves out zeros and what is empty.
const Json& field(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) {
    throw Malformed{std::string{"no object where one with \""} + name + "\" should be"};
  }
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

const Json& required(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (value.is_null()) {
    throw Malformed{std::string{"no \""} + name + '"'};
  }
  return value;
}

// A number of 64 bits is a text in etcd's JSON. 0 where there is none.
std::int64_t integer(const Json& value) {
  if (value.is_null()) {
    return 0;
  }
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return static_cast<std::int64_t>(number);
    }
  } else if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && parsed == end) {
      return number;
    }
  }
  throw Malformed{"something else where a number should be"};
}

std::uint64_t not_negative(const Json& value) {
  const std::int64_t number = integer(value);
  if (number < 0) {
    throw Malformed{"a number below zero"};
  }
  return static_cast<std::uint64_t>(number);
}

std::uint64_t revision_of(const Json& reply) {
  return not_negative(required(required(reply, "header"), "revision"));
}

const std::string& text_of(const Json& value) {
  if (!value.is_string()) {
    throw Malformed{"something else where a text should be"};
  }
  return value.get_ref<const std::string&>();
}

// An empty one where there is none.
const Json& list(const Json& value) {
  static const Json kEmpty = Json::array();
  if (!value.is_null() && !value.is_array()) {
    throw Malformed{"something else where a list should be"};
  }
  return value.is_null() ? kEmpty : value;
}

// The one value that a range of one key has; none: there is no such key.
std::optional<std::string> only_value(const Json& range, const std::string& key) {
  const Json& entries = list(field(range, "kvs"));
  if (entries.empty()) {
    if (not_negative(field(range, "count")) != 0) {
      throw Malformed{"a key is counted, and is not there"};
    }
    return std::nullopt;
  }
  if (entries.size() != 1 || from_base64(text_of(required(entries[0], "key"))) != key) {
    throw Malformed{"another key than was asked for"};
  }
  const Json& value = field(entries[0], "value");
  return value.is_null() ? std::string{} : from_base64(text_of(value));
}

// Of a range of all keys with a prefix: each once, in their order.
std::vector<KeyValue> all_values(const Json& range, const std::string& prefix, std::size_t most) {
  const Json& entries = list(field(range, "kvs"));
  if (entries.size() > most) {
    throw Malformed{"more keys than were asked for"};
  }
  std::vector<KeyValue> values;
  for (const Json& entry : entries) {
    std::string key = from_base64(text_of(required(entry, "key")));
    if (!key.starts_with(prefix) || (!values.empty() && key <= values.back().key)) {
      throw Malformed{"other keys than were asked for"};
    }
    const Json& value = field(entry, "value");
    values.push_back({.key = std::move(key),
                      .value = value.is_null() ? std::string{} : from_base64(text_of(value))});
  }
  if (values.empty() && not_negative(field(range, "count")) != 0) {
    throw Malformed{"keys are counted, and are not there"};
  }
  return values;
}

// ---- What etcd says instead of an answer; its codes are gRPC's

constexpr std::int64_t kInvalidArgument = 3;
constexpr std::int64_t kNotFound = 5;
constexpr std::int64_t kAlreadyExists = 6;
constexpr std::int64_t kPermissionDenied = 7;
constexpr std::int64_t kFailedPrecondition = 9;
constexpr std::int64_t kOutOfRange = 11;
constexpr std::int64_t kUnimplemented = 12;
constexpr std::int64_t kUnauthenticated = 16;

struct StoreFailure {
  std::int64_t code = 0;
  std::string message;

  [[nodiscard]] bool says(std::string_view words) const {
    return message.find(words) != std::string::npos;
  }
};

// Of a whole answer, or of what breaks a stream off.
std::optional<StoreFailure> failure_in(const Json& reply) {
  const Json& error = field(reply, "error");
  const Json& object = error.is_object() ? error : reply;
  const Json& code = field(object, object.contains("grpc_code") ? "grpc_code" : "code");
  if (error.is_null() && code.is_null()) {
    return std::nullopt;
  }
  const Json& message = field(object, "message");
  StoreFailure failure{.code = integer(code), .message = {}};
  if (message.is_string()) {
    failure.message = message.get_ref<const std::string&>();
  } else if (error.is_string()) {
    failure.message = error.get_ref<const std::string&>();
  }
  return failure;
}

// Whatever is not known to have been refused before anything happened is unknown: time-outs, a lost
// leader, a member that stops, and what the member says of its own talk with itself.
[[noreturn]] void throw_for(const StoreFailure& failure, const std::string& place) {
  const std::string what = place + "etcd says " + journal::in_quotes(failure.message, kMaxQuoted);
  if (failure.says("database space exceeded")) {
    throw StoreRefused{Why::NoSpace, what};
  }
  switch (failure.code) {
    case kNotFound:
      throw StoreRefused{failure.says("lease not found") ? Why::LeaseGone : Why::Other, what};
    case kUnauthenticated:
      throw TokenRefused{what};
    case kPermissionDenied:
      throw StoreRefused{Why::Unauthorised, what};
    case kInvalidArgument:
      if (failure.says("revision of auth store is old")) {
        throw TokenRefused{what};
      }
      throw StoreRefused{failure.says("user name is empty") || failure.says("authentication failed")
                             ? Why::Unauthorised
                             : Why::Other,
                         what};
    case kOutOfRange:
      throw StoreRefused{failure.says("compacted") ? Why::Compacted : Why::Other, what};
    case kFailedPrecondition:
      if (failure.says("not leader")) {
        break;
      }
      if (failure.says("authentication is not enabled")) {
        throw StoreRefused{Why::Unauthorised,
                           what +
                               ": it asks nobody to log on, so name no user for it, or have it "
                               "ask"};
      }
      throw StoreRefused{Why::Other, what};
    case kAlreadyExists:
    case kUnimplemented:
      throw StoreRefused{Why::Other, what};
    default:
      break;
  }
  throw StoreUnknown{what};
}

// ---- What is asked of etcd

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

// Does everything that was to be put stand there by now?
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

TransactionResult transaction_result(const Json& reply,
                                     std::size_t done,
                                     std::span<const std::string> otherwise) {
  TransactionResult result;
  result.revision = revision_of(reply);
  const Json& succeeded = field(reply, "succeeded");
  if (!succeeded.is_null() && !succeeded.is_boolean()) {
    throw Malformed{"something else where true or false should be"};
  }
  result.succeeded = succeeded.is_boolean() && succeeded.get<bool>();
  const Json& responses = list(field(reply, "responses"));
  if (responses.size() != (result.succeeded ? done : otherwise.size())) {
    throw Malformed{"answers to something else than was asked"};
  }
  if (!result.succeeded) {
    for (std::size_t i = 0; i < otherwise.size(); ++i) {
      result.found.push_back(only_value(required(responses[i], "response_range"), otherwise[i]));
    }
  }
  return result;
}

std::string number_field(const char* name, std::int64_t number) {
  return std::string{R"({")"} + name + R"(":")" + std::to_string(number) + R"("})";
}

std::string logon_body(const EtcdSettings& settings) {
  try {
    return Json{{"name", settings.user}, {"password", settings.password}}.dump();
  } catch (const Json::exception&) {
    throw std::runtime_error{"the user's name or the password for etcd is no UTF-8"};
  }
}

}  // namespace

class EtcdClient::Impl {
 public:
  explicit Impl(const EtcdSettings& settings)
      : deadline_{settings.deadline},
        logon_body_{settings.user.empty() ? std::string{} : logon_body(settings)} {
    if (settings.endpoints.empty()) {
      throw std::runtime_error{"no endpoint of etcd is given"};
    }
    for (const std::string& text : settings.endpoints) {
      std::optional<StoreUrl> url = parse_url(text);
      if (!url || !url->port || !url->path.empty()) {
        throw std::runtime_error{journal::in_quotes(text, kMaxQuoted) +
                                 " is no endpoint of etcd: write http://HOST:PORT or "
                                 "https://HOST:PORT"};
      }
      if (url->tls && !tls_) {
        tls_ = std::make_unique<StoreTls>(StoreTlsFiles{
            .ca = settings.ca, .certificate = settings.certificate, .key = settings.key});
      }
      connections_.push_back(std::make_unique<StoreConnection>(*std::move(url), tls_.get()));
    }
  }

  [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + deadline_; }

  struct Call {
    std::string_view path;
    std::string body;
    bool reads_only = false;
  };

  // What `read` makes of etcd's answer. Throws StoreUnknown, after which another member is asked,
  // or StoreRefused.
  template <typename Read>
  auto ask(const Call& call, Deadline deadline, Read read) {
    try {
      return read(logged_on(call, deadline));
    } catch (const Malformed& problem) {
      const std::string what = place(call.path) + "the answer is not etcd's: " + problem.what();
      go_to_next();
      throw StoreUnknown{what};
    } catch (const StoreUnknown&) {
      go_to_next();
      throw;
    }
  }

 private:
  static constexpr const char* kLogonPath = "/v3/auth/authenticate";

  // An answer that is neither an error nor anything but an object.
  Json logged_on(const Call& call, Deadline deadline) {
    if (logon_body_.empty()) {
      return reply_to(call, deadline);
    }
    const bool had_token = !token_.empty();
    if (!had_token) {
      log_on(deadline);
    }
    try {
      return reply_to(call, deadline);
    } catch (const TokenRefused&) {
      token_.clear();
      if (!had_token) {
        throw;
      }
    }
    log_on(deadline);
    return reply_to(call, deadline);
  }

  void log_on(Deadline deadline) {
    const Json reply =
        reply_to({.path = kLogonPath, .body = logon_body_, .reads_only = true}, deadline);
    const std::string& token = text_of(required(reply, "token"));
    if (token.empty() || std::ranges::any_of(token, [](char c) { return c <= ' ' || c > '~'; })) {
      throw Malformed{"a token that is none"};
    }
    token_ = token;
  }

  Json reply_to(const Call& call, Deadline deadline) {
    const StoreConnection::Answer answer = post(call, deadline);
    Json reply = Json::parse(answer.body, nullptr, false);
    if (!reply.is_object()) {
      throw StoreUnknown{place(call.path) + "an answer with HTTP status " +
                         std::to_string(answer.status) + " that is no JSON object"};
    }
    if (const std::optional<StoreFailure> failure = failure_in(reply)) {
      throw_for(*failure, place(call.path));
    }
    if (answer.status != 200) {
      throw StoreUnknown{place(call.path) + "HTTP status " + std::to_string(answer.status)};
    }
    return reply;
  }

  // Of the first member that can be connected to.
  StoreConnection::Answer post(const Call& call, Deadline deadline) {
    for (std::size_t tried = 1;; ++tried) {
      try {
        return current().call({.method = StoreConnection::Method::Post,
                               .path = std::string{call.path},
                               .body = call.body,
                               .authorization = token_,
                               .reads_only = call.reads_only},
                              deadline);
      } catch (const NotConnected& problem) {
        if (tried >= connections_.size() || std::chrono::steady_clock::now() >= deadline) {
          throw NotConnected{place(call.path) + problem.what()};
        }
      } catch (const StoreUnknown& problem) {
        throw StoreUnknown{place(call.path) + problem.what()};
      }
      go_to_next();
    }
  }

  [[nodiscard]] StoreConnection& current() { return *connections_[current_]; }

  [[nodiscard]] std::string place(std::string_view path) {
    return current().url().text + std::string{path} + ": ";
  }

  void go_to_next() noexcept {
    current().close();
    current_ = (current_ + 1) % connections_.size();
  }

  const std::chrono::milliseconds deadline_;
  const std::string logon_body_;  // empty: nobody logs on
  std::string token_;
  std::unique_ptr<StoreTls> tls_;                              // null: no endpoint needs it
  std::vector<std::unique_ptr<StoreConnection>> connections_;  // of each endpoint
  std::size_t current_ = 0;
};

EtcdClient::EtcdClient(const EtcdSettings& settings) : impl_{std::make_unique<Impl>(settings)} {}

EtcdClient::~EtcdClient() = default;

TransactionResult EtcdClient::transact(std::span<const KeyIs> conditions,
                                       std::span<const Put> puts,
                                       std::span<const std::string> otherwise) {
  const Deadline deadline = impl_->deadline();
  const std::size_t done = puts.empty() ? 1 : puts.size();
  try {
    return impl_->ask(
        {.path = "/v3/kv/txn",
         .body = text_of_transaction(conditions, puts, otherwise),
         .reads_only = puts.empty()},
        deadline,
        [&](const Json& reply) { return transaction_result(reply, done, otherwise); });
  } catch (const StoreRefused& refused) {
    if (refused.why() != Why::NoSpace || puts.empty()) {
      throw;
    }
    // The transaction that takes the last of the space is done, and is answered like the ones
    // behind it, which are not.
    const TransactionResult result =
        impl_->ask({.path = "/v3/kv/txn", .body = text_of_question(puts), .reads_only = true},
                   deadline,
                   [](const Json& reply) { return transaction_result(reply, 1, {}); });
    if (!result.succeeded) {
      throw;
    }
    return result;
  }
}

std::optional<std::string> EtcdClient::get(const std::string& key) {
  return impl_->ask({.path = "/v3/kv/range", .body = range_of(key), .reads_only = true},
                    impl_->deadline(),
                    [&](const Json& reply) {
                      static_cast<void>(revision_of(reply));  // no answer is without
                      return only_value(reply, key);
                    });
}

std::vector<KeyValue> EtcdClient::range(const std::string& prefix) {
  return impl_->ask(
      {.path = "/v3/kv/range", .body = range_of_prefix(prefix, kMostInRange), .reads_only = true},
      impl_->deadline(),
      [&](const Json& reply) {
        static_cast<void>(revision_of(reply));  // no answer is without
        return all_values(reply, prefix, kMostInRange);
      });
}

LeaseId EtcdClient::grant(std::chrono::seconds ttl) {
  return impl_->ask({.path = "/v3/lease/grant", .body = number_field("TTL", ttl.count())},
                    impl_->deadline(),
                    [](const Json& reply) -> LeaseId {
                      const std::int64_t id = integer(required(reply, "ID"));
                      if (id == 0) {
                        throw Malformed{"a lease without a number"};
                      }
                      return id;
                    });
}

std::chrono::seconds EtcdClient::keep_alive(LeaseId lease) {
  const std::int64_t left =
      impl_->ask({.path = "/v3/lease/keepalive", .body = number_field("ID", lease)},
                 impl_->deadline(),
                 [&](const Json& reply) {
                   const Json& result = required(reply, "result");
                   if (integer(required(result, "ID")) != lease) {
                     throw Malformed{"another lease than was asked for"};
                   }
                   return integer(field(result, "TTL"));
                 });
  if (left <= 0) {
    throw StoreRefused{Why::LeaseGone, "the lease has ended"};
  }
  return std::chrono::seconds{left};
}

void EtcdClient::revoke(LeaseId lease) {
  impl_->ask({.path = "/v3/lease/revoke", .body = number_field("ID", lease)},
             impl_->deadline(),
             [](const Json& reply) { return revision_of(reply); });
}

void EtcdClient::compact(std::uint64_t revision) {
  try {
    impl_->ask({.path = "/v3/kv/compaction",
                .body = number_field("revision", static_cast<std::int64_t>(revision))},
               impl_->deadline(),
               [](const Json& reply) { return revision_of(reply); });
  } catch (const StoreRefused& refused) {
    if (refused.why() != Why::Compacted) {
      throw;
    }
  }
}

StoreStatus EtcdClient::status() {
  const Deadline deadline = impl_->deadline();
  StoreStatus status = impl_->ask(
      {.path = "/v3/maintenance/status", .body = "{}", .reads_only = true},
      deadline,
      [](const Json& reply) {
        return StoreStatus{.version = text_of(required(reply, "version")),
                           .database_bytes = not_negative(field(reply, "dbSize")),
                           .database_bytes_in_use = not_negative(field(reply, "dbSizeInUse")),
                           .alarms = {}};
      });
  status.alarms = impl_->ask(
      {.path = "/v3/maintenance/alarm", .body = R"({"action":"GET"})", .reads_only = true},
      deadline,
      [](const Json& reply) {
        std::vector<std::string> alarms;
        for (const Json& entry : list(field(reply, "alarms"))) {
          const std::string& alarm = text_of(required(entry, "alarm"));
          if (std::ranges::find(alarms, alarm) == alarms.end()) {  // each member may have it
            alarms.push_back(alarm);
          }
        }
        return alarms;
      });
  return status;
}

}  // namespace betex::cluster
