#include "gateway/config/plain_text.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gateway/config/password_text.h"
#include "gateway/config/toml_file.h"

namespace betex::gateway {

namespace {

bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

bool is_unseen(char c) {
  return is_control_byte(c) && c != '\n' && c != '\t' && c != '\r';
}

int line_of(const std::string& text, std::string::const_iterator at) {
  return 1 + static_cast<int>(std::count(text.begin(), at, '\n'));
}

}  // namespace

std::optional<std::string> read_plain_text(const std::filesystem::path& file,
                                           std::vector<Finding>& findings) {
  auto text = read_text(file, findings);
  if (!text) {
    return std::nullopt;
  }
  const auto complain = [&](int line, const char* problem, const char* remedy) {
    findings.push_back(
        {.file = file, .line = line, .key = {}, .problem = problem, .remedy = remedy});
  };
  if (is_utf16(*text)) {
    complain(1, "is UTF-16", "save the file as UTF-8 without a byte order mark");
    return std::nullopt;
  }
  if (text->starts_with(kUtf8Bom)) {
    complain(1, "begins with a byte order mark (BOM)", "save the file as UTF-8 without one");
    text->erase(0, kUtf8Bom.size());
  }
  if (const auto found = std::ranges::find(*text, '\r'); found != text->end()) {
    complain(line_of(*text, found),
             "holds a carriage return (CR)",
             "save the file with Unix line ends, LF alone");
  }
  if (const auto found = std::ranges::find_if(*text, is_unseen); found != text->end()) {
    complain(line_of(*text, found), "holds a control character", "remove it");
  }
  return text;
}

}  // namespace betex::gateway
