"""What the handbook shows: chapters, and in them blocks of commands with what they print.

A block begins with ```console. A line that begins with "$ " is a command, "> " goes on with it, and what
follows is its output. `[exit code 65]` is the last line where the code is not 0. Numbers, times and ids may
differ, but for amounts, and for codes that stand alone; "..." stands for anything, on a line of its own for
any lines.

A comment that begins with "after" says what has happened before what stands below it: the steps of other
chapters, as in <!-- after: Start, Back up -->, and commands, one a line, whatever they print."""

import re

BLOCK = re.compile(r"^```console\n(?P<block>.*?)^```$"
                   r"|^<!-- after:(?P<titles>[\w ,]*)\n?(?P<commands>.*?)-->$",
                   re.MULTILINE | re.DOTALL)


class Step:
    """A command, what it prints and its exit code."""

    def __init__(self, command, output=(), exit_code=0):
        self.command = command
        self.output = list(output)
        self.exit_code = exit_code

    def only_looks(self):
        """It may be carried out again, until it sees what is expected."""
        return self.output and re.match(
            r"(curl|journalctl|ls|betex-journal stat|systemctl (is-active|show))\b", self.command)

    def text(self):
        lines = ["$ " + self.command.replace("\n", "\n> "), *self.output]
        if self.exit_code != 0:
            lines.append(f"[exit code {self.exit_code}]")
        return "\n".join(lines)


class Chapter:
    """`steps` has what stands there; `all_steps` gives what comes before as well."""

    def __init__(self, title, text):
        self.title = title
        self._parts = []  # a title, or a step
        self.steps = []
        for found in BLOCK.finditer(text):
            if found["block"] is not None:
                shown = steps_of(found["block"])
                self.steps += shown
                self._parts += shown
            else:
                self._parts += [title.strip() for title in found["titles"].split(",") if title.strip()]
                self._parts += [Step(line, ["..."])
                                for line in found["commands"].split("\n") if line.strip()]

    def all_steps(self, of_title):
        steps = []
        for part in self._parts:
            steps += of_title[part].all_steps(of_title) if isinstance(part, str) else [part]
        return steps


def steps_of(block):
    steps = []
    for line in block.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif not steps:
            raise ValueError(f"no command comes before '{line}'")
        elif line.startswith("> ") and not steps[-1].output:
            steps[-1].command += "\n" + line[2:]
        elif code := re.fullmatch(r"\[exit code (\d+)\]", line):
            steps[-1].exit_code = int(code[1])
        else:
            steps[-1].output.append(line)
    return steps


def chapters(text):
    """Those that have steps, by title, in their order."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    found = [Chapter(title, body) for title, body in zip(parts[::2], parts[1::2])]
    return {chapter.title: chapter for chapter in found if chapter.steps}


def comparable(line):
    """The line without what is never the same twice."""
    line = re.sub(r"\d{4}-?\d\d-?\d\d[T -]\d\d:?\d\d:?\d\d(\.?\d+)?Z?", "<time>", line)
    line = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b", "<id>", line)
    line = re.sub(r"\d[\d.,]*", lambda number: number[0] if amount(number[0]) else "<number>", line)
    return re.sub(r"\s+", " ", line).strip()


def amount(number):
    return re.fullmatch(r"\d+\.(\d\d|\d{4})", number) is not None


def agrees(line, printed):
    if re.fullmatch(r"\d+", line):  # a code
        return line == printed
    parts = [re.escape(comparable(part)) for part in line.split("...")]
    return re.fullmatch(r"\s*.*\s*".join(parts), comparable(printed)) is not None


def agree(lines, printed):
    """Whether these are the lines that stand there."""
    if not lines:
        return not printed
    if lines[0].strip() == "...":
        return any(agree(lines[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and agrees(lines[0], printed[0]) and agree(lines[1:], printed[1:])


def difference(step, printed, exit_code):
    """What is wrong with what a step has printed; None where nothing is."""
    if exit_code != step.exit_code:
        return f"exit code {exit_code} instead of {step.exit_code}"
    if not agree(step.output, printed):
        return "something else stands in the handbook"
    return None
