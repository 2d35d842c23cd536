"""That a step which prints something else than the handbook says is noticed."""

import unittest

from transcript import Step, chapters, difference, steps_of

TEXT = """# Book

## First

Words.

```console
$ cat <<END
> text
> END
text
$ false
[exit code 1]
```

## Second

<!-- after: First
true
-->

```console
$ true
```

<!-- after:
touch file
-->

```sh
$ not carried out
```

## Without steps
"""


class Transcript(unittest.TestCase):
    def test_a_block_has_commands_output_and_codes(self):
        first = chapters(TEXT)["First"].steps
        self.assertEqual([step.command for step in first], ["cat <<END\ntext\nEND", "false"])
        self.assertEqual([step.output for step in first], [["text"], []])
        self.assertEqual([step.exit_code for step in first], [0, 1])
        self.assertEqual(first[0].text(), "$ cat <<END\n> text\n> END\ntext")
        self.assertEqual(first[1].text(), "$ false\n[exit code 1]")

    def test_output_without_a_command_is_no_block(self):
        with self.assertRaises(ValueError):
            steps_of("text\n")

    def test_what_comes_before_is_carried_out_before(self):
        found = chapters(TEXT)
        self.assertEqual(list(found), ["First", "Second"])
        self.assertEqual([step.command for step in found["Second"].all_steps(found)],
                         ["cat <<END\ntext\nEND", "false", "true", "true", "touch file"])

    def expect(self, same, expected, printed):
        self.assertEqual(difference(Step("x", expected), printed, 0) is None, same,
                         f"{expected} and {printed}")

    def test_words_and_their_order_count(self):
        self.expect(True, ["a b"], ["a  b"])
        self.expect(False, ["a b"], ["a c"])
        self.expect(False, ["a", "b"], ["b", "a"])
        self.expect(False, ["a"], ["a", "b"])
        self.expect(False, ["a", "b"], ["a"])
        self.expect(False, [], ["a"])

    def test_the_exit_code_counts(self):
        self.assertIsNone(difference(Step("x", [], 65), [], 65))
        self.assertIn("0 instead of 65", difference(Step("x", [], 65), [], 0))

    def test_dots_stand_for_anything(self):
        self.expect(True, ["..."], [])
        self.expect(True, ["...", "b", "..."], ["a", "b", "b"])
        self.expect(True, ["a ... c"], ["a b b c"])
        self.expect(False, ["...", "b"], ["a"])
        self.expect(False, ["a ... c"], ["a b"])

    def test_numbers_times_and_ids_may_differ(self):
        self.expect(True, ["seq=1, 2026-11-29T16:21:52.093571Z"], ["seq=23, 2027-01-02T03:04:05.6Z"])
        self.expect(True, ['chain="6a93cb6128d9958a"'], ['chain="1748f005433cd283"'])
        self.expect(True, ["id 20261129-162156311888"], ["id 20261129-162250163895"])
        self.expect(False, ["seq=1"], ["seq="])

    def test_amounts_and_codes_may_not(self):
        self.expect(True, ["balance 10.00"], ["balance 10.00"])
        self.expect(False, ["balance 10.00"], ["balance 20.00"])
        self.expect(False, ["balance 10.0000"], ["balance 10.0001"])
        self.expect(False, ["74"], ["0"])


if __name__ == "__main__":
    unittest.main()
