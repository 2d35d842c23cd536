// A prompt on a terminal: editing, history and completion by libedit, while reports go on coming.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tools/interrupts.h"

struct editline;  // libedit's
struct history;

namespace betex::tools {

struct PromptSettings {
  std::string text;               // "OPS1> "
  std::filesystem::path history;  // a file of this user's alone; it need not exist
  // What the last word of the text before the cursor may become.
  std::function<std::vector<std::string>(std::string_view)> completions;
  // Several times a second while a line is being typed; may print between hide() and show().
  std::function<void()> idle;
};

// One thread; at most one at a time, on standard input and output.
class Prompt {
 public:
  // `interrupts` must outlive it. Throws std::runtime_error where the terminal is not good enough.
  Prompt(PromptSettings settings, Interrupts& interrupts);
  ~Prompt();
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

  // What was typed, without blanks around it, also into the history; nothing at the end: Control-D
  // on an empty line, or SIGTERM. Control-C begins the line anew. Throws what idle() throws.
  std::optional<std::string> next_line();

  // Take what is being typed from the screen, and put it back; between lines they do nothing.
  void hide();
  void show();

 private:
  static int read_character(editline* editor, wchar_t* character);
  static unsigned char complete(editline* editor, int key);
  static char* prompt_text(editline* editor);
  static Prompt& of(editline* editor);

  int read_character(wchar_t& character);
  unsigned char complete();
  void list(const std::vector<std::string>& words);
  void load_history();
  void remember(const std::string& line);

  PromptSettings settings_;
  Interrupts& interrupts_;
  editline* editor_;
  history* history_;
  bool typing_ = false;
  bool begin_anew_ = false;  // Control-C
  std::exception_ptr failure_;
};

}  // namespace betex::tools
