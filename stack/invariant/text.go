package invariant

var names = [numRules]string{
	OK:               "ok",
	SendOrder:        "tcp-send-order",
	SendMarks:        "tcp-send-marks",
	SendQueue:        "tcp-send-queue",
	SendWindow:       "tcp-send-window",
	SegmentSize:      "tcp-segment-size",
	FINState:         "tcp-fin-state",
	SYNState:         "tcp-syn-state",
	PeerFIN:          "tcp-peer-fin",
	ReceiveOrder:     "tcp-receive-order",
	ReceiveRoom:      "tcp-receive-room",
	ReceiveQueue:     "tcp-receive-queue",
	ReceiveMarks:     "tcp-receive-marks",
	ReceiveBlocks:    "tcp-receive-blocks",
	BoardRuns:        "tcp-scoreboard-runs",
	BoardSums:        "tcp-scoreboard-sums",
	Congestion:       "tcp-congestion",
	RTOBounds:        "tcp-rto-bounds",
	TimerMode:        "tcp-timer-mode",
	TimerBounds:      "tcp-timer-bounds",
	TCPList:          "tcp-table-list",
	TCPHeap:          "tcp-table-heap",
	TCPQueue:         "tcp-table-queue",
	TCPIdle:          "tcp-table-idle",
	TCPSlot:          "tcp-table-slot",
	TCPUse:           "tcp-table-use",
	TCPPending:       "tcp-table-pending",
	TCPPorts:         "tcp-table-ports",
	UDPQueue:         "udp-queue",
	UDPUse:           "udp-use",
	NeighbourRow:     "neighbour-row",
	NeighbourWaiting: "neighbour-waiting",
	NeighbourTime:    "neighbour-time",
	FragmentRow:      "fragment-row",
	FragmentUnits:    "fragment-units",
	GroupRow:         "group-row",
	PathRow:          "path-row",
	StagedBounds:     "staged-bounds",
	LoopBounds:       "loop-bounds",
	ClaimState:       "claim-state",
	ErrorTokens:      "error-tokens",
	SocketUse:        "socket-use",
	SocketGroup:      "socket-group",
	FaceRow:          "face-row",
	FaceRefs:         "face-refs",
}

// String returns the rule's name: lower case, words joined by hyphens.
func (r Rule) String() string {
	if r >= numRules {
		return "unknown"
	}
	return names[r]
}

// Rules returns how many rules there are; they run from 1 to one less than that.
func Rules() Rule { return numRules }
