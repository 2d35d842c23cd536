#include "tests/support/test_certificates.h"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace betex::test {

struct TestAuthority::Keys {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

namespace {

constexpr long kDay = 24L * 60 * 60;

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  if (extension == nullptr) {
    throw std::runtime_error{std::string{"no extension "} + value};
  }
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

EVP_PKEY* make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::Ec:
      return EVP_EC_gen("P-256");
    case KeyKind::Rsa:
      return EVP_RSA_gen(2048);
    case KeyKind::Rsa4096:
      return EVP_RSA_gen(4096);
  }
  throw std::logic_error{"unknown kind of key"};
}

// Signed by `issuer_key`; where `issuer` is null it is its own.
X509* make(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 0;
  X509* const made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made), kDay);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made),
                             "CN",
                             MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()),
                             -1,
                             -1,
                             0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : issuer));
  add_extension(made,
                issuer == nullptr ? made : issuer,
                NID_basic_constraints,
                issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(made, made, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_sign(made, issuer_key, EVP_sha256());
  return made;
}

void write(const std::filesystem::path& file, X509* certificate, EVP_PKEY* key) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  if (out == nullptr) {
    throw std::runtime_error{"cannot write " + file.string()};
  }
  if (key != nullptr) {
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  }
  PEM_write_X509(out, certificate);
  std::fclose(out);
}

}  // namespace

TestAuthority::TestAuthority(std::filesystem::path folder, const std::string& name)
    : folder_{std::move(folder)},
      certificate_{folder_ / (name + "-ca.pem")},
      keys_{new Keys{.key = EVP_EC_gen("P-256"), .certificate = nullptr}} {
  keys_->certificate = make(name, keys_->key, nullptr, keys_->key);
  write(certificate_, keys_->certificate, nullptr);
}

TestAuthority::~TestAuthority() {
  X509_free(keys_->certificate);
  EVP_PKEY_free(keys_->key);
  delete keys_;
}

std::filesystem::path TestAuthority::issue(const std::string& common_name, KeyKind kind) const {
  EVP_PKEY* const key = make_key(kind);
  X509* const certificate = make(common_name, key, keys_->certificate, keys_->key);
  const std::filesystem::path file =
      folder_ / (common_name + (kind == KeyKind::Ec ? "-ec.pem" : "-rsa.pem"));
  write(file, certificate, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return file;
}

std::filesystem::path TestAuthority::revoke(const std::vector<std::filesystem::path>& certificates,
                                            List list) const {
  X509_CRL* const made = X509_CRL_new();
  X509_CRL_set_version(made, 1);  // X.509 v2
  X509_CRL_set_issuer_name(made, X509_get_subject_name(keys_->certificate));
  ASN1_TIME* const time = X509_gmtime_adj(nullptr, -2 * kDay);
  X509_CRL_set1_lastUpdate(made, time);
  for (const std::filesystem::path& file : certificates) {
    std::FILE* const in = std::fopen(file.c_str(), "r");
    X509* const certificate = PEM_read_X509(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
    X509_REVOKED_set_revocationDate(entry, time);
    X509_CRL_add0_revoked(made, entry);
    X509_free(certificate);
  }
  X509_gmtime_adj(time, list == List::InDate ? kDay : -kDay);
  X509_CRL_set1_nextUpdate(made, time);
  X509_CRL_sort(made);
  X509_CRL_sign(made, keys_->key, EVP_sha256());
  std::filesystem::path file = certificate_;
  file.replace_extension(".crl");
  std::FILE* const out = std::fopen(file.c_str(), "w");
  PEM_write_X509_CRL(out, made);
  std::fclose(out);
  ASN1_TIME_free(time);
  X509_CRL_free(made);
  return file;
}

}  // namespace betex::test
