// Certificates of clients that their authority has taken back: its revocation lists (CRLs), and the
// certificate of a connection, which is looked at again when the lists or the authorities change.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <openssl/x509.h>

namespace betex::fix {

// From now on each certificate of a client's chain is looked up in the list of its authority. Both
// files are PEM; `lists` has a list that is in date of each authority in `authorities`, else it
// throws gateway::ConfigError: which is wrong, and what to do. A list that is out of date later
// lets nobody in whose certificate it would tell of.
void add_revocation_lists(SSL_CTX* context,
                          const std::filesystem::path& authorities,
                          const std::filesystem::path& lists);

// The certificate that a client has shown. Immutable, cheap to copy.
class ClientCertificate {
 public:
  // None.
  ClientCertificate() = default;

  // After the handshake. None where the client has shown none, or nobody whom we trust signed it.
  explicit ClientCertificate(SSL* connection);

  // Its common name; empty: there is no certificate, or it has no common name or several.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Why a handshake would not take it any more; nothing: it would. There must be one.
  [[nodiscard]] std::optional<std::string> why_bad(boost::asio::ssl::context& context) const;

 private:
  std::string name_;
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<STACK_OF(X509)> chain_;  // as the client has sent it
};

}  // namespace betex::fix
