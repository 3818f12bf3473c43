#include <utility>

#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

subscription_busy::subscription_busy(std::string owner, std::string why)
    : error("subscription.busy", next_move::retry,
            {.what = owner + " is being brought up by another; nothing was handled",
             .where = std::move(owner),
             .why = std::move(why),
             .remedy = "wait for it to finish"}) {}

checkpoint_moved::checkpoint_moved(std::string owner)
    : error("subscription.checkpoint_moved", next_move::reload,
            {.what = "the checkpoint of " + owner + " was moved by another; nothing was handled",
             .where = std::move(owner),
             .why = {},
             .remedy = {}}) {}

}  // namespace whence::inline v0
