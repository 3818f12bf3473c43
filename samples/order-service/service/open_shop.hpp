/// The shop as an application, and as others see it.
#pragma once

#include <string>

#include <whence/app/application.hpp>
#include <whence/app/visitor.hpp>

namespace shop {

/// For the one process that trades. Stops in order on SIGTERM and SIGINT.
whence::application open_shop(const std::string& store);

/// For those that look: never in the way of the one that trades.
whence::visitor visit_shop(const std::string& store);

}  // namespace shop
