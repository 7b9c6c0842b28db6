// The style and the scripts of the HTML page: the files of page/, as text. page_assets.cc is generated from them.
#pragma once

namespace heddle::report {

extern const char* const kPageStyle;
extern const char* const kTimelineScript;
extern const char* const kPageScript;

}  // namespace heddle::report
