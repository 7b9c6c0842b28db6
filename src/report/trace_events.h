// The executions of findings in the trace event format that ui.perfetto.dev and chrome://tracing open: a process per
// finding, a track per thread, locks and waits as spans, and an arrow wherever one thread's event follows another's.
//
// The axis is the order of events, one microsecond each: virtual time hardly moves, and real time means nothing in an
// execution whose threads take turns.
#pragma once

#include <nlohmann/json.hpp>

#include "report/report_view.h"

namespace heddle::report {

[[nodiscard]] nlohmann::json TraceJson(const ReportView& report);

}  // namespace heddle::report
