/// Opening the shop for a command that writes: what fails there is told with the folder that it is about, and that nothing was
/// written.
#pragma once

#include <whence/app/application.hpp>

#include <cli/request.hpp>
#include <cli/run.hpp>
#include <service/open_shop.hpp>

namespace shop {

whence::application open_for(const request& asked, absent_shop absent, const terminal& terminal);

}  // namespace shop
