#include "tests/support/kubernetes_api.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace betex::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using nlohmann::json;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::string_view kApi = "/apis/coordination.k8s.io/v1/namespaces/";
constexpr std::string_view kLeases = "/leases";

struct Answer {
  unsigned status = 200;
  std::string body;
};

Answer status_of(unsigned status, const std::string& message) {
  return {.status = status,
          .body = json{{"kind", "Status"}, {"code", status}, {"message", message}}.dump()};
}

// "NAMESPACE" or "NAMESPACE/NAME"; none: not a path of Leases.
std::optional<std::string> name_in(std::string_view target) {
  if (!target.starts_with(kApi)) {
    return std::nullopt;
  }
  target.remove_prefix(kApi.size());
  const std::size_t leases = target.find(kLeases);
  if (leases == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string{target.substr(0, leases)} +
         std::string{target.substr(leases + kLeases.size())};
}

}  // namespace

class KubernetesApi::Impl {
 public:
  Impl(const std::filesystem::path& certificate, std::string token)
      : token_{std::move(token)},
        acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
    if (!certificate.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(certificate.string());
      tls_->use_private_key_file(certificate.string(), asio::ssl::context::pem);
    }
    listener_ = std::thread{[this] { listen(); }};
  }

  ~Impl() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
      ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
      for (const int socket : sockets_) {
        ::shutdown(socket, SHUT_RDWR);
      }
    }
    changed_.notify_all();
    listener_.join();
    for (std::thread& connection : connections_) {
      connection.join();
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  [[nodiscard]] std::string url() const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") +
           std::to_string(acceptor_.local_endpoint().port());
  }

  [[nodiscard]] std::string object(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    const auto found = objects_.find(name);
    return found == objects_.end() ? std::string{} : found->second.dump();
  }

  void put(const std::string& name, const std::string& text) {
    const std::lock_guard lock{mutex_};
    if (text.empty()) {
      objects_.erase(name);
    } else {
      store(name, json::parse(text));
    }
  }

  enum class Fault { None, Refuse, Hang, DropAnswers };

  void set(Fault fault, unsigned status = 0) {
    const std::lock_guard lock{mutex_};
    fault_ = fault;
    refusal_ = status;
    if (fault == Fault::None) {
      changed_.notify_all();
    }
  }

  [[nodiscard]] std::uint64_t changes() const {
    const std::lock_guard lock{mutex_};
    return changes_;
  }

  [[nodiscard]] std::uint64_t conflicts() const {
    const std::lock_guard lock{mutex_};
    return conflicts_;
  }

 private:
  void listen() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket{io_};
      acceptor_.accept(socket, error);
      const std::lock_guard lock{mutex_};
      if (stopped_) {
        return;
      }
      if (error) {
        continue;
      }
      sockets_.insert(socket.native_handle());
      connections_.emplace_back(
          [this, owned = std::move(socket)]() mutable { serve(std::move(owned)); });
    }
  }

  // Until the client leaves, or the end. The socket is closed after its number is forgotten.
  void serve(tcp::socket socket) {
    const int handle = socket.native_handle();
    try {
      if (tls_) {
        asio::ssl::stream<tcp::socket&> stream{socket, *tls_};
        stream.handshake(asio::ssl::stream_base::server);
        answer_all(stream);
      } else {
        answer_all(socket);
      }
    } catch (const std::exception&) {  // NOLINT: the connection has ended
    }
    forget(handle);
  }

  template <typename Stream>
  void answer_all(Stream& stream) {
    boost::beast::flat_buffer buffer;
    for (;;) {
      Request request;
      http::read(stream, buffer, request);
      const std::optional<Answer> answer = act(request);
      if (!answer) {
        return;
      }
      Response response{static_cast<http::status>(answer->status), 11};
      response.set(http::field::content_type, "application/json");
      response.body() = answer->body;
      response.prepare_payload();
      http::write(stream, response);
    }
  }

  void forget(int handle) {
    const std::lock_guard lock{mutex_};
    sockets_.erase(handle);
  }

  // None: no answer.
  std::optional<Answer> act(const Request& request) {
    std::unique_lock lock{mutex_};
    if (fault_ == Fault::Hang) {
      changed_.wait(lock, [this] { return stopped_ || fault_ != Fault::Hang; });
      return std::nullopt;
    }
    if (fault_ == Fault::Refuse) {
      return status_of(refusal_, "refused by the test");
    }
    const bool drop = fault_ == Fault::DropAnswers && request.method() != http::verb::get;
    std::optional<Answer> answer{answer_to(request)};
    if (drop) {
      answer.reset();
    }
    return answer;
  }

  Answer answer_to(const Request& request) {
    const auto authorization = request[http::field::authorization];
    if (!token_.empty() && authorization != "Bearer " + token_) {
      return status_of(401, "Unauthorized");
    }
    const auto target = request.target();
    const std::optional<std::string> name = name_in({target.data(), target.size()});
    if (!name) {
      return status_of(404, "the server could not find the requested resource");
    }
    switch (request.method()) {
      case http::verb::get:
        return read(*name);
      case http::verb::post:
        return create(*name, json::parse(request.body()));
      case http::verb::put:
        return replace(*name, json::parse(request.body()));
      default:
        return status_of(405, "method not allowed");
    }
  }

  Answer read(const std::string& name) const {
    const auto found = objects_.find(name);
    return found == objects_.end() ? status_of(404, "leases \"" + name + "\" not found")
                                   : Answer{.status = 200, .body = found->second.dump()};
  }

  Answer create(const std::string& name_space, json object) {
    const std::string name = name_space + "/" + object.at("metadata").at("name").get<std::string>();
    if (objects_.contains(name)) {
      ++conflicts_;
      return status_of(409, "leases \"" + name + "\" already exists");
    }
    ++changes_;
    return {.status = 201, .body = store(name, std::move(object)).dump()};
  }

  Answer replace(const std::string& name, json object) {
    const auto found = objects_.find(name);
    if (found == objects_.end()) {
      return status_of(404, "leases \"" + name + "\" not found");
    }
    if (object.at("metadata").value("resourceVersion", "") !=
        found->second.at("metadata").at("resourceVersion").get<std::string>()) {
      ++conflicts_;
      return status_of(409, "the object has been modified");
    }
    ++changes_;
    return {.status = 200, .body = store(name, std::move(object)).dump()};
  }

  const json& store(const std::string& name, json object) {
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    return objects_[name] = std::move(object);
  }

  const std::string token_;
  asio::io_context io_{1};
  std::optional<asio::ssl::context> tls_;  // none: plain
  tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, json> objects_;  // this and all that follows: guarded by mutex_
  std::uint64_t version_ = 100;
  std::uint64_t changes_ = 0;
  std::uint64_t conflicts_ = 0;
  Fault fault_ = Fault::None;
  unsigned refusal_ = 0;
  bool stopped_ = false;
  std::set<int> sockets_;
  std::vector<std::thread> connections_;
  std::thread listener_;
};

KubernetesApi::KubernetesApi(const std::filesystem::path& certificate, std::string token)
    : impl_{std::make_unique<Impl>(certificate, std::move(token))} {}

KubernetesApi::~KubernetesApi() = default;

std::string KubernetesApi::url() const {
  return impl_->url();
}

std::string KubernetesApi::object(const std::string& name) const {
  return impl_->object(name);
}

void KubernetesApi::put(const std::string& name, const std::string& json) {
  impl_->put(name, json);
}

void KubernetesApi::refuse(unsigned status) {
  impl_->set(Impl::Fault::Refuse, status);
}

void KubernetesApi::hang() {
  impl_->set(Impl::Fault::Hang);
}

void KubernetesApi::drop_answers() {
  impl_->set(Impl::Fault::DropAnswers);
}

void KubernetesApi::mend() {
  impl_->set(Impl::Fault::None);
}

std::uint64_t KubernetesApi::changes() const {
  return impl_->changes();
}

std::uint64_t KubernetesApi::conflicts() const {
  return impl_->conflicts();
}

}  // namespace betex::test
