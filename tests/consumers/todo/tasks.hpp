/// What somebody who uses Whence writes: an aggregate with its decisions, and a projection.
#pragma once

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

inline whence::outcome<Task> decide(const Task& task, const AddTask& command) {
  if (task.open) return whence::rejected{"task.open", "it is on the list already"};
  return TaskAdded{command.title};
}
inline whence::outcome<Task> decide(const Task& task, const FinishTask&) {
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
