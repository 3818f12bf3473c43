#include <cli/inspector.hpp>
#include <cli/run.hpp>

int main(int argc, char** argv) {
  if (const auto inspected = shop::run_inspector(argc, argv)) return *inspected;
  return shop::run(argc, argv);
}
