// A program of somebody who uses Whence: a main that appends and reads back. It is written to a file in the folder where it runs;
// a second run goes on where the first one ended.
#include <iostream>

#include <whence.hpp>

#include "tasks.hpp"

int main() {
  auto app = whence::application::on(whence::sqlite("todo.db")).aggregate<Task>().projection<OpenTasks>().start();
  const whence::id<Task> bread{"task-bread"};
  const whence::id<Task> letter{"task-letter"};

  (void)app.send<AddTask>(bread, "buy bread").get();
  const auto added = app.send<AddTask>(letter, "write a letter").get();
  (void)app.send<FinishTask>(bread).get();
  if (added.rejection()) std::cout << added.rejection()->message << '\n';

  auto model = app.model<OpenTasks>();
  model.include(app.head_token());
  const auto open = model.read([](whence::sql::database& db) { return db.integer("SELECT count(*) FROM open_tasks"); });
  std::cout << open.value_or(0) << " open; bread: " << app.load(bread).version.value() << " events\n";
}
