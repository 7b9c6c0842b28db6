// Who asks: the request that owns locks, and the session that it belongs to. Small and copied freely; a copy is the same
// request. A task runs on behalf of the request that started it.
#pragma once

#include <memory>

#include "systems/vsphere/object_lock.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class ManagedObject;
class Session;
class Simulator;

class Context {
 public:
  // A new request of a session; null is a client that has not logged in.
  Context(Simulator& simulator, std::shared_ptr<Session> session);

  [[nodiscard]] Simulator& simulator() const { return *simulator_; }
  [[nodiscard]] const std::shared_ptr<Session>& session() const { return session_; }
  [[nodiscard]] RequestId id() const { return id_; }

  // Another request of the same session: it excludes, and is excluded by, this one.
  [[nodiscard]] Context Fork() const { return Context(*simulator_, session_); }

  // The object, be it of the inventory or of the session (views); null if there is none.
  [[nodiscard]] std::shared_ptr<ManagedObject> Find(const ManagedObjectReference& ref) const;

  // Takes the object's lock for this request; waits for other requests. Of no object it is the empty guard.
  [[nodiscard]] ObjectGuard Lock(const std::shared_ptr<ManagedObject>& object) const;

 private:
  Simulator* simulator_;
  std::shared_ptr<Session> session_;
  RequestId id_;
};

}  // namespace vsphere
