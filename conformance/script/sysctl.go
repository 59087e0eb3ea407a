package script

import (
	"stackproof/conformance/sut"
)

// sysctl is another system's setting: which knob it is here, and the value that it has there when nobody has touched
// it. A script that sets that value asks for nothing.
type sysctl struct {
	knob  sut.Knob // KnobNone: it has no meaning for a stack under test
	usual int64
	scale int64  // of its unit in the knob's; 0: 1
	from  string // the construct of the closed list that a value above 0 asks for
}

// sysctls are the settings that suites of scripts use, under their names on FreeBSD and Linux.
var sysctls = map[string]sysctl{
	"net.inet.tcp.sack.enable":            {knob: sut.KnobSACK, usual: 1},
	"net.inet.tcp.ecn.enable":             {knob: sut.KnobECN, usual: 2},
	"net.inet.tcp.recvspace":              {knob: sut.KnobRecvBuffer, usual: 65536},
	"net.inet.tcp.sendspace":              {knob: sut.KnobSendBuffer, usual: 32768},
	"net.inet.tcp.insecure_rst":           {knob: sut.KnobLooseRST},
	"net.inet.tcp.insecure_syn":           {knob: sut.KnobLooseSYN},
	"net.inet.tcp.drop_synfin":            {knob: sut.KnobDropSYNFIN},
	"net.inet.tcp.blackhole":              {knob: sut.KnobBlackhole},
	"net.inet.tcp.rexmit_initial":         {knob: sut.KnobInitialRTO, usual: 1000},
	"net.inet.tcp.rexmit_drop_options":    {knob: sut.KnobPlainSYN},
	"net.inet.tcp.keepinit":               {knob: sut.KnobConnectTimeout, usual: 75000},
	"net.inet.tcp.keepidle":               {knob: sut.KnobKeepIdle, usual: 7200000},
	"net.inet.tcp.keepintvl":              {knob: sut.KnobKeepInterval, usual: 75000},
	"net.inet.tcp.keepcnt":                {knob: sut.KnobKeepCount, usual: 8},
	"net.inet.tcp.delacktime":             {knob: sut.KnobDelayedACK, usual: 40},
	"net.inet.tcp.icmp_may_rst":           {knob: sut.KnobICMPResets, usual: 1},
	"net.inet.tcp.syncookies":             {knob: sut.KnobSYNCookies, usual: 1},
	"net.inet.tcp.mssdflt":                {knob: sut.KnobDefaultMSS, usual: 536},
	"net.inet.tcp.v6mssdflt":              {knob: sut.KnobDefaultMSS, usual: 1220},
	"net.inet.tcp.path_mtu_discovery":     {knob: sut.KnobPathMTU, usual: 1},
	"net.inet.tcp.initcwnd_segments":      {knob: sut.KnobInitialWindow, usual: 10},
	"net.inet.tcp.msl":                    {knob: sut.KnobMSL, usual: 30000},
	"net.inet.tcp.udp_tunneling_port":     {from: tunnelled},
	"net.inet.tcp.fastopen.server_enable": {from: fastOpen},
	"net.inet.tcp.fastopen.client_enable": {from: fastOpen},

	"net.ipv4.tcp_timestamps":         {knob: sut.KnobTimestamps, usual: 1},
	"net.ipv4.tcp_window_scaling":     {knob: sut.KnobWindowScale, usual: 1},
	"net.ipv4.tcp_sack":               {knob: sut.KnobSACK, usual: 1},
	"net.ipv4.tcp_ecn":                {knob: sut.KnobECN, usual: 2},
	"net.ipv4.tcp_rmem":               {knob: sut.KnobRecvBuffer, usual: 131072},
	"net.ipv4.tcp_wmem":               {knob: sut.KnobSendBuffer, usual: 16384},
	"net.ipv4.tcp_syn_retries":        {knob: sut.KnobSYNRetries, usual: 6},
	"net.ipv4.tcp_keepalive_time":     {knob: sut.KnobKeepIdle, usual: 7200, scale: 1000},
	"net.ipv4.tcp_keepalive_intvl":    {knob: sut.KnobKeepInterval, usual: 75, scale: 1000},
	"net.ipv4.tcp_keepalive_probes":   {knob: sut.KnobKeepCount, usual: 9},
	"net.ipv4.tcp_syncookies":         {knob: sut.KnobSYNCookies, usual: 1},
	"net.ipv4.tcp_fastopen":           {from: fastOpen},
	"net.ipv4.tcp_fastopen_key":       {from: fastOpen},
	"net.ipv4.tcp_fastopen_blackhole": {from: fastOpen},
}

// noSysctls are settings of another system's memory, caches, pacing and choice of algorithm. They are taken as set: a
// stack that goes another way shows it in its packets.
var noSysctls = setOf(
	"kern.ipc.maxsockbuf", "kern.timecounter.alloweddeviation", "net.inet.tcp.hostcache.purgenow",
	"net.inet.tcp.hostcache.enable", "net.inet.tcp.rexmit_slop", "net.inet.tcp.rexmit_min", "net.inet.tcp.cc.algorithm",
	"net.inet.tcp.functions_default", "net.inet.tcp.udp_tunneling_overhead", "net.inet.tcp.tolerate_missing_ts",
	"net.inet.tcp.syncookies_only", "net.inet.tcp.always_keepalive", "net.inet.tcp.sendbuf_auto",
	"net.inet.tcp.recvbuf_auto", "net.inet.tcp.tso", "net.inet.tcp.do_prr",
	"net.core.rmem_max", "net.core.wmem_max", "net.core.default_qdisc", "net.ipv4.tcp_frto", "net.ipv4.tcp_dsack",
	"net.ipv4.tcp_fack", "net.ipv4.tcp_reordering", "net.ipv4.tcp_congestion_control",
	"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_early_retrans", "net.ipv4.tcp_recovery",
	"net.ipv4.tcp_tso_win_divisor", "net.ipv4.tcp_pacing_ss_ratio", "net.ipv4.tcp_pacing_ca_ratio",
	"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_min_tso_segs", "net.ipv4.tcp_no_metrics_save",
	"net.ipv4.tcp_autocorking", "net.ipv4.tcp_limit_output_bytes", "net.ipv4.tcp_synack_retries",
	"net.ipv4.tcp_moderate_rcvbuf", "net.ipv4.tcp_adv_win_scale", "net.ipv4.tcp_min_rtt_wlen",
	"net.ipv4.tcp_comp_sack_delay_ns", "net.ipv4.tcp_comp_sack_nr", "net.ipv4.tcp_comp_sack_slack_ns",
	"net.ipv4.tcp_abort_on_overflow", "net.ipv4.tcp_thin_linear_timeouts", "net.ipv4.tcp_rto_min_us",
)

// initScripts are the files by which suites set up their systems, and tools that only tune them. They say nothing to a
// stack under test.
var initScripts = setOf("defaults.sh", "sysctl_restore.sh", "set_defaults.sh", "ktap_helpers.sh")

// noCommands are commands that tune a system's queues, modules and keys, or wait for it.
var noCommands = setOf("tc", "ethtool", "kldload", "kldstat", "modprobe", "sleep", "true", ":", "rm", "chmod", "sync", "echo", "cat")

func setOf(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
