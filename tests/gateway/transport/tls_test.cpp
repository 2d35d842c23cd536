// FIX over TLS: certificates of both sides, and who may log on with which.
#include <atomic>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "gateway/client/connection.h"
#include "gateway/client/error.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

class TlsTest : public testing::TestWithParam<KeyKind> {
 protected:
  TlsTest() { std::signal(SIGPIPE, SIG_IGN); }

  void start(const fix::TransportLimits& limits = {}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
    port_ = gateway_->server().listen_tls("127.0.0.1", 0, files_);
    for (const fix::SessionSettings& settings : sessions_with_certificates()) {
      gateway_->server().add_session(settings, std::nullopt);
    }
  }

  static std::vector<fix::SessionSettings> sessions_with_certificates() {
    std::vector<fix::SessionSettings> sessions;
    for (const auto& [comp_id, proof] :
         {std::pair{"CERT", fix::LogonProof::Certificate},
          std::pair{"BOTH", fix::LogonProof::PasswordAndCertificate}}) {
      auto settings = test_sessions()[0];
      settings.comp_id = comp_id;
      settings.proof = proof;
      settings.certificate_name = std::string{comp_id} + " client";
      sessions.push_back(settings);
    }
    return sessions;
  }

  // With these sessions, and the files as the test has changed them.
  void reload(std::vector<fix::SessionSettings> sessions = sessions_with_certificates()) {
    const auto others = test_sessions();
    sessions.insert(sessions.end(), others.begin(), others.end());
    gateway_->server().reload({}, sessions, files_);
  }

  [[nodiscard]] client::Connection connect(const std::string& client_name = {}) {
    client::TlsFiles files{.ca = authority_.certificate().string(), .certificate = {}, .key = {}};
    if (!client_name.empty()) {
      files.certificate = clients_.issue(client_name, GetParam()).string();  // and its key
    }
    return client::Connection::open_tls("127.0.0.1", port_, files, kPatience);
  }

  static void send(client::Connection& connection,
                   const std::string& comp_id,
                   const std::string& type,
                   const std::string& fields) {
    connection.send(fix_message("FIXT.1.1",
                                "35=" + type + "|34=" + (type == "A" ? "1" : "2") +
                                    "|49=" + comp_id + "|52=" + fix_now() + "|56=BETEX|" + fields),
                    kPatience);
  }

  // The type of the next message; empty at the end of the stream.
  static std::string next_type(client::Connection& connection) {
    std::string& bytes = connection.received();
    for (;;) {
      const std::size_t end = bytes.find("\00110=");
      if (end != std::string::npos && bytes.size() >= end + 8) {
        const std::string type = RawFixMessage{bytes.substr(0, end + 8)}.type();
        bytes.erase(0, end + 8);
        return type;
      }
      if (!connection.receive(client::Clock::now() + kPatience)) {
        return {};
      }
    }
  }

  TempFolder folder_;
  TestAuthority authority_{folder_.path(), "servers"};
  TestAuthority clients_{folder_.path(), "clients"};
  TestAuthority strangers_{folder_.path(), "strangers"};
  fix::TlsFiles files_{.certificate = authority_.issue("gateway", GetParam()),
                       .key = authority_.issue("gateway", GetParam()),
                       .client_ca = clients_.certificate()};
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::uint16_t port_ = 0;
};

TEST_P(TlsTest, TradesAndEndsInOrder) {
  start();
  auto connection = connect();
  send(connection, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
  send(connection, "BROKER1", "D", order_fields("A1"));
  EXPECT_EQ(next_type(connection), "8");
  connection.send(fix_message("FIXT.1.1", "35=5|34=3|49=BROKER1|52=" + fix_now() + "|56=BETEX|"),
                  kPatience);
  EXPECT_EQ(next_type(connection), "5");
  EXPECT_EQ(next_type(connection), "");
  EXPECT_EQ(connection.close_reason(), "the peer has closed the connection");
}

TEST_P(TlsTest, ManyReportsArriveWhole) {
  constexpr int kReports = 5000;
  start();
  auto connection = connect();
  send(connection, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
  pipeline_.make_reports(pipeline_.sessions()[0].session, kReports);
  for (int i = 0; i < kReports; ++i) {
    ASSERT_EQ(next_type(connection), "8");
  }
}

TEST_P(TlsTest, ACertificateTakesThePlaceOfThePassword) {
  start();
  auto connection = connect("CERT client");
  send(connection, "CERT", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(connection), "A");

  auto without = connect();
  send(without, "CERT", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(without), "") << "no password helps";
  auto other = connect("BOTH client");
  send(other, "CERT", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(other), "") << "another client's certificate";
  const auto plain = gateway_->connect("CERT");
  plain->send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(plain->wait_for_end()) << "no TLS, no certificate";
}

TEST_P(TlsTest, ACertificateMayBeNeededBesideThePassword) {
  start();
  auto password_alone = connect();
  send(password_alone, "BOTH", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(password_alone), "");
  auto certificate_alone = connect("BOTH client");
  send(certificate_alone, "BOTH", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(certificate_alone), "");
  auto both = connect("BOTH client");
  send(both, "BOTH", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(both), "A");
}

TEST_P(TlsTest, ASessionThatRequiresTlsIsNotLetInWithoutIt) {
  start();
  auto settings = test_sessions()[0];
  settings.comp_id = "SECRET";
  settings.require_tls = true;
  gateway_->server().add_session(settings, std::nullopt);
  const auto plain = gateway_->connect("SECRET");
  plain->send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(plain->wait_for_end());
  auto connection = connect();
  send(connection, "SECRET", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
}

// Whether the handshake tells the client or the first bytes after it: nobody is let in.
TEST_P(TlsTest, ARevokedCertificateIsRefusedAndNoOther) {
  files_.client_crl = clients_.revoke({clients_.issue("BOTH client", GetParam())});
  start();
  auto good = connect("CERT client");
  send(good, "CERT", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(good), "A");
  const std::string revoked = (folder_.path() / "revoked.pem").string();
  std::filesystem::copy_file(clients_.issue("CERT client", GetParam()), revoked);
  files_.client_crl = clients_.revoke({revoked});
  reload();
  send(good, "CERT", "1", "112=T|");
  EXPECT_EQ(next_type(good), "0") << "another certificate of the same name";
  try {
    auto connection = client::Connection::open_tls(
        "127.0.0.1",
        port_,
        {.ca = authority_.certificate().string(), .certificate = revoked, .key = revoked},
        kPatience);
    send(connection, "CERT", "A", "98=0|108=30|1137=9|");
    EXPECT_EQ(next_type(connection), "");
  } catch (const client::ConnectionFailed&) {
    // In TLS 1.2 the client is told within the handshake.
  }
}

TEST_P(TlsTest, WhoseCertificateIsRevokedIsLoggedOutByAReload) {
  start();
  auto both = connect("BOTH client");
  send(both, "BOTH", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(both), "A");
  auto cert = connect("CERT client");
  send(cert, "CERT", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(cert), "A");
  const std::string kind = GetParam() == KeyKind::Ec ? "-ec.pem" : "-rsa.pem";
  files_.client_crl = clients_.revoke({folder_.path() / ("CERT client" + kind)});
  reload();

  EXPECT_EQ(next_type(cert), "5");
  EXPECT_EQ(next_type(cert), "");
  send(both, "BOTH", "1", "112=T|");
  EXPECT_EQ(next_type(both), "0");
}

TEST_P(TlsTest, WhoseAuthorityIsTrustedNoMoreIsLoggedOutByAReload) {
  start();
  auto both = connect("BOTH client");
  send(both, "BOTH", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(both), "A");
  files_.client_ca = strangers_.certificate();
  reload();
  EXPECT_EQ(next_type(both), "5");
}

TEST_P(TlsTest, WhoHasShownNoPasswordIsLoggedOutWhereOneIsNeeded) {
  start();
  auto cert = connect("CERT client");
  send(cert, "CERT", "A", "98=0|108=30|1137=9|");
  EXPECT_EQ(next_type(cert), "A");
  auto sessions = sessions_with_certificates();
  sessions[0].proof = fix::LogonProof::Password;
  reload(sessions);
  EXPECT_EQ(next_type(cert), "5");
}

TEST_P(TlsTest, ACertificateOfAStrangersIsRefused) {
  start();
  const std::string stranger = strangers_.issue("CERT client", GetParam()).string();
  const client::TlsFiles files{
      .ca = authority_.certificate().string(), .certificate = stranger, .key = stranger};
  try {
    auto connection = client::Connection::open_tls("127.0.0.1", port_, files, kPatience);
    send(connection, "CERT", "A", "98=0|108=30|1137=9|");
    EXPECT_EQ(next_type(connection), "");
  } catch (const client::ConnectionFailed&) {
    // In TLS 1.2 the client is told within the handshake.
  }
  EXPECT_NO_THROW((void)connect());
}

TEST_P(TlsTest, TheClientLooksWhoTheGatewayIsAndSaysWhatIsWrong) {
  start();
  const client::TlsFiles files{
      .ca = strangers_.certificate().string(), .certificate = {}, .key = {}};
  try {
    (void)client::Connection::open_tls("127.0.0.1", port_, files, kPatience);
    ADD_FAILURE() << "a gateway of strangers is trusted";
  } catch (const client::ConnectionFailed& error) {
    EXPECT_NE(std::string{error.what()}.find("its certificate is not trusted: "), std::string::npos)
        << error.what();
  }
}

TEST_P(TlsTest, AStalledHandshakeDelaysNobodyAndIsClosed) {
  start({.logon_deadline = 300ms});
  std::vector<std::unique_ptr<RawFixPeer>> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<RawFixPeer>(
        port_, RawFixPeer::Names{.begin_string = "", .sender = "", .target = ""}));
    stalled.back()->send_bytes(std::string{"\x16\x03\x01\x02", 4});
  }
  auto connection = connect();
  send(connection, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
  for (const auto& peer : stalled) {
    EXPECT_TRUE(peer->wait_for_end());
  }
}

// What a client that speaks nothing else agrees on with the port; empty: nothing.
std::string agreed_version(std::uint16_t port, int version) {
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  const Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");  // or it would refuse itself
  const std::string address = "127.0.0.1:" + std::to_string(port);
  using Stream = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
  const Stream stream{BIO_new_ssl_connect(context.get()), &BIO_free_all};
  BIO_set_conn_hostname(stream.get(), address.c_str());
  if (BIO_do_connect(stream.get()) != 1 || BIO_do_handshake(stream.get()) != 1) {
    return {};
  }
  SSL* session = nullptr;
  BIO_get_ssl(stream.get(), &session);
  return SSL_get_version(session);
}

TEST_P(TlsTest, SpeaksTwoVersionsAndNoOlder) {
  start();
  EXPECT_EQ(agreed_version(port_, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(agreed_version(port_, TLS1_2_VERSION), "TLSv1.2");
  EXPECT_EQ(agreed_version(port_, TLS1_1_VERSION), "");
}

// Whether the port and a client that offers only these for TLS 1.2 agree on one.
bool agrees_on(std::uint16_t port, const char* suites) {
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  const Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(context.get(), suites) != 1) {
    throw std::runtime_error{std::string{"no such suites: "} + suites};
  }
  const std::string address = "127.0.0.1:" + std::to_string(port);
  using Stream = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
  const Stream stream{BIO_new_ssl_connect(context.get()), &BIO_free_all};
  BIO_set_conn_hostname(stream.get(), address.c_str());
  return BIO_do_connect(stream.get()) == 1 && BIO_do_handshake(stream.get()) == 1;
}

TEST_P(TlsTest, Tls12HasForwardSecrecyAndAuthenticatedEncryptionOnly) {
  start();
  for (const char* const good : {"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
                                 "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384",
                                 "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    EXPECT_TRUE(agrees_on(port_, good)) << good;
  }
  for (const char* const bad : {"AES128-GCM-SHA256:AES256-GCM-SHA384",          // static RSA
                                "AES128-SHA:AES256-SHA:AES128-SHA256",          // and CBC
                                "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA",  // CBC, SHA-1
                                "ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA384",
                                "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA",
                                "ALL:!ECDHE+AESGCM:!ECDHE+CHACHA20"}) {
    EXPECT_FALSE(agrees_on(port_, bad)) << bad;
  }
}

TEST_P(TlsTest, PlainFixOnTheTlsPortIsClosed) {
  start();
  RawFixPeer peer{port_, {.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "BETEX"}};
  peer.send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(peer.wait_for_end());
}

TEST_P(TlsTest, NewCertificatesAreShownAfterAReload) {
  start();
  auto before = connect();
  send(before, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(before), "A");
  TestAuthority renewed{folder_.path(), "renewed"};
  files_.certificate = renewed.issue("gateway2", GetParam());
  files_.key = files_.certificate;
  gateway_->server().reload({}, test_sessions(), files_);
  EXPECT_THROW((void)connect(), client::ConnectionFailed) << "signed by another authority";
  const client::TlsFiles files{.ca = renewed.certificate().string(), .certificate = {}, .key = {}};
  EXPECT_NO_THROW((void)client::Connection::open_tls("127.0.0.1", port_, files, kPatience));
  send(before, "BROKER1", "D", order_fields("A1"));
  EXPECT_EQ(next_type(before), "8") << "who is on stays on";

  files_.key = clients_.certificate();
  EXPECT_THROW(gateway_->server().reload({}, test_sessions(), files_), std::runtime_error);
  EXPECT_NO_THROW((void)client::Connection::open_tls("127.0.0.1", port_, files, kPatience))
      << "a bad file changes nothing";
}

TEST_P(TlsTest, AFloodOfHandshakesStopsNobody) {
  constexpr int kFloods = 3;
  constexpr int kHandshakes = 40;
  start();
  auto connection = connect();
  send(connection, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
  const auto bystander = gateway_->log_on("BROKER2");
  std::vector<std::thread> floods;
  std::atomic<int> made = 0;
  for (int i = 0; i < kFloods; ++i) {
    floods.emplace_back([&] {
      for (int j = 0; j < kHandshakes; ++j) {
        made += connect().received().empty() ? 1 : 0;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const std::string id = "B" + std::to_string(i);
    bystander->send("D", order_fields(id));
    EXPECT_EQ(bystander->read_type("8").value(11), id);
  }
  for (std::thread& flood : floods) {
    flood.join();
  }
  EXPECT_EQ(made, kFloods * kHandshakes) << "who waits gets his turn";
  send(connection, "BROKER1", "D", order_fields("A1"));
  EXPECT_EQ(next_type(connection), "8");
}

// The rest of it never comes; others are not kept waiting for it.
TEST_P(TlsTest, HalfOfAHandshakeHoldsUpNoOther) {
  start();
  std::vector<std::unique_ptr<RawFixPeer>> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<RawFixPeer>(port_, RawFixPeer::Names{}));
    stalled.back()->send_bytes(std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9});
  }
  auto connection = connect();
  send(connection, "BROKER1", "A", logon_fields("BROKER1"));
  EXPECT_EQ(next_type(connection), "A");
}

INSTANTIATE_TEST_SUITE_P(Keys,
                         TlsTest,
                         testing::Values(KeyKind::Ec, KeyKind::Rsa),
                         [](const auto& tested) {
                           return std::string{tested.param == KeyKind::Ec ? "Ec" : "Rsa"};
                         });

}  // namespace
}  // namespace betex::test
