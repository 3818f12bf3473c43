#include <whence/proof/errors.hpp>

#include <cstdio>
#include <utility>

namespace whence::inline v0 {
namespace {

std::string in_line(const std::string& path, std::uint64_t line) { return path + ", line " + std::to_string(line); }

std::string octal(unsigned mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

constexpr std::string_view newest_copy =
    "ask for the heads as they were handed out: whoever keeps them elsewhere has a copy";

}  // namespace

key_exposed::key_exposed(std::string file, unsigned found_mode)
    : error("proof.key_exposed", next_move::operator_needed,
            {.what = "others than its owner can reach the private key " + file + "; it was not used",
             .where = file,
             .why = "its mode is " + octal(found_mode) + ", and whoever has read it can sign whatever he likes",
             .remedy = "make it 0600 if nobody has read it; else make a new key, and begin new heads with it"}),
      path(std::move(file)),
      mode(found_mode) {}

key_malformed::key_malformed(std::string file, std::string why, std::string remedy)
    : error("proof.key_malformed", next_move::change_request,
            {.what = "there is no usable key in " + file,
             .where = file,
             .why = std::move(why),
             .remedy = std::move(remedy)}),
      path(std::move(file)) {}

heads_busy::heads_busy(std::string file, long holder)
    : error("proof.busy", next_move::retry,
            {.what = file + " is being added to by " +
                     (holder > 0 ? "process " + std::to_string(holder) : std::string("another process")) +
                     "; nothing was signed",
             .where = file + ".lock",
             .why = "heads are linked to each other: one process at a time adds to them",
             .remedy = "wait until that process has ended"}),
      path(std::move(file)),
      holder_pid(holder) {}

heads_not_a_file::heads_not_a_file(std::string place)
    : error("proof.not_a_file", next_move::change_request,
            {.what = "no heads can be kept in " + place + "; nothing was signed",
             .where = place,
             .why = "it is a pipe, a socket or a device: what is written there cannot be read again",
             .remedy = "name a file, which need not be there yet"}),
      path(std::move(place)) {}

heads_only_grow::heads_only_grow(std::string file)
    : error(
          "proof.only_grows", next_move::operator_needed,
          {.what = file + " ends in an unfinished head, and may only grow; nothing was signed",
           .where = file,
           .why =
               "a head that was being written when its process or the disk ended counts for nothing, and has to be cut "
               "off before another one can stand there",
           .remedy = "as root take chattr -a from the file, repeat the command, and give it chattr +a again"}),
      path(std::move(file)) {}

no_heads::no_heads(std::string file)
    : error("proof.no_heads", next_move::operator_needed,
            {.what = "there is no signed head in " + file,
             .where = file,
             .why = "nothing was signed yet, or what was signed is gone: of the log this says nothing",
             .remedy = std::string(newest_copy)}),
      path(std::move(file)) {}

heads_malformed::heads_malformed(std::string file, std::uint64_t number, std::string why)
    : error("proof.heads_malformed", next_move::operator_needed,
            {.what = "line " + std::to_string(number) + " of " + file + " is no signed head",
             .where = in_line(file, number),
             .why = std::move(why),
             .remedy = std::string(newest_copy)}),
      path(std::move(file)),
      line(number) {}

heads_newer_format::heads_newer_format(std::string file, std::uint64_t number, std::uint64_t found_format,
                                       std::uint64_t newest)
    : error("proof.heads_newer_format", next_move::operator_needed,
            {.what = "the heads in " + file + " have format " + std::to_string(found_format) +
                     ", and this program knows formats up to " + std::to_string(newest),
             .where = in_line(file, number),
             .why = "a newer Whence wrote them",
             .remedy = "use the program that wrote them, or a newer one"}),
      path(std::move(file)),
      found(found_format),
      known(newest) {}

heads_altered::heads_altered(std::string file, std::uint64_t number, std::string why)
    : error("proof.heads_altered", next_move::operator_needed,
            {.what = "the heads in " + file + " are not as they were signed",
             .where = in_line(file, number),
             .why = std::move(why),
             .remedy = std::string(newest_copy)}),
      path(std::move(file)),
      line(number) {}

heads_cut::heads_cut(std::string file, std::string missing)
    : error(
          "proof.heads_cut", next_move::operator_needed,
          {.what = "a head that was seen before is not in " + file,
           .where = file,
           .why = "no line has the digest " + missing + ": the end was cut off, or other heads were put in their place",
           .remedy = std::string(newest_copy)}),
      path(std::move(file)),
      digest(std::move(missing)) {}

other_key::other_key(std::string file, std::uint64_t number, std::string signed_by, std::string given)
    : error("proof.other_key", next_move::operator_needed,
            {.what = "the heads in " + file + " are signed by another key",
             .where = in_line(file, number),
             .why = "it names the key " + signed_by + ", and the given one is " + given,
             .remedy =
                 "give the key that they were signed with; with a new key, new heads begin in a file of their own"}),
      path(std::move(file)),
      line(number) {}

heads_of_other_log::heads_of_other_log(std::string file, std::string heads_log, std::string log, std::string log_id)
    : error("proof.other_log", next_move::operator_needed,
            {.what = "the heads in " + file + " are of another log than " + log,
             .where = file,
             .why = "they are of log " + heads_log + ", and this is " + log_id,
             .remedy = "give the heads of this log, or the log of these heads"}),
      path(std::move(file)) {}

not_continued::not_continued(std::string name, std::string heads, std::uint64_t signed_to, std::string why)
    : error("proof.not_continued", next_move::operator_needed,
            {.what = name + " is not the log that was signed up to event " + std::to_string(signed_to) +
                     "; nothing was signed",
             .where = heads,
             .why = std::move(why),
             .remedy = "check-proof says what differs; after a loss that was accepted, begin new heads in a "
                       "file of their own, and keep these"}),
      log(std::move(name)),
      position(signed_to) {}

crypto_failed::crypto_failed(std::string_view doing, std::string_view why)
    : error("proof.crypto_failed", next_move::operator_needed,
            {.what = "OpenSSL cannot " + std::string(doing),
             .where = "OpenSSL",
             .why = std::string(why),
             .remedy = "look at its configuration (openssl.cnf): SHA-256 and Ed25519 have to be allowed"}) {}

}  // namespace whence::inline v0
