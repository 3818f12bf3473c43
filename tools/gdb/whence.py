"""How gdb shows values of Whence: ids, times, positions, events, the runtime, and what an `async` has come to.

    (gdb) source <prefix>/share/whence/gdb/whence.py          or the same line in ~/.gdbinit

It reads memory and calls nothing in the program, so that a core dump shows the same as a live process. The libraries need no
debugging information, the program's own files do.
"""

import datetime

import gdb
import gdb.printing

STRING = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"
EPOCH = datetime.datetime(1970, 1, 1)


def text_of(view):
    """What a std::string or std::string_view holds, whether or not the printers of the standard library are loaded."""
    fields = {field.name for field in view.type.strip_typedefs().fields()}
    if "_M_str" in fields:
        start, size = view["_M_str"], int(view["_M_len"])
    else:
        start, size = view["_M_dataplus"]["_M_p"], int(view["_M_string_length"])
    return start.string("utf-8", "backslashreplace", length=size) if size else ""


def uuid_text(uuid):
    octets = uuid["bytes_"]["_M_elems"]
    digits = "".join(f"{int(octets[index]):02x}" for index in range(16))
    if not digits.strip("0"):
        return "nil"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def time_text(microseconds):
    try:
        return (EPOCH + datetime.timedelta(microseconds=microseconds)).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        return f"{microseconds} µs since 1970"


def word(address):
    return int(gdb.Value(address).cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def own_type(pointer):
    """The name of the type of a polymorphic object, by its vtable: that is known without debugging information."""
    symbol = gdb.execute(f"info symbol {word(int(pointer))}", to_string=True)
    return symbol.removeprefix("vtable for ").split(" + ", 1)[0].strip()


def members(value):
    """Name and value of each member, without those of bases."""
    return [(field.name, value[field]) for field in value.type.strip_typedefs().fields() if not field.is_base_class]


class Printer:
    def __init__(self, value):
        is_reference = value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
        self.value = value.referenced_value() if is_reference else value


class Uuid(Printer):
    def to_string(self):
        return uuid_text(self.value)


class StrongId(Printer):
    def to_string(self):
        return uuid_text(self.value["value_"])


class AggregateId(Printer):
    def to_string(self):
        aggregate = self.value.type.strip_typedefs().template_argument(0)
        return f'id<{aggregate}>("{text_of(self.value["value_"])}")'


class Number(Printer):
    def to_string(self):
        return str(int(self.value["value_"]))


class Token(Printer):
    def to_string(self):
        return f'{int(self.value["epoch"])}-{int(self.value["position"]["value_"])}'


class ExpectedVersion(Printer):
    def to_string(self):
        kind = str(self.value["kind_"]).rsplit("::", 1)[-1]
        return f'exactly {int(self.value["version_"]["value_"])}' if kind == "exactly" else kind


class Timestamp(Printer):
    def to_string(self):
        return time_text(int(self.value["__d"]["__r"]))


class RecordedEvent(Printer):
    """`OrderPlaced order-1@3 at 42`, then the members; also of what a projection is told of an event."""

    def to_string(self):
        value = self.value
        name = "type" if "type" in [field.name for field in value.type.strip_typedefs().fields()] else "event_type"
        return (f'{text_of(value[name])} {text_of(value["stream"])}@{int(value["version"]["value_"])}'
                f' at {int(value["position"]["value_"])}')

    def children(self):
        for name, member in members(self.value):
            if name == "chain":
                yield name, "".join(f"{int(member['_M_elems'][index]):02x}" for index in range(16))
            else:
                yield name, member


class Envelope(Printer):
    def to_string(self):
        return f'{text_of(self.value["event_type"])} of {text_of(self.value["aggregate_id"])}'

    def children(self):
        return iter(members(self.value))


class NewEvent(Printer):
    def to_string(self):
        return text_of(self.value["type"])

    def children(self):
        return iter(members(self.value))


class Runtime(Printer):
    """The parts by their own types: whether the clock is the system's, or one that stands still."""

    def to_string(self):
        return "runtime"

    def children(self):
        for name, member in members(self.value):
            pointer = member["_M_ptr"]
            if name == "ids_" or not pointer:
                continue
            yield name, own_type(pointer).rsplit("::", 1)[-1]


class Failure:
    """An exception behind a std::exception_ptr, by the layout that g++ and clang share (Itanium C++ ABI, 64 bits)."""

    TYPE_BEFORE_OBJECT = 112                  # from the object back to `exceptionType` in its header
    NAME_IN_TYPE, BASE_IN_TYPE = 8, 16        # in std::type_info, and in one that has a single base
    MESSAGE, CODE = 8, 16                     # in std::runtime_error and std::logic_error; in whence::error
    WITH_MESSAGE = ("St13runtime_error", "St11logic_error")
    OF_WHENCE = "N6whence2v05errorE"

    def __init__(self, object_pointer):
        self.address = int(object_pointer)

    @staticmethod
    def characters(address, **length):
        return gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string("utf-8", "backslashreplace", **length)

    def types(self):
        """The mangled names of the exception's type and of its bases, as long as each has only one."""
        type_info = word(self.address - self.TYPE_BEFORE_OBJECT)
        while True:
            yield self.characters(word(type_info + self.NAME_IN_TYPE)).lstrip("*")
            kind = gdb.execute(f"info symbol {word(type_info)}", to_string=True)
            if "__si_class_type_info" not in kind:
                return
            type_info = word(type_info + self.BASE_IN_TYPE)

    def text(self):
        mangled = list(self.types())
        demangled = gdb.execute(f"demangle -- _ZTI{mangled[0]}", to_string=True).strip()
        name = demangled.removeprefix("typeinfo for ").replace("whence::v0::", "whence::")
        if not any(base in self.WITH_MESSAGE for base in mangled):
            return name
        message = self.characters(word(self.address + self.MESSAGE))
        if self.OF_WHENCE not in mangled:
            return f"{name}: {message}"
        start, size = word(self.address + self.CODE), word(self.address + self.CODE + 8)
        return f"{name} [{self.characters(start, length=size)}]: {message}"


class Async(Printer):
    """`pending`, `ready` with its value, or `failed` with the exception's type, code and text."""

    def __init__(self, value):
        super().__init__(value)
        pointer = self.value["state_"]["_M_ptr"]
        self.state = pointer.dereference() if pointer else None
        self.finished = bool(pointer) and bool(self.state["finished_"]["_M_base"]["_M_i"])
        self.failure = self.state["failure_"]["_M_exception_object"] if pointer else None

    def name(self):
        basic = self.value.type.strip_typedefs()
        result = str(basic.template_argument(0)).replace(STRING, "std::string").replace("whence::v0::", "whence::")
        return f"{basic.name.split('<', 1)[0].rsplit('::', 1)[-1]}<{result}>"

    def to_string(self):
        if self.state is None:
            return f"{self.name()}: taken, or moved from"
        if not self.finished:
            shared = self.state["shared_"]["value_"]
            waits = ", a caller is blocked" if shared["blocked"] else ", a coroutine waits" if shared["waiting"] else ""
            return f"{self.name()}: pending{waits}"
        if self.failure:
            return f"{self.name()}: failed: {Failure(self.failure).text()}"
        return f"{self.name()}: ready"

    def children(self):
        if self.finished and not self.failure and self.value.type.strip_typedefs().template_argument(0).code != gdb.TYPE_CODE_VOID:
            yield "value", self.state["value_"]["_M_payload"]["_M_payload"]["_M_value"]


def printers():
    found = gdb.printing.RegexpCollectionPrettyPrinter("whence")
    for name, pattern, printer in (
            ("uuid", "uuid", Uuid), ("strong_id", "strong_id<.*>", StrongId), ("causation_id", "causation_id", StrongId),
            ("id", "id<.*>", AggregateId), ("position", "(global_position|stream_version)", Number), ("token", "token", Token),
            ("expected_version", "expected_version", ExpectedVersion), ("recorded_event", "recorded_event", RecordedEvent),
            ("event_context", "event_context", RecordedEvent), ("envelope", "envelope", Envelope),
            ("new_event", "new_event", NewEvent), ("runtime", "runtime", Runtime), ("async", "(async|completion)<.*>", Async)):
        found.add_printer(name, f"^whence::v0::{pattern}$", printer)
    microseconds = r"std::chrono::duration<long, std::ratio<1, 1000000> >"
    found.add_printer("timestamp", rf"^std::chrono::time_point<std::chrono::_V2::system_clock, {microseconds} >$", Timestamp)
    return found


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)
