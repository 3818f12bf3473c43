"""A project that finds the package by CMake."""

import unittest

import package
from package import CONSUMERS, PREFIX, Consumer, run

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
find_package(whence {arguments})
"""


class FindPackage(Consumer):
    def probe(self, arguments, *flags, more=""):
        """Configures a project that only asks for the package."""
        folder = self.build_folder("probe")
        (folder / "CMakeLists.txt").write_text(PROJECT.format(arguments=arguments) + more)
        return self.configure(folder, folder / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}", *flags)

    def test_the_consumer_builds_and_runs(self):
        folder = self.build_folder("build")
        self.must_work(self.configure(CONSUMERS / "find_package", folder, f"-DCMAKE_PREFIX_PATH={PREFIX}"))
        self.must_work(run("cmake", "--build", folder))
        self.check_todo(folder / "todo")
        self.assertEqual(self.must_work(run(folder / "todo_test")), "all as expected\n")
        self.assertIn("holds: ", self.must_work(run(folder / "contract")))
        self.assertIn("event list", self.must_work(run(folder / "inspector", "--help")))

    def test_a_component_brings_what_it_stands_on_and_nothing_above(self):
        more = """foreach(module IN ITEMS core sql store cli)
  if(TARGET whence::${module})
    message(STATUS "there is ${module}")
  endif()
endforeach()
"""
        said = self.must_work(self.probe("0.1 REQUIRED COMPONENTS store", more=more))
        self.assertEqual([module for module in ("core", "sql", "store", "cli") if f"there is {module}\n" in said], ["core", "sql", "store"])

    def test_it_says_where_the_printers_are(self):
        said = self.must_work(self.probe("0.1 REQUIRED COMPONENTS core", more="message(STATUS \"printers: ${whence_GDB_PRINTERS}\")\n"))
        self.assertIn(f"printers: {PREFIX}/share/whence/gdb/whence.py\n", said)

    def test_a_component_needs_only_its_own_libraries(self):
        without = ["-DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_cereal=ON"]
        self.must_work(self.probe("0.1 REQUIRED COMPONENTS core resilience", *without))

    def test_users_do_not_need_what_only_the_sources_include(self):
        without = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("Boost", "nlohmann_json", "CLI11")]
        self.must_work(self.probe("0.1 REQUIRED COMPONENTS app cli testing", *without))

    def test_a_missing_library_is_named(self):
        done = self.probe("0.1 REQUIRED COMPONENTS app", "-DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("whence::sql needs SQLite::SQLite3 (Debian package: libsqlite3-dev)", " ".join(done.stderr.split()))

    def test_an_unknown_component_is_named(self):
        done = self.probe("0.1 REQUIRED COMPONENTS app teleport")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("whence has no component teleport; it has core, sql", " ".join(done.stderr.split()))

    def test_an_optional_component_may_be_missing(self):
        more = "message(STATUS \"found: ${whence_FOUND} ${whence_core_FOUND} ${whence_teleport_FOUND}\")\n"
        self.assertIn("found: 1 TRUE FALSE", self.must_work(self.probe("0.1 COMPONENTS core OPTIONAL_COMPONENTS teleport", more=more)))

    def test_another_minor_version_is_refused(self):
        for version in ("0.2", "0.0.9", "1.0"):
            with self.subTest(version=version):
                self.assertNotEqual(self.probe(f"{version} REQUIRED").returncode, 0)


if __name__ == "__main__":
    package.main()
