#include "gateway/tools/prompt.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/tools/completion.h"

namespace betex::tools {
namespace {

constexpr std::chrono::milliseconds kStep{100};
constexpr int kRemembered = 1000;  // lines
constexpr mode_t kPrivate = 0600;
constexpr std::size_t kUsualWidth = 80;
constexpr unsigned char kControlD = 0x04;
constexpr unsigned char kEarlyEnd = 0;  // how a Control-D arrives that came between two lines

std::size_t columns() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualWidth;
}

std::string_view before_cursor(editline* editor) {
  const LineInfo* const line = el_line(editor);
  return {line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)};
}

// FIX texts are ASCII.
bool is_key(unsigned char byte) {
  return byte < 0x80;
}

}  // namespace

Prompt::Prompt(PromptSettings settings, Interrupts& interrupts)
    : settings_{std::move(settings)},
      interrupts_{interrupts},
      editor_{el_init("betex-fix", stdin, stdout, stderr)},
      history_{history_init()} {
  if (editor_ == nullptr || history_ == nullptr) {
    throw std::runtime_error{"no prompt is possible on this terminal"};
  }
  el_set(editor_, EL_CLIENTDATA, this);
  el_set(editor_, EL_PROMPT, &Prompt::prompt_text);
  el_set(editor_, EL_EDITOR, "emacs");
  el_set(editor_, EL_SIGNAL, 1);  // Control-Z and the window's size
  using ReadCharacter = int (*)(editline*, wchar_t*);
  el_set(editor_, EL_GETCFN, static_cast<ReadCharacter>(&Prompt::read_character));
  using Complete = unsigned char (*)(editline*, int);
  el_set(editor_,
         EL_ADDFN,
         "complete-word",
         "completes a command, an option or a name",
         static_cast<Complete>(&Prompt::complete));
  el_set(editor_, EL_BIND, "^I", "complete-word", nullptr);
  el_source(editor_, nullptr);  // ~/.editrc
  load_history();
}

Prompt::~Prompt() {
  history_end(history_);
  el_end(editor_);
}

std::optional<std::string> Prompt::next_line() {
  do {
    begin_anew_ = false;
    int size = 0;
    el_set(editor_, EL_PREP_TERM, 1);  // before the prompt is seen, not after, as libedit would
    typing_ = true;
    const char* const text = el_gets(editor_, &size);
    typing_ = false;
    if (failure_) {
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    if (text != nullptr && size > 0 && !begin_anew_) {
      std::string line{text, static_cast<std::size_t>(size)};
      line.erase(std::min(line.find_last_not_of("\r\n ") + 1, line.size()));
      line.erase(0, line.find_first_not_of(' '));
      remember(line);
      return line;
    }
    std::fputs(begin_anew_ ? "^C\n" : "\n", stdout);
    std::fflush(stdout);
  } while (begin_anew_);
  return std::nullopt;
}

// A long line goes over several rows.
void Prompt::hide() {
  if (typing_) {
    const std::size_t row = (settings_.text.size() + before_cursor(editor_).size()) / columns();
    const std::string up = row > 0 ? fmt::format("\x1b[{}A", row) : "";
    std::fputs((up + "\r\x1b[J").c_str(), stdout);
  }
}

void Prompt::show() {
  if (typing_) {
    el_set(editor_, EL_REFRESH);
  }
}

Prompt& Prompt::of(editline* editor) {
  void* prompt = nullptr;
  el_get(editor, EL_CLIENTDATA, &prompt);
  return *static_cast<Prompt*>(prompt);
}

char* Prompt::prompt_text(editline* editor) {
  return of(editor).settings_.text.data();
}

int Prompt::read_character(editline* editor, wchar_t* character) {
  return of(editor).read_character(*character);
}

unsigned char Prompt::complete(editline* editor, int /*key*/) {
  return of(editor).complete();
}

// How many were read; 0 ends the line. No exception may pass through libedit, which is C.
int Prompt::read_character(wchar_t& character) {
  try {
    for (;;) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      const int ready = poll(&input, 1, static_cast<int>(kStep.count()));
      settings_.idle();
      if (const int signal = interrupts_.came(); signal != 0) {
        begin_anew_ = signal == SIGINT;
        return 0;
      }
      if (ready <= 0) {
        continue;
      }
      unsigned char byte = 0;
      const ssize_t count = read(STDIN_FILENO, &byte, 1);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count <= 0) {
        return 0;
      }
      if (is_key(byte)) {
        character = byte == kEarlyEnd ? kControlD : byte;
        return 1;
      }
    }
  } catch (...) {
    failure_ = std::current_exception();
    return 0;
  }
}

unsigned char Prompt::complete() {
  try {
    const std::string_view typed = before_cursor(editor_);
    const std::vector<std::string> words = settings_.completions(typed);
    if (words.empty()) {
      return CC_REFRESH_BEEP;
    }
    const std::size_t begun = typed.size() - (typed.rfind(' ') + 1);
    std::string more = common_beginning(words).substr(begun);
    more += words.size() == 1 ? " " : "";
    if (!more.empty()) {
      el_insertstr(editor_, more.c_str());
      return CC_REFRESH;
    }
    list(words);
    return CC_REDISPLAY;
  } catch (...) {
    failure_ = std::current_exception();
    return CC_EOF;
  }
}

void Prompt::list(const std::vector<std::string>& words) {
  std::size_t width = 0;
  for (const std::string& word : words) {
    width = std::max(width, word.size() + 2);
  }
  const std::size_t in_a_row = std::max<std::size_t>(columns() / width, 1);
  std::string text = "\n";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i % in_a_row == in_a_row - 1 || i == words.size() - 1;
    text += last ? words[i] + "\n" : fmt::format("{:<{}}", words[i], width);
  }
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void Prompt::load_history() {
  HistEvent event{};
  ::history(history_, &event, H_SETSIZE, kRemembered);
  ::history(history_, &event, H_SETUNIQUE, 1);
  ::history(history_, &event, H_LOAD, settings_.history.c_str());  // or there is none yet
  el_set(editor_, EL_HIST, ::history, history_);
}

// Written whole beside the old one, so that a kill or a full disk leaves one or the other. Where it
// cannot be written the prompt goes on without.
void Prompt::remember(const std::string& line) {
  if (line.empty()) {
    return;
  }
  HistEvent event{};
  ::history(history_, &event, H_ENTER, line.c_str());
  const std::filesystem::path next = settings_.history.string() + ".next";
  const int descriptor =
      open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (descriptor < 0) {
    return;
  }
  std::FILE* const file = fdopen(descriptor, "w");
  if (file == nullptr) {
    close(descriptor);
    return;
  }
  const bool written = ::history(history_, &event, H_SAVE_FP, file) >= 0 && std::ferror(file) == 0;
  const bool whole = std::fclose(file) == 0 && written;
  std::error_code ignored;
  if (whole) {
    std::filesystem::rename(next, settings_.history, ignored);
  } else {
    std::filesystem::remove(next, ignored);
  }
}

}  // namespace betex::tools
