// Queries in words, as an error shows them.
#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include <whence/store/event_query.hpp>

using namespace whence;

TEST_CASE("a query without items finds nothing, and says so") {
  CHECK(event_query{}.to_string() == "(nothing)");
  CHECK_FALSE(event_query{}.matches(recorded_event{}));
}

TEST_CASE("a query finds what one of its items describes, as the header shows it") {
  const event_query seats{{{.event_types = {"CourseDefined", "StudentSubscribed"}, .tags = {"course:c1"}},
                           {.event_types = {"StudentSubscribed"}, .tags = {"student:s1"}}}};
  const auto finds = [&seats](std::string_view type, std::vector<std::string_view> tags) {
    recorded_event event;
    event.type = type;
    event.tags = tags;
    return seats.matches(event);
  };
  CHECK(finds("CourseDefined", {"course:c1"}));
  CHECK(finds("StudentSubscribed", {"student:s2", "course:c1"}));
  CHECK(finds("StudentSubscribed", {"course:c2", "student:s1"}));
  CHECK_FALSE(finds("StudentSubscribed", {"course:c2", "student:s2"}));
  CHECK_FALSE(finds("CourseDefined", {"course:c2"}));
  CHECK_FALSE(finds("CourseDefined", {"student:s1"}));
  CHECK_FALSE(finds("CourseRenamed", {"course:c1"}));
}

TEST_CASE("a query says what each item finds, of many items the first four") {
  CHECK(event_query::all().to_string() == "(any event)");
  const query_item course{.event_types = {"CourseDefined", "CourseRenamed"}, .tags = {"course:c1", "year:2026"}};
  const query_item student{.event_types = {}, .tags = {"student:s1"}};
  CHECK(event_query{{course, student}}.to_string() ==
        "(CourseDefined or CourseRenamed, tagged course:c1 and year:2026) or (any type, tagged student:s1)");
  CHECK(event_query{{student, student, student, student, student, student}}.to_string() ==
        "(any type, tagged student:s1) or (any type, tagged student:s1) or (any type, tagged student:s1) or (any type, "
        "tagged student:s1) or 2 more");
}
