// The index of this very program: it must find what libdw finds, for every function of this file.
#include "report/scope_index.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace heddle::report {
namespace {

int Twice(int value) { return 2 * value; }

struct Outer {
  struct Inner {
    [[gnu::noinline]] static int Run(int value) {
      const auto closure = [value](int more) __attribute__((noinline)) {
        return value + more + std::rand();
      };
      return closure(Twice(value));
    }
  };
};

class ScopeIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    static const Dwfl_Callbacks kCallbacks = {.find_elf = dwfl_linux_proc_find_elf,
                                              .find_debuginfo = dwfl_standard_find_debuginfo,
                                              .section_address = nullptr,
                                              .debuginfo_path = nullptr};
    dwfl_ = dwfl_begin(&kCallbacks);
    ASSERT_NE(dwfl_, nullptr);
    ASSERT_EQ(dwfl_linux_proc_report(dwfl_, getpid()), 0);
    ASSERT_EQ(dwfl_report_end(dwfl_, nullptr, nullptr), 0);
    const auto address = reinterpret_cast<Dwarf_Addr>(&Outer::Inner::Run);
    Dwarf_Addr bias = 0;
    const Dwarf_Die* unit = dwfl_addrdie(dwfl_, address, &bias);
    ASSERT_NE(unit, nullptr) << "this file is to be compiled with -g";
    unit_ = *unit;
    run_ = address - bias;
  }
  void TearDown() override { dwfl_end(dwfl_); }

  Dwfl* dwfl_ = nullptr;
  Dwarf_Die unit_ = {};
  Dwarf_Addr run_ = 0;
};

std::string NameOf(Dwarf_Die die) {
  Dwarf_Attribute attribute;
  const char* name = dwarf_formstring(dwarf_attr_integrate(&die, DW_AT_name, &attribute));
  return name == nullptr ? "" : name;
}

TEST_F(ScopeIndexTest, FindsTheFunctionAndWhatItIsDeclaredIn) {
  EXPECT_NE(Outer::Inner::Run(1), -1);
  const ScopeIndex index(unit_);
  const std::vector<Dwarf_Die> scopes = index.ScopesAt(run_);
  ASSERT_FALSE(scopes.empty());
  EXPECT_EQ(NameOf(scopes.back()), "Run");
  Dwarf_Attribute attribute;
  Dwarf_Die function = scopes.back();
  Dwarf_Die declaration;
  ASSERT_NE(dwarf_formref_die(dwarf_attr(&function, DW_AT_specification, &attribute), &declaration),
            nullptr);
  std::string path;
  for (const Dwarf_Die& scope : index.ScopesAround(declaration)) path += NameOf(scope) + "<";
  EXPECT_EQ(path.rfind("Run<Inner<Outer<", 0), 0u) << path;
}

TEST_F(ScopeIndexTest, AgreesWithLibdwAtEveryInstruction) {
  const ScopeIndex index(unit_);
  const Dwarf_Addr end = run_ + 64;
  for (Dwarf_Addr address = run_; address < end; ++address) {
    Dwarf_Die* expected = nullptr;
    const int count = dwarf_getscopes(&unit_, address, &expected);
    const std::vector<Dwarf_Die> scopes = index.ScopesAt(address);
    if (count <= 1) {
      EXPECT_TRUE(scopes.empty());
    } else {
      ASSERT_FALSE(scopes.empty());
      EXPECT_EQ(dwarf_dieoffset(&expected[0]),
                dwarf_dieoffset(const_cast<Dwarf_Die*>(scopes.data())));
    }
    std::free(expected);
  }
}

TEST_F(ScopeIndexTest, NothingIsAroundWhatIsNotCode) {
  const ScopeIndex index(unit_);
  EXPECT_TRUE(index.ScopesAt(1).empty());
  EXPECT_TRUE(index.ScopesAround(unit_).empty());
}

}  // namespace
}  // namespace heddle::report
