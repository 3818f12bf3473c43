// The commands of `whence`, in a program of one's own.
#include <whence/cli/run_cli.hpp>

int main(int argc, char** argv) { return whence::run_cli(argc, argv); }
