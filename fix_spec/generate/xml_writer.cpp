#include "fix_spec/generate/xml_writer.h"

namespace betex::fix {

void XmlWriter::open(std::string_view element, Attributes attributes) {
  begin(element, attributes);
  out_ += ">\n";
  ++depth_;
}

void XmlWriter::close(std::string_view element) {
  --depth_;
  out_.append(2 * depth_, ' ').append("</").append(element).append(">\n");
}

void XmlWriter::empty(std::string_view element, Attributes attributes) {
  begin(element, attributes);
  out_ += "/>\n";
}

void XmlWriter::text(std::string_view element, std::string_view content) {
  begin(element, {});
  out_ += ">";
  escaped(content);
  out_.append("</").append(element).append(">\n");
}

void XmlWriter::line(std::string_view content) {
  out_.append(2 * depth_, ' ').append(content).append("\n");
}

void XmlWriter::begin(std::string_view element, Attributes attributes) {
  out_.append(2 * depth_, ' ').append("<").append(element);
  for (const auto& [name, value] : attributes) {
    out_.append(" ").append(name).append("=\"");
    escaped(value);
    out_ += "\"";
  }
}

void XmlWriter::escaped(std::string_view content) {
  for (const char c : content) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      default:
        out_ += c;
    }
  }
}

}  // namespace betex::fix
