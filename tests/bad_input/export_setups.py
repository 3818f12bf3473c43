"""Exports of a log, whole and not, and what they can be imported into."""


class ExportSetups:
    """Of `Setups`."""

    def exports(self):
        """One of the shop that is whole, and others that are not, or not of all of it; beside them, what is no log, and another log."""
        place = self.copy_of("shop")
        self.programs.must("whence export shop.jsonl", place)
        self.programs.must("whence export rest.jsonl --from 5", place)
        lines = (place.folder / "shop.jsonl").read_bytes().splitlines(keepends=True)
        (place.folder / "cut.jsonl").write_bytes(b"".join(lines[:5]))
        (place.folder / "changed.jsonl").write_bytes(b"".join(lines).replace(b"TEA", b"COF"))
        (place.folder / "crlf.jsonl").write_bytes(b"".join(lines).replace(b"\n", b"\r\n"))
        (place.folder / "noise.db").write_bytes(bytes(range(256)) * 80)
        self.programs.must("first-program", place)  # the log bank.db
        return place

    def exports_alone(self):
        """Nothing says into which log."""
        place = self.copy_of("exports")
        place.store = ""
        return place
