"""Every pair of modules is tried: a file of one that includes a public header of the other compiles exactly if TABLE allows it."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import modules
from modules import BUILD_DIR, COMPILER, MODULES, include_flags, public_header, run_compiler
from verdicts import verdict

VIEWS = BUILD_DIR / "tests" / "architecture" / "views"

# module: what its public headers may include, what its sources may include besides.
TABLE = {
    "core": ([], []),
    "sql": (["core"], []),
    "resilience": (["core"], []),
    "serialization": (["core"], []),
    "store": (["core"], ["sql"]),
    "proof": (["store"], []),
    "control": (["store"], []),
    "upcasting": (["store", "serialization"], []),
    "subscription": (["store", "resilience"], []),
    "modelling": (["store", "serialization", "resilience"], ["sql"]),
    "contracts": (["modelling", "upcasting"], []),
    "projection": (["subscription", "serialization", "sql"], []),
    "app": (["modelling", "projection", "upcasting"], ["control"]),
    "rehearsal": (["modelling", "projection", "upcasting"], []),
    "cli": (["modelling", "projection", "upcasting", "contracts", "rehearsal", "proof", "control"], []),
    "testing": (["modelling", "projection", "contracts", "app"], []),
}


def below(names):
    """The modules themselves, and all that their public headers bring along."""
    found = set()
    for name in names:
        found |= {name} | below(TABLE[name][0])
    return found


def seen_by_headers(module):
    return {module} | below(TABLE[module][0])


def seen_by_sources(module):
    return {module} | below(TABLE[module][0] + TABLE[module][1])


def views():
    """Who sees what: (module, its include flags, the modules that it may see). Its headers only where they see less."""
    for module, (_, private) in TABLE.items():
        yield f"a source of {module}", include_flags(MODULES[module]["sources_see"]), seen_by_sources(module)
        if private:
            yield f"a header of {module}", include_flags(MODULES[module]["headers_see"]), seen_by_headers(module)


def headers_of(modules_seen):
    return [public_header(module, header) for module in modules_seen for header in MODULES[module]["public_headers"]]


def faults_of_view(view):
    who, flags, allowed = view
    forbidden = [module for module in TABLE if module not in allowed]

    source = VIEWS / f"{who.replace(' ', '_')}.cpp"
    source.write_text("".join(f"#include <{header}>\n" for header in sorted(headers_of(allowed))))
    failed, messages = verdict(COMPILER, ["-std=c++20", *flags], source)
    faults = [f"{who} must compile with the headers of {', '.join(sorted(allowed))}:\n{messages}"] if failed else []

    for module in forbidden:
        header = headers_of([module])[0]
        failed, messages, _ = run_compiler(f"#include <{header}>\n", "-E", *flags)
        if not failed or f"{header}: No such file" not in messages:
            faults.append(f"{who} must not compile with <{header}>: {messages or 'it does'}")

    # The other headers of the forbidden modules, asked about in one go.
    questions = "".join(f"#if __has_include(<{header}>)\n#error found {header}\n#endif\n" for header in headers_of(forbidden))
    failed, messages, _ = run_compiler(questions, "-E", *flags)
    if failed:
        faults.append(f"{who} must not find:\n{messages}")
    return faults


class Layers(unittest.TestCase):
    def test_the_build_depends_as_the_table_says(self):
        built = {name: (sorted(m["depends"]), sorted(m["private_depends"])) for name, m in MODULES.items()}
        table = {name: (sorted(public), sorted(private)) for name, (public, private) in TABLE.items()}
        self.assertEqual(built, table)

    def test_no_module_stands_on_one_above_it(self):
        order = list(TABLE)
        for name, (public, private) in TABLE.items():
            for other in public + private:
                self.assertLess(order.index(other), order.index(name), f"{name} stands on {other}")

    def test_every_pair(self):
        VIEWS.mkdir(exist_ok=True)
        with ThreadPoolExecutor(2) as pool:
            faults = [fault for found in pool.map(faults_of_view, views()) for fault in found]
        self.assertEqual(faults, [], "\n".join(faults))


modules.main()
