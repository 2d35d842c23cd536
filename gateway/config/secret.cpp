#include "gateway/config/secret.h"

#include <openssl/crypto.h>

namespace betex::gateway {

Secret::~Secret() {
  wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void Secret::wipe() noexcept {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

}  // namespace betex::gateway
