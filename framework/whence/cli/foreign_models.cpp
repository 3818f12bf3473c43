#include <whence/cli/foreign_models.hpp>

#include <memory>

#include <whence/cli/display_text.hpp>
#include <whence/cli/model_standing.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::cli {

void warn_of_foreign_models(const std::string& log, std::string_view whose, session& session) {
  const log_source source = sqlite(log);
  const surroundings& around = session.around();
  const std::unique_ptr<log_reader> reader = source.visit(around.runtime);
  for (const model_standing& model : stand_of_models(source, *reader, around.runtime, around.types).models) {
    if (model.state != model_state::foreign) continue;
    const std::string stands =
        model.checkpoint ? " stands at #" + std::to_string(model.checkpoint->value()) : " stands";
    session.warn("read model " + model.name + stands + " of another history than " + std::string(whose) +
                     ", and is stopped; what to do",
                 "whence projection status --store " + shell_word(log));
  }
}

}  // namespace whence::inline v0::cli
