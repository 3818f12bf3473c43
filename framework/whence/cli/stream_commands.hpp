/// `whence stream …`
#pragma once

#include <whence/cli/exit_code.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

exit_code list_streams(const request& request, session& session);
exit_code show_stream(const request& request, session& session);

}  // namespace whence::inline v0::cli
