#include "gateway/config/credentials_file.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "gateway/config/password_text.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/settings_file.h"

namespace betex::gateway {

namespace {

constexpr std::size_t kMinSaltSize = 8;
constexpr std::size_t kHashSize = 32;

const std::string& remake_advice() {
  static const std::string kAdvice =
      "replace the line by one that betex-gateway --hash-password makes";
  return kAdvice;
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes;
  for (; !hex.empty(); hex.remove_prefix(2)) {
    std::uint8_t byte = 0;
    const char* const end = hex.data() + 2;
    if (std::from_chars(hex.data(), end, byte, 16).ptr != end) {
      return std::nullopt;
    }
    bytes.push_back(byte);
  }
  return bytes;
}

struct Entry {
  std::string username;
  PasswordHash hash;
};

// Takes username, scheme and iterations of a line whose last two fields are salt and hash. Empty,
// or what is wrong.
std::string read_head(const std::vector<std::string>& fields, Entry& entry) {
  constexpr std::size_t kGeneratedFields = 4;
  constexpr std::size_t kChosenFields = 5;
  const bool generated = fields.size() == kGeneratedFields && fields[1] == "sha256";
  if (!generated && fields.size() != kChosenFields) {
    return "is neither username:pbkdf2-sha256:iterations:salt:hash nor username:sha256:salt:hash";
  }
  if (begins_or_ends_in_quotes(fields.front()) || begins_or_ends_in_quotes(fields.back())) {
    return "is in quotes";
  }
  if (!valid_username(fields[0])) {
    return "the username is not 1 to 31 printable characters";
  }
  entry.username = fields[0];
  if (generated) {
    entry.hash.scheme = PasswordScheme::Sha256;
    return {};
  }
  if (fields[1] != "pbkdf2-sha256") {
    return "'" + fields[1] + "' is not a known hash";
  }
  const char* const end = fields[2].data() + fields[2].size();
  const auto [rest, error] = std::from_chars(fields[2].data(), end, entry.hash.iterations);
  if (error != std::errc{} || rest != end || entry.hash.iterations < kMinPasswordIterations ||
      entry.hash.iterations > kMaxPasswordIterations) {
    return "'" + fields[2] + "' iterations, where " + std::to_string(kMinPasswordIterations) +
           " to " + std::to_string(kMaxPasswordIterations) + " are possible";
  }
  return {};
}

// The entry, or what is wrong with the line, without any secret of it.
std::variant<Entry, std::string> parse_line(std::string_view line) {
  const std::vector<std::string> fields = split(line, ':');
  Entry entry;
  if (std::string problem = read_head(fields, entry); !problem.empty()) {
    return problem;
  }
  auto salt = bytes_of(fields[fields.size() - 2]);
  if (!salt || salt->size() < kMinSaltSize) {
    return "the salt is not hex, or shorter than " + std::to_string(kMinSaltSize) + " bytes";
  }
  auto hash = bytes_of(fields.back());
  if (!hash || hash->size() != kHashSize) {
    return "the hash is not " + std::to_string(kHashSize) + " bytes of hex";
  }
  entry.hash.salt = *std::move(salt);
  entry.hash.hash = *std::move(hash);
  return entry;
}

}  // namespace

std::optional<Credentials> load_credentials(const std::filesystem::path& file,
                                            std::vector<Finding>& findings) {
  const auto text = read_plain_text(file, findings);
  if (!text) {
    return std::nullopt;
  }
  Credentials credentials;
  int number = 0;
  const auto complain = [&](const std::string& key, const Complaint& complaint) {
    findings.push_back({.file = file,
                        .line = number,
                        .key = key,
                        .problem = complaint.problem,
                        .remedy = complaint.remedy});
  };
  for (const std::string& line : split(*text, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') {
      continue;
    }
    auto parsed = parse_line(line);
    if (const auto* const problem = std::get_if<std::string>(&parsed)) {
      complain({}, {*problem, remake_advice()});
      continue;
    }
    auto& [username, hash] = std::get<Entry>(parsed);
    if (!credentials.add(username, std::move(hash))) {
      complain(username, {"is there twice", "remove one of the two lines"});
    }
  }
  return credentials;
}

}  // namespace betex::gateway
