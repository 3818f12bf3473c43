#!/usr/bin/env python3
"""What an import of a sales file must come to, worked out by other means: Python's decimals, its own reading of the file.

Usage: sales_oracle.py FILE.csv
Prints one JSON document: {"records", "accepted", "rejected", "rejects": [[line, reason], …], "report": {…}, "stock": {…}}.
It is written from the description of the form (samples/order-service/README.md), not from the importer, and keeps everything in
memory. Nothing here is shared with the program that it judges.
"""

import datetime
import decimal
import json
import re
import sys
from decimal import Decimal

decimal.getcontext().prec = 60

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
FIELD_BYTES = 65536
AMOUNT_MAX = 2**63 - 1  # ten-thousandths, of either sign
EVENT_BYTES = 4 << 20


class Refused(Exception):
    """The file is no sales file."""


# One field: quoted with what may follow the closing quote, or plain up to a comma or line end. DOTALL is off: what a plain
# part may contain is said explicitly. A CR belongs to a line end only right before an LF.
PLAIN = rb"(?:[^,\n\r]|\r(?!\n))*"
QUOTED = re.compile(rb'"((?:[^"]|"")*)"(' + PLAIN + rb")")
UNQUOTED = re.compile(PLAIN)
LINE_END = re.compile(rb"\r?\n")


def records(content):
    """Yields (line, fields, open): the fields as bytes; open if the file ends inside quotes."""
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    at, line = 0, 1
    while at < len(content):
        blank = LINE_END.match(content, at)
        if blank:
            at, line = blank.end(), line + 1
            continue
        start, fields, unclosed = at, [], False
        while True:
            if content.startswith(b'"', at):
                match = QUOTED.match(content, at)
                if match is None:
                    fields.append(content[at + 1:])
                    at, unclosed = len(content), True
                    break
                fields.append(match[1].replace(b'""', b'"') + match[2])
            else:
                match = UNQUOTED.match(content, at)
                fields.append(match[0])
            at = match.end()
            if content.startswith(b",", at):
                at += 1
                continue
            end = LINE_END.match(content, at)
            if end:
                at = end.end()
            break
        yield line, fields, unclosed
        line += content.count(b"\n", start, at)


def to_date(text):
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: (\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?", text, re.ASCII)
    offset = None
    if match:
        month, day, year, hour, minute, second, fraction = match.groups()
        if len(year) == 2:
            year = ("20" if int(year) <= 68 else "19") + year
    else:
        match = re.fullmatch(
            r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?)?", text, re.ASCII)
        if not match:
            return None
        year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                                   int((fraction or "0").ljust(6, "0")))
        if offset and offset != "Z":
            hours, minutes = int(offset[1:3]), int(offset[4:6])
            if hours > 23 or minutes > 59:
                return None
            ahead = datetime.timedelta(hours=hours, minutes=minutes)
            moment = moment - ahead if offset[0] == "+" else moment + ahead
    except (ValueError, OverflowError):
        return None
    return moment


def judge(fields, unclosed, places):
    """A record's values, or the reason why it has none."""
    if unclosed:
        return "record.quote_open"
    if len(fields) != 8:
        return "record.fields"
    if any(len(field) > FIELD_BYTES for field in fields):
        return "field.too_long"
    try:
        invoice, code, description, quantity, date, price, customer, country = (fields[places[name]].decode("utf-8") for name in COLUMNS)
        [field.decode("utf-8") for field in fields]
    except UnicodeDecodeError:
        return "field.not_utf8"
    if not invoice:
        return "invoice.empty"
    if not code:
        return "stock_code.empty"
    if not re.fullmatch(r"-?[0-9]{1,9}", quantity):
        return "quantity.malformed"
    if int(quantity) == 0:
        return "quantity.zero"
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", price):
        return "price.malformed"
    if to_date(date) is None:
        return "date.malformed"
    customer = re.sub(r"^([0-9]+)\.0$", r"\1", customer)
    return {"number": invoice, "item": code, "description": description, "quantity": int(quantity), "price": Decimal(price),
            "customer": customer, "country": country}


def fits(amount):
    return -AMOUNT_MAX <= amount.scaleb(4) <= AMOUNT_MAX


def money(ten_thousandths):
    return {"tenThousandths": ten_thousandths, "currency": "GBP"}


def json_bytes(value):
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def head_bytes(record):
    """Of the invoice's event without lines, with the longest total."""
    customer = {"customer": record["customer"]} if record["customer"] else {}  # a guest has none
    return json_bytes({"number": record["number"], **customer, "country": record["country"], "lines": [], "total": money(-2**63)})


def line_bytes(record):
    """Of its line in the event; a credit note has what is taken back."""
    quantity = -record["quantity"] if record["number"].startswith("C") else record["quantity"]
    return json_bytes({"item": record["item"], "description": record["description"], "quantity": quantity,
                       "price": money(int(record["price"].scaleb(4)))})


def cut_in(fields, place, before):
    """The invoices of which a file may lack something that ends behind these fields without a line end."""
    number = fields[place] if place < len(fields) else None
    found = set() if number is None else {number}
    if place + 1 >= len(fields) and before.startswith(number or b""):
        found.add(before)
    return {each.decode("utf-8", "surrogateescape") for each in found}


def held_back(content, everything, place):
    if content.endswith(b"\n") or not everything:
        return set()
    before = [fields[place] for _, fields, _ in everything[:-1] if len(fields) == len(COLUMNS)]
    return cut_in(everything[-1][1], place, before[-1] if before else b"")


def work_out(content):
    everything = records(content)
    header = next(everything, None)
    names = [field.decode("utf-8", "replace") for field in header[1]] if header else []
    if sorted(names) != sorted(COLUMNS) or header[2]:
        raise Refused
    places = {name: names.index(name) for name in COLUMNS}

    everything = list(everything)
    held = held_back(content, everything, places["InvoiceNo"])
    count, rejected, invoices = 0, [], {}
    for line, fields, unclosed in everything:
        count += 1
        judged = judge(fields, unclosed, places)
        if isinstance(judged, str):
            rejected.append([line, judged])
            continue
        invoice, quantity, price = judged["number"], judged["quantity"], judged["price"]
        adjusts = quantity < 0 and not invoice.startswith("C")
        if invoice in held:
            rejected.append([line, "invoice.unended" if adjusts or fits(quantity * price) else "amount.overflow"])
            continue
        known = invoices.get(invoice)
        if known and known["too_large"]:
            rejected.append([line, "invoice.too_large"])
            continue
        total = known["total"] if known else Decimal(0)
        if not adjusts and not (fits(quantity * price) and fits(total + quantity * price)):
            rejected.append([line, "amount.overflow"])
            continue
        if known is None:
            known = invoices[invoice] = {"country": judged["country"], "total": Decimal(0), "lines": [], "adjustments": [], "taken": [],
                                         "bytes": head_bytes(judged), "too_large": False}
        known["taken"].append(line)
        known["bytes"] += line_bytes(judged) + (1 if len(known["taken"]) > 1 else 0)  # and a comma
        if known["bytes"] > EVENT_BYTES:  # nothing of it is taken
            rejected += [[each, "invoice.too_large"] for each in known["taken"]]
            known.update(too_large=True, lines=[], adjustments=[], total=Decimal(0))
        elif adjusts:
            known["adjustments"].append((judged["item"], quantity))
        else:
            known["lines"].append((judged["item"], quantity))
            known["total"] += quantity * price

    rejected.sort()
    return {"records": count, "accepted": count - len(rejected), "rejected": len(rejected), "rejects": rejected,
            "report": report_of(invoices), "stock": stock_of(invoices)}


def pence(amount):
    rounded = amount.quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_EVEN)
    return format(abs(rounded) if rounded == 0 else rounded, "f")


def report_of(invoices):
    countries, lines, units, credits = {}, 0, 0, 0
    for number, invoice in invoices.items():
        if not invoice["lines"]:
            continue
        of_country = countries.setdefault(invoice["country"], {"orders": 0, "gross": Decimal(0), "credited": Decimal(0)})
        if number.startswith("C"):
            credits += 1
            of_country["credited"] -= invoice["total"]
        else:
            lines += len(invoice["lines"])
            units += sum(quantity for _, quantity in invoice["lines"])
            of_country["orders"] += 1
            of_country["gross"] += invoice["total"]
    gross = sum((row["gross"] for row in countries.values()), Decimal(0))
    credited = sum((row["credited"] for row in countries.values()), Decimal(0))
    return {"orders": sum(row["orders"] for row in countries.values()), "order_lines": lines, "units": units, "gross": pence(gross),
            "credit_notes": credits, "credited": pence(credited), "net": pence(gross - credited),
            "stock_adjustments": sum(len(invoice["adjustments"]) for invoice in invoices.values()),
            "by_country": {name: {"orders": row["orders"], "gross": pence(row["gross"]), "credited": pence(row["credited"])}
                           for name, row in sorted(countries.items(), key=lambda item: item[0].encode())}}


def stock_of(invoices):
    levels = {}
    for invoice in invoices.values():
        for code, quantity in invoice["adjustments"]:
            levels[code] = levels.get(code, 0) + quantity
        for code, quantity in invoice["lines"]:  # sold goes out; on a credit note the quantity is negative: it comes back
            levels[code] = levels.get(code, 0) - quantity
    return dict(sorted(levels.items(), key=lambda item: item[0].encode()))


def main():
    with open(sys.argv[1], "rb") as file:
        content = file.read()
    try:
        print(json.dumps(work_out(content)))
    except Refused:
        print(json.dumps({"refused": True}))


if __name__ == "__main__":
    main()
