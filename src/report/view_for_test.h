// Views with made-up but complete contents: what a rendering is tried on.
#pragma once

#include <string>

#include "report/model.h"

namespace heddle::report {

inline Frame FrameForTest(const std::string& function, const std::string& file, uint32_t line) {
  Frame frame;
  frame.address = 0x401000 + line;
  frame.module = "/home/u/bank/bank";
  frame.module_offset = 0x1000 + line;
  frame.function = function;
  frame.file = file;
  frame.line = line;
  return frame;
}

inline Stack StackForTest(const std::string& function, uint32_t line) {
  return {{FrameForTest("bank::" + function, "/home/u/bank/account.cc", line),
           FrameForTest("main::{lambda()#1}::operator()() const", "/home/u/bank/main.cc", 40)}};
}

inline ThreadView ThreadForTest(uint32_t index, const std::string& name) {
  ThreadView thread;
  thread.index = index;
  thread.name = name;
  thread.label =
      name.empty() ? "T" + std::to_string(index) : "T" + std::to_string(index) + " (" + name + ")";
  if (index != 0) {
    thread.parent = 0;
    thread.created = {{FrameForTest("main", "/home/u/bank/main.cc", 38 + index)}};
  }
  return thread;
}

// T1 writes a global under a lock, T2 reads it without.
inline FindingView RaceForTest() {
  FindingView finding;
  finding.verdict = trace::Verdict::kDataRace;
  finding.thread = 2;
  finding.address = 0x404040;
  finding.event = 3;

  AccessView read;
  read.thread = 2;
  read.op = trace::OpKind::kPlainRead;
  read.words = "read";
  read.size = 4;
  read.event = 3;
  read.stack = StackForTest("audit()", 31);
  AccessView write = read;
  write.thread = 1;
  write.op = trace::OpKind::kPlainWrite;
  write.words = "write";
  write.stack = StackForTest("deposit(int)", 17);
  LockView lock;
  lock.object = 5;
  lock.name = "M1";
  lock.kind = "mutex";
  lock.variable = "bank::lock";
  lock.taken = StackForTest("deposit(int)", 16);
  write.locks = {lock};
  finding.accesses = {read, write};

  finding.location.kind = LocationKind::kGlobal;
  finding.location.address = finding.address;
  finding.location.name = "bank::balance";
  finding.location.bytes = 4;
  finding.location.file = "/home/u/bank/account.cc";
  finding.location.line = 5;
  finding.threads = {ThreadForTest(1, "teller"), ThreadForTest(2, "")};
  return finding;
}

// T1 holds M1 and waits for M2, T2 the other way round, T0 waits for T1.
inline FindingView DeadlockForTest() {
  FindingView finding;
  finding.verdict = trace::Verdict::kDeadlock;
  finding.thread = 1;
  for (uint32_t i = 0; i < 2; ++i) {
    CycleEdge edge;
    edge.thread = 1 + i;
    edge.object = 7 - i;
    edge.name = i == 0 ? "M2" : "M1";
    edge.kind = "mutex";
    edge.at = StackForTest(i == 0 ? "transfer(int)" : "refund(int)", 50 + i);
    finding.cycle.push_back(edge);

    ThreadView thread = ThreadForTest(1 + i, "");
    thread.state = "blocked";
    thread.pending = "locks mutex";
    thread.waits_for = "mutex " + edge.name;
    thread.owner = 2 - i;
    thread.lock_count = 1;
    thread.current = edge.at;
    LockView lock;
    lock.object = 6 + i;
    lock.name = i == 0 ? "M1" : "M2";
    lock.kind = "mutex";
    lock.taken = StackForTest(i == 0 ? "transfer(int)" : "refund(int)", 40 + i);
    thread.locks = {lock};
    finding.threads.push_back(thread);
  }
  ThreadView main = ThreadForTest(0, "main");
  main.state = "blocked";
  main.waits_for = "the end of T1";
  main.owner = 1;
  main.current = {{FrameForTest("main", "/home/u/bank/main.cc", 60)}};
  finding.threads.insert(finding.threads.begin(), main);
  return finding;
}

}  // namespace heddle::report
