package oracle

// book are the rules for each state, in the order in which RFC 9293 3.10.7 has them.
var book = [states][]Rule{
	Closed: closed, Listen: listen, SynSent: synSent,
	SynReceived: others, Established: others, FinWait1: others, FinWait2: others, CloseWait: others, Closing: others,
	LastAck: others, TimeWait: others,
}

var (
	always       = of(Closed, Listen, SynSent, SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait)
	synchronised = always &^ of(Closed, Listen, SynSent, SynReceived)
	receiving    = of(Established, FinWait1, FinWait2)
	finished     = of(CloseWait, Closing, LastAck, TimeWait) // the peer's FIN has come
)

// closed is RFC 9293 3.10.7.1: CLOSED, where there is no connection.
var closed = []Rule{
	{[]string{"RFC9293:3.10.7.1:1"}, always, has(RST), drop, true},
	{[]string{"RFC9293:3.10.7.1:2"}, always, lacks(ACK), refuse, true},
	{[]string{"RFC9293:3.10.7.1:3"}, always, has(ACK), reset, true},
}

// listen is RFC 9293 3.10.7.2.
var listen = []Rule{
	// First, check for a RST. Second, check for an ACK.
	{[]string{"RFC9293:3.10.7.2:1"}, always, has(RST), drop, true},
	{[]string{"RFC9293:3.10.7.2:2"}, always, has(ACK), reset, true},
	// Third, check for a SYN. What else it carries waits until the connection is established.
	{[]string{"RFC9293:3.10.7.2:3"}, always, has(SYN), begin, true},
	// Fourth, other data or control.
	{[]string{"RFC9293:3.10.7.2:4"}, always, anything, drop, true},
}

// synSent is RFC 9293 3.10.7.3.
var synSent = []Rule{
	// First, check the ACK bit.
	{[]string{"RFC9293:3.10.7.3:2"}, always, all(has(ACK), not(acksSYN), has(RST)), drop, true},
	{[]string{"RFC9293:3.10.7.3:1"}, always, all(has(ACK), not(acksSYN)), reset, true},
	// Second, check the RST bit.
	{[]string{"RFC9293:3.10.7.3:3"}, always, all(has(RST), has(ACK)), die, true},
	{[]string{"RFC9293:3.10.7.3:4"}, always, has(RST), drop, true},
	// Fourth, check the SYN bit.
	{[]string{"RFC9293:3.10.7.3:5"}, always, all(has(SYN), has(ACK)), open, false},
	{[]string{"RFC9293:3.10.7.3:6"}, of(SynSent), has(SYN), begin, true},
	// Fifth, if neither of SYN and RST is set.
	{[]string{"RFC9293:3.10.7.3:7"}, of(SynSent), anything, drop, true},
	// From the fourth on to the sixth step of 3.10.7.4 with what is behind the SYN.
	{[]string{"RFC9293:3.10.7.4:12"}, of(Established), hasText, take, false},
	{[]string{"RFC9293:3.10.7.4:13"}, of(Established), has(FIN), finish(CloseWait), false},
}

// others is RFC 9293 3.10.7.4: all other states. Its third step, security, and its sixth, the urgent pointer, have no rule.
var others = []Rule{
	// Before the first: what is said elsewhere of a SYN that opens a connection anew, and of one that comes again.
	{[]string{"RFC9293 MAY-2", "RFC6191:2:5"}, of(TimeWait), all(has(SYN), lacks(ACK), lacks(RST), beyond), reopen, true},
	{[]string{"RFC9293:3.10.7.2:3"}, of(SynReceived), all(has(SYN), lacks(ACK), lacks(RST), again), synAckAgain, true},

	// First, check the sequence number.
	{[]string{"RFC9293:3.10.7.4:3", "RFC5961:3.2:3"}, always, all(has(RST), not(beginsInside)), drop, true},
	{[]string{"RFC9293:3.10.7.4:15", "RFC9293:3.10.7.4:2"}, of(TimeWait), all(has(FIN), not(acceptable)), acknowledge, true},
	{[]string{"RFC9293:3.10.7.4:2"}, always, all(lacks(RST), not(acceptable)), acknowledge, true},

	// Second, check the RST bit, as RFC 5961 3.2 has it. RFC 1337 3 has TIME-WAIT ignore it.
	{[]string{"RFC9293 MUST-13"}, of(TimeWait), has(RST), drop, true},
	{[]string{"RFC9293:3.10.7.4:4", "RFC9293:3.10.7.4:6"}, of(SynReceived), all(has(RST), exact, passive), goBack, true},
	{[]string{"RFC9293:3.10.7.4:4", "RFC5961:3.2:1"}, always, all(has(RST), exact), die, true},
	{[]string{"RFC9293:3.10.7.4:5", "RFC5961:3.2:2"}, always, has(RST), acknowledge, true},

	// Fourth, check the SYN bit, as RFC 5961 4.2 has it.
	{[]string{"RFC9293:3.10.7.4:16"}, of(SynReceived), all(has(SYN), passive), goBack, true},
	{[]string{"RFC9293:3.10.7.4:7", "RFC5961:4.2:1"}, always, has(SYN), acknowledge, true},

	// Fifth, check the ACK field, as RFC 5961 5.2 has it.
	{[]string{"RFC9293:3.10.7.4:8"}, always, lacks(ACK), drop, true},
	{[]string{"RFC9293:3.10.7.4:9"}, of(SynReceived), not(acksNew), reset, true},
	{[]string{"RFC9293:3.5:1"}, of(SynReceived), acksNew, establish, false},
	{[]string{"RFC9293:3.10.7.4:10"}, synchronised, acksUnsent, acknowledge, true},
	{[]string{"RFC9293 MAY-12", "RFC5961:5.2:1"}, synchronised, acksLongAgo, acknowledge, true},
	{[]string{"RFC9293:3.10.7.4:11"}, synchronised, not(acksNew), nothing, false},
	{[]string{"RFC9293:3.10.7.4:17"}, of(LastAck), acksFIN, end, true},
	{[]string{"RFC9293:3.10.7.4:17"}, of(FinWait1), acksFIN, become(FinWait2), false},
	{[]string{"RFC9293:3.10.7.4:17"}, of(Closing), acksFIN, become(TimeWait), false},
	{[]string{"RFC9293:3.10.7.4:22"}, synchronised, acksNew, advance, false},

	// Seventh, process the segment text. Eighth, check the FIN bit. What has come early waits for both.
	{[]string{"RFC9293 SHLD-31"}, receiving, all(early, either(hasText, has(FIN))), hold, true},
	{[]string{"RFC9293:3.10.7.4:12"}, receiving, hasText, take, false},
	{[]string{"RFC9293 SHLD-31"}, receiving, waited, takeHeld, false},
	{[]string{"RFC9293:3.10.7.4:18"}, finished, hasText, drop, true},
	{[]string{"RFC9293:3.10.7.4:13"}, of(Established), has(FIN), finish(CloseWait), true},
	{[]string{"RFC9293:3.10.7.4:13", "RFC9293:3.10.7.4:14"}, of(FinWait1), has(FIN), finish(Closing), true},
	{[]string{"RFC9293:3.10.7.4:13"}, of(FinWait2), has(FIN), finish(TimeWait), true},
	{[]string{"RFC9293:3.10.7.4:18"}, finished, has(FIN), drop, true},
}
