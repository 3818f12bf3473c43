/// The shop as an application, and as others see it.
#pragma once

#include <exception>
#include <functional>
#include <string>

#include <whence/app/application.hpp>
#include <whence/app/visitor.hpp>
#include <whence/store/log_source.hpp>

namespace shop {

/// What becomes of a shop that is not there.
enum class absent_shop {
  is_opened,   ///< a new one
  is_an_error  ///< `log.missing`, and no file is made: its name is mistyped more likely than meant
};

/// Told of what fails in the background: on any thread, and as long as the application is there.
using background_handler = std::function<void(std::exception_ptr)>;

/// The shop on that log, not started yet: for `open_shop`, and for who runs it elsewhere, as tests do.
whence::application_builder shop_on(const whence::log_source& log);

/// For the one process that trades. Stops in order on SIGTERM and SIGINT.
/// Throws   log_missing; see `application_builder::start`.
whence::application open_shop(const std::string& store, absent_shop absent = absent_shop::is_opened,
                              background_handler background = {}, whence::sqlite_options options = {});

/// Told that the log is not whole, and how much of it there is: tail_missing or witness_missing.
using loss_handler = std::function<void(const whence::error&)>;

/// For those that look: never in the way of the one that trades. What is intact is shown, if whoever looks can be told, before
/// anything is shown, that it is not all. Throws otherwise: see `visitor_builder::open`.
whence::visitor visit_shop(const std::string& store, loss_handler told = {});

}  // namespace shop
