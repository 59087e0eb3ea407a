# Two commands do everything: `go run ./cmd/stackproof run` needs Go alone; `make test` installs what is missing.

.PHONY: test packages image prove clean

# All that CI runs, in parts with a time budget each.
test:
	@bash .ci/test

# The Debian packages that the image and the live tests need.
packages:
	@bash .ci/packages

# TinyGo (from its Go module) and the flash image for qemu-system-riscv32.
image: packages
	@go run ./cmd/firmware/build

# What takes longer than CI has: half an hour of fuzzing, the live transfers at full length (as root) and those over the
# modelled Ethernet, on the host and on the emulated board, tshark as the referee of the captures, the model of TCP with
# draws of its own, the fuzz targets as libFuzzer has them, recoveries on fifty thousand networks that chance draws, a
# thousand networks, every field of every header at its edges, every case on lwIP, 10,000 socket programs on it and on the
# lwIP face, the faults that no case aims at, every case for each fault in the TCP, every mechanical
# fault in the TCP and elsewhere.
prove: packages
	@bash .ci/fuzz 30
	@STACKPROOF_LONG=1 STACKPROOF_ALL=1 go test -count=1 -timeout 45m -run '^Test(Live|Namespace)' -v ./cmd/stackproof
	@STACKPROOF_LONG=1 go test -count=1 -timeout 60m -run '^Test(Throughput|Million)$$' -v ./drivers/emac
	@go run ./cmd/stackproof device build && go run ./cmd/stackproof device bench --mib 200
	@STACKPROOF_LONG=1 go test -count=1 -timeout 20m -run '^Test(Referee|Million)$$' ./golden/...
	@go test -count=1 -timeout 10m ./fuzz/tcpmodel -rapid.checks=50000
	@STACKPROOF_LONG=1 go test -count=1 -timeout 30m -run '^TestEngine' -v ./fuzz/targets/libfuzzer
	@STACKPROOF_LONG=1 go test -count=1 -timeout 20m -run '^TestDrawn$$' -v ./conformance
	@go run ./cmd/stackproof simulate --seeds 1000
	@go run ./cmd/stackproof edits
	@go run ./cmd/stackproof run --stack lwip
	@go run ./cmd/stackproof compat diff --n 10000
	@go run ./cmd/stackproof mutants sockets
	@go run ./cmd/stackproof mutants unforeseen
	@go run ./cmd/stackproof mutants --matrix tcp
	@go run ./cmd/stackproof mutants --mechanical

clean:
	rm -rf build out
