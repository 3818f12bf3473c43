#pragma once
#include <string>

#include <whence.hpp>

struct Lent {
  static constexpr whence::event_type type{"Lent"};
  std::string reader;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("reader", reader));
  }
};
struct Returned {
  static constexpr whence::event_type type{"Returned"};
  template <class Archive>
  void serialize(Archive&) {}
};

struct Book {
  static constexpr whence::aggregate_type type{"Book"};
  using events = whence::events<Lent, Returned>;
  std::string reader;  // empty: it is on the shelf
  void apply(const Lent& event) { reader = event.reader; }
  void apply(const Returned&) { reader.clear(); }

  template <class Archive>
  void serialize(Archive& ar) {  // so that it can be shown
    ar(cereal::make_nvp("reader", reader));
  }
};

struct Lend {
  std::string reader;
};
struct Return {};

inline whence::outcome<Book> decide(const Book& book, const Lend& command) {
  if (command.reader.empty()) return whence::rejected{"reader.unnamed", "who takes it?"};
  if (!book.reader.empty()) return whence::rejected{"book.lent", book.reader + " has it"};
  return Lent{command.reader};
}
inline whence::outcome<Book> decide(const Book& book, const Return&) {
  if (book.reader.empty()) return whence::rejected{"book.here", "it is on the shelf"};
  return Returned{};
}
