// Sound: GoogleTest tests as users write them, over the parts of the standard library that hide shared state: streams,
// locales, regular expressions, hash tables, function-local statics, exceptions, thread-local variables.
#include <gtest/gtest.h>

#include <any>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <mutex>
#include <numeric>
#include <regex>
#include <shared_mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace {

// Words of texts; one writer at a time, many readers.
class Index {
 public:
  void Add(const std::string& text) {
    static const std::regex word("[a-z]+");  // made once, by whoever comes first
    for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
      std::unique_lock lock(mutex_);
      ++counts_[it->str()];
    }
  }

  int Count(const std::string& word) const {
    std::shared_lock lock(mutex_);
    const auto found = counts_.find(word);
    return found == counts_.end() ? 0 : found->second;
  }

  std::string Table() const {
    std::shared_lock lock(mutex_);
    std::ostringstream out;
    out << "words: " << counts_.size() << ", " << 2.5 << '\n';
    return out.str();
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, int> counts_;
};

TEST(IndexTest, CountsWordsOfManyThreads) {
  Index index;
  std::vector<std::thread> threads;
  for (const char* text : {"to be or not to be", "be it so", "so be it"}) {
    threads.emplace_back([&index, text] {
      index.Add(text);
      EXPECT_FALSE(index.Table().empty());  // an assertion in a thread
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(index.Count("be"), 4);
  EXPECT_EQ(index.Count("so"), 2);
  EXPECT_EQ(index.Count("question"), 0);
}

TEST(StreamTest, ManyThreadsPrint) {
  std::vector<std::future<std::string>> lines;
  for (int i = 0; i < 3; ++i) {
    lines.push_back(std::async(std::launch::async, [i] {
      std::ostringstream out;
      out.setf(std::ios::hex, std::ios::basefield);
      out << "line " << 16 + i << ' ' << std::boolalpha << (i == 1);
      std::cout << out.str() << '\n';
      return out.str();
    }));
  }
  EXPECT_EQ(lines[0].get(), "line 10 false");
  EXPECT_EQ(lines[1].get(), "line 11 true");
  EXPECT_EQ(lines[2].get(), "line 12 false");
}

struct Failure : std::runtime_error {
  explicit Failure(int at) : std::runtime_error("failed at " + std::to_string(at)), where(at) {}
  int where;
};

TEST(ExceptionTest, IsHandedToAnotherThreadAndThrownTwice) {
  std::mutex mutex;
  std::vector<std::exception_ptr> caught;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      try {
        try {
          throw Failure(i);
        } catch (...) {
          std::throw_with_nested(std::logic_error("outer"));
        }
      } catch (...) {
        std::lock_guard lock(mutex);
        caught.push_back(std::current_exception());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int sum = 0;
  std::vector<std::future<int>> places;
  for (const std::exception_ptr& pointer : caught) {
    places.push_back(std::async(std::launch::async, [&pointer] {
      try {
        std::rethrow_exception(pointer);
      } catch (const std::logic_error& outer) {
        try {
          std::rethrow_if_nested(outer);
        } catch (const Failure& inner) {
          return inner.where;
        }
      }
      return 100;
    }));
  }
  for (std::future<int>& place : places) sum += place.get();
  EXPECT_EQ(sum, 3);
}

std::atomic<int> destroyed;

struct Tally {
  ~Tally() { ++destroyed; }
  std::vector<std::string> names;
};
thread_local Tally tally;

TEST(ThreadLocalTest, EachThreadHasItsOwnAndItsDestructorRuns) {
  destroyed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([i] {
      for (int k = 0; k <= i; ++k) tally.names.push_back(std::to_string(k));
      EXPECT_EQ(tally.names.size(), static_cast<size_t>(i + 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 3);
}

TEST(WaitTest, AnythingComesThroughATimedWait) {
  std::promise<std::any> promise;
  std::shared_future<std::any> future = promise.get_future().share();
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([future] {
      while (future.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) {
      }
      const auto& value = std::any_cast<const std::variant<int, std::string>&>(future.get());
      EXPECT_EQ(std::get<std::string>(value), "ready");
    });
  }
  promise.set_value(std::variant<int, std::string>(std::string("ready")));
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
