// Which frames a person sees.
#include "report/trim.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heddle::report {
namespace {

Frame Make(const std::string& module, const std::string& function, const std::string& file = "") {
  Frame frame;
  frame.module = module;
  frame.function = function;
  frame.file = file;
  frame.line = file.empty() ? 0 : 7;
  return frame;
}
Frame User(const std::string& function) {
  return Make("/home/u/bank", function, "/home/u/account.cc");
}
Frame Header(const std::string& function) {
  return Make("/home/u/bank", function, "/usr/include/c++/12/bits/x.h");
}
Frame Loom(const std::string& function) { return Make("/opt/lib/libheddle.so.0", function); }
Frame System(const std::string& function) {
  return Make("/usr/lib/x86_64-linux-gnu/libc.so.6", function);
}

std::vector<std::string> Functions(const Stack& stack) {
  std::vector<std::string> functions;
  for (const Frame& frame : stack.frames) functions.push_back(frame.function);
  return functions;
}

using Names = std::vector<std::string>;

TEST(TrimTest, KeepsOnlyTheProgramOfAThreadsStack) {
  const Stack all{
      {Loom("heddle::Snapshot()"), Loom("__tsan_write4"), User("deposit(int)"), User("work()"),
       Header("void std::__invoke_impl<void, void (*)()>(std::__invoke_other, void (*&&)())"),
       Header("std::__invoke_result<void (*)()>::type std::__invoke<void (*)()>(void (*&&)())"),
       Header("void std::thread::_Invoker<std::tuple<void "
              "(*)()>>::_M_invoke<0ul>(std::_Index_tuple<0ul>)"),
       Header("std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()>>>::_M_run()"),
       System("execute_native_thread_routine"), Loom("heddle::FibreEntry()"),
       System("start_thread"), System("clone")}};
  EXPECT_EQ(Functions(Trim(all)), (Names{"deposit(int)", "work()"}));
}

TEST(TrimTest, CutsBelowMain) {
  const Stack all{{User("main"), Loom("heddle::EnterMain()"), System("__libc_start_call_main"),
                   System("__libc_start_main"), Make("/home/u/bank", "_start")}};
  EXPECT_EQ(Functions(Trim(all)), Names{"main"});
}

TEST(TrimTest, DropsThinWrappersOnTopOnly) {
  const Stack all{
      {Loom("pthread_mutex_lock"), Header("__gthread_mutex_lock(pthread_mutex_t*)"),
       Header("std::mutex::lock()"), Header("std::lock_guard<std::mutex>::lock_guard(std::mutex&)"),
       User("deposit(int)"), Header("std::vector<int>::push_back(int&&)"), User("main")}};
  EXPECT_EQ(Functions(Trim(all)),
            (Names{"deposit(int)", "std::vector<int>::push_back(int&&)", "main"}));
}

TEST(TrimTest, OfACallIntoAHeaderKeepsTheCalledFunction) {
  const Stack all{{Header("std::__new_allocator<int>::construct()"),
                   Header("std::vector<int>::_M_realloc_insert()"),
                   Header("std::vector<int>::push_back(int&&)"), User("audit()"),
                   Header("std::__find_if()"), Header("std::find_if()"), User("main")}};
  EXPECT_EQ(Functions(Trim(all)),
            (Names{"std::vector<int>::push_back(int&&)", "audit()", "std::find_if()", "main"}));
}

TEST(TrimTest, KeepsAFunctionOfTheProgramWithASystemName) {
  const Stack all{{User("clone"), User("main")}};
  EXPECT_EQ(Functions(Trim(all)), (Names{"clone", "main"}));
}

TEST(TrimTest, KeepsSomethingOfAStackThatIsAllMachinery) {
  EXPECT_EQ(Trim({}).frames.size(), 0u);
  EXPECT_EQ(Functions(Trim({{Loom("heddle::Snapshot()")}})), Names{"heddle::Snapshot()"});
  EXPECT_EQ(Functions(Trim({{System("start_thread"), System("clone")}})), Names{"start_thread"});
}

TEST(UserFrameTest, SkipsHeadersAndLibraries) {
  const Stack stack{
      {System("memcpy"), Header("std::vector<int>::push_back(int&&)"), User("deposit(int)")}};
  ASSERT_NE(UserFrame(stack), nullptr);
  EXPECT_EQ(UserFrame(stack)->function, "deposit(int)");
  EXPECT_EQ(UserFrame({}), nullptr);
  const Stack library{{System("memcpy")}};
  EXPECT_EQ(UserFrame(library)->function, "memcpy");
}

TEST(UserFrameTest, SkipsTheWayInWhichTheProgramGivesUp) {
  const Stack stack{{System("abort"), User("systems::Panic(std::string_view)"),
                     User("systems::Ensure(bool)"), User("crio::Store::Add(int)"), User("main")}};
  EXPECT_EQ(UserFrame(stack)->function, "crio::Store::Add(int)");
  const Stack alone{{System("abort"), User("Die()")}};
  EXPECT_EQ(UserFrame(alone)->function, "Die()");
}

TEST(LoomModuleTest, IsKnownByItsFileName) {
  EXPECT_TRUE(IsLoomModule("/x/build/lib/libheddle.so"));
  EXPECT_TRUE(IsLoomModule("/x/build/lib/libtsan.so.2"));
  EXPECT_FALSE(IsLoomModule("/x/heddle_test"));
}

}  // namespace
}  // namespace heddle::report
