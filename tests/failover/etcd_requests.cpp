#include "tests/failover/etcd_requests.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace betex::test {
namespace {

constexpr std::chrono::seconds kDeadline{30};
constexpr std::size_t kFillBytes = 600'000;  // of base64, below etcd's limit of a request
constexpr int kMostFills = 10'000;
constexpr std::string_view kNoSpace = "database space exceeded";

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U;
      bits |= at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
    }
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      text += i < digits ? kDigits[(bits >> (18U - 6U * i)) & 63U] : '=';
    }
  }
  return text;
}

// Head and body of the answer.
std::string post(std::uint16_t port, const std::string& path, const std::string& body) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(kDeadline);
  stream.connect("127.0.0.1", std::to_string(port));
  stream << "POST " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
         << "Content-Type: application/json\r\nContent-Length: " << body.size() << "\r\n\r\n"
         << body;
  stream.flush();
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// By the first member that answers.
std::string post(EtcdCluster& etcd, const std::string& path, const std::string& body) {
  std::string answer;
  for (std::size_t member = 0; member < etcd.size() && answer.empty(); ++member) {
    answer = post(etcd.client_port(member), path, body);
  }
  return answer;
}

std::string succeeded(std::string answer, const std::string& what) {
  if (answer.find(" 200 OK\r\n") == std::string::npos) {
    throw std::runtime_error{"etcd, " + what + ": " + answer.substr(0, 2000)};
  }
  return answer;
}

// Of "NAME":"VALUE", the first one from `from` on; empty where there is none before `to`.
std::string value_of(const std::string& text,
                     const std::string& name,
                     std::size_t from = 0,
                     std::size_t to = std::string::npos) {
  const std::string before = "\"" + name + "\":\"";
  const std::size_t found = text.find(before, from);
  if (found == std::string::npos || found >= to) {
    return {};
  }
  const std::size_t begin = found + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

// A body that came in chunks, whole: the lines with their sizes are taken out.
std::string body_of(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos) {
    return {};
  }
  std::string rest = answer.substr(head + 4);
  if (answer.substr(0, head).find("chunked") == std::string::npos) {
    return rest;
  }
  std::string body;
  for (std::size_t at = 0; at < rest.size();) {
    const std::size_t end = rest.find("\r\n", at);
    const std::size_t size = std::stoull(rest.substr(at, end - at), nullptr, 16);
    if (end == std::string::npos || size == 0) {
      break;
    }
    body += rest.substr(end + 2, size);
    at = end + 2 + size + 2;
  }
  return body;
}

void put(EtcdCluster& etcd, const EtcdValue& value) {
  succeeded(
      post(
          etcd, "/v3/kv/put", R"({"key":")" + value.key + R"(","value":")" + value.value + R"("})"),
      "put");
}

}  // namespace

std::uint64_t etcd_revision(EtcdCluster& etcd) {
  const std::string answer =
      succeeded(post(etcd, "/v3/kv/range", R"({"key":"AA=="})"), "the revision");
  return std::stoull(value_of(body_of(answer), "revision"));
}

void fill_etcd(EtcdCluster& etcd) {
  const std::string body =
      R"({"key":")" + base64("filler") + R"(","value":")" + std::string(kFillBytes, 'A') + R"("})";
  for (int i = 0; i < kMostFills; ++i) {
    const std::string answer = post(etcd, "/v3/kv/put", body);
    if (answer.find(kNoSpace) != std::string::npos) {
      return;
    }
    succeeded(answer, "put");
  }
  throw std::runtime_error{"etcd takes whatever it is given"};
}

void make_room_in_etcd(EtcdCluster& etcd) {
  const std::uint64_t revision = etcd_revision(etcd);
  succeeded(post(etcd,
                 "/v3/kv/compaction",
                 R"({"revision":")" + std::to_string(revision) + R"(","physical":true})"),
            "compaction");
  for (std::size_t member = 0; member < etcd.size(); ++member) {
    succeeded(post(etcd.client_port(member), "/v3/maintenance/defragment", "{}"), "defragment");
  }
  const std::string alarms =
      body_of(succeeded(post(etcd, "/v3/maintenance/alarm", R"({"action":"GET"})"), "the alarms"));
  for (std::size_t at = alarms.find("\"memberID\""); at != std::string::npos;
       at = alarms.find("\"memberID\"", at + 1)) {
    succeeded(post(etcd,
                   "/v3/maintenance/alarm",
                   R"({"action":"DEACTIVATE","memberID":")" + value_of(alarms, "memberID", at) +
                       R"(","alarm":"NOSPACE"})"),
              "disarm");
  }
}

std::vector<EtcdValue> save_etcd(EtcdCluster& etcd, const std::string& prefix) {
  std::string end = prefix;
  ++end.back();
  const std::string body = body_of(
      succeeded(post(etcd,
                     "/v3/kv/range",
                     R"({"key":")" + base64(prefix) + R"(","range_end":")" + base64(end) + R"("})"),
                "range"));
  std::vector<EtcdValue> values;
  for (std::size_t at = body.find("{\"key\""); at != std::string::npos;) {
    const std::size_t next = body.find("{\"key\"", at + 1);
    if (value_of(body, "lease", at, next).empty()) {
      values.push_back(
          {.key = value_of(body, "key", at, next), .value = value_of(body, "value", at, next)});
    }
    at = next;
  }
  return values;
}

void restore_etcd(EtcdCluster& etcd, const std::vector<EtcdValue>& values) {
  for (const EtcdValue& value : values) {
    put(etcd, value);
  }
}

}  // namespace betex::test
