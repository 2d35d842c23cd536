// What the journal takes of refusals: a session's second, everybody's second, and what is kept back
// for those who have had few.
#include "gateway/session/refusal_share.h"

#include <vector>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;

class RefusalShareTest : public testing::Test {
 protected:
  // How many of `wanted` refusals this session gets now.
  std::uint32_t take(RefusalShare::Window& window, std::uint32_t wanted) {
    std::uint32_t taken = 0;
    while (taken < wanted && !share_.take(window, now_)) {
      ++taken;
    }
    return taken;
  }

  RefusalShare share_;
  RefusalShare::TimePoint now_{std::chrono::hours{1}};
};

TEST_F(RefusalShareTest, ASessionHasAHundredASecond) {
  RefusalShare::Window window;
  EXPECT_EQ(take(window, 1000), RefusalShare::kOfASession);
  EXPECT_EQ(share_.take(window, now_ + 300ms), now_ + 1s) << "it is told when to ask again";
  now_ += 1s;
  EXPECT_EQ(take(window, 1000), RefusalShare::kOfASession);
}

TEST_F(RefusalShareTest, AllTogetherHaveAThousandASecond) {
  std::vector<RefusalShare::Window> sessions(500);
  std::uint32_t taken = 0;
  for (RefusalShare::Window& session : sessions) {
    taken += take(session, RefusalShare::kOfASession);
  }
  EXPECT_EQ(taken, RefusalShare::kInAll);
  EXPECT_EQ(share_.take(sessions.back(), now_ + 1ms), now_ + 1s);
}

TEST_F(RefusalShareTest, AFloodOfOthersLeavesSomeForThoseWhoHaveHadFew) {
  std::vector<RefusalShare::Window> flood(8);
  for (RefusalShare::Window& session : flood) {
    EXPECT_EQ(take(session, 1000), RefusalShare::kOfASession);
  }
  RefusalShare::Window one_more;
  EXPECT_EQ(take(one_more, 1000), RefusalShare::kFew);
  RefusalShare::Window with_one_bad_message;
  EXPECT_EQ(take(with_one_bad_message, 1), 1U);
}

}  // namespace
}  // namespace betex::fix
