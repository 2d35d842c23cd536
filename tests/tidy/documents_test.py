"""The documents and the headers as a reader finds them: each link leads to a file and a heading that are
there, no line of text is too long, and there is no header that nobody includes."""

import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ.get("BETEX_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
NOT_OURS = {".git", ".cache", "build", "data"}  # in the tree's root
PRODUCT = ("fix_spec", "gateway", "journal", "matching")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)
MAX_LINE = 120  # of text: rows of tables, commands and what they print stay whole
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def files(*extensions):
    for folder, folders, names in os.walk(SOURCE):
        if pathlib.Path(folder) == SOURCE:
            folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in names:
            if name.endswith(extensions):
                yield pathlib.Path(folder, name)


def anchor(heading):
    """As those who show Markdown make it of a heading."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(text):
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)}


def dead_links(document, text):
    """Of the text of a document: what leads nowhere."""
    dead = []
    for link in LINK.findall(FENCE.sub("", text)):
        name, _, heading = link.partition("#")
        if re.match(r"\w+:", name):  # elsewhere in the world
            continue
        target = (document.parent / name).resolve() if name else document
        if not target.exists():
            dead.append(link)
        elif heading and heading not in anchors(text if target == document else target.read_text()):
            dead.append(link)
    return dead


def long_lines(text):
    """Of the text of a document: the numbers of those that are too long."""
    for whole in (FENCE, COMMENT):
        text = whole.sub(lambda block: "\n" * block.group().count("\n"), text)
    return [number for number, line in enumerate(text.split("\n"), 1)
            if len(line) > MAX_LINE and not line.startswith("|")]


class Documents(unittest.TestCase):
    def test_no_line_of_text_is_too_long(self):
        for document in files(".md"):
            with self.subTest(document=document.relative_to(SOURCE)):
                self.assertEqual(long_lines(document.read_text()), [])

    def test_the_check_of_lines_bites(self):
        row, line = "|" + "x" * 120, "x" * 121
        text = f"{row}\n```\n{line}\n```\n<!-- after:\n{line}\n-->\n{line}\n{line[1:]}\n* {line}\n"
        self.assertEqual(long_lines(text), [8, 10])

    def test_each_link_leads_somewhere(self):
        documents = list(files(".md"))
        self.assertGreater(len(documents), 20)
        for document in documents:
            with self.subTest(document=document.relative_to(SOURCE)):
                self.assertEqual(dead_links(document, document.read_text()), [])

    def test_the_check_bites(self):
        document = SOURCE / "README.md"
        text = ("# A title\n[a](#a-title) [b](gateway/README.md#time) [c](https://example.com/#d)\n"
                "```\n# no heading [e](none)\n```\n"
                "[f](#no-heading) [g](nowhere.md) [h](gateway/README.md#nowhere)\n")
        self.assertEqual(dead_links(document, text),
                         ["#no-heading", "nowhere.md", "gateway/README.md#nowhere"])


class Headers(unittest.TestCase):
    def test_each_header_of_the_product_is_included_by_somebody(self):
        included = set()
        for file in files(".h", ".cpp", ".def"):
            included.update(INCLUDE.findall(file.read_text()))
        headers = [str(header.relative_to(SOURCE)) for header in files(".h")]
        ours = [header for header in headers if header.startswith(tuple(f"{part}/" for part in PRODUCT))]
        self.assertGreater(len(ours), 100)
        self.assertEqual([header for header in ours if header not in included], [])


if __name__ == "__main__":
    unittest.main()
