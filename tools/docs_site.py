"""Builds the documentation with Doxygen: build/docs/html/index.html. A warning of it is an error.

The pages are the repository's own .md files, the reference is what public headers say. Both are copied to build/docs/input with what
Doxygen wants to see differently; lines keep their numbers, so that its messages lead to the right place.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "docs"
INPUT = OUT / "input"

SETTINGS = f"""
PROJECT_NAME           = Whence
PROJECT_BRIEF          = "event sourcing and CQRS for C++20"
OUTPUT_DIRECTORY       = "{OUT}"
INPUT                  = "{INPUT}"
STRIP_FROM_PATH        = "{INPUT}"
STRIP_FROM_INC_PATH    = "{INPUT}/framework"
RECURSIVE              = YES
EXTRACT_ALL            = YES
EXCLUDE_SYMBOLS        = detail detail::* *::detail *::detail::*
JAVADOC_AUTOBRIEF      = YES
BUILTIN_STL_SUPPORT    = YES
SORT_MEMBER_DOCS       = NO
GENERATE_TREEVIEW      = YES
DISABLE_INDEX          = YES
HTML_TIMESTAMP         = NO
GENERATE_LATEX         = NO
HAVE_DOT               = NO
QUIET                  = YES
WARN_IF_UNDOCUMENTED   = NO
WARN_AS_ERROR          = FAIL_ON_WARNINGS
"""

LABELS = "Order|Durable|Again|Threads|Limits|Costs|Throws|See|Owns|Shares|Posts|Stops"
LABEL = re.compile(rf"^(\s*/// ?)({LABELS})(?=:? +\S)", re.MULTILINE)
INLINE_NAMESPACE = re.compile(r"(?<=\w)::inline v0(?= \{)")
OWN_INLINE_NAMESPACE = re.compile(r"^(inline namespace v0 \{|\}  // namespace v0)$", re.MULTILINE)
HASH = re.compile(r"^template <[^\n]*>\nstruct std::hash<.*?^\};$", re.MULTILINE | re.DOTALL)

FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!-- .*? -->$", re.MULTILINE)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")
LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]*)#?([^)\s]*)\)")


def public_headers():
    for listing in sorted((ROOT / "framework" / "whence").glob("*/CMakeLists.txt")):
        names = re.search(r"PUBLIC_HEADERS((?:\s+[\w./]+\.hpp)+)", listing.read_text()).group(1).split()
        yield from (listing.parent / name for name in names if not name.startswith("detail/"))


def pages():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    return [ROOT / name for name in names]


def header_for_doxygen(text):
    text = text.replace("#pragma once", "/// @file", 1)  # the comment above it is the file's
    text = LABEL.sub(r"\1- **\2**", text)
    text = HASH.sub(lambda found: "\n" * found.group().count("\n"), text)
    return OWN_INLINE_NAMESPACE.sub("", INLINE_NAMESPACE.sub("", text))


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def label(page, heading=None):
    name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
    return "mainpage" if name == "README" and not heading else f"{name}_{heading}" if heading else name


def page_for_doxygen(page, known):
    def link(found):
        text, path, heading = found.groups()
        target = Path(os.path.normpath(page.parent / path)) if path else page
        if "://" in path or (target not in known and not path):
            return found.group()
        if target not in known:
            return text  # a folder, a source: only in the repository
        name = label(target, heading) if target.suffix == ".md" else str(target.relative_to(ROOT))
        return f"[{text}](@ref {'index' if name == 'mainpage' else name})"

    def heading(found):
        hashes, text = found.groups()
        return f"{hashes} {text} {{#{label(page, anchor(text) if len(hashes) > 1 else None)}}}"

    def bold(found):  # with code in it, Doxygen takes it for neither
        return f"<b>{found.group(1)}</b>" if "`" in found.group(1) else found.group()

    parts = FENCE.split(page.read_text())
    for index in range(0, len(parts), 2):  # between the blocks
        part = BOLD.sub(bold, COMMENT.sub("", parts[index]))
        part = IMAGE.sub(lambda image: f'<img src="{Path(image.group(2)).name}" alt="{image.group(1)}"/>', part)
        parts[index] = HEADING.sub(heading, LINK.sub(link, part))
    return "".join(parts)


def images():
    """The pictures that pages show; the site has them all in one folder."""
    found = sorted({page.parent / path for page in pages() for _, path in IMAGE.findall(FENCE.sub("", page.read_text()))})
    names = [image.name for image in found]
    assert len(names) == len(set(names)), f"two pictures of one name: {names}"
    return found


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    headers, documents = list(public_headers()), pages()
    known = {*headers, *documents}
    for source in known:
        copy = INPUT / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(header_for_doxygen(source.read_text()) if source.suffix == ".hpp" else page_for_doxygen(source, known))
    extra_files = " ".join(f'"{image}"' for image in images())
    done = subprocess.run(["doxygen", "-"], input=f"{SETTINGS}HTML_EXTRA_FILES = {extra_files}\n", text=True, stderr=subprocess.PIPE)
    print(done.stderr.replace(f"{INPUT}/", ""), end="", file=sys.stderr)
    if done.returncode != 0:
        return 1
    print(OUT / "html" / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
