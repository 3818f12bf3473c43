"""A project that embeds the sources by add_subdirectory: it gets the modules, and nothing of how we build them."""

import json

import package
from package import CONSUMERS, SOURCE_DIR, Consumer, run


class AddSubdirectory(Consumer):
    def test_the_consumer_builds_and_runs(self):
        folder = self.build_folder("build")
        self.must_work(self.configure(CONSUMERS / "add_subdirectory", folder, f"-DWHENCE_SOURCES={SOURCE_DIR}",
                                      "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"))
        commands = {entry["file"]: entry["command"] for entry in json.loads((folder / "compile_commands.json").read_text())}
        ours = {file: command for file, command in commands.items() if file.startswith(f"{SOURCE_DIR}/framework/")}
        theirs = [file for file in commands if file not in ours]
        self.assertEqual(theirs, [str(CONSUMERS / "todo" / "main.cpp")])
        for flag in ("-Wconversion", "-Wshadow", "-fpch-preprocess", "-ffile-prefix-map", "JSON_USE_IMPLICIT_CONVERSIONS", " -w "):
            self.assertNotIn(flag, commands[theirs[0]])
        self.assertEqual([file for file, command in ours.items() if "WHENCE_TEST_BUILD" in command], [])

        self.must_work(run("cmake", "--build", folder, "--target", "todo"))
        self.check_todo(folder / "todo")
        installed = run("cmake", "--install", folder, "--prefix", folder / "prefix")
        self.must_work(installed)
        self.assertFalse((folder / "prefix").exists())


package.main()
