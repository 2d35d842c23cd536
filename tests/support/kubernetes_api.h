// A stand-in for Kubernetes' API server, as far as Leases go: objects of coordination.k8s.io/v1 in
// memory, on a loopback port. It keeps what it is given, gives each change a new resourceVersion,
// and takes a PUT only of the newest one (409 otherwise), which is what a lease is made of.
//
// It is not the API server: it checks no schema and no authorisation but a bearer token, knows no
// watch, no patch, no delete, no uid and no managed fields, and its versions count per server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace betex::test {

// *Thread-safe.* It has threads of its own.
class KubernetesApi {
 public:
  // `certificate`: PEM with its key, for TLS; empty: plain. `token`: that every request must bear;
  // empty: any.
  explicit KubernetesApi(const std::filesystem::path& certificate = {}, std::string token = {});
  ~KubernetesApi();
  KubernetesApi(const KubernetesApi&) = delete;
  KubernetesApi& operator=(const KubernetesApi&) = delete;
  KubernetesApi(KubernetesApi&&) = delete;
  KubernetesApi& operator=(KubernetesApi&&) = delete;

  // "http://127.0.0.1:PORT", or https.
  [[nodiscard]] std::string url() const;

  // The object "NAMESPACE/NAME" as JSON; empty: there is none.
  [[nodiscard]] std::string object(const std::string& name) const;

  // Puts an object there, or takes it away where `json` is empty, as somebody else would.
  void put(const std::string& name, const std::string& json);

  // ---- Faults, until mend()

  void refuse(unsigned status);  // answers every request so, and does nothing
  void hang();                   // reads requests, and neither does nor answers anything
  void drop_answers();           // does what PUTs and POSTs ask for, and closes without an answer
  void mend();

  [[nodiscard]] std::uint64_t changes() const;  // PUTs and POSTs that it has taken
  [[nodiscard]] std::uint64_t conflicts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::test
