// What a person reads instead of a linker symbol.
#include "report/names.h"

#include <gtest/gtest.h>

namespace heddle::report {
namespace {

TEST(DemangleTest, WritesTheStringClassAsPeopleDo) {
  EXPECT_EQ(Demangle("_Z3putRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"),
            "put(std::string const&)");
}

TEST(DemangleTest, LeavesPlainNamesAndGarbageAlone) {
  EXPECT_EQ(Demangle("main"), "main");
  EXPECT_EQ(Demangle("_Z"), "_Z");
  EXPECT_EQ(Demangle(""), "");
}

TEST(DemangleTest, DropsTheMarksOfCompilerClones) {
  EXPECT_EQ(Demangle("_Z7depositi.constprop.0"), "deposit(int)");
  EXPECT_EQ(Demangle("audit.part.0"), "audit");
}

TEST(QualifiedNameTest, KeepsOnlyTheName) {
  EXPECT_EQ(QualifiedName("main"), "main");
  EXPECT_EQ(QualifiedName("bank::Account::deposit(int)"), "bank::Account::deposit");
  EXPECT_EQ(QualifiedName("void bank::Vault<int>::put<long>(long) const"), "bank::Vault::put");
  EXPECT_EQ(QualifiedName("std::vector<int, std::allocator<int>>::operator[](unsigned long)"),
            "std::vector::operator[]");
  EXPECT_EQ(QualifiedName("bool operator< <int>(Box<int> const&, Box<int> const&)"), "operator<");
  EXPECT_EQ(QualifiedName("Flag::operator bool() const"), "Flag::operator bool");
  EXPECT_EQ(QualifiedName("(anonymous namespace)::count(int)"), "(anonymous)::count");
}

TEST(QualifiedNameTest, FollowsLambdasIntoTheirFunction) {
  EXPECT_EQ(QualifiedName("main::{lambda()#1}::operator()() const"), "main::{lambda}::operator()");
  EXPECT_EQ(QualifiedName("run(int, char**)::{lambda(int)#2}::operator()(int) const"),
            "run::{lambda}::operator()");
}

TEST(QualifiedNameTest, DropsReturnTypesWithTemplates) {
  EXPECT_EQ(
      QualifiedName("void std::__invoke_impl<void, void (*)()>(std::__invoke_other, void (*&&)())"),
      "std::__invoke_impl");
  EXPECT_EQ(QualifiedName(
                "std::__invoke_result<void (*)()>::type std::__invoke<void (*)()>(void (*&&)())"),
            "std::__invoke");
}

TEST(QualifiedNameTest, SurvivesUnbalancedText) {
  EXPECT_EQ(QualifiedName("a<b(c"), "a");
  EXPECT_EQ(QualifiedName("{"), "{");
  EXPECT_EQ(QualifiedName("operator"), "operator");
}

TEST(ShortNameTest, FitsIntoASentence) {
  EXPECT_EQ(ShortName("bank::deposit(int)"), "deposit()");
  EXPECT_EQ(ShortName("bank::Account::deposit(int)"), "Account::deposit()");
  EXPECT_EQ(ShortName("main"), "main()");
  EXPECT_EQ(ShortName("main::{lambda()#1}::operator()() const"), "lambda in main()");
  EXPECT_EQ(ShortName(""), "");
}

TEST(StableHashTest, NeverChanges) {
  // Ids of findings are names of files that people keep.
  EXPECT_EQ(StableHash(""), 17058014651485797458u);
  EXPECT_NE(StableHash("data-race|a"), StableHash("data-race|b"));
}

}  // namespace
}  // namespace heddle::report
