// Who is logged in. A session also owns what a client has created for itself: views and property collectors.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class Context;
class PropertyCollector;
class Simulator;

struct Credentials {
  std::string user;  // "": whoever gives a user and a password is welcome
  std::string password;
  std::chrono::seconds idle_timeout{0};  // 0: a session does not end by itself
};

// Thread-safe.
class Session {
 public:
  Session(std::string key, std::string user, DateTime now);
  ~Session();

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] bool is_active() const { return is_active_; }

  // UserSession.
  [[nodiscard]] Value Describe() const;

  // Views: managed objects that only this session sees.
  [[nodiscard]] ManagedObjectPtr Find(const ManagedObjectReference& ref) const;
  void Put(const ManagedObjectPtr& object);
  // False if there was none.
  bool Remove(const ManagedObjectReference& ref);

  // The session's own instance of the collector that everybody knows as "propertyCollector", and those it has created.
  // Null if there is none of that name.
  [[nodiscard]] std::shared_ptr<PropertyCollector> FindCollector(Simulator& simulator,
                                                                 const ManagedObjectReference& ref);
  void PutCollector(const std::shared_ptr<PropertyCollector>& collector);
  bool RemoveCollector(const ManagedObjectReference& ref);

 private:
  friend class SessionManager;

  const std::string key_;
  const std::string user_;
  const DateTime login_time_;
  std::atomic<bool> is_active_{true};
  mutable std::mutex mutex_;  // guards the rest
  DateTime last_active_time_;
  int64_t call_count_ = 0;
  std::map<ManagedObjectReference, ManagedObjectPtr> objects_;
  std::map<ManagedObjectReference, std::shared_ptr<PropertyCollector>> collectors_;
};

// Thread-safe.
class SessionManager {
 public:
  SessionManager(Simulator& simulator, Credentials credentials);

  // InvalidLogin: wrong or empty user or password, or the client is logged in already.
  Result<std::shared_ptr<Session>> Login(const Context& client, const std::string& user,
                                         const std::string& password);
  // Ends the client's session: pending calls of its collectors are cancelled, its views go.
  Result<Value> Logout(const Context& client);
  // InvalidArgument for one's own session, NotFound if there is no such.
  Result<Value> TerminateSession(const Context& client, const std::string& key);
  // True if the session exists and belongs to that user.
  Result<bool> SessionIsActive(const Context& client, const std::string& key,
                               const std::string& user);
  // A ticket with which somebody else may become the same user, once.
  Result<std::string> AcquireCloneTicket(const Context& client);
  // InvalidLogin if the ticket is unknown or was used.
  Result<std::shared_ptr<Session>> CloneSession(const Context& client, const std::string& ticket);

  // UserSession of everybody who is logged in.
  [[nodiscard]] std::vector<Value> List() const;
  // A call of that session was made now.
  void Touch(Session& session);
  // Ends sessions that made no call for the idle timeout; returns how many.
  int ExpireIdle();

 private:
  std::shared_ptr<Session> Begin(const std::string& user);
  void End(const std::shared_ptr<Session>& session);

  Simulator& simulator_;
  const Credentials credentials_;
  mutable std::mutex mutex_;  // guards the rest
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  std::map<std::string, std::string> clone_tickets_;  // to the user
};

}  // namespace vsphere
