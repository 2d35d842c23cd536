"""Carries out the steps of a chapter of gateway/OPERATING.md as they are written there.

  handbook_test.py CHAPTER           the steps, and whether they print what stands there
  handbook_test.py --show CHAPTER    prints the block as it is when it is carried out, for whoever writes it"""

import os
import re
import select
import subprocess
import sys
import time

import sandbox
import transcript

PATIENCE_S = 120  # with a command: busy machines are slow
LOOKING_S = 30    # for what is to be seen soon
HANDBOOK = sandbox.SOURCE / "gateway/OPERATING.md"


class Shell:
    """The operator's terminal: one bash for all steps."""

    def __init__(self):
        self.bash = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd="/root",
            env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                 "LC_ALL": "C.UTF-8", "TZ": "UTC", "BUILT": str(sandbox.BINARY)})

    def carry_out(self, command):
        """Returns the lines that it has printed, and its exit code."""
        with open("/run/step", "w") as file:
            file.write(command + "\n")
        self.bash.stdin.write(b". /run/step </dev/null; printf '\\n<ended %d>\\n' $?\n")
        self.bash.stdin.flush()
        output = b""
        deadline = time.monotonic() + PATIENCE_S
        while not (ended := re.search(rb"\n<ended (\d+)>\n\Z", output)):
            left = max(deadline - time.monotonic(), 0)
            if not select.select([self.bash.stdout], [], [], left)[0]:
                sys.exit(f"does not end: {command}\n{output.decode()}")
            more = os.read(self.bash.stdout.fileno(), 65536)
            if not more:
                sys.exit(f"ends the shell: {command}\n{output.decode()}")
            output += more
        text = output[:ended.start()].decode().rstrip("\n")
        return text.split("\n") if text else [], int(ended[1])


def carry_out(shell, step):
    """Returns what is wrong; nothing where it is as it should be."""
    deadline = time.monotonic() + LOOKING_S
    while True:
        printed, exit_code = shell.carry_out(step.command)
        wrong = transcript.difference(step, printed, exit_code)
        if not wrong or not step.only_looks() or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return f"$ {step.command}\n{wrong}; it printed:\n" + "\n".join(printed) if wrong else None


def main(words):
    show = words[0] == "--show"
    of_title = transcript.chapters(HANDBOOK.read_text())
    chapter = of_title[words[-1]]
    changes = sandbox.set_up()
    shell = Shell()
    wrong = None
    try:
        for step in chapter.all_steps(of_title):
            if show:
                printed, exit_code = shell.carry_out(step.command)
                if step in chapter.steps:
                    print(transcript.Step(step.command, printed, exit_code).text(), flush=True)
            else:
                wrong = wrong or carry_out(shell, step)
    finally:
        if wrong:
            subprocess.run(["/usr/local/bin/journalctl", "-n", "20"])
        shell.bash.kill()
        subprocess.run(["/usr/local/bin/systemctl", "stop"], timeout=PATIENCE_S)
        sandbox.clear_up(changes)
    return wrong


if __name__ == "__main__":
    sandbox.enter()
    sys.exit(main(sys.argv[1:]))
