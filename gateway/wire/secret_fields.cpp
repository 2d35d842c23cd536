#include "gateway/wire/secret_fields.h"

#include <algorithm>
#include <array>

#include "gateway/wire/checksum.h"

namespace betex::fix {

namespace {

constexpr char kSoh = '\x01';

// Password, NewPassword, EncryptedPassword, EncryptedNewPassword, and RawData, which had the
// password before there was a field for it.
constexpr std::array<std::string_view, 5> kSecretTags{"554", "925", "1402", "1404", "96"};

}  // namespace

std::optional<SecretValue> find_secret(std::string_view message, std::size_t from) {
  while (from < message.size()) {
    const std::size_t end = std::min(message.find(kSoh, from), message.size());
    const std::string_view field = message.substr(from, end - from);
    const std::size_t equals = field.find('=');
    if (equals != std::string_view::npos &&
        std::ranges::count(kSecretTags, field.substr(0, equals)) != 0) {
      return SecretValue{.begin = from + equals + 1, .end = end};
    }
    from = end + 1;
  }
  return std::nullopt;
}

void mask_secrets(std::span<char> frame) {
  constexpr std::size_t kCheckSumFieldSize = 7;  // "10=ddd" and SOH
  const std::string_view text{frame.data(), frame.size()};
  auto secret = find_secret(text, 0);
  if (!secret) {
    return;
  }
  for (; secret; secret = find_secret(text, secret->end + 1)) {
    std::fill(frame.begin() + static_cast<std::ptrdiff_t>(secret->begin),
              frame.begin() + static_cast<std::ptrdiff_t>(secret->end),
              '*');
  }
  unsigned sum = checksum(text.substr(0, text.size() - kCheckSumFieldSize));
  for (auto digit = frame.rbegin() + 1; digit != frame.rbegin() + 4; ++digit, sum /= 10) {
    *digit = static_cast<char>('0' + sum % 10);
  }
}

std::string printable(std::string_view message) {
  std::string text{message};
  for (auto secret = find_secret(text, 0); secret; secret = find_secret(text, secret->begin)) {
    text.replace(secret->begin, secret->end - secret->begin, "***");
    secret->begin = std::min(text.find(kSoh, secret->begin), text.size()) + 1;
  }
  for (char& c : text) {
    if (c == kSoh) {
      c = '|';
    } else if (c < ' ' || c > '~') {
      c = '?';
    }
  }
  return text;
}

}  // namespace betex::fix
