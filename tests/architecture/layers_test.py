"""Every pair of modules is tried: a file of one that includes a public header of the other compiles exactly if TABLE allows it."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import modules
from modules import MODULES, include_flags, public_header, run_compiler

# module: what its public headers may include, what its sources may include besides.
TABLE = {
    "core": ([], []),
    "sql": (["core"], []),
    "resilience": (["core"], []),
    "serialization": (["core"], []),
    "store": (["core"], ["sql"]),
    "subscription": (["store", "resilience", "serialization"], []),
    "modelling": (["store", "serialization", "resilience"], []),
    "projection": (["subscription", "serialization", "sql"], []),
    "app": (["modelling", "projection"], []),
    "cli": (["app"], ["sql"]),
    "testing": (["modelling", "projection", "app"], []),
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


def include(other):
    return "".join(f"#include <{public_header(other, header)}>\n" for header in MODULES[other]["public_headers"])


def fault_of_pair(module, who, other, allowed):
    """What is wrong with `module` seeing, or not seeing, the public headers of `other`; None if all is well."""
    flags = include_flags(MODULES[module][f"{who}_see"])
    if allowed:
        code, messages, _ = run_compiler(include(other), "-fsyntax-only", *flags)
        return None if code == 0 else f"{who} of {module} must see {other}:\n{messages}"
    for header in MODULES[other]["public_headers"]:
        code, messages, _ = run_compiler(f"#include <{public_header(other, header)}>\n", "-E", *flags)
        if code == 0 or f"{public_header(other, header)}: No such file" not in messages:
            return f"{who} of {module} must not find {public_header(other, header)}:\n{messages}"
    return None


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
        pairs = [(module, who, other, other in seen(module))
                 for module in TABLE for other in TABLE
                 for who, seen in (("headers", seen_by_headers), ("sources", seen_by_sources))]
        self.assertGreater(sum(not allowed for *_, allowed in pairs), 100)
        with ThreadPoolExecutor(2) as pool:
            faults = [fault for fault in pool.map(lambda pair: fault_of_pair(*pair), pairs) if fault]
        self.assertEqual(faults, [], "\n".join(faults))


modules.main()
