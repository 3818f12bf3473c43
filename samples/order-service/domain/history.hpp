/// How the shop's events of former years read today.
///
///     whence::application::on(whence::upcasting(whence::sqlite("shop.db"), shop::shop_upcasters()))
#pragma once

#include <whence/upcasting/upcasters.hpp>

namespace shop {

/// For all that read the shop's log. Whoever reads it without them is refused at the first event of before.
whence::upcasters shop_upcasters();

}  // namespace shop
