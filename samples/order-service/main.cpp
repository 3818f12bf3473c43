#include <cli/inspector.hpp>
#include <cli/run.hpp>

int main(int argc, char** argv) {
  return shop::is_for_inspector(argc, argv) ? shop::run_inspector(argc, argv) : shop::run(argc, argv);
}
