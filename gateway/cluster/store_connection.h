// One HTTP/1.1 connection to a store that speaks JSON (a member of etcd, the API server of
// Kubernetes), plain or by TLS, which is kept alive; with a deadline on everything, the name's
// lookup and the handshake included.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {

struct StoreUrl {
  std::string text;  // as it was given
  bool tls = false;
  std::string host;                   // without the brackets of an IPv6 address
  std::optional<std::uint16_t> port;  // none: 443 with TLS, 80 without
  std::string path;                   // what is behind: empty, or from "/" on

  friend bool operator==(const StoreUrl&, const StoreUrl&) = default;
};

// "http://HOST[:PORT][/PATH]" or https. None: `text` is not that.
[[nodiscard]] std::optional<StoreUrl> parse_url(std::string_view text);

// PEM files.
struct StoreTlsFiles {
  std::filesystem::path ca;           // of authorities; empty: the system's
  std::filesystem::path certificate;  // this side's, with its chain; empty: none
  std::filesystem::path key;          // empty: it is in `certificate`
};

// What this side trusts, and shows. May be shared by connections of one thread.
class StoreTls {
 public:
  // Throws std::runtime_error where a file cannot be used.
  explicit StoreTls(const StoreTlsFiles& files);
  ~StoreTls();
  StoreTls(const StoreTls&) = delete;
  StoreTls& operator=(const StoreTls&) = delete;
  StoreTls(StoreTls&&) = delete;
  StoreTls& operator=(StoreTls&&) = delete;

 private:
  friend class StoreConnection;
  struct Context;
  std::unique_ptr<Context> context_;
};

// Not one byte of the request has left.
class NotConnected : public StoreUnknown {
 public:
  using StoreUnknown::StoreUnknown;
};

// *Owned by one thread at a time.*
class StoreConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  enum class Method : std::uint8_t { Get, Post, Put };

  struct Request {
    Method method = Method::Get;
    std::string path{};           // from "/" on; the URL's own comes before it
    std::string body{};           // JSON; not sent with Get
    std::string authorization{};  // of the header; empty: none
    // Changes nothing: it may be made again where the connection, open since an earlier request,
    // has turned out to be closed.
    bool reads_only = false;
  };

  struct Answer {
    unsigned status = 0;
    std::string body;
  };

  // Does not connect yet. `tls` must outlive it; it may be null where the URL is plain.
  StoreConnection(StoreUrl url, StoreTls* tls);
  ~StoreConnection();
  StoreConnection(const StoreConnection&) = delete;
  StoreConnection& operator=(const StoreConnection&) = delete;
  StoreConnection(StoreConnection&&) = delete;
  StoreConnection& operator=(StoreConnection&&) = delete;

  // Connects first where it must. Whatever the status of the answer is. Throws NotConnected, or
  // StoreUnknown; then it is closed.
  [[nodiscard]] Answer call(const Request& request, Deadline deadline);

  void close() noexcept;

  [[nodiscard]] const StoreUrl& url() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::cluster
