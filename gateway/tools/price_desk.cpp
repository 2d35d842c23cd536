#include "gateway/tools/price_desk.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/tools/ladder_picture.h"
#include "gateway/tools/password.h"
#include "gateway/tools/price_lines.h"
#include "gateway/tools/report_line.h"
#include "gateway/tools/say.h"

namespace betex::tools {
namespace {

using client::BookChange;
using client::ClientBook;
using client::MarketDataRequest;
using client::Message;
using Kind = PricesRequest::Kind;

constexpr int kMdReqId = 262;
constexpr int kSecurityReqId = 320;
constexpr int kLastFragment = 893;
constexpr int kReason = 20001;

// Between two looks for a signal, and between two pictures on a terminal.
constexpr std::chrono::milliseconds kStep{100};
constexpr std::chrono::milliseconds kFrame{50};

client::SessionSettings session_settings(const PriceDeskSettings& settings) {
  return {.dialect = client::Dialect::Fixt11,
          .sender = settings.sender,
          .target = settings.target,
          .password = read_password(settings.password_file)};
}

client::Gateways gateways(const PriceDeskSettings& settings) {
  return {settings.cluster.empty()
              ? std::vector{client::GatewayAddress{settings.host, settings.port}}
              : settings.cluster,
          settings.tls};
}

Tone tone_of(BookChange::Kind kind) {
  return kind == BookChange::Kind::Status      ? Tone::Notice
         : kind == BookChange::Kind::OutOfStep ? Tone::Bad
                                               : Tone::Plain;
}

}  // namespace

PriceDesk::PriceDesk(const PriceDeskSettings& settings, Screen& screen)
    : settings_{settings},
      screen_{screen},
      gateways_{gateways(settings)},
      session_{session_settings(settings), store_} {
  if (settings_.raw) {
    session_.observe([this](client::Traffic traffic, std::string_view frame) {
      screen_.print(fmt::format("{} {}",
                                traffic == client::Traffic::Sent ? ">" : "<",
                                client::readable(without_passwords(frame))));
    });
  }
}

void PriceDesk::log_on() {
  gateways_.log_on(session_, client::ResetNumbers::Yes, settings_.patience);
  session_.forget_password();
}

PriceDesk::Outcome PriceDesk::carry_out(PricesRequest request) {
  request_ = std::move(request);
  asked_ = client::Clock::now();
  if (request_.kind == Kind::List) {
    ask_for_list();
  } else {
    subscribe();
  }
  while (!done()) {
    wait_for_more();
    expect_answer_in_time();
  }
  if (undrawn_) {
    draw();
  }
  return refused_ ? Outcome::Refused : Outcome::Done;
}

void PriceDesk::log_out() {
  session_.logout(settings_.patience);
}

void PriceDesk::ask_for_list() {
  using Updates = client::SecurityListRequest::Updates;
  number_ = session_.send(client::to_message(client::SecurityListRequest{
      .security_req_id = next_id(),
      .symbol = "",
      .market = "",
      .updates = request_.follow ? Updates::Begin : Updates::AsBefore}));
}

void PriceDesk::subscribe() {
  const bool once = request_.kind == Kind::Image;
  MarketDataRequest request{
      .id = next_id(),
      .type = once ? MarketDataRequest::Type::Image : MarketDataRequest::Type::Subscribe,
      .depth = request_.depth,
      .full_refresh = request_.full_refresh,
      .conflate_ms = request_.conflate_ms,
      .traded_ladder = request_.traded_ladder,
      .symbols = request_.symbols,
      .markets = request_.markets};
  number_ = session_.send(client::to_message(request));
  subscription_.emplace(std::move(request));
}

// Nothing that has come can be relied on any more: other images are asked for, under another id.
void PriceDesk::begin_anew() {
  MarketDataRequest end = subscription_->request();
  end.type = MarketDataRequest::Type::End;
  end.symbols.clear();
  end.markets.clear();
  session_.send(client::to_message(end));
  subscribe();
}

// A picture is drawn where nothing more waits to be put into it, and now and then where more does.
void PriceDesk::wait_for_more() {
  const auto now = client::Clock::now();
  const bool terminal = size_of(STDOUT_FILENO).has_value();
  if (undrawn_ && (!terminal || now - drawn_ >= kFrame)) {
    draw();
  }
  client::Clock::duration time = kStep;
  if (undrawn_) {
    time = std::min<client::Clock::duration>(time, drawn_ + kFrame - now);
  }
  if (const auto message = session_.receive(time)) {
    take(*message);
  }
  const bool goes_on = other_();
  interrupted_ = !goes_on || (interrupts_ != nullptr && interrupts_->came() != 0);
}

void PriceDesk::take(const Message& message) {
  const client::Report report = client::to_report(message);
  if (const auto* const reject = std::get_if<client::MessageReject>(&report)) {
    refused_ = refused_ || reject->ref_seq_num == number_;
    show_lines(message);
    return;
  }
  if (message.type() == "y" || message.type() == "BK") {
    take_listed(message);
    return;
  }
  if (!subscription_) {
    show_lines(message);
    return;
  }
  const std::vector<BookChange> changes = subscription_->apply(message);
  if (const auto& reject = subscription_->refused()) {
    refused_ = true;
    screen_.print(request_.json ? refusal_json(*reject) : refusal_line(*reject), Tone::Bad);
    return;
  }
  for (const BookChange& change : changes) {
    show(change);
  }
  const bool lost = std::any_of(changes.begin(), changes.end(), [](const BookChange& change) {
    return change.kind == BookChange::Kind::OutOfStep;
  });
  if (lost) {
    begin_anew();
  } else if (changes.empty() && !message.find(kMdReqId)) {
    show_lines(message);
  }
}

void PriceDesk::take_listed(const Message& message) {
  if (message.type() == "y" && message.find(kReason)) {
    refused_ = true;
  }
  listed_ = listed_ || (message.type() == "y" && message.find(kSecurityReqId) &&
                        message.has(kLastFragment, "Y"));
  if (!request_.json) {
    show_lines(message);
  } else if (!settings_.raw) {
    for (const std::string& line : security_json(message)) {
      screen_.print(line);
    }
  }
}

void PriceDesk::show(const BookChange& change) {
  const ClientBook& book = *subscription_->find(change.symbol);
  if (change.kind == BookChange::Kind::OutOfStep) {
    say(fmt::format("{}: {}; another image is asked for", change.symbol, book.problem()));
  }
  if (settings_.raw) {
    return;
  }
  if (request_.kind == Kind::Book) {
    undrawn_ = true;
    if (!size_of(STDOUT_FILENO)) {
      draw();
    }
  } else if (request_.kind == Kind::Image && !request_.json) {
    for (const ScreenLine& line : ladder_picture(change.symbol, book, kNoLimit)) {
      screen_.print(line.text, line.tone);
    }
  } else if (request_.json) {
    screen_.print(price_json(book, change));
  } else {
    for (const std::string& line : price_lines(book, change)) {
      screen_.print(line, tone_of(change.kind));
    }
  }
}

void PriceDesk::show_lines(const Message& message) {
  if (!settings_.raw) {
    const client::Report report = client::to_report(message);
    for (const std::string& line : to_lines(report)) {
      screen_.print(line, tools::tone_of(report));
    }
  }
}

void PriceDesk::draw() {
  const std::string& symbol = request_.symbols.front();
  const auto size = size_of(STDOUT_FILENO);
  screen_.redraw(
      ladder_picture(symbol,
                     *subscription_->find(symbol),
                     size ? size->rows - std::min<std::size_t>(size->rows, 1) : kNoLimit));
  undrawn_ = false;
  drawn_ = client::Clock::now();
}

bool PriceDesk::done() const {
  if (refused_ || !screen_.works() || interrupted_ || time_is_over()) {
    return true;
  }
  switch (request_.kind) {
    case Kind::List:
      return listed_ && !request_.follow;
    case Kind::Image:
      return has_all_images();
    case Kind::Book:
    case Kind::Watch:
      break;
  }
  return everything_is_over();
}

// A market may have no runner yet, of which nothing comes.
bool PriceDesk::answered() const {
  switch (request_.kind) {
    case Kind::List:
      return listed_;
    case Kind::Image:
      return has_all_images();
    case Kind::Book:
    case Kind::Watch:
      break;
  }
  return !subscription_->books().empty() || !request_.markets.empty();
}

void PriceDesk::expect_answer_in_time() {
  const auto now = client::Clock::now();
  if (!answered_ && answered()) {
    answered_ = now;
  }
  if (!answered_ && !done() && now - asked_ >= settings_.patience) {
    throw client::TimedOut{
        fmt::format("no answer to message {} within {} ms", number_, settings_.patience.count())};
  }
}

bool PriceDesk::time_is_over() const {
  return request_.for_time && answered_ && client::Clock::now() - *answered_ >= *request_.for_time;
}

// Of markets that are settled or void nothing more comes.
bool PriceDesk::everything_is_over() const {
  const auto& books = subscription_->books();
  return request_.markets.empty() && books.size() == request_.symbols.size() &&
         std::all_of(books.begin(), books.end(), [](const auto& each) {
           return each.second.state() == ClientBook::State::Over;
         });
}

bool PriceDesk::has_all_images() const {
  return std::all_of(
      request_.symbols.begin(), request_.symbols.end(), [this](const std::string& symbol) {
        const ClientBook* const book = subscription_->find(symbol);
        return book != nullptr && book->state() != ClientBook::State::Waiting;
      });
}

// The connection's own: a session's ids are forgotten with it.
std::string PriceDesk::next_id() {
  return fmt::format("{}-{}", request_.kind == Kind::List ? "list" : "prices", ++ids_);
}

}  // namespace betex::tools
