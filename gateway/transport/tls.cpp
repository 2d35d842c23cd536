#include "gateway/transport/tls.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "gateway/config/config_error.h"
#include "gateway/transport/tls_revocation.h"
#include "journal/file_system.h"
#include "journal/freed_by.h"
#include "journal/safe_path.h"

namespace betex::fix {

namespace ssl = boost::asio::ssl;

namespace {

// Authenticated encryption, and keys that nobody can recover later from the certificate's; OpenSSL
// leaves out what does not fit the certificate. TLS 1.3 has no others.
constexpr const char* kTls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

using Key = std::unique_ptr<EVP_PKEY, journal::FreedBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, journal::FreedBy<X509_free>>;
using File = std::unique_ptr<std::FILE, journal::FreedBy<std::fclose>>;

[[noreturn]] void fail(const std::filesystem::path& file,
                       const std::string& what,
                       const std::string& remedy) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  // OpenSSL has no words for what the system calls say.
  const char* const reason =
      ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  throw gateway::ConfigError{
      {{.file = file,
        .problem = what + (reason == nullptr ? "" : " (" + std::string{reason} + ")"),
        .remedy = remedy}}};
}

void add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  if (extension != nullptr) {
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
}

Certificate self_signed(EVP_PKEY* key) {
  constexpr long kYear = 365L * 24 * 60 * 60;
  Certificate certificate{X509_new()};
  X509_set_version(certificate.get(), 2);  // X.509 v3
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kYear);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  constexpr unsigned char kName[] = "localhost";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) {
    throw std::runtime_error{"the demo certificate cannot be signed"};
  }
  return certificate;
}

}  // namespace

std::shared_ptr<ssl::context> make_tls_context(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kTls12Suites);
  // A resumed session would bring no certificate along.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native,
                      SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                          SSL_OP_CIPHER_SERVER_PREFERENCE |
                          SSL_OP_CLEANSE_PLAINTEXT);   // passwords come in it
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle session holds 34 KiB less
  // Nobody sits at a terminal to be asked for a passphrase.
  SSL_CTX_set_default_passwd_cb(native, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(native, files.certificate.c_str()) != 1) {
    fail(files.certificate, "is no certificate", "name a PEM file that this user may read");
  }
  if (SSL_CTX_use_PrivateKey_file(native, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(native) != 1) {
    fail(files.key,
         "is no key of the certificate " + files.certificate.string(),
         "name the PEM file, without a passphrase, that was made with it");
  }
  if (!files.client_ca.empty()) {
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(files.client_ca.c_str());
    if (names == nullptr ||
        SSL_CTX_load_verify_locations(native, files.client_ca.c_str(), nullptr) != 1) {
      fail(files.client_ca, "holds no certificates", "name a PEM file that this user may read");
    }
    SSL_CTX_set_client_CA_list(native, names);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);  // whether one is due the session says
    if (!files.client_crl.empty()) {
      add_revocation_lists(native, files.client_ca, files.client_crl);
    }
  }
  return context;
}

std::string peer_certificate_name(SSL* connection) {
  if (SSL_get_verify_result(connection) != X509_V_OK) {
    return {};
  }
  const Certificate certificate{SSL_get1_peer_certificate(connection)};
  if (!certificate) {
    return {};
  }
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) {
    return {};
  }
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) {
    return {};
  }
  std::string common_name{reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
  OPENSSL_free(text);
  return common_name;
}

// Under a name of its own first, which nobody else has, nor has left here: two gateways may start
// at once, and in a container process ids come again.
void make_demo_certificate(const std::filesystem::path& file) {
  journal::check_file(file);
  if (std::filesystem::exists(file)) {
    return;
  }
  const Key key{EVP_EC_gen("P-256")};
  if (!key) {
    fail(file, "no key can be made", "name a certificate of your own");
  }
  const Certificate certificate = self_signed(key.get());
  journal::create_folder(file.parent_path());
  std::string fresh = file.string() + ".new-XXXXXX";
  {
    const int descriptor = ::mkostemp(fresh.data(), O_CLOEXEC);  // its owner's alone
    const File out{descriptor < 0 ? nullptr : ::fdopen(descriptor, "w")};
    if (!out ||
        PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_X509(out.get(), certificate.get()) != 1 || std::fflush(out.get()) != 0) {
      fail(fresh, "cannot be written", "make the folder writable for this user");
    }
  }
  std::filesystem::rename(fresh, file);
}

}  // namespace betex::fix
