#pragma once
#include "book.hpp"

struct Loans {
  static constexpr whence::projection_info info{"loans", 1};
  using events = whence::events<Lent, Returned>;

  void create(whence::sql::database& db) { db.run("CREATE TABLE loans (book TEXT PRIMARY KEY, reader TEXT NOT NULL)"); }
  void on(const Lent& event, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO loans VALUES (?, ?)", {context.stream, event.reader});
  }
  void on(const Returned&, const whence::event_context& context, whence::sql::database& db) {
    db.run("DELETE FROM loans WHERE book = ?", {context.stream});
  }
};
