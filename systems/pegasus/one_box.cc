// See one_box.h.
#include "systems/pegasus/one_box.h"

#include "systems/base/panic.h"

namespace pegasus {
namespace {

constexpr uint32_t kLoopback = 0x7f000001;
constexpr uint16_t kFirstMetaPort = 34601;
constexpr uint16_t kFirstReplicaPort = 34801;

}  // namespace

OneBox::OneBox(OneBoxOptions options) : replica_count_(options.replicas), cluster_(*options.clock) {
  for (size_t i = 0; i < options.metas; ++i) {
    metas_.push_back({kLoopback, static_cast<uint16_t>(kFirstMetaPort + i)});
    StartMeta(i);
  }
  ChangeLeader(0);
  for (size_t i = 0; i < options.replicas; ++i) {
    const RpcAddress address{kLoopback, static_cast<uint16_t>(kFirstReplicaPort + i)};
    replicas_.push_back(std::make_shared<ReplicaService>(cluster_, address));
    StartReplica(i);
  }
}

std::vector<std::string> OneBox::meta_list() const {
  std::vector<std::string> list;
  for (const RpcAddress& each : metas_) list.push_back("0.0.0.0:" + std::to_string(each.port));
  return list;
}

void OneBox::CreateTable(const std::string& name, int32_t partition_count) {
  CreateAppRequest request;
  request.app_name = name;
  request.options.partition_count = partition_count;
  request.options.replica_count = static_cast<int32_t>(replica_count_);
  const CreateAppResponse response = cluster_.CreateTable(request);
  systems::Ensure(response.err.code() == ErrorCode::kOk, "the table could not be created");
}

void OneBox::StopReplica(size_t i) {
  const RpcAddress& address = replicas_.at(i)->address();
  network_.Shut(address.ToString());
  cluster_.NodeDown(address);
}

void OneBox::StartReplica(size_t i) {
  const RpcAddress& address = replicas_.at(i)->address();
  cluster_.NodeUp(address);
  network_.Listen(address.ToString(), replicas_.at(i));
}

void OneBox::StartMeta(size_t i) { network_.Listen(meta_address(i), MakeMeta(i)); }

std::shared_ptr<Service> OneBox::MakeMeta(size_t i) {
  return std::make_shared<MetaService>(cluster_, metas_.at(i));
}

}  // namespace pegasus
