package script

import (
	"slices"
	"strings"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// sysctl is another system's setting: which knob it is here, and the value that it has there when nobody has touched
// it. A script that sets that value asks for nothing.
type sysctl struct {
	knob  sut.Knob // KnobNone: it has no meaning for a stack under test
	usual int64
	scale int64 // of its unit in the knob's; 0: 1
	per   int64 // of its units in one of the knob's; 0: 1
	not   bool  // it switches off what the knob switches on
	also  sut.Knob
	soft  bool   // a stack without the knob is taken as it is: its packets show what it does
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
	"net.inet.tcp.delayed_ack":            {knob: sut.KnobDelayedACK, usual: 1, scale: 40},
	"net.inet.tcp.icmp_may_rst":           {knob: sut.KnobICMPResets, usual: 1},
	"net.inet.tcp.syncookies":             {knob: sut.KnobSYNCookies, usual: 1},
	"net.inet.tcp.mssdflt":                {knob: sut.KnobDefaultMSS, usual: 536},
	"net.inet.tcp.v6mssdflt":              {knob: sut.KnobDefaultMSS, usual: 1220},
	"net.inet.tcp.path_mtu_discovery":     {knob: sut.KnobPathMTU, usual: 1},
	"net.inet.tcp.initcwnd_segments":      {knob: sut.KnobInitialWindow, usual: 10},
	"net.inet.tcp.msl":                    {knob: sut.KnobMSL, usual: 30000},
	"net.inet.tcp.abc_l_var":              {knob: sut.KnobABC, usual: 2, soft: true},
	"net.inet.tcp.rexmit_slop":            {knob: sut.KnobRTOSlack, usual: 200, soft: true},
	"net.inet.tcp.tolerate_missing_ts":    {knob: sut.KnobNeedTimestamps, usual: 0, not: true, soft: true},
	"kern.ipc.maxsockbuf":                 {knob: sut.KnobMostRecv, usual: 2 << 20, soft: true},
	"net.inet.tcp.udp_tunneling_port":     {from: tunnelled},
	"net.inet.tcp.fastopen.server_enable": {from: fastOpen},
	"net.inet.tcp.fastopen.client_enable": {from: fastOpen},

	"net.ipv4.tcp_timestamps":            {knob: sut.KnobTimestamps, usual: 1},
	"net.ipv4.tcp_window_scaling":        {knob: sut.KnobWindowScale, usual: 1},
	"net.ipv4.tcp_sack":                  {knob: sut.KnobSACK, usual: 1},
	"net.ipv4.tcp_ecn":                   {knob: sut.KnobECN, usual: 2},
	"net.ipv4.tcp_rmem":                  {knob: sut.KnobRecvBuffer, usual: 131072},
	"net.ipv4.tcp_wmem":                  {knob: sut.KnobSendBuffer, usual: 16384},
	"net.ipv4.tcp_rto_min_us":            {knob: sut.KnobMinRTO, also: sut.KnobRTOSlack, usual: 200000, per: 1000, soft: true},
	"net.ipv4.tcp_rto_max_ms":            {knob: sut.KnobMaxRTO, usual: 120000, soft: true},
	"net.ipv4.tcp_slow_start_after_idle": {knob: sut.KnobIdleRestart, usual: 1, soft: true},
	"net.ipv4.tcp_syn_retries":           {knob: sut.KnobSYNRetries, usual: 6},
	"net.ipv4.tcp_keepalive_time":        {knob: sut.KnobKeepIdle, usual: 7200, scale: 1000},
	"net.ipv4.tcp_keepalive_intvl":       {knob: sut.KnobKeepInterval, usual: 75, scale: 1000},
	"net.ipv4.tcp_keepalive_probes":      {knob: sut.KnobKeepCount, usual: 9},
	"net.ipv4.tcp_syncookies":            {knob: sut.KnobSYNCookies, usual: 1},
	"net.ipv4.tcp_fastopen":              {from: fastOpen},
	"net.ipv4.tcp_fastopen_key":          {from: fastOpen},
	"net.ipv4.tcp_fastopen_blackhole":    {from: fastOpen},

	"net.ipv4.tcp_fastopen_blackhole_timeout_sec": {from: fastOpen},
}

// tuned are other systems' settings of memory, caches, pacing, timers of their own and choice of algorithm, one group a
// prefix, where everything below a prefix is meant if it ends in a dot. They are taken as set: a stack that goes another
// way shows it in its packets.
var tuned = map[string][]string{
	"kern.": {"ipc.", "timecounter.", "hz", "features."},
	"net.":  {"core.", "ipv6.", "inet.ip.", "inet.icmp.", "inet6.", "ipv4.conf.", "ipv4.route.", "ipv4.neigh.", "link.", "isr."},
	"net.inet.tcp.": {
		"abc_l_var", "ack_war_cnt", "ack_war_timewindow", "always_keepalive", "bbr.", "bb.", "blackhole_local", "cc.",
		"do_lrd", "do_prr", "do_prr_conservative", "do_tcpdrain", "ecn.generic", "ecn.maxretries", "ecn.plusplus",
		"experimental.", "fast_finwait2_recycle", "finwait2_timeout", "functions_default", "functions_inherit_listen_socket_stack",
		"hostcache.", "initwnd", "insecure_ack", "isn_reseed_interval", "log_debug", "log_in_vain", "lro.", "map_limit",
		"maxtcptw", "maxunacktime", "minmss", "msl_local", "newcwv", "newreno_sack", "nolocaltimewait", "pacing.", "per_cpu_timers",
		"persmax", "persmin", "pmtud_blackhole_detection", "pmtud_blackhole_mss", "rack.", "reass.", "recvbuf_auto",
		"recvbuf_max", "require_unique_port", "retries", "rexmit_min", "rexmit_slop", "rfc3042", "rfc3390", "rfc3465",
		"rfc6675_pipe", "sack.", "sendbuf_auto", "sendbuf_auto_lowat", "sendbuf_inc", "sendbuf_max", "soreceive_stream",
		"split_limit", "syncache.", "syncookies_only", "tcbhashsize", "tolerate_missing_ts", "ts_offset_per_conn", "tso",
		"udp_tunneling_overhead", "use_rfc3042", "v6pmtud_blackhole_mss",
	},
	"net.ipv4.": {
		"icmp_ratelimit", "icmp_ratemask", "icmp_msgs_burst", "icmp_msgs_per_sec", "ip_early_demux", "ip_forward", "ip_local_port_range",
		"ip_no_pmtu_disc", "tcp_abort_on_overflow", "tcp_adv_win_scale", "tcp_allowed_congestion_control", "tcp_ao_enforce",
		"tcp_app_win", "tcp_autocorking", "tcp_backlog_ack_defer", "tcp_base_mss", "tcp_challenge_ack_limit",
		"tcp_comp_sack_delay_ns", "tcp_comp_sack_nr", "tcp_comp_sack_rtt_percent", "tcp_comp_sack_slack_ns",
		"tcp_congestion_control", "tcp_dsack", "tcp_early_demux", "tcp_early_retrans", "tcp_ecn_fallback", "tcp_ecn_option",
		"tcp_ecn_option_beacon", "tcp_fack", "tcp_fin_timeout", "tcp_frto", "tcp_fwmark_accept", "tcp_invalid_ratelimit",
		"tcp_limit_output_bytes", "tcp_low_latency", "tcp_max_orphans", "tcp_max_reordering", "tcp_max_ssthresh",
		"tcp_max_syn_backlog", "tcp_max_tw_buckets", "tcp_mem", "tcp_migrate_req", "tcp_min_rtt_wlen", "tcp_min_snd_mss",
		"tcp_min_tso_segs", "tcp_moderate_rcvbuf", "tcp_mtu_probe_floor", "tcp_mtu_probing", "tcp_no_metrics_save",
		"tcp_no_ssthresh_metrics_save", "tcp_notsent_lowat", "tcp_orphan_retries", "tcp_pacing_ca_ratio", "tcp_pacing_ss_ratio",
		"tcp_pingpong_thresh", "tcp_plb_enabled", "tcp_plb_rehash_rounds", "tcp_probe_interval", "tcp_probe_threshold",
		"tcp_rcvbuf_low_rtt", "tcp_recovery", "tcp_reflect_tos", "tcp_reordering", "tcp_retrans_collapse", "tcp_retries1",
		"tcp_retries2", "tcp_rfc1337", "tcp_rto_max_ms", "tcp_rto_min_us", "tcp_rx_skb_cache", "tcp_shrink_window",
		"tcp_slow_start_after_idle", "tcp_stdurg", "tcp_syn_linear_timeouts", "tcp_synack_retries", "tcp_thin_dupack",
		"tcp_thin_linear_timeouts", "tcp_tso_rtt_log", "tcp_tso_win_divisor", "tcp_tw_recycle", "tcp_tw_reuse", "tcp_tw_reuse_delay",
		"tcp_tx_skb_cache", "tcp_workaround_signed_windows", "udp_early_demux", "udp_mem", "udp_rmem_min", "udp_wmem_min",
	},
}

// tuning tells whether a setting is one of tuned.
func tuning(name string) bool {
	for prefix, names := range tuned {
		rest, below := strings.CutPrefix(name, prefix)
		if below && slices.ContainsFunc(names, func(n string) bool {
			return n == rest || strings.HasSuffix(n, ".") && strings.HasPrefix(rest, n)
		}) {
			_, knob := sysctls[name]
			return !knob
		}
	}
	return false
}

// habits are what Linux and FreeBSD do, with their settings as they come, where RFCs leave it open or let a host do otherwise
// for a reason. A script that has such a system's settings, or its file of defaults, is for that one.
var habits = map[string][]vm.Event{
	"net.ipv4.": {
		habit(sut.KnobABC, 255), // tcp_slow_start counts all that is acknowledged
		habit(sut.KnobMinRTO, 200), habit(sut.KnobRTOSlack, 200), habit(sut.KnobMaxRTO, 120000),
		habit(sut.KnobNeedTimestamps, 0), habit(sut.KnobMostRecv, 6<<20),
	},
	"net.inet.": {
		habit(sut.KnobABC, 2), habit(sut.KnobMinRTO, 230), habit(sut.KnobRTOSlack, 200), habit(sut.KnobMaxRTO, 64000),
		habit(sut.KnobMostRecv, 2<<20), habit(sut.KnobRACK, 0), habit(sut.KnobCUBIC, 0),
	},
}

func habit(k sut.Knob, value int64) vm.Event {
	return vm.Event{Kind: vm.Knob, Knob: k, Value: value, Soft: true}
}

// linuxDefaults are the settings of google's and the Linux kernel's file defaults.sh that mean something here.
var linuxDefaults = []string{"net.ipv4.tcp_rmem=4096 540000 15728640", "net.ipv4.tcp_wmem=4096 262144 4194304", "net.ipv4.tcp_ecn=0"}

// initScripts are the files by which suites set up their systems, and tools that only tune them. They say nothing to a
// stack under test.
var initScripts = setOf("defaults.sh", "defaults-linux.sh", "defaults-freebsd.sh", "sysctl_restore.sh", "set_defaults.sh", "ktap_helpers.sh")

// noCommands are commands that tune a system's queues, modules, keys and files, or wait for it.
var noCommands = setOf("tc", "ethtool", "kldload", "kldstat", "kldunload", "modprobe", "rmmod", "lsmod", "setkey", "sleep",
	"true", "false", ":", "rm", "dd", "cp", "mv", "mkdir", "rmdir", "touch", "truncate", "chmod", "chown", "sync", "cat", "date",
	"logger", "test", "[", "export", "unset", "set", "cd", "pwd", "exit", "uname", "id", "wait", "tcpdump")

// prefixCommands are words before the command that matters.
var prefixCommands = setOf("sudo", "!", "sh", "bash", "source", ".", "exec", "env", "time")

// quietIP are words of the command ip by which it changes nothing that a stack under test has.
var quietIP = setOf("tcp_metrics", "flush", "show", "list", "get", "-V")

func setOf(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
