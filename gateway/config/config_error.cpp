#include "gateway/config/config_error.h"

#include "matching/assert.h"

namespace betex::gateway {

namespace {

std::string lines_of(const std::vector<Finding>& findings) {
  BETEX_ASSERT(!findings.empty());
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) {
      text += '\n';
    }
    text += to_string(finding);
  }
  return text;
}

}  // namespace

std::string to_string(const Finding& finding) {
  std::string text = finding.file.string();
  if (finding.line > 0) {
    text += ':' + std::to_string(finding.line);
  }
  text += ": ";
  if (!finding.key.empty()) {
    text += finding.key + ": ";
  }
  text += finding.problem;
  if (!finding.remedy.empty()) {
    text += "; " + finding.remedy;
  }
  return text;
}

ConfigError::ConfigError(std::vector<Finding> findings)
    : std::runtime_error{lines_of(findings)}, findings_{std::move(findings)} {}

}  // namespace betex::gateway
