// See trim.h. The names below are those of glibc and of libstdc++ and libc++; a frame is recognised by its
// qualified name without template arguments, so one entry covers every instantiation.
#include "report/trim.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/names.h"

namespace heddle::report {
namespace {

using std::string_view;

// What calls a thread's function or main: this frame and all below it go.
constexpr std::array<string_view, 10> kThreadStart = {"start_thread",
                                                      "clone",
                                                      "clone3",
                                                      "__clone",
                                                      "__clone3",
                                                      "__clone_internal",
                                                      "__libc_start_main",
                                                      "__libc_start_main_impl",
                                                      "__libc_start_call_main",
                                                      "_start"};

// Machinery between a thread's start and the program's function, and between a caller and its callee. A trailing star
// stands for any continuation.
constexpr std::array<string_view, 33> kPlumbing = {
    "std::__invoke*",
    "std::invoke*",
    "std::thread::_Invoker*",
    "std::thread::_State_impl*",
    "std::thread::_State::_M_run",
    "execute_native_thread_routine*",
    "std::execute_native_thread_routine*",
    "std::_Function_handler*",
    "std::_Function_base*",
    "std::function::operator()",
    "std::_Bind::*",
    "std::_Bind_result*",
    "std::_Mem_fn_base*",
    "std::reference_wrapper::operator()",
    "std::call_once*",
    "std::once_flag::_Prepare_execution*",
    "std::__once_call_impl",
    "__once_proxy",
    "std::__once_proxy",
    "std::_Maybe_wrap_member_pointer*",
    "std::__apply_impl",
    "std::apply",
    "std::__future_base::_Task_setter::operator()",
    "std::__future_base::_Task_state*",
    "std::__future_base::_State_baseV2::_M_do_set",
    "std::__future_base::_State_baseV2::_M_set_result",
    "std::__future_base::_Deferred_state*",
    "std::__future_base::_Async_state_impl*",
    "std::__detail::__variant::__gen_vtable_impl*",
    "std::__1::__invoke*",
    "std::__1::__thread_execute",
    "std::__1::__thread_proxy",
    "__gthread_*",
};

// Thin wrappers around an operation of the loom: only as the innermost frames, where the caller is what matters.
constexpr std::array<string_view, 24> kThinWrappers = {"std::mutex::*",
                                                       "std::recursive_mutex::*",
                                                       "std::timed_mutex::*",
                                                       "std::shared_mutex::*",
                                                       "std::__shared_mutex_pthread::*",
                                                       "std::__mutex_base::*",
                                                       "std::__recursive_mutex_base::*",
                                                       "std::lock_guard::*",
                                                       "std::unique_lock::*",
                                                       "std::scoped_lock::*",
                                                       "std::shared_lock::*",
                                                       "std::condition_variable::*",
                                                       "std::_V2::condition_variable_any::*",
                                                       "std::__condvar::*",
                                                       "std::thread::*",
                                                       "std::jthread::*",
                                                       "std::atomic::*",
                                                       "std::__atomic_base::*",
                                                       "std::atomic_flag::*",
                                                       "std::this_thread::*",
                                                       "std::lock",
                                                       "std::try_lock",
                                                       "std::__detail::__try_lock_impl",
                                                       "std::__lock_impl"};

template <size_t N>
bool Matches(const std::array<string_view, N>& patterns, string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [name](string_view pattern) {
    if (pattern.back() != '*') return pattern == name;
    pattern.remove_suffix(1);
    return name.substr(0, pattern.size()) == pattern;
  });
}

bool IsSystemPath(string_view path) {
  constexpr std::array<string_view, 5> kSystem = {"/usr/include/", "/usr/lib/", "/usr/lib64/",
                                                  "/lib/", "/lib64/"};
  if (path.find("/include/c++/") != string_view::npos) return true;
  return std::any_of(kSystem.begin(), kSystem.end(), [path](string_view prefix) {
    return path.substr(0, prefix.size()) == prefix;
  });
}

bool IsStandardLibrary(string_view module) {
  const string_view base = BaseName(module);
  return base.substr(0, 12) == "libstdc++.so" || base.substr(0, 9) == "libc++.so";
}

// Heddle's own headers, compiled into the program (include/heddle): what a test calls stands where it calls it.
bool IsOurHeader(const Frame& frame) {
  if (!frame.file.empty()) return frame.file.find("/include/heddle/") != string_view::npos;
  const std::string name = QualifiedName(frame.function);
  return name.rfind("heddle::detail::", 0) == 0 || name.rfind("heddle::Explor", 0) == 0 ||
         name == "heddle::Check" || name == "heddle::Replay";
}

bool IsThreadStart(const Frame& frame) {
  // A function of the program may be called "clone"; glibc's is never in the program's own sources.
  return Matches(kThreadStart, frame.function) &&
         (frame.function == "_start" || frame.file.empty() || !IsUserFrame(frame));
}

bool IsPlumbing(const Frame& frame) {
  if (IsOurHeader(frame)) return true;
  if (IsUserFrame(frame) && !frame.file.empty()) return false;
  const std::string name = QualifiedName(frame.function);
  if (IsLoomModule(frame.module)) return true;  // a callback came through: pthread_once, qsort
  return Matches(kPlumbing, name);
}

// A function that ends the program, by the names that people give it.
bool GivesUp(const Frame& frame) {
  constexpr std::array<string_view, 6> kNames = {"panic", "ensure", "fatal",
                                                 "die",   "fail",   "terminate"};
  std::string name = QualifiedName(frame.function);
  if (const size_t colon = name.rfind(':'); colon != std::string::npos) name.erase(0, colon + 1);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Code of a header of the standard library or the system, compiled into the program.
bool IsHeaderFrame(const Frame& frame) {
  return !frame.file.empty() && IsSystemPath(frame.file) && !IsSystemPath(frame.module);
}

// Of the frames that a call into a header leads through only the called one stays: push_back, not its six helpers.
void CollapseHeaders(std::vector<Frame>* frames) {
  std::vector<Frame> kept;
  for (size_t i = 0; i < frames->size(); ++i) {
    const bool caller_is_header = i + 1 < frames->size() && IsHeaderFrame((*frames)[i + 1]);
    if (IsHeaderFrame((*frames)[i]) && caller_is_header) continue;
    kept.push_back((*frames)[i]);
  }
  *frames = std::move(kept);
}

}  // namespace

bool IsLoomModule(string_view module) {
  const string_view base = BaseName(module);
  return base.substr(0, 12) == "libheddle.so" || base.substr(0, 10) == "libtsan.so";
}

bool IsUserFrame(const Frame& frame) {
  if (IsLoomModule(frame.module) || IsSystemPath(frame.module)) return false;
  if (frame.module.empty() || frame.module.front() == '[') return false;
  if (IsOurHeader(frame)) return false;
  if (frame.file.empty()) {
    // Without lines only the name tells the program's templates from the library's.
    const std::string name = QualifiedName(frame.function);
    return name.rfind("std::", 0) != 0 && name.rfind("__gnu_cxx::", 0) != 0 &&
           name.rfind("__gthread_", 0) != 0;
  }
  return !IsSystemPath(frame.file);
}

const Frame* UserFrame(const Stack& stack) {
  const auto end = stack.frames.end();
  auto user = std::find_if(stack.frames.begin(), end, IsUserFrame);
  // Who calls the program's own way to give up is the place: two rules that are broken are two findings.
  while (user != end && GivesUp(*user)) {
    const auto caller = std::find_if(std::next(user), end, IsUserFrame);
    if (caller == end) break;
    user = caller;
  }
  if (user != end) return &*user;
  return stack.frames.empty() ? nullptr : &stack.frames.front();
}

Stack Trim(const Stack& all) {
  const auto is_loom = [](const Frame& frame) { return IsLoomModule(frame.module); };
  // The loom's frames above, the thread's start below.
  auto begin = std::find_if_not(all.frames.begin(), all.frames.end(), is_loom);
  auto end = std::find_if(begin, all.frames.end(), IsThreadStart);
  // The routine with which the standard library starts every thread has no name in a stripped library.
  const auto is_below_user = [is_loom](const Frame& frame) {
    return is_loom(frame) || IsStandardLibrary(frame.module);
  };
  while (end != begin && is_below_user(*std::prev(end))) --end;

  Stack kept;
  std::copy_if(begin, end, std::back_inserter(kept.frames),
               [](const Frame& frame) { return !IsPlumbing(frame); });

  // Wrappers on top, as long as the program's own code follows.
  auto& frames = kept.frames;
  const auto user = std::find_if(frames.begin(), frames.end(), IsUserFrame);
  if (user != frames.end()) {
    const auto first = std::find_if_not(frames.begin(), user, [](const Frame& frame) {
      return Matches(kThinWrappers, QualifiedName(frame.function));
    });
    frames.erase(frames.begin(), first);
  }
  CollapseHeaders(&frames);

  // Rather one frame of machinery than nothing at all.
  if (frames.empty() && begin != end) frames.push_back(*begin);
  if (frames.empty() && begin != all.frames.end()) frames.push_back(*begin);
  if (frames.empty() && !all.frames.empty()) frames.push_back(all.frames.back());
  return kept;
}

}  // namespace heddle::report
