#include "gateway/session/control_commands.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/boxed_command_port.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;
using testing::ElementsAre;
using testing::IsEmpty;

class FewCredits final : public test::BoxedCommandPort {
 public:
  bool try_reserve(std::size_t count, gateway::RingShare share) override {
    taken_of = share;
    if (credits < count) {
      return false;
    }
    credits -= count;
    return true;
  }

  void release(std::size_t count) override { credits += count; }

  bool accepts_orders() const override { return true; }

  std::size_t credits = 0;
  gateway::RingShare taken_of{};
  std::vector<std::uint32_t> submitted;

 private:
  void take(gateway::RingCommand command) override {
    const auto& body = std::get<matching::Command>(command).body;
    submitted.push_back(std::get<matching::ReserveNumbers>(body).up_to.value());
  }
};

// Known by its number.
gateway::RingCommand command(std::uint32_t number) {
  matching::Command command;
  command.body = matching::ReserveNumbers{.session = {}, .epoch = {}, .up_to = MsgSeqNum{number}};
  return command;
}

TEST(ControlCommands, SubmitsInOrderAsCreditsCome) {
  FewCredits port;
  ControlCommands control{port, gateway::RingShare::Common};
  control.add(command(1));
  control.add(command(2));
  EXPECT_FALSE(control.submit());
  EXPECT_THAT(port.submitted, IsEmpty());

  port.credits = 1;
  EXPECT_FALSE(control.submit());
  EXPECT_THAT(port.submitted, ElementsAre(1));
  EXPECT_FALSE(control.empty());

  control.add(command(3));
  port.credits = 5;
  EXPECT_TRUE(control.submit());
  EXPECT_THAT(port.submitted, ElementsAre(1, 2, 3));
  EXPECT_TRUE(control.empty());
  EXPECT_EQ(port.credits, 3U) << "it takes no credit that it does not use";
}

TEST(ControlCommands, AnOperatorsMayUseTheLastSlots) {
  FewCredits port;
  ControlCommands control{port, gateway::RingShare::Operators};
  port.credits = 1;
  control.add(command(1));
  EXPECT_TRUE(control.submit());
  EXPECT_EQ(port.taken_of, gateway::RingShare::Operators);
}

TEST(ControlCommands, HasNothingToDoWithoutAny) {
  FewCredits port;
  ControlCommands control{port, gateway::RingShare::Common};
  EXPECT_TRUE(control.empty());
  EXPECT_TRUE(control.submit());
}

}  // namespace
}  // namespace betex::fix
