// What is said of the control socket, and of operations.
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <whence/control/errors.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using namespace std::chrono_literals;
using tests::scene;

TEST_CASE("a process that holds the log and cannot be asked") {
  const scene here;
  CHECK(here.text_of(writer_silent("bank.db", "bank.db.ctl", 4182, 5s)) ==
        R"(app: process 4182 holds bank.db and does not answer; nothing was changed
  where: control socket bank.db.ctl, waited 5 s
  why:   it is stopped, or has very much to do
  do:    whence doctor  [writer.silent, exit 5]
)");
  CHECK(here.text_of(writer_unreachable("bank.db", "bank.db.ctl", 0, "nobody answers there")) ==
        R"(app: a process holds bank.db, and takes no operations; nothing was changed
  where: control socket bank.db.ctl
  why:   nobody answers there
  do:    repeat it in a while if that process is starting; else stop it, and repeat it  [writer.unreachable, exit 5]
)");
  CHECK(here.text_of(writer_unreachable("bank.db", 4182, {"bank.db.ctl", "a folder"})) ==
        R"(app: process 4182 holds bank.db, and takes no operations; nothing was changed
  where: control socket bank.db.ctl
  why:   a folder is where its socket has to be, so that it could make none
  do:    move bank.db.ctl away, and start that process again  [writer.unreachable, exit 5]
)");
  CHECK(here.text_of(control_not_allowed("bank.db.ctl", "it is another user's")) ==
        R"(app: the process that holds the log takes no operations from this user; nothing was changed
  where: control socket bank.db.ctl
  why:   it is another user's
  do:    repeat it as the user that the service runs as, or as root  [control.not_allowed, exit 5]
)");
  CHECK(here.text_of(control_untrusted("bank.db.ctl", "the process that listens there runs as user 17")) ==
        R"(app: what answers at bank.db.ctl is not the owner of the log; nothing was sent to it
  where: control socket bank.db.ctl
  why:   the process that listens there runs as user 17
  do:    find out who put it there: others than the log's owner may write in this folder  [control.untrusted, exit 6]
)");
}

TEST_CASE("a service that takes no request") {
  const scene here;
  CHECK(here.text_of(control_busy("connections", 16)) == R"(app: the service has its hands full; nothing was done
  why:   it has 16 connections, which is the most
  do:    repeat it in a while  [control.busy, exit 5]
)");
  CHECK(here.text_of(control_malformed(control_message::request, "it is no object")) ==
        R"(app: the request is none of the control socket's protocol; nothing was done
  why:   it is no object
  do:    use the program that the service is, or one of its version  [control.malformed, exit 6]
)");
  CHECK(here.text_of(control_malformed(control_message::answer, "it is no object")) ==
        R"(app: the service's answer is none of the control socket's protocol; nothing was done
  why:   it is no object
  do:    use the program that the service is, or one of its version  [control.malformed, exit 6]
)");
  CHECK(here.text_of(control_too_large(1'048'576)) ==
        R"(app: this is more than a service takes through its control socket; nothing was done
  why:   a message has 1048576 bytes at most
  do:    stop the service, and repeat it: without one there is no such limit  [control.too_large, exit 4]
)");
  CHECK(here.text_of(control_slow(1500ms)) == R"(app: the rest of the request did not come; nothing was done
  why:   the service waited 1500 ms for it
  do:    repeat it  [control.slow, exit 5]
)");
  CHECK(here.text_of(control_other_version(control_message::request, 2, 1)) ==
        R"(app: the request is of another version of the control socket's protocol; nothing was done
  why:   it is of version 2, and the service speaks version 1
  do:    use the program that the service is, or one of its version  [control.other_version, exit 6]
)");
  CHECK(here.text_of(control_other_version(control_message::answer, 2, 1)) ==
        R"(app: the service's answer is of another version of the control socket's protocol; nothing was done
  why:   it is of version 2, and this program speaks version 1
  do:    use the program that the service is, or one of its version  [control.other_version, exit 6]
)");
  CHECK(here.text_of(control_stopping("bank")) == R"(app: bank is stopping; nothing was done
  do:    repeat it once it has stopped, or runs again  [control.stopping, exit 5]
)");
  CHECK(whence::failure_text("app", no_control_socket("bank.db.ctl", "Permission denied"), exit_code::done) ==
        R"(app: the control socket bank.db.ctl could not be made; everything else goes on
  where: bank.db.ctl
  why:   Permission denied
  do:    put that right and start the program again, if operations are to be carried out while it runs  [control.no_socket]
)");
  CHECK(here.text_of(no_control_socket("bank.db.ctl", socket_obstacle{".whence-1", "a file"})) ==
        R"(app: the control socket bank.db.ctl could not be made, since a file is at .whence-1; everything else goes on
  where: bank.db.ctl
  why:   only a socket is replaced; it was left as it is
  do:    move .whence-1 away and start the program again, if operations are to be carried out while it runs  [control.no_socket, exit 5]
)");
}

TEST_CASE("an operation that is not done, or of which nobody knows") {
  const scene here;
  CHECK(here.text_of(operation_not_offered("bank", "log repair")) ==
        R"(app: bank does not offer `log repair` while it runs; nothing was done
  why:   it does not know it, or is of an older version
  do:    stop it, and repeat it  [operation.not_offered, exit 4]
)");
  CHECK(here.text_of(operation_interrupted("log archive", "order-service")) ==
        R"(app: `log archive` was stopped before its end, since order-service is stopping
  why:   no event is lost by that, and none is there twice
  do:    repeat it once it has stopped, or runs again  [operation.interrupted, exit 5]
)");
  CHECK(here.text_of(operation_malformed("event append", "no stream is named", "")) ==
        R"(app: `event append` cannot be done like this: no stream is named; nothing was done
  do:    whence event append --help  [operation.malformed, exit 4]
)");
  CHECK(here.text_of(operation_in_hand("log compact", "log archive", "process 4182 of ada asked for it")) ==
        R"(app: the service has `log archive` in hand, and takes no `log compact` meanwhile; nothing was done
  why:   process 4182 of ada asked for it
  do:    repeat it when that is done  [operation.in_hand, exit 5]
)");
  CHECK(here.text_of(operation_in_hand::of_model("balances", "process 4182 builds a generation of it")) ==
        R"(app: the read model balances is in hand already, and is not built anew meanwhile; nothing was done
  why:   process 4182 builds a generation of it
  do:    repeat it when that is done  [operation.in_hand, exit 5]
)");
  CHECK(here.text_of(operation_outcome_unknown("event append", "bank.db", "the connection ended",
                                               "whence stream show account-ada")) ==
        R"(app: it is not known whether `event append` was done
  where: bank.db
  why:   the connection ended
  do:    whence stream show account-ada  [operation.unknown_outcome, exit 5]
)");
  CHECK(here.text_of(operation_outcome_unknown("event append", "bank.db",
                                               control_other_version(control_message::answer, 2, 1),
                                               "whence stream show account-ada")) ==
        R"(app: it is not known whether `event append` was done
  where: bank.db
  why:   the service's answer cannot be read: it is of version 2, and this program speaks version 1
  do:    whence stream show account-ada
         # then use the program that the service is, or one of its version  [operation.unknown_outcome, exit 5]
)");
  CHECK(here.text_of(operation_not_audited("projection rebuild", "bank.db was closed")) ==
        R"(app: `projection rebuild` was done, and its audit event could not be appended
  why:   bank.db was closed
  do:    write down elsewhere who did it, and why; it need not be done again  [operation.not_audited, exit 5]
)");
  CHECK(here.text_of(projection_not_there("nope", "balances")) ==
        R"(app: the application has no read model "nope" that could be rebuilt; nothing was done
  why:   there are: balances
  do:    whence projection list  [operation.no_such_model, exit 3]
)");
  CHECK(here.text_of(unfit_event("Deposited", 1, "account-ada", "/cents: expected a number")) ==
        R"(app: the application could not read Deposited version 1 in account-ada; nothing was appended
  where: account-ada
  why:   /cents: expected a number
  do:    correct the event: it has to be as the application itself would write it  [operation.unfit_event, exit 4]
)");
}
