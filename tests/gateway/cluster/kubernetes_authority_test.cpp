// The right to write to a shared disk, by a Lease of Kubernetes, against a stand-in of its API
// server (tests/support/kubernetes_api.h).
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/cluster/kubernetes_lease.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/candidate.h"
#include "tests/support/kubernetes_api.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using journal::Fault;
using journal::JournalError;
using journal::WriterEpoch;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test::comes_to;
using test::refusal;

const std::string kName = "exchange/betex";

class Candidate : public test::Candidate {
 public:
  Candidate(const KubernetesServer& server,
            const std::string& node,
            const std::filesystem::path& token_file,
            const AuthoritySettings& settings) {
    KubernetesPlace place = parse_lease_name(kName);
    place.node = node;
    place.token_file = token_file;
    authority_ = std::make_unique<KubernetesAuthority>(server, place, settings, calls(), clock());
  }

  [[nodiscard]] KubernetesAuthority& operator*() { return *authority_; }

  [[nodiscard]] KubernetesAuthority* operator->() { return authority_.get(); }

 private:
  std::unique_ptr<KubernetesAuthority> authority_;
};

class KubernetesAuthorityTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Candidate> candidate(const std::string& node) {
    return std::make_unique<Candidate>(
        KubernetesServer{.url = api_->url(), .ca = ca_, .deadline = deadline_},
        node,
        token_file_,
        settings_);
  }

  // The Lease, with what differs.
  void put(const std::string& holder, const std::string& epoch = "") {
    json object{
        {"apiVersion", "coordination.k8s.io/v1"},
        {"kind", "Lease"},
        {"metadata", {{"name", "betex"}, {"namespace", "exchange"}, {"labels", {{"team", "x"}}}}},
        {"spec",
         {{"holderIdentity", holder},
          {"leaseDurationSeconds", 7},
          {"renewTime", "2001-01-01T00:00:00.000000Z"},
          {"leaseTransitions", 4}}}};
    if (!epoch.empty()) {
      object["metadata"]["annotations"]["betex/epoch"] = epoch;
    }
    api_->put(kName, object.dump());
  }

  [[nodiscard]] json object() const { return json::parse(api_->object(kName)); }

  test::TempFolder folder_;
  std::unique_ptr<test::KubernetesApi> api_ = std::make_unique<test::KubernetesApi>();
  std::filesystem::path ca_;
  std::filesystem::path token_file_;
  milliseconds deadline_ = test::kPatience;
  AuthoritySettings settings_{
      .ttl = 2s, .margin = 500ms, .fence_command = "", .fence_limit = 1h, .look_every = 100ms};
};

TEST_F(KubernetesAuthorityTest, MakesTheLeaseWhereThereIsNone) {
  const auto a = candidate("a");
  EXPECT_EQ((*a)->acquire(WriterEpoch{3}), WriterEpoch{4});
  EXPECT_TRUE((*a)->still_held());
  EXPECT_GE(a->waited, settings_.ttl) << "it may have been deleted under its holder";
  const json lease = object();
  EXPECT_EQ(lease["spec"]["holderIdentity"], "a");
  EXPECT_EQ(lease["spec"]["leaseDurationSeconds"], 2);
  EXPECT_EQ(lease["spec"]["leaseTransitions"], 0);
  EXPECT_EQ(lease["metadata"]["annotations"]["betex/epoch"], "4");
  EXPECT_EQ(lease["spec"]["renewTime"].get<std::string>().size(),
            std::string{"2001-01-01T00:00:00.000000Z"}.size());
}

TEST_F(KubernetesAuthorityTest, TakesAFreeLeaseAtOnceAndKeepsWhatElseItSays) {
  put("", "8");
  const auto a = candidate("a");
  EXPECT_EQ((*a)->acquire(WriterEpoch{3}), WriterEpoch{9});
  EXPECT_LT(a->waited, settings_.ttl);
  EXPECT_EQ(object()["metadata"]["labels"]["team"], "x");
  EXPECT_EQ(object()["spec"]["leaseTransitions"], 5);
  EXPECT_EQ(object()["metadata"]["annotations"]["betex/epoch"], "9");
}

TEST_F(KubernetesAuthorityTest, TheEpochIsAboveTheFilesToo) {
  put("", "8");
  EXPECT_EQ((*candidate("a"))->acquire(WriterEpoch{30}), WriterEpoch{31});
}

// renewTime is years ago all the time.
TEST_F(KubernetesAuthorityTest, WaitsForAsLongAsTheHolderSaysFromTheLastChangeThatItHasSeen) {
  put("b", "8");
  const auto a = candidate("a");
  int turns = 0;
  a->stand_by = [&] {
    if (++turns == 50) {  // five seconds
      put("b", "8");
    }
  };
  EXPECT_EQ((*a)->acquire(WriterEpoch{0}), WriterEpoch{9});
  EXPECT_GE(a->waited, 12s);
  ASSERT_FALSE(a->waited_for.empty());
  EXPECT_EQ(a->waited_for.front(), "node b has the lease");
}

// Another life of the node may stand still, and wake up.
TEST_F(KubernetesAuthorityTest, WaitsForALeaseOfItsOwnName) {
  put("a", "8");
  const auto a = candidate("a");
  EXPECT_EQ((*a)->acquire(WriterEpoch{0}), WriterEpoch{9});
  EXPECT_GE(a->waited, 7s);
}

TEST_F(KubernetesAuthorityTest, TheThreadRenewsTheLease) {
  settings_.ttl = 1s;
  put("", "");
  const auto a = candidate("a");
  static_cast<void>((*a)->acquire(WriterEpoch{0}));
  for (int round = 0; round < 4; ++round) {
    const nanoseconds left = (*a)->left();
    a->time.pass(100ms);
    EXPECT_TRUE(comes_to([&] { return (*a)->left() > left - 100ms; })) << round;
  }
  EXPECT_EQ(a->lost, 0);
}

TEST_F(KubernetesAuthorityTest, APausedHolderCannotRenewWhatAnotherNodeHasTaken) {
  settings_.ttl = 1s;
  put("", "8");
  const auto a = candidate("a");  // its clock stands still from here on
  EXPECT_EQ((*a)->acquire(WriterEpoch{0}), WriterEpoch{9});
  const auto b = candidate("b");  // its clock runs: a second goes by between two renewals of `a`
  EXPECT_EQ((*b)->acquire(WriterEpoch{0}), WriterEpoch{10});
  EXPECT_TRUE(comes_to([&] { return a->lost == 1; }));
  EXPECT_FALSE((*a)->still_held());
  EXPECT_GT(api_->conflicts(), 0U);
  EXPECT_EQ(object()["spec"]["holderIdentity"], "b");
}

TEST_F(KubernetesAuthorityTest, ARenewalWhoseAnswerWasLostIsRecognised) {
  settings_.ttl = 1s;
  put("", "8");
  const auto a = candidate("a");  // its clock stands still from here on
  static_cast<void>((*a)->acquire(WriterEpoch{0}));
  api_->drop_answers();
  const std::uint64_t before = api_->changes();
  EXPECT_TRUE(comes_to([&] { return api_->changes() > before; }));
  api_->mend();
  const std::uint64_t mended = api_->changes();
  EXPECT_TRUE(comes_to([&] { return api_->changes() > mended + 1; }));
  EXPECT_TRUE((*a)->still_held());
  EXPECT_EQ(a->lost, 0);
  EXPECT_GT(api_->conflicts(), 0U) << "the case did not come about";
}

TEST_F(KubernetesAuthorityTest, ALeaseThatIsDeletedIsLost) {
  settings_.ttl = 1s;
  put("", "8");
  const auto a = candidate("a");
  static_cast<void>((*a)->acquire(WriterEpoch{0}));
  api_->put(kName, "");
  EXPECT_TRUE(comes_to([&] { return a->lost == 1; }));
}

TEST_F(KubernetesAuthorityTest, ATakingWhoseOutcomeIsUnknownIsNotTakenForDone) {
  put("", "8");
  api_->drop_answers();
  const auto a = candidate("a");
  int turns = 0;
  a->stand_by = [&] {
    if (++turns == 3) {
      EXPECT_EQ(object()["spec"]["holderIdentity"], "a") << "the case did not come about";
      EXPECT_FALSE((*a)->still_held());
      api_->mend();
    }
  };
  EXPECT_EQ((*a)->acquire(WriterEpoch{0}), WriterEpoch{10});
  EXPECT_GE(turns, 3);
  EXPECT_GE(a->waited, settings_.ttl);
}

TEST_F(KubernetesAuthorityTest, AReleaseLetsTheNextOneInAtOnce) {
  put("", "8");
  const auto a = candidate("a");
  static_cast<void>((*a)->acquire(WriterEpoch{0}));
  (*a)->release();
  EXPECT_FALSE((*a)->still_held());
  EXPECT_EQ(object()["spec"]["holderIdentity"], "");
  const auto b = candidate("b");
  EXPECT_EQ((*b)->acquire(WriterEpoch{0}), WriterEpoch{10});
  EXPECT_LT(b->waited, settings_.ttl);
}

TEST_F(KubernetesAuthorityTest, OfManyWhoWantTheRightOneHasItAtATime) {
  constexpr int kNodes = 6;
  settings_.margin = 10ms;
  settings_.ttl = 36'000s;  // hardly any of the candidates' time goes by meanwhile
  put("", "8");
  std::atomic<int> holders{0};
  std::mutex mutex;
  std::vector<std::uint32_t> epochs;
  std::vector<std::thread> threads;
  for (int node = 0; node < kNodes; ++node) {
    threads.emplace_back([&, node] {
      const auto mine = candidate("node-" + std::to_string(node));
      const WriterEpoch epoch = (*mine)->acquire(WriterEpoch{0});
      EXPECT_EQ(++holders, 1);
      {
        const std::lock_guard lock{mutex};
        epochs.push_back(epoch.value());
      }
      --holders;
      (*mine)->release();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(epochs.at(i), 9 + i);
  }
}

TEST_F(KubernetesAuthorityTest, BearsTheTokenInItsFile) {
  api_ = std::make_unique<test::KubernetesApi>("", "secret-1");
  put("", "8");
  token_file_ = folder_.path() / "token";
  std::ofstream{token_file_} << "secret-1\n";
  EXPECT_EQ((*candidate("a"))->acquire(WriterEpoch{0}), WriterEpoch{9});
}

TEST_F(KubernetesAuthorityTest, AWrongTokenIsToldAndNotWaitedFor) {
  api_ = std::make_unique<test::KubernetesApi>("", "secret-1");
  token_file_ = folder_.path() / "token";
  std::ofstream{token_file_} << "secret-2\n";
  const JournalError error = refusal(**candidate("a"));
  EXPECT_EQ(error.fault(), Fault::BadConfiguration);
  EXPECT_NE(error.sentence().find("401"), std::string::npos) << error.sentence();
  EXPECT_EQ(error.sentence().find("secret"), std::string::npos) << error.sentence();
}

TEST_F(KubernetesAuthorityTest, AMissingPermissionIsToldWithWhatIsNeeded) {
  api_->refuse(403);
  const JournalError error = refusal(**candidate("a"));
  EXPECT_EQ(error.fault(), Fault::BadConfiguration);
  EXPECT_NE(error.sentence().find("verbs get, create, update"), std::string::npos)
      << error.sentence();
}

TEST_F(KubernetesAuthorityTest, AnEpochThatNobodyHasWrittenIsNotGuessedAt) {
  put("", "nine");
  const JournalError error = refusal(**candidate("a"));
  EXPECT_EQ(error.fault(), Fault::BadConfiguration);
  EXPECT_EQ(object()["spec"]["holderIdentity"], "");
}

// In nanoseconds it would be in the past.
TEST_F(KubernetesAuthorityTest, ADurationThatNobodyHasWrittenIsNeitherWaitedForNorTakenForOver) {
  for (const std::int64_t seconds : {std::int64_t{-1},
                                     std::int64_t{86'401},
                                     std::int64_t{10'000'000'000},
                                     std::numeric_limits<std::int64_t>::max()}) {
    put("b", "8");
    json lease = object();
    lease["spec"]["leaseDurationSeconds"] = seconds;
    api_->put(kName, lease.dump());
    const JournalError error = refusal(**candidate("a"));
    EXPECT_EQ(error.fault(), Fault::BadConfiguration) << seconds;
    EXPECT_EQ(object()["spec"]["holderIdentity"], "b");
  }
}

TEST_F(KubernetesAuthorityTest, OfAFreeLeaseWhatItSaysOfTheLastHolderIsNotLookedAt) {
  put("", "8");
  json lease = object();
  lease["spec"]["leaseDurationSeconds"] = -1;
  lease["spec"]["leaseTransitions"] = std::numeric_limits<std::int64_t>::max();
  api_->put(kName, lease.dump());
  EXPECT_EQ((*candidate("a"))->acquire(WriterEpoch{3}), WriterEpoch{9});
  EXPECT_EQ(object()["spec"]["leaseDurationSeconds"], 2);
  EXPECT_EQ(object()["spec"]["leaseTransitions"], 0);
}

TEST_F(KubernetesAuthorityTest, AServerThatDoesNotAnswerIsGivenUpAtTheDeadline) {
  deadline_ = 50ms;
  put("", "8");
  api_->hang();
  const auto a = candidate("a");
  int turns = 0;
  a->stop_when = [&] { return ++turns == 2; };
  EXPECT_THROW(static_cast<void>((*a)->acquire(WriterEpoch{0})), std::runtime_error);
  ASSERT_FALSE(a->waited_for.empty());
  EXPECT_NE(a->waited_for.front().find("no answer"), std::string::npos) << a->waited_for.front();
}

TEST_F(KubernetesAuthorityTest, GoesByTlsToAServerThatTheCaVouchesFor) {
  const test::TestAuthority authority{folder_.path(), "ours"};
  api_ = std::make_unique<test::KubernetesApi>(authority.issue("api"));
  ca_ = authority.certificate();
  put("", "8");
  EXPECT_EQ((*candidate("a"))->acquire(WriterEpoch{0}), WriterEpoch{9});
}

TEST_F(KubernetesAuthorityTest, SendsNothingToAServerThatTheCaDoesNotVouchFor) {
  const test::TestAuthority authority{folder_.path(), "theirs"};
  const test::TestAuthority ours{folder_.path(), "ours"};
  api_ = std::make_unique<test::KubernetesApi>(authority.issue("api"));
  ca_ = ours.certificate();
  put("", "8");
  const auto a = candidate("a");
  int turns = 0;
  a->stop_when = [&] { return ++turns == 2; };
  EXPECT_THROW(static_cast<void>((*a)->acquire(WriterEpoch{0})), std::runtime_error);
  EXPECT_EQ(api_->changes(), 0U);
  ASSERT_FALSE(a->waited_for.empty());
  EXPECT_NE(a->waited_for.front().find("no answer"), std::string::npos) << a->waited_for.front();
  EXPECT_NE(a->waited_for.front().find("not trusted"), std::string::npos) << a->waited_for.front();
}

TEST(LeaseNameTest, IsANamespaceAndAName) {
  EXPECT_EQ(parse_lease_name("exchange/betex-main").name_space, "exchange");
  EXPECT_EQ(parse_lease_name("exchange/betex-main").name, "betex-main");
  for (const char* text : {"", "betex", "/betex", "exchange/", "a/b/c", "a/b?x", "A/b"}) {
    EXPECT_THROW(static_cast<void>(parse_lease_name(text)), std::runtime_error) << text;
  }
}

TEST(KubernetesServerTest, TakesOnlyWhatCanBeUsed) {
  const test::TempFolder folder;
  const test::TestAuthority authority{folder.path(), "ours"};
  const auto words_of_failure = [](const KubernetesServer& server) -> std::string {
    try {
      const KubernetesAuthority made{server, parse_lease_name(kName), {}, {}};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  const std::filesystem::path ca = authority.certificate();
  for (const char* const url :
       {"http://127.0.0.1", "http://127.0.0.1:1", "https://[::1]:6443/api/x/", "https://a.svc"}) {
    EXPECT_EQ(words_of_failure({.url = url, .ca = ca}), "") << url;
  }
  for (const char* const url : {"", "127.0.0.1:1", "ftp://127.0.0.1", "https://", "https://a:0"}) {
    EXPECT_NE(words_of_failure({.url = url, .ca = ca}), "") << url;
  }
  const std::filesystem::path none = folder.path() / "none";
  EXPECT_NE(words_of_failure({.url = "https://a.svc", .ca = none}).find(none.string()),
            std::string::npos);
}

}  // namespace
}  // namespace betex::cluster
