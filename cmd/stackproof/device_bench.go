package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance/report"
)

// What the board is measured by: a core that runs at hertz and takes cycles for an instruction, and a wire on which a
// full frame takes frameBytes with preamble and gap.
const (
	benchHertz    = 360e6
	benchCycles   = 1.5
	frameBytes    = 1538
	benchMbits    = 100
	fullRate      = benchMbits * 1e6 / 8 / frameBytes // segments a second: 8,127
	shareLimit    = 50                                // % of the core, for a stream in one direction
	goodputLimit  = 99.8                              // % of what the wire allows
	benchPatience = 15 * time.Minute                  // for one transfer, in real time
)

// benchRow is a transfer, and what came of it.
type benchRow struct {
	Name       string `json:"name"`
	Receive    bool   `json:"receive"`
	Send       bool   `json:"send"`
	Offload    bool   `json:"checksum_in_hardware"`
	Timestamps bool   `json:"timestamps"`

	Bytes        int64   `json:"bytes"` // each way
	Segment      int64   `json:"segment_bytes"`
	Instructions float64 `json:"instructions_per_segment"`
	Share        float64 `json:"core_percent_at_full_rate"`
	Mbits        float64 `json:"mbit_per_second"` // each way
	Allowed      float64 `json:"mbit_per_second_allowed"`
	Seconds      float64 `json:"seconds"` // of the board's time
	Flaw         string  `json:"flaw,omitempty"`

	Profile []benchSpent `json:"profile,omitempty"`
}

// benchSpent is a function and the instructions that were executed in it, for each segment.
type benchSpent struct {
	Function     string  `json:"function"`
	Instructions float64 `json:"instructions_per_segment"`
}

// benchRows are the transfers: the first four say what a segment costs, with checksums in software and in hardware.
func benchRows() []benchRow {
	return []benchRow{
		{Name: "receive/software", Receive: true},
		{Name: "receive/hardware", Receive: true, Offload: true},
		{Name: "transmit/software", Send: true},
		{Name: "transmit/hardware", Send: true, Offload: true},
		{Name: "both/software", Receive: true, Send: true},
		{Name: "receive/timestamps", Receive: true, Timestamps: true},
		{Name: "transmit/timestamps", Send: true, Timestamps: true},
		{Name: "both/timestamps", Receive: true, Send: true, Timestamps: true},
	}
}

// benchFlags are the arguments of `stackproof device bench`.
type benchFlags struct {
	board, out string
	mebibytes  int64
	profile    int
}

func newDeviceBench() *cobra.Command {
	f := benchFlags{}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "measure what TCP costs the board, and how fast it is",
		Long: `bench boots the image that measures (cmd/firmware/bench) and has it exchange streams with a partner on a wire of 100 Mbit/s,
one after the other: in one direction, in the other, in both, with checksums in software and in hardware, with timestamps
and without. The driver's rings are the default ones.

cost is the instructions per segment, acknowledgments, driver, interrupts' work and the application's copy included, and
what a stream at the wire's full rate (8,127 segments a second) takes of a core of 360 MHz at 1.5 cycles an instruction.
goodput is held against what the wire allows. A lost frame, a retransmission or a wrong byte is a failure too.

BOARD is emulator: an emulated ESP32-P4 (cmd/p4emu), which is built for it. Its time is that of the instructions which it
executes; the partner is no part of it and takes none.

Exit codes: 1 a stream in one direction takes more than half of the core, or one has less than 99.8 % of what the wire
allows, or loses something; 2 it could not be measured.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deviceBench(cmd.Context(), &f, cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.board, "board", "emulator", "where to measure")
	fl.StringVar(&f.out, "out", "", "write bench.json to a folder")
	fl.Int64Var(&f.mebibytes, "mib", 20, "MiB each way")
	fl.IntVar(&f.profile, "profile", 0, "show for the costs this many functions, those first in which the most was executed")
	return cmd
}

func deviceBench(ctx context.Context, f *benchFlags, stdout io.Writer) error {
	if f.board != "emulator" {
		return fmt.Errorf("stackproof device bench: no board is called %q: emulator is one", f.board)
	}
	if f.mebibytes < 1 || f.mebibytes > 1000 {
		return fmt.Errorf("stackproof device bench: --mib %d: it must be from 1 to 1000", f.mebibytes)
	}
	if f.profile < 0 {
		return fmt.Errorf("stackproof device bench: --profile %d: it must not be negative", f.profile)
	}
	_, dir, repo, err := imageFiles()
	if err != nil {
		return err
	}
	files := image.BenchIn(dir)
	if _, e := os.Stat(files.Flash); e != nil {
		return fmt.Errorf("stackproof: there is no image in %s: stackproof device build makes it", filepath.Join("build", image.ESP32P4, "bench"))
	}
	program, err := emulator.Build(ctx, repo, filepath.Join(repo, "build"))
	if err != nil {
		return err
	}
	rows := benchRows()
	if err := measureOn(soonAfter(ctx), program, files, f.profile, rows, f.mebibytes<<20, stdout); err != nil {
		return fmt.Errorf("stackproof device bench: %w", err)
	}
	if f.out != "" {
		if err := writeBench(f.out, rows); err != nil {
			return err
		}
	}
	return benchEnd(rows, stdout)
}

// measureOn boots the image and measures.
func measureOn(ctx context.Context, program string, files image.Files, profile int, rows []benchRow, bytes int64, stdout io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m, err := emulator.Start(ctx, program, files, "-partner", "-profile", strconv.Itoa(profile))
	if err != nil {
		return err
	}
	defer m.Close()
	limit := time.AfterFunc(benchPatience, stop)
	defer limit.Stop()
	board := &benchBoard{line: m, lines: bufio.NewScanner(m), alive: func() { limit.Reset(benchPatience) }}
	return bench(board, rows, bytes, stdout)
}

// bench measures each row and prints it.
func bench(b *benchBoard, rows []benchRow, bytes int64, stdout io.Writer) error {
	if err := b.hello(); err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if err := b.run(r, bytes); err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		verdict := "PASS"
		if r.Flaw != "" {
			verdict = "FAIL"
		}
		fmt.Fprintf(stdout, "%s %-20s %6.0f instructions a segment %6.0f cycles %5.1f %% of the core  %6.2f of %5.2f Mbit/s %6.2f %%",
			verdict, r.Name+":", r.Instructions, r.Instructions*benchCycles, r.Share, r.Mbits, r.Allowed, 100*r.Mbits/r.Allowed)
		if r.Flaw != "" {
			fmt.Fprintf(stdout, ": %s", r.Flaw)
		}
		fmt.Fprintln(stdout)
		for _, s := range r.Profile {
			fmt.Fprintf(stdout, "  %7.1f %s\n", s.Instructions, s.Function)
		}
	}
	return nil
}

// benchEnd prints the last line.
func benchEnd(rows []benchRow, stdout io.Writer) error {
	failed, share, goodput := 0, 0.0, 100.0
	fmt.Fprint(stdout, "bench:")
	for _, r := range rows {
		if r.Flaw != "" {
			failed++
		}
		if r.Receive != r.Send {
			share = max(share, r.Share)
			if !r.Timestamps {
				fmt.Fprintf(stdout, " %s=%.0f", strings.ReplaceAll(r.Name, "/", "_"), r.Instructions)
			}
		}
		goodput = min(goodput, 100*r.Mbits/r.Allowed)
	}
	fmt.Fprintf(stdout, " share=%.1f share_limit=%d goodput=%.2f goodput_limit=%.1f bytes=%d rows=%d fail=%d\n",
		share, shareLimit, goodput, goodputLimit, rows[0].Bytes, len(rows), failed)
	if failed > 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}

func writeBench(dir string, rows []benchRow) error {
	text, err := json.MarshalIndent(rows, "", "\t")
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "bench.json"), append(text, '\n'), 0o666)
	}
	if err != nil {
		return fmt.Errorf("stackproof device bench: --out: %w", err)
	}
	return nil
}
