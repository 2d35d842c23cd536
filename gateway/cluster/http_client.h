// HTTP/1.1 over one connection that is kept alive, plain or inside TLS, with a deadline on every
// call.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace betex::cluster {

struct HttpEndpoint {
  bool tls = false;
  std::string host;  // a name or an IP address, without brackets
  std::uint16_t port = 0;
  std::string base;  // of all targets: "" or "/PATH", without a slash at its end

  friend bool operator==(const HttpEndpoint&, const HttpEndpoint&) noexcept = default;
};

// "http://HOST[:PORT][/PATH]" or https. Throws std::runtime_error for anything else.
[[nodiscard]] HttpEndpoint parse_url(std::string_view url);

struct HttpSettings {
  HttpEndpoint endpoint;
  std::filesystem::path ca;           // PEM, of the server's certificate; empty: the system's
  std::filesystem::path certificate;  // this client's, PEM; empty: none
  std::filesystem::path key;          // PEM; empty: in the certificate's file
  std::chrono::milliseconds deadline{1000};  // of each call
};

enum class HttpMethod : std::uint8_t { Get, Post, Put };

struct HttpRequest {
  HttpMethod method = HttpMethod::Get;
  std::string target{};  // from "/" on
  std::string body{};
  std::string content_type = "application/json";
  std::string authorization{};  // of the header; empty: none
};

struct HttpResponse {
  unsigned status = 0;
  std::string body;
};

// *Owned by one thread at a time.*
class HttpClient {
 public:
  // Does not connect yet. Throws std::runtime_error where a file cannot be used.
  explicit HttpClient(HttpSettings settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&&) = delete;
  HttpClient& operator=(HttpClient&&) = delete;

  // Whatever the status of the answer is. Throws StoreUnknown (key_value_store.h) where there is
  // none within the deadline; the next call connects anew. A GET whose connection was found to be
  // closed is asked again over a new one, nothing else is.
  [[nodiscard]] HttpResponse call(const HttpRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::cluster
