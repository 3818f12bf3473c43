#include <cli/run.hpp>

int main(int argc, char** argv) { return shop::run(argc, argv); }
