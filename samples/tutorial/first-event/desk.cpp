#include <whence.hpp>

struct Lent {
  static constexpr whence::event_type type{"Lent"};
  std::string reader;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("reader", reader));
  }
};

struct Book {
  static constexpr whence::aggregate_type type{"Book"};
  using events = whence::events<Lent>;
  std::string reader;  // empty: it is on the shelf
  void apply(const Lent& event) { reader = event.reader; }
};

struct Lend {
  std::string reader;
};
whence::outcome<Book> decide(const Book& book, const Lend& command) {
  if (!book.reader.empty()) return whence::rejected{"book.lent", book.reader + " has it"};
  return Lent{command.reader};
}

int main() {
  auto app = whence::application::on(whence::sqlite("library.db")).aggregate<Book>().start();
  return app.send<Lend>(whence::id<Book>{"moby-dick"}, "ada").get().accepted() ? 0 : 1;
}
