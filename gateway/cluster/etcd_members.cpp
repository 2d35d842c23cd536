#include "gateway/cluster/etcd_members.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/etcd_failures.h"
#include "gateway/cluster/etcd_requests.h"
#include "journal/quoted.h"

namespace betex::cluster::etcd {
namespace {

constexpr std::size_t kMaxQuoted = 200;
constexpr const char* kLogonPath = "/v3/auth/authenticate";

}  // namespace

Members::Members(const EtcdSettings& settings)
    : deadline_{settings.deadline},
      logon_body_{settings.user.empty() ? std::string{}
                                        : logon_body(settings.user, settings.password)} {
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

Json Members::logged_on(const Call& call, Deadline deadline) {
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

void Members::log_on(Deadline deadline) {
  const Json reply =
      reply_to({.path = kLogonPath, .body = logon_body_, .reads_only = true}, deadline);
  const std::string& token = text_of(required(reply, "token"));
  if (token.empty() || std::ranges::any_of(token, [](char c) { return c <= ' ' || c > '~'; })) {
    throw Malformed{"a token that is none"};
  }
  token_ = token;
}

Json Members::reply_to(const Call& call, Deadline deadline) {
  const StoreConnection::Answer answer = post(call, deadline);
  Json reply = Json::parse(answer.body, nullptr, false);
  if (!reply.is_object()) {
    throw StoreUnknown{place(call.path) + "an answer with HTTP status " +
                       std::to_string(answer.status) + " that is no JSON object"};
  }
  if (const std::optional<Failure> failure = failure_in(reply)) {
    throw_for(*failure, place(call.path));
  }
  if (answer.status != 200) {
    throw StoreUnknown{place(call.path) + "HTTP status " + std::to_string(answer.status)};
  }
  return reply;
}

StoreConnection::Answer Members::post(const Call& call, Deadline deadline) {
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

std::string Members::place(std::string_view path) {
  return current().url().text + std::string{path} + ": ";
}

void Members::go_to_next() noexcept {
  current().close();
  current_ = (current_ + 1) % connections_.size();
}

}  // namespace betex::cluster::etcd
