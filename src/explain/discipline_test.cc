// Counting: which accesses are contended, what they held, and the sentences that say so.
#include "explain/discipline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/observations_for_test.h"

namespace heddle::explain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One writer with the lock, one reader without, main before and after.
void OneForgets(Observations* into, int writes) {
  Script run(into);
  run.Write(0, "Init()");
  run.Create(0, 1);
  run.Create(0, 2);
  for (int i = 0; i < writes; ++i) {
    run.Take(1, "mutex 'm'");
    run.Write(1, "Put()");
    run.Give(1, "mutex 'm'");
  }
  run.Read(2, "Audit()");
  run.Join(0, 1);
  run.Join(0, 2);
  run.Read(0, "main()");
}

TEST(DisciplineTest, WhatCreationAndJoiningOrderDoesNotCount) {
  Observations observations;
  OneForgets(&observations, 3);
  const Discipline discipline = Count(observations);
  EXPECT_EQ(discipline.executions, 1u);
  EXPECT_EQ(discipline.accesses, 6u);
  EXPECT_EQ(discipline.contended, 4u) << "three writes and the read, not those of main";
  EXPECT_EQ(discipline.raced, 1u);
  ASSERT_EQ(discipline.locks.size(), 1u);
  EXPECT_EQ(discipline.locks[0].held, 3u);
  EXPECT_EQ(discipline.locks[0].writes, 3u);
}

TEST(DisciplineTest, CountsAddUpOverExecutionsAndNameTheException) {
  Observations observations;
  OneForgets(&observations, 200);
  OneForgets(&observations, 13);
  EXPECT_THAT(Statements(Count(observations), observations),
              ElementsAre("213 of 215 contended accesses held mutex 'm'; 2 did not: read in "
                          "Audit() a.cc:3 (2 times)"));
}

TEST(DisciplineTest, OneThreadAloneHasNoDiscipline) {
  Observations observations;
  Script run(&observations);
  run.Write(0, "main()");
  run.Read(0, "main()");
  const Discipline discipline = Count(observations);
  EXPECT_EQ(discipline.contended, 0u);
  EXPECT_THAT(discipline.races, IsEmpty());
  EXPECT_THAT(Statements(discipline, observations), IsEmpty());
}

TEST(DisciplineTest, ReadersAloneAreNotContended) {
  Observations observations;
  Script run(&observations);
  run.Create(0, 1);
  run.Create(0, 2);
  run.Read(1, "A()");
  run.Read(2, "B()");
  EXPECT_EQ(Count(observations).contended, 0u);
}

TEST(DisciplineTest, SaysWhatOrderedAccessesWithoutLocks) {
  Observations observations;
  Script run(&observations);
  run.Create(0, 1);
  run.Create(0, 2);
  run.Write(1, "Put()");
  run.Post(1, "ready");
  run.Wait(2, "ready");
  run.Read(2, "Get()");
  const Discipline discipline = Count(observations);
  EXPECT_EQ(discipline.raced, 0u);
  ASSERT_EQ(discipline.edges.size(), 1u);
  EXPECT_EQ(discipline.edges[0].op, trace::OpKind::kSemWait);
  EXPECT_THAT(Statements(discipline, observations), Contains(HasSubstr("waits on semaphore")));
}

TEST(DisciplineTest, ReadLocksDoNotExcludeEachOther) {
  Observations observations;
  Script run(&observations);
  run.Create(0, 1);
  run.Create(0, 2);
  run.Take(1, "rwlock 'l'", true);
  run.Take(2, "rwlock 'l'", true);
  run.Write(1, "Put()");
  run.Read(2, "Get()");
  const Discipline discipline = Count(observations);
  EXPECT_EQ(discipline.raced, 1u);
  ASSERT_EQ(discipline.locks.size(), 1u);
  EXPECT_EQ(discipline.locks[0].writes, 0u) << "none held it for writing";
}

TEST(DisciplineTest, InstancesAreApart) {
  Observations observations;
  Script run(&observations);
  run.Create(0, 1);
  run.Create(0, 2);
  run.Write(1, "Put()");
  run.Write(2, "Put()");
  observations.executions[0].steps.back().instance = 1;
  EXPECT_EQ(Count(observations).contended, 0u);
}

}  // namespace
}  // namespace heddle::explain
