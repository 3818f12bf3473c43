// The program's tests, without a test framework: what is not as expected is thrown, and says where and what.
#include <exception>
#include <iostream>

#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include "tasks.hpp"

using whence::testing::given, whence::testing::given_events, whence::testing::in;

int main() try {
  given<Task>(TaskAdded{"buy bread"})
      .when(FinishTask{})
      .then(TaskDone{})
      .when(FinishTask{})
      .then_rejected("task.not_open");

  const whence::id<Task> bread{"task-bread"};
  const whence::id<Task> letter{"task-letter"};
  given_events(in(bread, TaskAdded{"buy bread"}), in(letter, TaskAdded{"write a letter"}), in(bread, TaskDone{}))
      .into<OpenTasks>()
      .then_rows("SELECT id, title FROM open_tasks ORDER BY id", {{"task-letter", "write a letter"}});

  std::cout << "all as expected\n";
} catch (const std::exception& failure) {
  std::cerr << failure.what() << '\n';
  return 1;
}
