#include "gateway/transport/tls_revocation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "gateway/config/config_error.h"
#include "gateway/transport/tls.h"
#include "journal/freed_by.h"
#include "journal/pem_file.h"

namespace betex::fix {

namespace {

using Certificate = std::unique_ptr<X509, journal::FreedBy<X509_free>>;
using RevocationList = std::unique_ptr<X509_CRL, journal::FreedBy<X509_CRL_free>>;

[[noreturn]] void fail(const std::filesystem::path& file,
                       const std::string& what,
                       const std::string& remedy) {
  ERR_clear_error();
  throw gateway::ConfigError{{{.file = file, .problem = what, .remedy = remedy}}};
}

// All of this kind in a PEM file, up to the first that cannot be read.
template <typename Owner, auto Read>
std::vector<Owner> read_all(const std::filesystem::path& name) {
  std::vector<Owner> found;
  journal::PemFile file{name};
  while (Owner next = file.next<Owner>(Read)) {
    found.push_back(std::move(next));
  }
  ERR_clear_error();  // that no more came
  return found;
}

std::string name_of(const X509* authority) {
  char* const line = X509_NAME_oneline(X509_get_subject_name(authority), nullptr, 0);
  std::string name = line == nullptr ? "?" : line;
  OPENSSL_free(line);
  return name;
}

bool is_from(const RevocationList& list, X509* authority) {
  return X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_subject_name(authority)) == 0 &&
         X509_CRL_verify(list.get(), X509_get0_pubkey(authority)) == 1;
}

bool is_in_date(const RevocationList& list) {
  const ASN1_TIME* const next = X509_CRL_get0_nextUpdate(list.get());
  return X509_cmp_current_time(X509_CRL_get0_lastUpdate(list.get())) < 0 &&
         (next == nullptr || X509_cmp_current_time(next) > 0);
}

}  // namespace

void add_revocation_lists(SSL_CTX* context,
                          const std::filesystem::path& authorities,
                          const std::filesystem::path& lists) {
  const auto loaded = read_all<RevocationList, PEM_read_X509_CRL>(lists);
  if (loaded.empty()) {
    fail(lists, "holds no revocation list", "name a PEM file that this user may read");
  }
  for (const Certificate& authority : read_all<Certificate, PEM_read_X509>(authorities)) {
    const auto is_its = [&](const RevocationList& list) { return is_from(list, authority.get()); };
    if (std::ranges::none_of(loaded, is_its)) {
      fail(lists,
           "holds no list of the authority " + name_of(authority.get()) + " in " +
               authorities.string(),
           "add the one that it has signed");
    }
    if (std::ranges::none_of(loaded,
                             [&](const auto& list) { return is_its(list) && is_in_date(list); })) {
      fail(lists,
           "the list of the authority " + name_of(authority.get()) + " is out of date",
           "fetch its newest one");
    }
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const RevocationList& list : loaded) {
    if (X509_STORE_add_crl(store, list.get()) != 1) {
      fail(lists, "holds a list that OpenSSL does not take", "fetch its newest one");
    }
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

ClientCertificate::ClientCertificate(SSL* connection)
    : name_{peer_certificate_name(connection)},
      certificate_{SSL_get1_peer_certificate(connection), X509_free} {
  if (STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(connection)) {
    chain_ = {X509_chain_up_ref(chain),
              [](STACK_OF(X509) * all) { sk_X509_pop_free(all, X509_free); }};
  }
}

std::optional<std::string> ClientCertificate::why_bad(boost::asio::ssl::context& context) const {
  using Verification = std::unique_ptr<X509_STORE_CTX, journal::FreedBy<X509_STORE_CTX_free>>;
  const Verification verification{X509_STORE_CTX_new()};
  X509_STORE* const store = SSL_CTX_get_cert_store(context.native_handle());
  if (!verification ||
      X509_STORE_CTX_init(verification.get(), store, certificate_.get(), chain_.get()) != 1 ||
      X509_STORE_CTX_set_default(verification.get(), "ssl_client") != 1) {
    ERR_clear_error();
    return "it cannot be verified";
  }
  if (X509_verify_cert(verification.get()) == 1) {
    return std::nullopt;
  }
  ERR_clear_error();
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification.get()));
}

}  // namespace betex::fix
