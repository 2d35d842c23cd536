#include "gateway/config/credentials.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "matching/assert.h"
#include "matching/types.h"

namespace betex::gateway {

namespace {

constexpr std::size_t kHashSize = 32;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kGeneratedSize = 32;
constexpr std::string_view kHexDigits = "0123456789abcdef";

using Bytes = std::vector<std::uint8_t>;

Bytes pbkdf2(std::string_view password, const Bytes& salt, std::uint32_t iterations) {
  Bytes hash(kHashSize);
  const int ok = PKCS5_PBKDF2_HMAC(password.data(),
                                   static_cast<int>(password.size()),
                                   salt.data(),
                                   static_cast<int>(salt.size()),
                                   static_cast<int>(iterations),
                                   EVP_sha256(),
                                   static_cast<int>(hash.size()),
                                   hash.data());
  if (ok != 1) {
    throw std::runtime_error{
        "OpenSSL could not compute PBKDF2-HMAC-SHA256; is the library intact?"};
  }
  return hash;
}

Bytes salted_sha256(std::string_view password, const Bytes& salt) {
  Bytes salted = salt;
  salted.insert(salted.end(), password.begin(), password.end());
  Bytes hash(kHashSize);
  const int ok =
      EVP_Digest(salted.data(), salted.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_cleanse(salted.data(), salted.size());
  if (ok != 1) {
    throw std::runtime_error{"OpenSSL could not compute SHA-256; is the library intact?"};
  }
  return hash;
}

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) {
    throw std::runtime_error{"OpenSSL has no randomness to give; is /dev/urandom there?"};
  }
  return bytes;
}

std::string hex(const Bytes& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 0xfU];
  }
  return text;
}

// A short password behind a quick hash would be guessed, so that such a line takes nothing else.
bool may_be_generated(std::string_view password) {
  return password.size() == 2 * kGeneratedSize &&
         password.find_first_not_of(kHexDigits) == std::string_view::npos;
}

}  // namespace

bool verify_password(const PasswordHash& expected, std::string_view password) {
  BETEX_ASSERT(expected.hash.size() == kHashSize);
  const bool generated = expected.scheme == PasswordScheme::Sha256;
  if (generated && !may_be_generated(password)) {
    return false;
  }
  const Bytes actual = generated ? salted_sha256(password, expected.salt)
                                 : pbkdf2(password, expected.salt, expected.iterations);
  return CRYPTO_memcmp(actual.data(), expected.hash.data(), kHashSize) == 0;
}

PasswordHash hash_password(std::string_view password, std::uint32_t iterations) {
  Bytes salt = random_bytes(kSaltSize);
  Bytes hash = pbkdf2(password, salt, iterations);
  return {.iterations = iterations, .salt = std::move(salt), .hash = std::move(hash)};
}

Secret generate_password() {
  Bytes bytes = random_bytes(kGeneratedSize);
  std::string text = hex(bytes);
  Secret password{text};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  OPENSSL_cleanse(text.data(), text.size());
  return password;
}

PasswordHash hash_generated_password(std::string_view password) {
  BETEX_ASSERT(may_be_generated(password));
  Bytes salt = random_bytes(kSaltSize);
  Bytes hash = salted_sha256(password, salt);
  return {.scheme = PasswordScheme::Sha256, .salt = std::move(salt), .hash = std::move(hash)};
}

std::string credential_line(std::string_view username, const PasswordHash& hash) {
  BETEX_ASSERT(valid_username(username));
  const std::string scheme = hash.scheme == PasswordScheme::Sha256
                                 ? ":sha256:"
                                 : ":pbkdf2-sha256:" + std::to_string(hash.iterations) + ':';
  return std::string{username} + scheme + hex(hash.salt) + ':' + hex(hash.hash);
}

bool valid_username(std::string_view username) {
  return !username.empty() && username.size() <= matching::Name::kCapacity &&
         std::ranges::all_of(username, [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

bool Credentials::add(std::string username, PasswordHash hash) {
  BETEX_ASSERT(valid_username(username) && hash.hash.size() == kHashSize);
  return hashes_.emplace(std::move(username), std::move(hash)).second;
}

const PasswordHash* Credentials::find(std::string_view username) const {
  const auto found = hashes_.find(username);
  return found == hashes_.end() ? nullptr : &found->second;
}

}  // namespace betex::gateway
