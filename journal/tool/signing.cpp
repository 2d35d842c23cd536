#include "journal/tool/signing.h"

#include <cerrno>
#include <charconv>
#include <system_error>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "journal/errors.h"
#include "journal/freed_by.h"
#include "journal/pem_file.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

using KeyHandle = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;

[[noreturn]] void refuse_key(const std::filesystem::path& file, const std::string& what) {
  throw JournalError{{.fault = Fault::KeyUnusable, .what = what, .segment = file.string()}};
}

// `read` is one of OpenSSL's PEM_read functions, `kind` what it looks for.
template <typename Read>
KeyHandle read_key(const std::filesystem::path& file, const char* kind, Read read) {
  PemFile pem{file};
  if (!pem.is_open()) {
    refuse_key(file, "it cannot be read: " + std::generic_category().message(errno));
  }
  KeyHandle key = pem.next<KeyHandle>(read);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    refuse_key(file, std::string{"it holds no "} + kind + " Ed25519 key");
  }
  return key;
}

PublicKey public_half(const EVP_PKEY* key) {
  PublicKey bytes{};
  std::size_t size = bytes.size();
  const int done = EVP_PKEY_get_raw_public_key(key, bytes.data(), &size);
  BETEX_ASSERT(done == 1 && size == bytes.size());
  return bytes;
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string hex_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != 2 * bytes.size()) {
    return false;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* const at = text.data() + 2 * i;
    if (std::from_chars(at, at + 2, bytes[i], 16).ptr != at + 2) {
      return false;
    }
  }
  return true;
}

struct RunningDigest::State {
  DigestContext context{EVP_MD_CTX_new()};
};

RunningDigest::RunningDigest() : state_{std::make_unique<State>()} {
  BETEX_ASSERT(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}

RunningDigest::~RunningDigest() = default;

void RunningDigest::add(std::span<const std::byte> piece) {
  BETEX_ASSERT(EVP_DigestUpdate(state_->context.get(), piece.data(), piece.size()) == 1);
}

Digest RunningDigest::value() {
  Digest digest{};
  BETEX_ASSERT(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1);
  BETEX_ASSERT(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
  return digest;
}

struct SigningKey::Key {
  KeyHandle handle;
};

SigningKey::SigningKey(const std::filesystem::path& file)
    : key_{std::make_unique<Key>(Key{read_key(file, "private", PEM_read_PrivateKey)})},
      public_key_{public_half(key_->handle.get())} {}

SigningKey::~SigningKey() = default;

Signature SigningKey::sign(std::string_view text) const {
  const DigestContext context{EVP_MD_CTX_new()};
  Signature signature{};
  std::size_t size = signature.size();
  BETEX_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->handle.get()) ==
               1);
  BETEX_ASSERT(
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(text), text.size()) == 1);
  BETEX_ASSERT(size == signature.size());
  return signature;
}

PublicKey read_public_key(const std::filesystem::path& file) {
  return public_half(read_key(file, "public", PEM_read_PUBKEY).get());
}

bool is_signed_by(const PublicKey& key, std::string_view text, const Signature& signature) {
  const KeyHandle handle{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())};
  const DigestContext context{EVP_MD_CTX_new()};
  return handle && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         EVP_DigestVerify(
             context.get(), signature.data(), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace betex::journal
