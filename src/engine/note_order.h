// Notes a use of an object for the fingerprint of the order. Apart from engine.h, because it is inlined into the hot path.
#pragma once

#include "engine/engine.h"

namespace heddle::engine {

// The current thread uses an object in the step that it is doing.
[[gnu::always_inline]] inline void Engine::NoteUse(trace::OpKind kind, uint32_t result, bool writes,
                                                   strategy::OrderChain* object) {
  Thread* thread = current_;
  const uint32_t label = strategy::OrderLabel(kind, result, trace::SiteOf(thread->pc));
  thread->order = strategy::OrderOfUse(thread->order, label, writes, object);
  region_->execution.order += thread->order;
}

}  // namespace heddle::engine
