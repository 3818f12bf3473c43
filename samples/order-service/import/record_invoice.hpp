/// Turns an invoice into commands.
#pragma once

#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/uuid.hpp>

#include <domain/line.hpp>
#include <import/staging_area.hpp>
#include <service/shop_service.hpp>

namespace shop {

/// The lines of the order, without adjustments of the stock, or of the credit note.
std::vector<Line> lines_of(const staged_invoice& invoice);

/// An order (placed, paid, shipped) with its adjustments of the stock, or a credit note.
///
/// Again    the commands' ids are made of the invoice's number, their correlation of its content: the same invoice adds
///          nothing, one with the same number and another content is refused (`series.differs`).
whence::async<answer> record_invoice(const shop_service& shop, const staged_invoice& invoice);

/// The id of the first command that records it, whatever it consists of.
whence::command_id first_command_of(const staged_invoice& invoice);

}  // namespace shop
