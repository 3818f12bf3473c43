// Judges documents by schemas: one JSON object a line comes in, one goes out.
//
//   {"schema": <text>, "documents": [<text>, …]}
//   {"verdicts": [true, …]} or {"code": …, "keyword": …, "pointer": …, "problem": …}
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/errors.hpp>

namespace {

bool fits(const whence::schema_validator& schema, const std::string& document) {
  try {
    return schema.violations(document).empty();
  } catch (const whence::decode_error&) {
    return false;
  }
}

nlohmann::json judged(const nlohmann::json& line) {
  try {
    const whence::schema_validator schema(line["schema"].get<std::string>());
    nlohmann::json verdicts = nlohmann::json::array();
    for (const auto& document : line["documents"]) verdicts.push_back(fits(schema, document.get<std::string>()));
    return {{"verdicts", verdicts}};
  } catch (const whence::schema_unsupported& refused) {
    return {{"code", refused.code()},
            {"keyword", refused.keyword},
            {"pointer", refused.pointer},
            {"problem", refused.problem}};
  } catch (const whence::error& refused) {
    return {{"code", refused.code()}, {"keyword", ""}, {"pointer", ""}, {"problem", refused.what()}};
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << judged(nlohmann::json::parse(line)) << '\n';
  return 0;
}
