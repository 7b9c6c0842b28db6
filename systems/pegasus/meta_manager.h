// Finds the leader among the meta servers and asks it. One per client, shared by its tables.
//
// A query asks the server that led last; if that fails or sends the query elsewhere, or is silent for `backup_delay`, all
// others at once; the first good answer wins, and who gave it leads. A follower may name a leader that is not in the list:
// its address is added. The two designs are side by side in meta_variants.cc.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "systems/base/variant.h"
#include "systems/pegasus/context.h"
#include "systems/pegasus/meta_messages.h"
#include "systems/pegasus/node_session.h"
#include "systems/pegasus/transport.h"

namespace pegasus {

struct MetaOptions {
  // How long a silent leader is given before the others are asked as well.
  std::chrono::nanoseconds backup_delay = std::chrono::seconds(1);
  // After nobody had an answer (an election is under way): the pause before all are asked again.
  std::chrono::nanoseconds retry_delay = std::chrono::seconds(1);
  SessionOptions session = {};
};

// What a query came to: ERR_OK and the response (whose own `err` may be another), or ERR_TIMEOUT when the context ended
// first, or ERR_SESSION_RESET after Close.
struct QueryResult {
  ErrorCode error = ErrorCode::kTimeout;
  QueryCfgResponse response;
};

// Thread-safe, in the fixed variant.
class MetaManager {
 public:
  virtual ~MetaManager() = default;

  // `addresses` is not empty. What it refers to outlives the manager.
  [[nodiscard]] static std::unique_ptr<MetaManager> Make(systems::Variant variant,
                                                         Transport& transport,
                                                         const std::vector<std::string>& addresses,
                                                         MetaOptions options);

  // The configuration of all partitions of `table`.
  virtual QueryResult QueryConfig(const std::shared_ptr<Context>& context,
                                  const std::string& table) = 0;

  // The servers known now, in the order in which they became known.
  [[nodiscard]] virtual std::vector<std::string> addresses() const = 0;

  // The one that is believed to lead.
  [[nodiscard]] virtual std::string leader() const = 0;

  // Closes every session. Queries that run end soon; later ones fail. Called again it does nothing.
  virtual void Close() = 0;

 protected:
  MetaManager() = default;
  MetaManager(const MetaManager&) = delete;
  MetaManager& operator=(const MetaManager&) = delete;
};

}  // namespace pegasus
