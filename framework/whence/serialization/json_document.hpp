/// A parsed JSON text as one flat list of nodes: every value is followed by the values inside it.
///
/// What a tree of maps would allow is refused while parsing: nesting beyond the limit, the same key twice in one object.
/// Whole numbers stay whole; those beyond 64 bits keep their digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/json.hpp>

namespace whence::inline v0 {

class json_decoder::document {
 public:
  enum class kind : std::uint8_t { null, boolean, integer, natural, decimal, huge, text, array, object };

  struct slice {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  struct node {
    kind what = kind::null;
    bool visited = false;
    std::uint32_t parent = 0;  ///< of the root: itself
    std::uint32_t end = 0;     ///< the first node that is not inside this one
    std::uint32_t children = 0;
    slice key;  ///< if the parent is an object
    union {
      bool boolean;
      std::int64_t integer;
      std::uint64_t natural;
      double decimal;
      slice text;  ///< of a text its bytes, of a huge number its digits
    };
    node() : natural(0) {}
  };

  /// Replaces what was there. Throws decode_error.
  void parse(std::string_view json, std::size_t bytes_max);

  node& operator[](std::uint32_t index) { return nodes_[index]; }
  std::string_view key(std::uint32_t index) const { return view(nodes_[index].key); }
  std::string_view text(std::uint32_t index) const { return view(nodes_[index].text); }

  /// The JSON pointer of a node.
  std::string pointer(std::uint32_t index) const;
  /// What stands there, in the words of an error: "number", "\"sold\"".
  std::string describe(std::uint32_t index) const;

 private:
  class builder;

  std::string_view view(slice part) const { return std::string_view(texts_).substr(part.begin, part.size); }

  std::vector<node> nodes_;
  std::string texts_;
  std::vector<std::uint32_t> open_;
  std::vector<std::string_view> keys_;
};

}  // namespace whence::inline v0
