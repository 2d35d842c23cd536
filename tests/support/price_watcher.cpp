#include "tests/support/price_watcher.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "gateway/client/error.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

using client::BookChange;
using client::ClientBook;
using client::Message;

constexpr std::chrono::milliseconds kRetryInterval{20};

std::string text_of(const Message& message) {
  std::string text;
  for (const client::Field& field : message.fields()) {
    text += std::to_string(field.tag) + "=" + field.value + "|";
  }
  return text;
}

}  // namespace

PriceWatcher::PriceWatcher(const std::string& comp_id)
    : session_{{.sender = comp_id,
                .password = client::Password{"demo"},
                .heartbeat = std::chrono::seconds{60}},  // it may be left alone for a while
               store_} {}

void PriceWatcher::log_on(std::uint16_t port) {
  subscriptions_.clear();
  messages_.clear();
  const auto deadline = client::Clock::now() + kPatience;
  while (!session_.logged_on()) {
    try {
      session_.logon(client::Connection::open("127.0.0.1", port, kPatience),
                     client::ResetNumbers::Yes,
                     kPatience);
    } catch (const client::LogonRefused&) {
      if (client::Clock::now() >= deadline) {
        throw;
      }
      std::this_thread::sleep_for(kRetryInterval);
    }
  }
}

void PriceWatcher::ask(client::MarketDataRequest request) {
  if (request.id.empty()) {
    request.id = "w-" + std::to_string(++requests_);
  }
  session_.send(client::to_message(request));
  subscriptions_.emplace_back(std::move(request));
}

void PriceWatcher::subscribe(client::MarketDataRequest request) {
  ask(std::move(request));
  const std::size_t place = subscriptions_.size() - 1;
  wait_until(
      [&] {
        const client::Subscription& subscription = subscriptions_[place];
        if (subscription.refused()) {
          throw std::runtime_error{"a request was refused: " + subscription.refused()->text};
        }
        const std::vector<std::string>& symbols = subscription.request().symbols;
        return std::all_of(symbols.begin(), symbols.end(), [&](const std::string& symbol) {
          const ClientBook* const book = subscription.find(symbol);
          return book != nullptr && book->state() != ClientBook::State::Waiting;
        });
      },
      "images of what was asked for");
}

void PriceWatcher::wait_until(const std::function<bool()>& condition, const std::string& what) {
  const auto deadline = client::Clock::now() + kPatience;
  while (!condition()) {
    if (client::Clock::now() >= deadline) {
      throw std::runtime_error{"it has not come to this: " + what};
    }
    if (auto message = session_.receive(kRetryInterval)) {
      take(std::move(*message));
    }
  }
}

Message PriceWatcher::next() {
  auto message = session_.receive(kPatience);
  if (!message) {
    throw std::runtime_error{"no message came"};
  }
  take(*message);
  return std::move(*message);
}

void PriceWatcher::take_what_is_here() {
  while (auto message = session_.receive(std::chrono::milliseconds{0})) {
    take(std::move(*message));
  }
}

const ClientBook& PriceWatcher::book(const std::string& symbol) const {
  for (const client::Subscription& subscription : subscriptions_) {
    if (const ClientBook* const book = subscription.find(symbol)) {
      return *book;
    }
  }
  throw std::runtime_error{"there is no book of " + symbol};
}

std::size_t PriceWatcher::count(const std::string& type) const {
  return static_cast<std::size_t>(
      std::count_if(messages_.begin(), messages_.end(), [&](const Message& message) {
        return message.type() == type;
      }));
}

// What holds at any time: updates fit, no book is crossed, and an instrument's 83 does not go back.
void PriceWatcher::take(Message message) {
  for (client::Subscription& subscription : subscriptions_) {
    for (const BookChange& change : subscription.apply(message)) {
      const ClientBook& book = *subscription.find(change.symbol);
      if (change.kind == BookChange::Kind::OutOfStep) {
        throw std::runtime_error{book.problem() + ": " + text_of(message)};
      }
      std::int64_t& newest = newest_[change.symbol];
      if (book.crossed() || book.rpt_seq() < newest) {
        throw std::runtime_error{"a book that is crossed, or 83 below " + std::to_string(newest) +
                                 ": " + text_of(message)};
      }
      if (change.kind != BookChange::Kind::Status) {
        newest = book.rpt_seq();
      }
    }
  }
  messages_.push_back(std::move(message));
}

}  // namespace betex::test
