//go:build linux

package record

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
)

func webScenarios() []*Scenario {
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("curl-nginx", "curl gets three files of nginx on one connection, one of which is missing", "http fin", []tool{toolCurl, toolNginx}, web),
		both("tls13", "openssl's client and server speak TLS 1.3", "tls fin", []tool{toolOpenSSL}, func(l *lab, ip family) error { return tls(l, ip, "-tls1_3") }),
		both("tls12", "openssl's client and server speak TLS 1.2", "tls fin", []tool{toolOpenSSL}, func(l *lab, ip family) error { return tls(l, ip, "-tls1_2") }),
		both("iperf3", "iperf3 sends 8 KiB, and is sent as much", "fin", []tool{toolIperf}, iperf),
		both("iperf3-udp", "iperf3 sends datagrams", "udp fin", []tool{toolIperf}, iperfUDP),
		both("mqtt", "mosquitto hands on messages with each quality of service", "mqtt fin", []tool{toolMosquitto, toolPublish, toolSubscribe}, mqtt),
	} {
		all = append(all, s...)
	}
	return all
}

// hostPort is how a program wants the server's address with a port.
func (p *pair) hostPort(port int) string { return net.JoinHostPort(p.address(), fmt.Sprint(port)) }

func web(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	for name, size := range map[string]int{"small": 100, "large": 12000} {
		if _, err := l.file("www/"+name+".txt", strings.Repeat("golden\n", size/7)); err != nil {
			return err
		}
	}
	config, err := l.file("nginx.conf", fmt.Sprintf(`daemon off; master_process off; user root; pid /run/nginx.pid; error_log stderr;
events { worker_connections 32; }
http {
  access_log off; server_tokens on;
  client_body_temp_path /run/b; proxy_temp_path /run/p; fastcgi_temp_path /run/f; uwsgi_temp_path /run/u; scgi_temp_path /run/s;
  server { listen %s; root %s; }
}
`, p.hostPort(80), filepath.Join(l.dir, "www")))
	if err != nil {
		return err
	}
	if err := p.server.serve("tcp 80", "nginx", "-c", config); err != nil {
		return err
	}
	base := "http://" + p.hostPort(80) + "/"
	if err := p.client.runs(fmt.Sprintf("curl -sS -g -o /dev/null %ssmall.txt -o /dev/null %slarge.txt -o /dev/null %snone.txt", base, base, base)); err != nil {
		return err
	}
	return l.settle()
}

func tls(l *lab, ip family, version string) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	key, cert := "key.pem", "cert.pem" // s_server shows its arguments to clients: no path of the machine
	// Nobody keeps this key: it is gone with the lab.
	if err := p.server.runs(fmt.Sprintf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=example.test -keyout %s -out %s", key, cert)); err != nil {
		return err
	}
	if err := p.server.serve("tcp 443", "openssl", "s_server", "-accept", p.hostPort(443), "-key", key, "-cert", cert, "-www", version); err != nil {
		return err
	}
	request, err := l.file("request", "GET / HTTP/1.0\r\n\r\n")
	if err != nil {
		return err
	}
	script := fmt.Sprintf("exec openssl s_client -connect '%s' -servername example.test %s -quiet -ign_eof <%s", p.hostPort(443), version, request)
	if _, err := p.client.run("sh", "-c", script); err != nil {
		return err
	}
	return l.settle()
}

func iperf(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	if err := p.server.serve("tcp 5201", "iperf3", "-s"); err != nil {
		return err
	}
	client := "iperf3 -c " + p.address() + " -n 8K -l 2K"
	if err := p.client.runs(client, client+" -R"); err != nil {
		return err
	}
	return l.settle()
}

func iperfUDP(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	if err := p.server.serve("tcp 5201", "iperf3", "-s"); err != nil {
		return err
	}
	if err := p.client.runs("iperf3 -u -b 1M -l 1000 -n 8K -c " + p.address()); err != nil {
		return err
	}
	return l.settle()
}

func mqtt(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	config, err := l.file("mosquitto.conf", fmt.Sprintf("user root\nlistener 1883 %s\nallow_anonymous true\npersistence false\n", p.address()))
	if err != nil {
		return err
	}
	if err := p.server.serve("tcp 1883", "mosquitto", "-c", config); err != nil {
		return err
	}
	var heard output
	before := l.tape.count()
	if _, err := p.client.start(&heard, "mosquitto_sub", "-h", p.address(), "-i", "reader", "-q", "2", "-t", "golden/#", "-C", "3", "-v"); err != nil {
		return err
	}
	if err := l.eventually("the subscriber speaks", func() bool { return l.tape.count() > before }); err != nil {
		return err
	}
	if err := l.settle(); err != nil { // it has subscribed
		return err
	}
	for qos := range 3 {
		if _, err := p.client.run("mosquitto_pub", "-h", p.address(), "-i", fmt.Sprintf("writer%d", qos), "-q", fmt.Sprint(qos),
			"-t", fmt.Sprintf("golden/%d", qos), "-m", strings.Repeat("message ", 1+60*qos)); err != nil {
			return err
		}
	}
	if err := l.eventually("the subscriber has all", func() bool { return strings.Count(heard.String(), "golden/") == 3 }); err != nil {
		return err
	}
	return l.settle()
}
