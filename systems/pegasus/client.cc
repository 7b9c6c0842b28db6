// See client.h.
#include "systems/pegasus/client.h"

#include <utility>

namespace pegasus {
namespace {

PError OpenError(ErrorCode code, std::string message) {
  return {.op = "OpenTable",
          .code = code,
          .status = StorageStatus::kOk,
          .message = std::move(message),
          .where = ""};
}

}  // namespace

Result<std::unique_ptr<Client>> Client::Make(Transport& transport, ClientOptions options) {
  PError error = OpenError(ErrorCode::kInvalidParameters, "the list of meta servers is empty");
  error.op = "NewClient";
  if (options.meta_servers.empty()) return error;
  for (const std::string& each : options.meta_servers) {
    if (RpcAddress::Parse(each)) continue;
    error.message = "not an address of a meta server: " + each;
    return error;
  }
  return std::unique_ptr<Client>(new Client(transport, std::move(options)));
}

Client::Client(Transport& transport, ClientOptions options)
    : options_(std::move(options)),
      metas_(MetaManager::Make(options_.variant, transport, options_.meta_servers, options_.meta)),
      replicas_(options_.variant, transport, options_.replica) {
  options_.table.variant = options_.variant;
}

Result<std::shared_ptr<Table>> Client::OpenTable(const ContextPtr& context,
                                                 const std::string& name) {
  const std::lock_guard one_at_a_time(open_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return OpenError(ErrorCode::kSessionReset, "the client is closed");
    const auto found = tables_.find(name);
    if (found != tables_.end()) return found->second;
  }
  Result<std::shared_ptr<Table>> table =
      Table::Open(context, name, *metas_, replicas_, options_.table);
  if (!table.ok()) return table;
  const std::lock_guard lock(mutex_);
  if (closed_) {
    (*table)->Close();
    return OpenError(ErrorCode::kSessionReset, "the client is closed");
  }
  tables_.emplace(name, *table);
  return table;
}

void Client::Close() {
  std::map<std::string, std::shared_ptr<Table>> tables;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    tables.swap(tables_);
  }
  for (const auto& [name, table] : tables) table->Close();
  replicas_.Close();
  metas_->Close();
}

}  // namespace pegasus
