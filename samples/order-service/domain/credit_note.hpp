/// A credit note: goods taken back, and what is given back for them.
#pragma once

#include <cereal/cereal.hpp>
#include <optional>
#include <string>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/outcome.hpp>
#include <whence/serialization/event_type.hpp>

#include <domain/line.hpp>
#include <domain/money.hpp>
#include <domain/names.hpp>

namespace shop {

/// The quantities are those taken back: positive. A negative one corrects the note itself.
struct CreditNoteIssued {
  static constexpr whence::event_type type{"CreditNoteIssued", 2};
  std::string number;                   ///< of the invoice
  std::optional<std::string> customer;  ///< a guest has none
  std::string country;
  std::vector<Line> lines;
  Money total;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number), cereal::make_nvp("customer", customer), cereal::make_nvp("country", country),
       cereal::make_nvp("lines", lines), cereal::make_nvp("total", total));
  }
};

struct IssueCreditNote {
  std::string number;
  std::optional<std::string> customer;
  std::string country;
  std::vector<Line> lines;
};

struct CreditNote {
  static constexpr whence::aggregate_type type{"CreditNote"};
  using events = whence::events<CreditNoteIssued>;

  bool issued = false;

  void apply(const CreditNoteIssued&) { issued = true; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("issued", issued));
  }
};

whence::outcome<CreditNote> decide(const CreditNote& note, const IssueCreditNote& command);

}  // namespace shop
