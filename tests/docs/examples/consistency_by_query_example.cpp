// Consistency by query: the examples of dcb.events. Runs what docs/consistency-by-query.md shows.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <whence.hpp>

#include <doctest/doctest.h>

#include <tests/temporary_folder.hpp>
#include <whence/testing/given.hpp>

namespace school {

struct CourseDefined {
  static constexpr whence::event_type type{"CourseDefined"};
  std::string course;
  std::int64_t seats = 0;
  std::vector<std::string> tags() const { return {"course:" + course}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("course", course), cereal::make_nvp("seats", seats));
  }
};
struct SeatsChanged {
  static constexpr whence::event_type type{"SeatsChanged"};
  std::string course;
  std::int64_t seats = 0;
  std::vector<std::string> tags() const { return {"course:" + course}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("course", course), cereal::make_nvp("seats", seats));
  }
};
struct StudentSubscribed {
  static constexpr whence::event_type type{"StudentSubscribed"};
  std::string course;
  std::string student;
  std::vector<std::string> tags() const { return {"course:" + course, "student:" + student}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("course", course), cereal::make_nvp("student", student));
  }
};

struct DefineCourse {
  std::string course;
  std::int64_t seats;
};
struct ChangeSeats {
  std::string course;
  std::int64_t seats;
};
struct SubscribeStudent {
  std::string course;
  std::string student;
};

struct Enrolment {
  static constexpr whence::decision_model type{"Enrolment"};
  using events = whence::events<CourseDefined, SeatsChanged, StudentSubscribed>;

  static whence::event_query query(const SubscribeStudent& command) {  // the course, and all courses of the student
    return {{{.tags = {"course:" + command.course}}, {.tags = {"student:" + command.student}}}};
  }
  static whence::event_query query(const DefineCourse& command) { return of_course(command.course); }
  static whence::event_query query(const ChangeSeats& command) { return of_course(command.course); }

  std::map<std::string, std::int64_t> seats;                 // of each course that the query found
  std::set<std::pair<std::string, std::string>> subscribed;  // course, student

  void apply(const CourseDefined& event) { seats[event.course] = event.seats; }
  void apply(const SeatsChanged& event) { seats[event.course] = event.seats; }
  void apply(const StudentSubscribed& event) { subscribed.emplace(event.course, event.student); }

  std::int64_t taken(const std::string& course) const {
    return std::ranges::count(subscribed, course, &std::pair<std::string, std::string>::first);
  }
  std::int64_t courses_of(const std::string& student) const {
    return std::ranges::count(subscribed, student, &std::pair<std::string, std::string>::second);
  }

 private:
  static whence::event_query of_course(const std::string& course) { return {{{.tags = {"course:" + course}}}}; }
};

inline whence::outcome<Enrolment> decide(const Enrolment& state, const DefineCourse& command) {
  if (state.seats.contains(command.course)) return whence::rejected{"course.defined", "there is such a course"};
  return CourseDefined{command.course, command.seats};
}

inline whence::outcome<Enrolment> decide(const Enrolment& state, const ChangeSeats& command) {
  if (!state.seats.contains(command.course)) return whence::rejected{"course.unknown", "there is no such course"};
  if (state.taken(command.course) > command.seats) return whence::rejected{"course.fuller", "more are subscribed"};
  return SeatsChanged{command.course, command.seats};
}

inline whence::outcome<Enrolment> decide(const Enrolment& state, const SubscribeStudent& command) {
  const auto course = state.seats.find(command.course);
  if (course == state.seats.end()) return whence::rejected{"course.unknown", "there is no such course"};
  if (state.subscribed.contains({command.course, command.student}))
    return whence::rejected{"course.twice", "the student is subscribed already"};
  if (state.taken(command.course) >= course->second) return whence::rejected{"course.full", "no seat is left"};
  if (state.courses_of(command.student) >= 5) return whence::rejected{"student.busy", "five courses are enough"};
  return StudentSubscribed{command.course, command.student};
}

}  // namespace school

namespace accounts {

struct AccountOpened {
  static constexpr whence::event_type type{"AccountOpened"};
  std::string name;
  std::vector<std::string> tags() const { return {"name:" + name}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("name", name));
  }
};
struct AccountClosed {
  static constexpr whence::event_type type{"AccountClosed"};
  std::string name;
  std::vector<std::string> tags() const { return {"name:" + name}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("name", name));
  }
};
struct AccountRenamed {
  static constexpr whence::event_type type{"AccountRenamed"};
  std::string from;
  std::string to;
  std::vector<std::string> tags() const { return {"name:" + from, "name:" + to}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("from", from), cereal::make_nvp("to", to));
  }
};

struct OpenAccount {
  std::string name;
};
struct CloseAccount {
  std::string name;
};
struct RenameAccount {
  std::string from;
  std::string to;
};

struct UserNames {
  static constexpr whence::decision_model type{"Account"};
  using events = whence::events<AccountOpened, AccountClosed, AccountRenamed>;

  static whence::event_query query(const OpenAccount& command) { return {{{.tags = {"name:" + command.name}}}}; }
  static whence::event_query query(const CloseAccount& command) { return {{{.tags = {"name:" + command.name}}}}; }
  static whence::event_query query(const RenameAccount& command) {
    return {{{.tags = {"name:" + command.from}}, {.tags = {"name:" + command.to}}}};
  }

  std::set<std::string> taken;
  void apply(const AccountOpened& event) { taken.insert(event.name); }
  void apply(const AccountClosed& event) { taken.erase(event.name); }
  void apply(const AccountRenamed& event) {
    taken.erase(event.from);
    taken.insert(event.to);
  }
};

inline whence::outcome<UserNames> decide(const UserNames& names, const OpenAccount& command) {
  if (names.taken.contains(command.name)) return whence::rejected{"name.taken", "somebody has this name"};
  return AccountOpened{command.name};
}
inline whence::outcome<UserNames> decide(const UserNames& names, const CloseAccount& command) {
  if (!names.taken.contains(command.name)) return whence::rejected{"name.unknown", "nobody has this name"};
  return AccountClosed{command.name};
}
inline whence::outcome<UserNames> decide(const UserNames& names, const RenameAccount& command) {
  if (!names.taken.contains(command.from)) return whence::rejected{"name.unknown", "nobody has this name"};
  if (names.taken.contains(command.to)) return whence::rejected{"name.taken", "somebody has this name"};
  return AccountRenamed{command.from, command.to};
}

}  // namespace accounts

namespace billing {

struct InvoiceIssued {
  static constexpr whence::event_type type{"InvoiceIssued"};
  std::int64_t number = 0;
  std::string customer;
  std::vector<std::string> tags() const { return {"invoices"}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number), cereal::make_nvp("customer", customer));
  }
};

struct IssueInvoice {
  std::string customer;
};

struct Invoices {
  static constexpr whence::decision_model type{"Invoice"};
  using events = whence::events<InvoiceIssued>;
  static whence::event_query query(const IssueInvoice&) { return {{{.tags = {"invoices"}}}}; }

  std::int64_t last = 0;
  void apply(const InvoiceIssued& event) { last = event.number; }
};

inline whence::outcome<Invoices> decide(const Invoices& invoices, const IssueInvoice& command) {
  return InvoiceIssued{invoices.last + 1, command.customer};
}

}  // namespace billing

namespace hotel {

struct RoomBooked {
  static constexpr whence::event_type type{"RoomBooked"};
  std::string booking;
  std::string room;
  std::int64_t first_night = 0;
  std::int64_t nights = 0;
  std::vector<std::string> tags() const { return {"room:" + room, "booking:" + booking}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("booking", booking), cereal::make_nvp("room", room),
       cereal::make_nvp("firstNight", first_night), cereal::make_nvp("nights", nights));
  }
};
struct BookingCancelled {
  static constexpr whence::event_type type{"BookingCancelled"};
  std::string booking;
  std::string room;
  std::vector<std::string> tags() const { return {"room:" + room, "booking:" + booking}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("booking", booking), cereal::make_nvp("room", room));
  }
};

struct BookRoom {
  std::string booking;
  std::string room;
  std::int64_t first_night;
  std::int64_t nights;
};
struct CancelBooking {
  std::string booking;
};

struct RoomPlan {
  static constexpr whence::decision_model type{"Booking"};
  using events = whence::events<RoomBooked, BookingCancelled>;
  static whence::event_query query(const BookRoom& command) {
    return {{{.tags = {"room:" + command.room}}, {.tags = {"booking:" + command.booking}}}};
  }
  static whence::event_query query(const CancelBooking& command) {
    return {{{.tags = {"booking:" + command.booking}}}};
  }

  std::map<std::string, RoomBooked> bookings;
  void apply(const RoomBooked& event) { bookings[event.booking] = event; }
  void apply(const BookingCancelled& event) { bookings.erase(event.booking); }
};

inline whence::outcome<RoomPlan> decide(const RoomPlan& plan, const BookRoom& command) {
  if (plan.bookings.contains(command.booking)) return {};  // said twice: nothing happens
  for (const auto& [number, other] : plan.bookings) {
    if (other.room == command.room && other.first_night < command.first_night + command.nights &&
        command.first_night < other.first_night + other.nights)
      return whence::rejected{"room.taken", "the room is booked for one of these nights"};
  }
  return RoomBooked{command.booking, command.room, command.first_night, command.nights};
}
inline whence::outcome<RoomPlan> decide(const RoomPlan& plan, const CancelBooking& command) {
  const auto found = plan.bookings.find(command.booking);
  if (found == plan.bookings.end()) return whence::rejected{"booking.unknown", "there is no such booking"};
  return BookingCancelled{command.booking, found->second.room};
}

}  // namespace hotel

using whence::testing::given;

TEST_CASE("a course takes as many students as it has seats, and a student five courses") {
  using namespace school;
  const auto course = given<Enrolment>(CourseDefined{"c1", 1});
  course.when(SubscribeStudent{"c1", "ada"}).then(StudentSubscribed{"c1", "ada"});
  course.when(SubscribeStudent{"c2", "ada"}).then_rejected("course.unknown");
  given<Enrolment>(CourseDefined{"c1", 1}, StudentSubscribed{"c1", "bob"})
      .when(SubscribeStudent{"c1", "ada"})
      .then_rejected("course.full");
  given<Enrolment>(CourseDefined{"c1", 9}, StudentSubscribed{"c2", "ada"}, StudentSubscribed{"c3", "ada"},
                   StudentSubscribed{"c4", "ada"}, StudentSubscribed{"c5", "ada"}, StudentSubscribed{"c6", "ada"})
      .when(SubscribeStudent{"c1", "ada"})
      .then_rejected("student.busy");
}

TEST_CASE("the seats of a course change, but not below those that are taken") {
  using namespace school;
  const auto full = given<Enrolment>(CourseDefined{"c1", 1}, StudentSubscribed{"c1", "bob"});
  full.when(ChangeSeats{"c1", 0}).then_rejected("course.fuller");
  full.when(ChangeSeats{"c1", 2})
      .then(SeatsChanged{"c1", 2})
      .when(SubscribeStudent{"c1", "ada"})
      .then(StudentSubscribed{"c1", "ada"})
      .when(SubscribeStudent{"c1", "ada"})
      .then_rejected("course.twice");
}

TEST_CASE("what its query does not find, a command does not know") {
  using namespace school;
  // Bob's other courses are no concern of Ada's: the query finds neither.
  given<Enrolment>(CourseDefined{"c1", 2}, StudentSubscribed{"c2", "bob"}, StudentSubscribed{"c3", "bob"})
      .when(SubscribeStudent{"c1", "ada"})
      .then(StudentSubscribed{"c1", "ada"});
  given<Enrolment>(CourseDefined{"c1", 2}).when(DefineCourse{"c2", 3}).then(CourseDefined{"c2", 3});
  given<Enrolment>(CourseDefined{"c1", 2}).when(DefineCourse{"c1", 3}).then_rejected("course.defined");
}

TEST_CASE("a name belongs to one account, until that is closed or renamed") {
  using namespace accounts;
  given<UserNames>(AccountOpened{"ada"}).when(OpenAccount{"ada"}).then_rejected("name.taken");
  given<UserNames>(AccountOpened{"ada"}).when(OpenAccount{"bob"}).then(AccountOpened{"bob"});
  given<UserNames>(AccountOpened{"ada"}, AccountClosed{"ada"}).when(OpenAccount{"ada"}).then(AccountOpened{"ada"});
  given<UserNames>(AccountOpened{"ada"}, AccountRenamed{"ada", "eve"})
      .when(OpenAccount{"ada"})
      .then(AccountOpened{"ada"});
  given<UserNames>(AccountOpened{"ada"}, AccountRenamed{"ada", "eve"})
      .when(OpenAccount{"eve"})
      .then_rejected("name.taken");
  given<UserNames>(AccountOpened{"ada"}, AccountOpened{"bob"})
      .when(RenameAccount{"ada", "bob"})
      .then_rejected("name.taken");
}

TEST_CASE("invoices are numbered without a gap") {
  using namespace billing;
  given<Invoices>().when(IssueInvoice{"ada"}).then(InvoiceIssued{1, "ada"});
  given<Invoices>(InvoiceIssued{1, "ada"}, InvoiceIssued{2, "bob"})
      .when(IssueInvoice{"ada"})
      .then(InvoiceIssued{3, "ada"});
}

TEST_CASE("a room is booked once for each night") {
  using namespace hotel;
  const auto booked = given<RoomPlan>(RoomBooked{"b1", "101", 10, 3});
  booked.when(BookRoom{"b2", "101", 12, 1}).then_rejected("room.taken");
  booked.when(BookRoom{"b2", "101", 13, 1}).then(RoomBooked{"b2", "101", 13, 1});
  booked.when(BookRoom{"b2", "102", 11, 1}).then(RoomBooked{"b2", "102", 11, 1});
  booked.when(BookRoom{"b1", "101", 10, 3}).then_nothing();
  booked.when(CancelBooking{"b1"})
      .then(BookingCancelled{"b1", "101"})
      .when(BookRoom{"b2", "101", 12, 1})
      .then(RoomBooked{"b2", "101", 12, 1});
}

TEST_CASE("decision models of one log decide side by side, on events of each other's streams") {
  const tests::temporary_folder folder;
  const auto app = whence::application::on(whence::sqlite(folder.file("school.db")))
                       .aggregate<school::Enrolment>()
                       .aggregate<billing::Invoices>()
                       .start();

  using namespace school;
  const whence::id<Enrolment> course{"course-c1"};
  const whence::id<Enrolment> desk{"front-desk"};
  CHECK(app.send<DefineCourse>(course, "c1", 1).get().accepted());
  CHECK(app.send<SubscribeStudent>(desk, "c1", "ada").get().accepted());  // the event goes to the stream front-desk
  const auto refused = app.send<SubscribeStudent>(course, "c1", "bob").get();
  CHECK(refused.rejection()->code == "course.full");

  const auto state = app.load_for<Enrolment>(SubscribeStudent{"c1", "bob"}).state;
  CHECK(state.taken("c1") == 1);

  for (std::int64_t number = 1; number <= 3; ++number) {
    const whence::id<billing::Invoices> invoice{"invoice-" + std::to_string(number)};
    CHECK(app.send<billing::IssueInvoice>(invoice, "ada").get().accepted());
    CHECK(app.load_for<billing::Invoices>(billing::IssueInvoice{"ada"}).state.last == number);
  }
}
