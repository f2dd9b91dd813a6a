# SPDX-License-Identifier: MIT
# make demo: what gsstap does, shown on real programs in a private realm. demo.sh installs what is missing and builds.

demo: ## show gsstap at work on real programs, in a minute
	@MAKE="$(MAKE)" BUILD="$(BUILD)" demo/demo.sh

.PHONY: demo
