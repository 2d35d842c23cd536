// Writes XML line by line, one element a line, indented by two spaces a level.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace betex::fix {

struct Attribute {
  std::string_view name;
  std::string value;
};

using Attributes = std::initializer_list<Attribute>;

class XmlWriter {
 public:
  void open(std::string_view element, Attributes attributes = {});
  void close(std::string_view element);
  void empty(std::string_view element, Attributes attributes = {});
  void text(std::string_view element, std::string_view content);

  // A comment or a declaration, as it stands.
  void line(std::string_view content);

  [[nodiscard]] const std::string& str() const noexcept { return out_; }

 private:
  void begin(std::string_view element, Attributes attributes);
  void escaped(std::string_view content);

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace betex::fix
