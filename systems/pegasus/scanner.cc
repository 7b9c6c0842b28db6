// See scanner.h.
#include "systems/pegasus/scanner.h"

#include "systems/pegasus/table_run.h"

namespace pegasus {

GetScannerRequest Scanner::RequestOf(const ScanOptions& options) {
  GetScannerRequest request;
  request.batch_size = options.batch_size;
  request.start_inclusive = options.start_inclusive;
  request.stop_inclusive = options.stop_inclusive;
  request.no_value = options.no_value;
  request.hash_key_filter_type = options.hash_key_filter;
  request.hash_key_filter_pattern.data = options.hash_key_pattern;
  request.sort_key_filter_type = options.sort_key_filter;
  request.sort_key_filter_pattern.data = options.sort_key_pattern;
  return request;
}

Result<std::optional<ScannedRecord>> Scanner::Next(const ContextPtr& context) {
  while (next_ == batch_.size()) {
    const Result<bool> more = Fill(context);
    if (!more.ok()) return more.error();
    if (!*more) return std::optional<ScannedRecord>();
  }
  KeyValue& row = batch_[next_++];
  const auto keys = SplitStorageKey(row.key.data);
  if (!keys) return WrongArgument("SCAN", "the server sent a key that is none");
  return std::optional(ScannedRecord{std::string(keys->first), std::string(keys->second),
                                     std::move(row.value.data)});
}

Result<bool> Scanner::Fill(const ContextPtr& context) {
  if (partition_ == hashes_.size()) return false;
  const bool goes_on = context_id_.has_value();
  const Table::Call call{goes_on ? "SCAN" : "GET_SCANNER", goes_on ? kRpcScan : kRpcGetScanner,
                         hashes_[partition_]};
  GetScannerRequest begin = request_;
  if (last_key_) {
    begin.start_key.data = *last_key_;
    begin.start_inclusive = false;
  }
  Result<ScanResponse> response =
      goes_on ? table_.Run<ScanResponse>(context, call, ScanRequest{*context_id_})
              : table_.Run<ScanResponse>(context, call, begin);
  if (!response.ok()) return response.error();
  // The context was used up by the request, whatever came of it.
  context_id_.reset();
  if (goes_on && response->error == StorageStatus::kNotFound) return true;
  if (response->error != StorageStatus::kOk) return table_.Failure(call, response->error);
  batch_ = std::move(response->kvs);
  next_ = 0;
  if (!batch_.empty()) last_key_ = batch_.back().key.data;
  if (response->context_id == kScanContextCompleted) {
    ++partition_;
    last_key_.reset();
  } else {
    context_id_ = response->context_id;
  }
  return true;
}

void Scanner::Close() {
  if (!context_id_) return;
  const Route route = table_.routing()->For(hashes_[partition_]);
  Request request;
  request.name = kRpcClearScanner;
  request.header.gpid = route.gpid;
  request.header.partition_hash = hashes_[partition_];
  request.args = EncodeValue(*context_id_);
  request.argument_type = WireType::kI64;
  context_id_.reset();
  const std::shared_ptr<NodeSession> session = table_.replicas_.Get(route.address);
  if (session != nullptr) session->Forget(session->Start(std::move(request), [](RpcResult) {}));
}

}  // namespace pegasus
