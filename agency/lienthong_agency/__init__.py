"""The agencies' kit of Liên Thông (bộ công cụ cho cơ quan): what an agency needs to report in its own name."""
