// Certificates for tests, made when they are needed, in a folder of the test's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace betex::test {

enum class KeyKind { Ec, Rsa, Rsa4096 };

// An authority that signs certificates. All files are PEM.
class TestAuthority {
 public:
  // Its own certificate goes to `folder`/NAME-ca.pem.
  TestAuthority(std::filesystem::path folder, const std::string& name);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  [[nodiscard]] std::filesystem::path certificate() const { return certificate_; }

  // A certificate for this common name, good for 127.0.0.1 as well, with its key in the same file,
  // which is returned.
  [[nodiscard]] std::filesystem::path issue(const std::string& common_name,
                                            KeyKind kind = KeyKind::Ec) const;

  enum class List { InDate, OutOfDate };

  // Its list of certificates that it has taken back: these, which it has issued. In
  // `folder`/NAME-ca.crl, in place of an earlier one; returned.
  [[nodiscard]] std::filesystem::path revoke(const std::vector<std::filesystem::path>& certificates,
                                             List list = List::InDate) const;

 private:
  struct Keys;

  std::filesystem::path folder_;
  std::filesystem::path certificate_;
  Keys* keys_;
};

}  // namespace betex::test
