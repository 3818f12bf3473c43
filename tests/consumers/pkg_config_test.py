"""A project that finds the package by pkg-config."""

import os
import shutil
from pathlib import Path

import package
from package import COMPILER, CONSUMERS, PREFIX, Consumer, run


class PkgConfig(Consumer):
    def setUp(self):
        self.environment = os.environ | {"PKG_CONFIG_PATH": str(PREFIX / "lib" / "pkgconfig"), "CXX": str(COMPILER)}

    def ask(self, *arguments):
        return self.must_work(run("pkg-config", *arguments, env=self.environment))

    def test_the_consumer_builds_and_runs(self):
        folder = self.build_folder("project")
        shutil.copytree(CONSUMERS / "pkg_config", folder / "pkg_config")
        shutil.copytree(CONSUMERS / "todo", folder / "todo")
        self.must_work(run("make", "-C", folder / "pkg_config", env=self.environment))
        self.check_todo(folder / "pkg_config" / "todo")

    def test_there_is_one_for_each_module_and_one_for_applications(self):
        names = {file.stem for file in (PREFIX / "lib" / "pkgconfig").glob("*.pc")}
        modules = {"whence-" + file.name.removeprefix("whence-").removesuffix("-targets.cmake")
                   for file in (PREFIX / "lib" / "cmake" / "whence").glob("whence-*-targets.cmake")}
        self.assertEqual(names, modules | {"whence"})
        for name in sorted(names):
            with self.subTest(name=name):
                self.ask("--exists", "--print-errors", name)
                self.assertEqual(self.ask("--modversion", name), "0.1.0\n")

    def test_without_static_it_links_the_same(self):
        for name in ("whence", "whence-cli"):
            libraries = [{flag for flag in self.ask(*how, name).split() if flag.startswith("-lwhence")}
                         for how in (["--libs"], ["--static", "--libs"])]
            self.assertEqual(libraries[0], libraries[1])
        self.assertIn("-lsqlite3", self.ask("--libs", "whence"))

    def test_it_says_where_the_printers_are(self):
        said = Path(self.ask("--variable=gdb_printers", "whence-core").strip())
        self.assertEqual(said.resolve(), (PREFIX / "share" / "whence" / "gdb" / "whence.py").resolve())
        self.assertTrue(said.is_file())


package.main()
