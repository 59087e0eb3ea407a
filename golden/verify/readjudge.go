package verify

import "stackproof/conformance/frame"

// judged are the fields that the judge's codec reads one to one. TCP's options it walks.
var judged = []struct {
	to   Field
	from frame.Field
}{
	{EthDst, frame.EthDst}, {EthSrc, frame.EthSrc}, {EthType, frame.EthType},
	{ARPHType, frame.ARPHType}, {ARPPType, frame.ARPPType}, {ARPHLen, frame.ARPHLen}, {ARPPLen, frame.ARPPLen},
	{ARPOp, frame.ARPOp}, {ARPSHA, frame.ARPSHA}, {ARPSPA, frame.ARPSPA}, {ARPTHA, frame.ARPTHA}, {ARPTPA, frame.ARPTPA},
	{IPVersion, frame.IPVersion}, {IPIHL, frame.IPIHL}, {IPTOS, frame.IPTOS}, {IPFlow, frame.IPFlow}, {IPLen, frame.IPLen},
	{IPRF, frame.IPRF}, {IPDF, frame.IPDF}, {IPTTL, frame.IPTTL}, {IPProto, frame.IPProto}, {IPSum, frame.IPSum},
	{IPSrc, frame.IPSrc}, {IPDst, frame.IPDst},
	{ICMPType, frame.ICMPType}, {ICMPCode, frame.ICMPCode}, {ICMPSum, frame.ICMPSum}, {QuoteSeq, frame.QuoteSeq},
	{NDTarget, frame.NDTarget}, {NDDest, frame.NDDest}, {NDSLL, frame.NDSLL}, {NDTLL, frame.NDTLL},
	{IGMPType, frame.IGMPType}, {IGMPSum, frame.IGMPSum}, {RecordType, frame.RecordType},
	{UDPSrcPort, frame.UDPSrcPort}, {UDPDstPort, frame.UDPDstPort}, {UDPLen, frame.UDPLen}, {UDPSum, frame.UDPSum},
	{TCPSrcPort, frame.TCPSrcPort}, {TCPDstPort, frame.TCPDstPort}, {TCPSeq, frame.TCPSeq}, {TCPAck, frame.TCPAck},
	{TCPOff, frame.TCPOff}, {TCPReserved, frame.TCPRes}, {TCPFlags, frame.TCPFlags}, {TCPWindow, frame.TCPWin},
	{TCPSum, frame.TCPSum}, {TCPUrgent, frame.TCPUrg},
}

// ruling is what a flaw that the judge's codec finds means here.
type ruling struct {
	verdict Field // that is 0; NumFields: none, the flaw is one of what a sender may not do
	end     Field // from here on the judge has no say
}

var rulings = map[frame.Flaw]ruling{
	frame.FrameShort:     {verdict: EthWhole},
	frame.FrameLong:      {NumFields, ARPWhole},
	frame.EthLength:      {NumFields, ARPWhole},
	frame.EthSource:      {NumFields, ARPWhole},
	frame.ARPShort:       {verdict: ARPWhole},
	frame.ARPKind:        {NumFields, ARPSHA},
	frame.ARPSender:      {NumFields, IPWhole},
	frame.IPShort:        {verdict: IPWhole},
	frame.IPVersionWrong: {verdict: IPWhole},
	frame.IPHeaderLength: {verdict: IPWhole},
	frame.IPLength:       {verdict: IPWhole},
	frame.IPChecksum:     {IPSumOK, IPOptionsWhole},
	frame.IPReserved:     {NumFields, IPOptionsWhole},
	frame.IPZeroTTL:      {NumFields, IPOptionsWhole},
	frame.IPSource:       {NumFields, IPOptionsWhole},
	frame.FragmentLength: {NumFields, ExtWhole},
	frame.IPOption:       {NumFields, IPOptionsWhole},
	frame.ExtShort:       {verdict: ExtWhole},
	frame.ExtOption:      {NumFields, ExtWhole},
	frame.ICMPShort:      {verdict: ICMPWhole},
	frame.ICMPChecksum:   {ICMPSumOK, QuoteWhole},
	frame.ICMPQuote:      {NumFields, QuoteWhole},
	frame.ICMPLong:       {NumFields, QuoteWhole},
	frame.NDInvalid:      {NumFields, NDWhole},
	frame.NDOption:       {NumFields, NDWhole},
	frame.IGMPShort:      {NumFields, GroupWhole},
	frame.IGMPChecksum:   {IGMPSumOK, GroupWhole},
	frame.MLDInvalid:     {NumFields, GroupWhole},
	frame.UDPShort:       {verdict: UDPWhole},
	frame.UDPLength:      {NumFields, UDPWhole},
	frame.UDPChecksum:    {UDPSumOK, NumFields},
	frame.TCPShort:       {verdict: TCPWhole},
	frame.TCPOffset:      {verdict: TCPWhole},
	frame.TCPChecksum:    {TCPSumOK, TCPOptionsWhole},
	frame.TCPReserved:    {NumFields, TCPOptionsWhole},
	frame.TCPOption:      {NumFields, TCPOptionsWhole},
	frame.TCPOptionPlace: {NumFields, TCPOptionsWhole},
	frame.TCPOptionEnd:   {NumFields, NumFields},
	frame.Padding:        {NumFields, NumFields},
	frame.Trailer:        {NumFields, NumFields},
}

// sums are the checksums that verdicts are about.
var sums = map[Field]Field{IPSumOK: IPSum, ICMPSumOK: ICMPSum, IGMPSumOK: IGMPSum, UDPSumOK: UDPSum, TCPSumOK: TCPSum}

// readJudge has the judge's codec read an Ethernet frame. rule is what of it no sender may do, Sound for nothing.
func readJudge(b []byte, r *Reading, v *frame.View) (rule frame.Flaw) {
	r.reset(b)
	d := frame.Parse(b, v)
	for _, j := range judged {
		if a, ok := v.Addr(j.from); ok {
			r.bytes(j.to, a)
		} else if n, ok := v.Get(j.from); ok {
			r.num(j.to, uint64(n))
		}
	}
	r.num(EthWhole, 1)
	switch v.Net {
	case frame.NetARP:
		r.num(ARPWhole, 1)
	case frame.NetIPv4, frame.NetIPv6:
		r.judgeIP(v)
	}
	if d.OK() {
		return frame.Sound
	}
	x := rulings[d.Flaw]
	switch {
	case d.Flaw == frame.ARPKind && !(r.is(ARPHLen, 6) && r.is(ARPPLen, 4)):
		x.end = ARPWhole
	case d.Flaw == frame.ICMPShort && v.Transport == frame.TransportICMP:
		x.verdict = NDWhole
	case d.Flaw == frame.IGMPShort && !r.has[IGMPType] && v.Net == frame.NetIPv4:
		x.verdict = IGMPWhole
	case d.Flaw == frame.FragmentLength && v.Net == frame.NetIPv4:
		x.end = IPOptionsWhole
	}
	if s, ok := sums[x.verdict]; ok && r.is(s, 0xffff) {
		x = ruling{NumFields, x.verdict} // the other form of zero, which no sender computes and every receiver takes
	}
	if x.verdict < NumFields {
		r.refuse(x.verdict, d.String())
		if x.end == 0 {
			x.end = x.verdict + 1
		}
	} else {
		rule = d.Flaw
	}
	r.end = min(r.end, x.end)
	return rule
}

// judgeIP notes what the judge's codec has found in a packet that has the lengths that it says it has.
func (r *Reading) judgeIP(v *frame.View) {
	r.num(IPWhole, 1)
	if off, ok := v.Get(frame.IPOff); ok {
		r.num(IPOff, uint64(off)*8)
	}
	if mf, ok := v.Get(frame.IPMF); ok {
		r.num(IPMF, uint64(mf))
	}
	if id, ok := v.Get(frame.IPID); ok {
		r.num(IPID, uint64(id))
	}
	if v.Net == frame.NetIPv4 {
		r.num(IPSumOK, 1)
	} else {
		r.judgeFragment()
		r.num(ExtWhole, 1)
		r.bytes(ExtHeaders, v.NetOptions())
	}
	r.bytes(IPBody, v.Body())
	switch v.Transport {
	case frame.TransportTCP:
		r.num(TCPWhole, 1)
		r.num(TCPSumOK, 1)
		r.bytes(TCPBody, v.Payload())
		r.judgeOptions(v.Options())
	case frame.TransportUDP:
		r.num(UDPWhole, 1)
		r.num(UDPSumOK, 1)
		r.bytes(UDPBody, v.Payload())
	case frame.TransportICMP:
		r.judgeICMP(v)
	}
	if r.has[IGMPType] {
		r.num(IGMPWhole, 1)
		r.num(IGMPSumOK, 1)
		if a, ok := v.Addr(frame.RecordGroup4); ok {
			r.bytes(RecordGroup, a)
		} else if a, ok := v.Addr(frame.IGMPGroup); ok && r.values[IGMPType].n != 0x22 && !oldQuery(v) {
			r.bytes(GroupAddr, a)
		}
	}
}

// oldQuery tells a query of IGMPv1, which has no group.
func oldQuery(v *frame.View) bool {
	typ, _ := v.Get(frame.IGMPType)
	code, _ := v.Get(frame.IGMPCode)
	return typ == 0x11 && code == 0 && len(v.Body()) == 8
}

// judgeFragment moves what the judge calls alike over both versions of IP to the fields of the fragment header.
func (r *Reading) judgeFragment() {
	for _, f := range [...][2]Field{{IPID, FragID}, {IPMF, FragMF}, {IPOff, FragOff}} {
		if r.has[f[0]] {
			r.num(f[1], r.values[f[0]].n)
			r.has[f[0]] = false
		}
	}
}

func (r *Reading) judgeICMP(v *frame.View) {
	r.num(ICMPWhole, 1)
	r.num(ICMPSumOK, 1)
	id, _ := v.Get(frame.ICMPID)
	seq, _ := v.Get(frame.ICMPSeq)
	r.num(ICMPRest, uint64(id)<<16|uint64(seq))
	if v.Net != frame.NetIPv6 {
		return
	}
	switch t := r.values[ICMPType].n; {
	case t >= 133 && t <= 137:
		r.num(NDWhole, 1)
		if n, ok := v.Get(frame.NDFlags); ok && t == 136 {
			r.num(NDFlags, uint64(n))
		}
	case t == 143:
		if a, ok := v.Addr(frame.RecordGroup6); ok {
			r.bytes(RecordGroup, a)
		}
	default:
		if a, ok := v.Addr(frame.MLDGroup); ok {
			r.bytes(GroupAddr, a)
		}
	}
}

// judgeOptions walks TCP's options.
func (r *Reading) judgeOptions(opts []byte) {
	from := len(r.scratch)
	for len(opts) > 0 {
		o, ok := frame.NextOption(opts)
		if !ok || o.Kind == frame.OptEOL {
			break
		}
		if o.Kind != frame.OptNOP {
			r.item(o.Kind, o.Data)
			r.option(o.Kind, o.Data)
		}
		opts = opts[o.Len:]
	}
	r.num(TCPOptionsWhole, 1)
	r.list(TCPOptions, from)
}

// option notes what a TCP option says.
func (r *Reading) option(kind uint8, b []byte) {
	switch {
	case kind == frame.OptMSS && len(b) == 2:
		r.num(TCPMSS, number(b))
	case kind == frame.OptWScale && len(b) == 1:
		r.num(TCPWScale, number(b))
	case kind == frame.OptSACKPerm && len(b) == 0:
		r.num(TCPSACKPermitted, 1)
	case kind == frame.OptTimestamps && len(b) == 8:
		r.num(TCPTSVal, number(b[:4]))
		r.num(TCPTSEcr, number(b[4:]))
	case kind == frame.OptSACK && len(b) >= 8 && len(b)%8 == 0:
		r.bytes(TCPSACK, b)
	}
}

// number reads bytes in network order.
func number(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
