// The main of every test executable. A run that finds no test case fails: a misspelt filter must not look like success. Nor must a
// test case that lacks something (tests/skip.hpp): if it is the only one, the exit code tells ctest, which lists it as not run.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "tests/skip.hpp"

namespace {

unsigned cases_run = 0;
bool skipped = false;

struct count_cases final : doctest::IReporter {
  explicit count_cases(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override { cases_run = stats.numTestCasesPassingFilters; }
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("count_cases", 1, count_cases);

}  // namespace

void tests::skip(const std::string& reason) {
  skipped = true;
  std::printf("SKIPPED: %s\n", reason.c_str());
}

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int result = context.run();
  if (context.shouldExit()) return result;
  if (cases_run == 0) {
    std::fputs("No test case has that name.\n", stderr);
    return 1;
  }
  return result == 0 && skipped && cases_run == 1 ? tests::skipped_exit : result;
}
