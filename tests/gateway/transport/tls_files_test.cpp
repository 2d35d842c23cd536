// The files of TLS: which are refused, and in which words.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include "gateway/config/config_error.h"
#include "gateway/transport/certificate_dates.h"
#include "gateway/transport/tls.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::test {
namespace {

TEST(DemoCertificate, IsMadeOnceAndGoodForLoopback) {
  const TempFolder folder;
  const auto file = folder.path() / "wal" / "tls-demo.pem";
  fix::make_demo_certificate(file);
  const auto made = std::filesystem::last_write_time(file);
  fix::make_demo_certificate(file);
  EXPECT_EQ(std::filesystem::last_write_time(file), made);
  EXPECT_NO_THROW((void)fix::make_tls_context({.certificate = file, .key = file, .client_ca = {}}));
}

// By a process that was killed there; in a container this one may have its id.
TEST(DemoCertificate, IsMadeBesideOneThatWasLeftHalfMade) {
  const TempFolder folder;
  const auto file = folder.path() / "tls-demo.pem";
  std::ofstream{file.string() + ".new-" + std::to_string(::getpid())} << "half of a key";
  EXPECT_NO_THROW(fix::make_demo_certificate(file));
  EXPECT_NO_THROW((void)fix::make_tls_context({.certificate = file, .key = file, .client_ca = {}}));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
}

TEST(TlsContext, SaysWhichFileIsWrong) {
  const TempFolder folder;
  const TestAuthority authority{folder.path(), "ca"};
  const auto good = authority.issue("gateway");
  const auto other = authority.issue("other");
  const auto none = folder.path() / "none";
  const auto no_pem = folder.path() / "no.pem";
  std::ofstream{no_pem} << "certainly not a certificate\n";

  struct Case {
    fix::TlsFiles files;
    std::filesystem::path wrong;
    std::string what;
  };

  for (const Case& wrong :
       {Case{{.certificate = none, .key = good}, none, "is no certificate (No such file"},
        Case{{.certificate = no_pem, .key = good}, no_pem, "is no certificate (no start line)"},
        Case{{.certificate = good, .key = other},
             other,
             "is no key of the certificate " + good.string()},
        Case{{.certificate = good, .key = no_pem}, no_pem, "is no key of the certificate"},
        Case{{.certificate = good, .key = good, .client_ca = none}, none, "holds no certificates"},
        Case{{.certificate = good, .key = good, .client_ca = no_pem}, no_pem, "holds no"}}) {
    try {
      static_cast<void>(fix::make_tls_context(wrong.files));
      ADD_FAILURE() << wrong.what << ": accepted";
    } catch (const gateway::ConfigError& error) {
      EXPECT_EQ(error.findings().front().file, wrong.wrong);
      EXPECT_TRUE(error.findings().front().problem.starts_with(wrong.what)) << error.what();
      EXPECT_FALSE(error.findings().front().remedy.empty());
    }
  }
}

TEST(TlsContext, AKeyWithAPassphraseIsRefusedAndAsksNobody) {
  const TempFolder folder;
  const TestAuthority authority{folder.path(), "ca"};
  const auto good = authority.issue("gateway");
  const auto locked = folder.path() / "locked.pem";
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  std::FILE* const out = std::fopen(locked.c_str(), "w");
  char passphrase[] = "secret";
  PEM_write_PrivateKey(out, key, EVP_aes_128_cbc(), nullptr, 0, nullptr, passphrase);
  std::fclose(out);
  EVP_PKEY_free(key);
  EXPECT_THROW((void)fix::make_tls_context({.certificate = good, .key = locked, .client_ca = {}}),
               gateway::ConfigError);
}

// Those of the test authority are good from a day ago until a day from now.
TEST(CertificateDates, ExpiredAndNotYetValidCertificatesAreNamed) {
  const TempFolder folder;
  const TestAuthority authority{folder.path(), "our-ca"};
  const fix::TlsFiles files{
      .certificate = authority.issue("gateway"), .key = {}, .client_ca = authority.certificate()};
  const auto now = std::chrono::system_clock::now();
  const auto lines_at = [&](std::chrono::system_clock::time_point time) {
    std::string text;
    for (const std::string& line : fix::certificate_date_warnings(files, time)) {
      text += line + "\n";
    }
    return text;
  };
  const std::string ours = files.certificate.string() + ": the certificate of CN=gateway ";
  const std::string authoritys =
      authority.certificate().string() + ": the certificate of CN=our-ca ";
  const auto says = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  const std::string later = lines_at(now + std::chrono::days{2});
  EXPECT_TRUE(says(later, ours + "expired at 20")) << later;
  EXPECT_TRUE(says(later, authoritys + "expired at 20")) << later;
  const std::string before = lines_at(now - std::chrono::days{2});
  EXPECT_TRUE(says(before, ours + "is not valid before 20")) << before;
  const std::string today = lines_at(now);
  EXPECT_TRUE(says(today, ours + "expires soon, at 20")) << today;
}

TEST(CertificateDates, AGoodCertificateAndAMissingFileAreNotSpokenOf) {
  const TempFolder folder;
  const auto file = folder.path() / "tls-demo.pem";
  const fix::TlsFiles files{.certificate = file, .key = file, .client_ca = {}};
  EXPECT_TRUE(certificate_date_warnings(files, std::chrono::system_clock::now()).empty());
  fix::make_demo_certificate(file);
  EXPECT_TRUE(certificate_date_warnings(files, std::chrono::system_clock::now()).empty());
}

TEST(CertificateDates, AChainRunsOutWithItsFirst) {
  const TempFolder folder;
  const auto demo = folder.path() / "tls-demo.pem";
  EXPECT_EQ(fix::first_expiry(demo), std::nullopt) << "there is none";
  fix::make_demo_certificate(demo);
  const auto now = std::chrono::system_clock::now();
  const auto of_demo = fix::first_expiry(demo);
  ASSERT_TRUE(of_demo.has_value());
  EXPECT_GT(*of_demo, now + std::chrono::days{14});

  const TestAuthority authority{folder.path(), "ca"};
  const auto of_issued = fix::first_expiry(authority.issue("gateway"));
  ASSERT_TRUE(of_issued.has_value());
  EXPECT_GT(*of_issued, now);
  EXPECT_LT(*of_issued, now + std::chrono::days{2});

  const auto chain = folder.path() / "chain.pem";
  for (const auto& part : {demo, authority.certificate()}) {
    std::ofstream{chain, std::ios::app} << std::ifstream{part}.rdbuf();
  }
  const auto of_chain = fix::first_expiry(chain);
  ASSERT_TRUE(of_chain.has_value());
  EXPECT_EQ(of_chain, fix::first_expiry(authority.certificate()));
  EXPECT_LT(*of_chain, *of_demo);
}

TEST(TlsContext, WantsAListInDateOfEachAuthority) {
  const TempFolder folder;
  const TestAuthority authority{folder.path(), "ca"};
  const TestAuthority other{folder.path(), "other"};
  const auto own = authority.issue("gateway");
  const auto complaint = [&](const std::filesystem::path& lists) -> std::string {
    try {
      (void)fix::make_tls_context({.certificate = own,
                                   .key = own,
                                   .client_ca = authority.certificate(),
                                   .client_crl = lists});
      return {};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(complaint(authority.revoke({})), "");
  EXPECT_EQ(complaint(own),
            own.string() +
                ": holds no revocation list; name a PEM file that this user may "
                "read");
  const std::string foreign = other.revoke({}).string();
  EXPECT_EQ(complaint(foreign),
            foreign + ": holds no list of the authority /CN=ca in " +
                authority.certificate().string() + "; add the one that it has signed");
  const std::string old = authority.revoke({}, TestAuthority::List::OutOfDate).string();
  EXPECT_EQ(complaint(old),
            old + ": the list of the authority /CN=ca is out of date; fetch its newest one");
}

}  // namespace
}  // namespace betex::test
