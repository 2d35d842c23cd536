#include "gateway/transport/certificate_dates.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "journal/freed_by.h"
#include "journal/pem_file.h"

namespace betex::fix {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::days kSoon{14};

using Certificate = std::unique_ptr<X509, journal::FreedBy<X509_free>>;
using Text = std::unique_ptr<BIO, journal::FreedBy<BIO_free>>;

std::optional<system_clock::time_point> time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return std::nullopt;
  }
  return system_clock::from_time_t(::timegm(&fields));
}

std::string text_of(const X509_NAME* name) {
  const Text text{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string text_of(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  std::string text(sizeof "2026-01-31 09:30:00 UTC", '\0');
  text.resize(std::strftime(text.data(), text.size(), "%F %T UTC", &fields));
  return text;
}

// Empty: nothing is wrong with the certificate at that time.
std::string date_warning(const X509& certificate, system_clock::time_point now) {
  const auto from = time_of(X509_get0_notBefore(&certificate));
  const auto to = time_of(X509_get0_notAfter(&certificate));
  if (!from || !to) {
    return "has dates that cannot be read";
  }
  if (now < *from) {
    return "is not valid before " + text_of(*from);
  }
  if (now > *to) {
    return "expired at " + text_of(*to);
  }
  return *to - now < kSoon ? "expires soon, at " + text_of(*to) : "";
}

void add_warnings(const std::filesystem::path& file,
                  system_clock::time_point now,
                  std::vector<std::string>& lines) {
  journal::PemFile pem{file};
  while (const auto certificate = pem.next<Certificate>(PEM_read_X509)) {
    const std::string warning = date_warning(*certificate, now);
    if (!warning.empty()) {
      lines.push_back(file.string() + ": the certificate of " +
                      text_of(X509_get_subject_name(certificate.get())) + " " + warning);
    }
  }
  ERR_clear_error();  // the end of the file is one
}

}  // namespace

std::vector<std::string> certificate_date_warnings(const TlsFiles& files,
                                                   system_clock::time_point now) {
  std::vector<std::string> lines;
  add_warnings(files.certificate, now, lines);
  if (!files.client_ca.empty()) {
    add_warnings(files.client_ca, now, lines);
  }
  return lines;
}

std::optional<system_clock::time_point> first_expiry(const std::filesystem::path& file) {
  std::optional<system_clock::time_point> first;
  bool are_read = true;
  journal::PemFile pem{file};
  while (const auto certificate = pem.next<Certificate>(PEM_read_X509)) {
    const auto expiry = time_of(X509_get0_notAfter(certificate.get()));
    are_read = are_read && expiry;
    if (expiry) {
      first = std::min(first.value_or(*expiry), *expiry);
    }
  }
  ERR_clear_error();  // the end of the file is one
  return are_read ? first : std::nullopt;
}

}  // namespace betex::fix
