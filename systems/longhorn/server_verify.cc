// One turn of the monitor. See server.h, and directory.h for who decides what.
#include <utility>

#include "systems/longhorn/names.h"
#include "systems/longhorn/server.h"

namespace longhorn {
namespace {

// Calls `use(lvol name, lvs name, bdev)` for every lvol with exactly one alias.
template <typename Use>
Status ForEachLvol(SpdkTarget& target, const Use& use) {
  const Result<std::vector<BdevInfo>> bdevs = target.BdevGetBdevs();
  if (!bdevs.ok()) return bdevs.status();
  for (const BdevInfo& bdev : *bdevs) {
    if (!bdev.lvol || bdev.aliases.size() != 1) continue;
    const std::string& alias = bdev.aliases.front();
    use(LvolOfAlias(alias), bdev);
  }
  return {};
}

std::string LvsOfAlias(const std::string& alias) { return alias.substr(0, alias.find('/')); }

}  // namespace

Survey<Replica> Server::ReplicaSurvey() {
  Survey<Replica> survey;
  survey.look = [this]() -> Result<Listing> {
    Listing listing;
    const Status status = ForEachLvol(target_, [&](const std::string& name, const BdevInfo& bdev) {
      listing.lvols.insert(name);
      if (!bdev.lvol->snapshot && MayBeReplicaHead(name)) listing.found.emplace(name, bdev);
    });
    if (!status.ok()) return status;
    return listing;
  };
  survey.adopt = [this](const std::string& name, const BdevInfo& head) {
    return std::make_unique<Replica>(node_, Replica::Spec{name, LvsOfAlias(head.aliases.front()),
                                                          head.lvol->lvs_uuid, head.bytes()});
  };
  survey.sync = [](Replica& replica) { return replica.Sync(); };
  return survey;
}

Survey<BackingImage> Server::BackingImageSurvey() {
  Survey<BackingImage> survey;
  survey.look = [this]() -> Result<Listing> {
    Listing listing;
    const Status status = ForEachLvol(target_, [&](const std::string& name, const BdevInfo& bdev) {
      listing.lvols.insert(name);
      constexpr std::string_view kTempSuffix = "-temp-head";
      std::string image = name;
      if (!bdev.lvol->snapshot && image.ends_with(kTempSuffix)) {
        image.resize(image.size() - kTempSuffix.size());
      }
      if (!BackingImageOfLvol(image, bdev.lvol->lvs_uuid)) return;
      if (image == name) {
        listing.found.insert_or_assign(image, bdev);
      } else {
        listing.found.emplace(image, bdev);  // unless the image itself is there
      }
    });
    if (!status.ok()) return status;
    return listing;
  };
  survey.adopt = [this](const std::string& name, const BdevInfo& lvol) {
    const std::string& lvs_uuid = lvol.lvol->lvs_uuid;
    return std::make_unique<BackingImage>(
        node_, BackingImage::Spec{BackingImageOfLvol(name, lvs_uuid).value_or(name),
                                  LvsOfAlias(lvol.aliases.front()), lvs_uuid, lvol.bytes(), ""});
  };
  survey.sync = [](BackingImage& image) { return image.Sync(); };
  return survey;
}

Status Server::Verify() {
  const std::lock_guard turn(verify_mutex_);
  Status status = replicas_->Verify(ReplicaSurvey());
  if (status.ok()) {
    Survey<Engine> survey;
    survey.sync = [](Engine& engine) { return engine.Sync(); };
    status = engines_->Verify(survey);
  }
  if (status.ok()) status = backing_images_->Verify(BackingImageSurvey());
  if (IsBrokenPipe(status)) MarkAllError(status.message);
  return status;
}

void Server::MarkAllError(const std::string& why) {
  for (const auto& [name, info] : replicas_->List()) {
    (void)replicas_->With(name, [&](Replica& replica) {
      replica.MarkError(why);
      return Status{};
    });
  }
  for (const auto& [name, info] : engines_->List()) {
    (void)engines_->With(name, [&](Engine& engine) {
      engine.MarkError(why);
      return Status{};
    });
  }
}

}  // namespace longhorn
