#include "gateway/config/credentials.h"

#include <algorithm>
#include <array>
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

std::vector<std::uint8_t> pbkdf2(std::string_view password,
                                 const std::vector<std::uint8_t>& salt,
                                 std::uint32_t iterations) {
  std::vector<std::uint8_t> hash(kHashSize);
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

std::string hex(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

}  // namespace

bool verify_password(const PasswordHash& expected, std::string_view password) {
  BETEX_ASSERT(expected.hash.size() == kHashSize);
  const auto actual = pbkdf2(password, expected.salt, expected.iterations);
  return CRYPTO_memcmp(actual.data(), expected.hash.data(), kHashSize) == 0;
}

PasswordHash hash_password(std::string_view password, std::uint32_t iterations) {
  std::vector<std::uint8_t> salt(kSaltSize);
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    throw std::runtime_error{"OpenSSL has no randomness for a salt; is /dev/urandom there?"};
  }
  auto hash = pbkdf2(password, salt, iterations);
  return {.iterations = iterations, .salt = std::move(salt), .hash = std::move(hash)};
}

std::string credential_line(std::string_view username, const PasswordHash& hash) {
  BETEX_ASSERT(valid_username(username));
  return std::string{username} + ":pbkdf2-sha256:" + std::to_string(hash.iterations) + ':' +
         hex(hash.salt) + ':' + hex(hash.hash);
}

bool valid_username(std::string_view username) {
  return !username.empty() && username.size() <= matching::Name::kCapacity &&
         std::ranges::all_of(username, [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

bool Credentials::add(std::string username, PasswordHash hash) {
  BETEX_ASSERT(valid_username(username) && hash.hash.size() == kHashSize);
  return hashes_.emplace(std::move(username), std::move(hash)).second;
}

bool Credentials::knows(std::string_view username) const {
  return hashes_.contains(username);
}

bool Credentials::verify(std::string_view username, std::string_view password) const {
  const auto found = hashes_.find(username);
  if (found != hashes_.end()) {
    return verify_password(found->second, password);
  }
  const std::uint32_t iterations =
      hashes_.empty() ? kDefaultPasswordIterations : hashes_.begin()->second.iterations;
  static_cast<void>(pbkdf2(password, std::vector<std::uint8_t>(kSaltSize), iterations));
  return false;
}

}  // namespace betex::gateway
