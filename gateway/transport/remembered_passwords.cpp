#include "gateway/transport/remembered_passwords.h"

#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace betex::fix {

RememberedPasswords::RememberedPasswords() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error{"OpenSSL has no randomness for a key; is /dev/urandom there?"};
  }
}

RememberedPasswords::~RememberedPasswords() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

// A line has no newline: what is before the first one and what behind it cannot be mistaken.
RememberedPasswords::Tag RememberedPasswords::tag_of(const std::string& username,
                                                     const gateway::PasswordHash& line,
                                                     std::string_view password) const {
  std::string text = gateway::credential_line(username, line) + '\n';
  text.reserve(text.size() + password.size());  // or an outgrown copy of the password would stay
  text += password;
  Tag tag{};
  const auto* const made = HMAC(EVP_sha256(),
                                key_.data(),
                                static_cast<int>(key_.size()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                text.size(),
                                tag.data(),
                                nullptr);
  OPENSSL_cleanse(text.data(), text.size());
  if (made == nullptr) {
    throw std::runtime_error{"OpenSSL could not compute HMAC-SHA256; is the library intact?"};
  }
  return tag;
}

void RememberedPasswords::remember(const std::string& username,
                                   const gateway::PasswordHash& line,
                                   std::string_view password) {
  const Tag tag = tag_of(username, line, password);
  const std::lock_guard lock{mutex_};
  tags_[username] = tag;
}

bool RememberedPasswords::knows(const std::string& username,
                                const gateway::PasswordHash& line,
                                std::string_view password) const {
  const Tag tag = tag_of(username, line, password);
  const std::lock_guard lock{mutex_};
  const auto found = tags_.find(username);
  return found != tags_.end() && CRYPTO_memcmp(found->second.data(), tag.data(), tag.size()) == 0;
}

}  // namespace betex::fix
