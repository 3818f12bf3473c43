// A program of somebody who uses Whence: an aggregate, a projection, and a main that appends and reads back. It is written to a
// file in the folder where it runs; a second run goes on where the first one ended.
#include <iostream>
#include <string>

#include <whence.hpp>

struct TaskAdded {
  static constexpr whence::event_type type{"TaskAdded"};
  std::string title;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("title", title));
  }
};
struct TaskDone {
  static constexpr whence::event_type type{"TaskDone"};
  template <class Archive>
  void serialize(Archive&) {}
};

struct Task {
  static constexpr whence::aggregate_type type{"Task"};
  using events = whence::events<TaskAdded, TaskDone>;
  bool open = false;
  void apply(const TaskAdded&) { open = true; }
  void apply(const TaskDone&) { open = false; }
};

struct AddTask {
  std::string title;
};
struct FinishTask {};

whence::outcome<Task> decide(const Task& task, const AddTask& command) {
  if (task.open) return whence::rejected{"task.open", "it is on the list already"};
  return TaskAdded{command.title};
}
whence::outcome<Task> decide(const Task& task, const FinishTask&) {
  if (!task.open) return whence::rejected{"task.not_open", "there is nothing to finish"};
  return TaskDone{};
}

struct OpenTasks {
  static constexpr whence::projection_info info{"open_tasks", 1};
  using events = whence::events<TaskAdded, TaskDone>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE open_tasks (id TEXT PRIMARY KEY, title TEXT NOT NULL)");
  }
  void on(const TaskAdded& added, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO open_tasks (id, title) VALUES (?, ?)", {context.stream, added.title});
  }
  void on(const TaskDone&, const whence::event_context& context, whence::sql::database& db) {
    db.run("DELETE FROM open_tasks WHERE id = ?", {context.stream});
  }
};

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
