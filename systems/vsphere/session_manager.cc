// See session_manager.h.
#include "systems/vsphere/session_manager.h"

#include "systems/vsphere/property_collector.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {

Session::Session(std::string key, std::string user, DateTime now)
    : key_(std::move(key)), user_(std::move(user)), login_time_(now), last_active_time_(now) {}

Session::~Session() = default;

Value Session::Describe() const {
  const std::lock_guard lock(mutex_);
  return Make("UserSession", {{"key", key_},
                              {"userName", user_},
                              {"fullName", user_},
                              {"loginTime", login_time_},
                              {"lastActiveTime", last_active_time_},
                              {"locale", "en_US"},
                              {"messageLocale", "en_US"},
                              {"extensionSession", false},
                              {"callCount", call_count_}});
}

ManagedObjectPtr Session::Find(const ManagedObjectReference& ref) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(ref);
  return found == objects_.end() ? nullptr : found->second;
}

void Session::Put(const ManagedObjectPtr& object) {
  const std::lock_guard lock(mutex_);
  objects_[object->self()] = object;
}

bool Session::Remove(const ManagedObjectReference& ref) {
  const std::lock_guard lock(mutex_);
  return objects_.erase(ref) > 0;
}

std::shared_ptr<PropertyCollector> Session::FindCollector(Simulator& simulator,
                                                          const ManagedObjectReference& ref) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<PropertyCollector>& found = collectors_[ref];
  if (found == nullptr && ref == singleton::PropertyCollector()) {
    found = std::make_shared<PropertyCollector>(simulator, ref);
  }
  return found;
}

void Session::PutCollector(const std::shared_ptr<PropertyCollector>& collector) {
  const std::lock_guard lock(mutex_);
  collectors_[collector->self()] = collector;
}

bool Session::RemoveCollector(const ManagedObjectReference& ref) {
  const std::lock_guard lock(mutex_);
  return collectors_.erase(ref) > 0;
}

SessionManager::SessionManager(Simulator& simulator, Credentials credentials)
    : simulator_(simulator), credentials_(std::move(credentials)) {}

Result<std::shared_ptr<Session>> SessionManager::Login(const Context& client,
                                                       const std::string& user,
                                                       const std::string& password) {
  const bool is_welcome = credentials_.user.empty()
                              ? !user.empty() && !password.empty()
                              : user == credentials_.user && password == credentials_.password;
  if (client.session() != nullptr || !is_welcome)
    return MakeFault("InvalidLogin", {}, "Login failure");
  std::shared_ptr<Session> session = Begin(user);
  simulator_.events().Post(Context(simulator_, session), "UserLoginSessionEvent",
                           {{"ipAddress", "127.0.0.1"}, {"sessionId", session->key()}},
                           "User " + user + " logged in");
  return session;
}

Result<Value> SessionManager::Logout(const Context& client) {
  if (client.session() == nullptr)
    return NotAuthenticated(singleton::SessionManager(), "System.View");
  simulator_.events().Post(client.Fork(), "UserLogoutSessionEvent", {},
                           "User " + client.session()->user() + " logged out");
  End(client.session());
  return Value();
}

Result<Value> SessionManager::TerminateSession(const Context& client, const std::string& key) {
  if (client.session() == nullptr)
    return NotAuthenticated(singleton::SessionManager(), "System.View");
  if (client.session()->key() == key) return InvalidArgument("sessionId");
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return MakeFault("NotFound");
    session = found->second;
  }
  End(session);
  return Value();
}

Result<bool> SessionManager::SessionIsActive(const Context& client, const std::string& key,
                                             const std::string& user) {
  if (client.session() == nullptr)
    return NotAuthenticated(singleton::SessionManager(), "System.View");
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  return found != sessions_.end() && found->second->user() == user;
}

Result<std::string> SessionManager::AcquireCloneTicket(const Context& client) {
  if (client.session() == nullptr)
    return NotAuthenticated(singleton::SessionManager(), "System.View");
  std::string ticket = "cst-VCT-" + simulator_.NewUuid();
  const std::lock_guard lock(mutex_);
  clone_tickets_[ticket] = client.session()->user();
  return ticket;
}

Result<std::shared_ptr<Session>> SessionManager::CloneSession(const Context& client,
                                                              const std::string& ticket) {
  std::string user;
  {
    const std::lock_guard lock(mutex_);
    const auto found = clone_tickets_.find(ticket);
    if (client.session() != nullptr || found == clone_tickets_.end()) {
      return MakeFault("InvalidLogin", {}, "Login failure");
    }
    user = found->second;
    clone_tickets_.erase(found);
  }
  return Begin(user);
}

std::vector<Value> SessionManager::List() const {
  std::vector<Value> list;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, session] : sessions_) list.push_back(session->Describe());
  return list;
}

void SessionManager::Touch(Session& session) {
  const DateTime now = simulator_.Now();
  const std::lock_guard lock(session.mutex_);
  session.last_active_time_ = now;
  ++session.call_count_;
}

int SessionManager::ExpireIdle() {
  if (credentials_.idle_timeout.count() == 0) return 0;
  const DateTime limit = simulator_.Now() - credentials_.idle_timeout;
  std::vector<std::shared_ptr<Session>> idle;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, session] : sessions_) {
      const std::lock_guard session_lock(session->mutex_);
      if (session->last_active_time_ <= limit) idle.push_back(session);
    }
  }
  for (const auto& session : idle) End(session);
  return static_cast<int>(idle.size());
}

std::shared_ptr<Session> SessionManager::Begin(const std::string& user) {
  auto session = std::make_shared<Session>(simulator_.NewUuid(), user, simulator_.Now());
  const std::lock_guard lock(mutex_);
  sessions_[session->key()] = session;
  return session;
}

void SessionManager::End(const std::shared_ptr<Session>& session) {
  session->is_active_ = false;
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session->key());
  }
  std::map<ManagedObjectReference, ManagedObjectPtr> objects;
  std::map<ManagedObjectReference, std::shared_ptr<PropertyCollector>> collectors;
  {
    const std::lock_guard lock(session->mutex_);
    objects.swap(session->objects_);
    collectors.swap(session->collectors_);
  }
  for (const auto& [ref, object] : objects) simulator_.registry().RemoveListenersFor(ref);
  for (const auto& [ref, collector] : collectors) {
    if (collector != nullptr) collector->Destroy();
  }
}

}  // namespace vsphere
