/// The commands of the command line, one file each: what was asked for is done, or an error is thrown.
#pragma once

#include <cli/request.hpp>
#include <cli/run.hpp>

namespace shop {

void carry_out(const import_request& command, const request& asked, const terminal& terminal);
void carry_out(const place_request& command, const request& asked, const terminal& terminal);
void carry_out(const pay_request& command, const request& asked, const terminal& terminal);
void carry_out(const ship_request& command, const request& asked, const terminal& terminal);
void carry_out(const cancel_request& command, const request& asked, const terminal& terminal);
void carry_out(const show_request& command, const request& asked, const terminal& terminal);
void carry_out(const report_request& command, const request& asked, const terminal& terminal);
void carry_out(const simulate_request& command, const request& asked, const terminal& terminal);

}  // namespace shop
