#include <whence/modelling/snapshots.hpp>

#include <utility>

#include <whence/modelling/snapshot_room.hpp>

namespace whence::inline v0 {

detail::snapshot_room& detail::snapshot_access::room(snapshots& of) noexcept { return *of.room_; }

snapshots::snapshots(std::string path, std::shared_ptr<log_reader> log, const runtime& runtime, std::string like)
    : room_(std::make_unique<detail::snapshot_room>(std::move(path), std::move(log), runtime, std::move(like))) {}
snapshots::~snapshots() = default;

snapshots::tally snapshots::counts() const { return room_->counts(); }
void snapshots::settle() { room_->settle(); }
void snapshots::close() noexcept { room_->close(); }

}  // namespace whence::inline v0
