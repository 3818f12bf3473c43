#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/reader_pool.hpp>

namespace whence::inline v0 {

index_reader& log_readers::index_at(const std::string& path, std::uint64_t which) {
  if (!index_ || which != which_index_) {
    index_.reset();
    index_mode_ = mode_of(path);
    index_ = std::make_unique<index_reader>(path, index_reader::filters::unused, index_mode_.mode());
    which_index_ = which;
  }
  return *index_;
}

void reader_pool::add(std::unique_ptr<log_readers> readers) {
  auto own = shared_.lock();
  own->idle.push_back(std::move(readers));
  ++own->existing;
}

std::unique_ptr<log_readers> reader_pool::take(std::uint64_t& generation) {
  std::vector<std::unique_ptr<log_readers>> outdated;  // closed when others may go on
  {
    auto own = shared_.lock();
    own.wait(given_back_, [&] { return own->closed || !own->idle.empty() || own->existing < readers_max; });
    if (own->closed) throw log_closed(path_);
    if (own->ended) std::rethrow_exception(own->ended);
    generation = own->generation;
    outdated.reserve(own->idle.size());
    while (!own->idle.empty()) {
      std::unique_ptr<log_readers> readers = std::move(own->idle.back());
      own->idle.pop_back();
      if (readers->still_hold()) return readers;
      outdated.push_back(std::move(readers));
      --own->existing;
    }
    own->idle.reserve(own->existing + 1);  // so that giving back cannot fail
    ++own->existing;
  }
  constexpr int attempts_max = 3;  // what is taken for unchanging may be changed before it is open
  for (int attempt = 1;; ++attempt) {
    try {
      auto readers = std::make_unique<log_readers>(path_, how_);
      // A path is looked up each time: the process may be in another folder now, or the file another one.
      if (whose_ && readers->log.about().identity.id != *whose_)
        throw log_damaged(path_, global_position{}, "another log stands there now");
      return readers;
    } catch (const sql::sql_error& failure) {
      if (how_ && attempt < attempts_max) continue;
      give_back(nullptr, generation);
      translate(failure);
      throw;
    } catch (...) {
      give_back(nullptr, generation);
      throw;
    }
  }
}

void reader_pool::give_back(std::unique_ptr<log_readers> readers, std::uint64_t generation) noexcept {
  {
    auto own = shared_.lock();
    if (readers && generation == own->generation) {
      own->idle.push_back(std::move(readers));
    } else {
      --own->existing;
    }
  }
  given_back_.notify_all();
}

void reader_pool::renew() {
  std::vector<std::unique_ptr<log_readers>> outdated;  // closed when others may go on
  {
    auto own = shared_.lock();
    ++own->generation;
    outdated.swap(own->idle);
    own->existing -= outdated.size();
  }
  given_back_.notify_all();
}

void reader_pool::end_with(std::exception_ptr failure) {
  shared_.lock()->ended = std::move(failure);
  renew();
}

void reader_pool::close() noexcept {
  std::vector<std::unique_ptr<log_readers>> closing;
  auto own = shared_.lock();
  own->closed = true;
  given_back_.notify_all();
  own.wait(given_back_, [&] { return own->idle.size() == own->existing; });
  closing.swap(own->idle);
  own->existing = 0;
}

void reader_pool::translate(const sql::sql_error& failure) const {
  if (is_damage(failure)) throw log_damaged(path_, global_position{}, failure.what());
}

}  // namespace whence::inline v0
