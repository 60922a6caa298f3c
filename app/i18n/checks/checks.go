// Package checks is what the connection check says, on its page and in the
// terminal: what it looks at, what it may find, what that means and what to do
// about it. The app's wasm links none of it: the check works without.
package checks

import "hubbub/shared"

// State is how a check went.
type State string

// The states. A line that has none yet waits.
const (
	OK   State = "ok"
	Warn State = "warn" // it works, with less
	Fail State = "fail"
	Note State = "note" // nobody's fault: not tried, or somebody's choice
)

// Check is one thing that is looked at.
type Check string

// The checks. The first four need more than a page can see.
const (
	DNS           Check = "dns"
	Connect       Check = "connect"
	TLS           Check = "tls"
	Plain         Check = "plain" // http leads to https
	Address       Check = "address"
	Server        Check = "server"
	Clock         Check = "clock"
	Upgrade       Check = "upgrade"
	Subprotocol   Check = "subprotocol"
	RoundTrip     Check = "roundtrip"
	Frames        Check = "frames"
	Worker        Check = "worker"
	Storage       Check = "storage"
	Notifications Check = "notifications"
	Push          Check = "push" // to whoever is signed in, and back
	Idle          Check = "idle"
)

// Page lists the checks of the page, in its order. What takes minutes is last.
func Page() []Check {
	return []Check{Address, Server, Clock, Upgrade, Subprotocol, RoundTrip, Frames, Worker, Storage, Notifications, Push, Idle}
}

// Terminal lists the checks of hubbub check, in its order.
func Terminal() []Check {
	return []Check{DNS, Connect, TLS, Plain, Address, Server, Clock, Upgrade, Subprotocol, RoundTrip, Frames, Idle}
}

// Finding is something that a check found to be less than well.
type Finding string

// The findings.
const (
	NoAddress Finding = "no-address" // of the name
	NoServer  Finding = "no-server"  // at the address
	NoTLS     Finding = "no-tls"
	Untrusted Finding = "untrusted" // the certificate
	Expiring  Finding = "expiring"
	NoHTTPS   Finding = "no-redirect" // http answers by itself

	Insecure Finding = "insecure" // http, and not on this machine
	Origin   Finding = "origin"   // the server expects another
	NoFacts  Finding = "no-facts" // something else answers
	Unready  Finding = "unready"
	Skewed   Finding = "skewed"

	Stripped   Finding = "stripped"   // no Upgrade reached the server
	Lost       Finding = "lost"       // nothing reached the server
	Unanswered Finding = "unanswered" // it all reached the server
	NoProtocol Finding = "no-subprotocol"
	NoSocket   Finding = "no-socket" // /echo opens, /ws does not
	NoHello    Finding = "no-hello"
	Slow       Finding = "slow"
	Stalled    Finding = "stalled"
	TooLarge   Finding = "too-large"
	Cut        Finding = "cut"       // while quiet, before the next beat
	CutLater   Finding = "cut-later" // while quiet, after it

	NoWorker     Finding = "no-worker"
	WorkerFailed Finding = "worker-failed"
	NoStorage    Finding = "no-storage"
	Transient    Finding = "transient"
	Refused      Finding = "refused" // notifications
	NoNotices    Finding = "no-notices"
	NoPush       Finding = "no-push"
	Broken       Finding = "broken" // the check itself
)

// Advice is what a finding means and what to do about it. "%" stands for what
// is filled in.
type Advice struct {
	Means string `json:"means"`
	Do    string `json:"do"`
	Proxy bool   `json:"proxy,omitempty"` // the settings of proxies are worth a look
}

// Text is all that the check says in one language. "%" stands for what is
// filled in.
type Text struct {
	Code string `json:"-"`

	Title, Lead, Unscripted, Terminal string `json:"-"` // drawn by the server
	Proxies, ProxiesLead              string `json:"-"`
	Again, Home                       string `json:"-"`

	Running, Waits, AllFine, SomeWarn, SomeFail   string // how it goes, and went
	Copy, Copied, Report, SeeProxies, Ask, Waited string
	Means, Do                                     string // before the advice
	Skipped                                       string // what needs what failed
	Stores                                        string // of the server
	Apart, Opened, Trips, Sizes                   string // figures
	Alive, CutAfter, Going                        string
	Pushed, Devices, NoDevices, SignIn            string
	Runs, Kept, Cleared, Allowed, Unasked, Denied string
	Certificate, Redirects, Answers, Closed       string // of the terminal
	Unverified, Broke                             string

	States   map[State]string
	Names    map[Check]string
	Findings map[Finding]Advice
}

// For returns the texts of a language, English when it is not known.
func For(code string) *Text {
	if code == "zh" {
		return Chinese()
	}
	return English()
}

// Limits is what the check holds what it measures against, and how it
// measures.
type Limits struct {
	Protocol  string    `json:"protocol"`
	Event     string    `json:"event"`      // of the push
	Trips     int       `json:"trips"`      // round trips
	TripsTime float64   `json:"trips_time"` // seconds that they may take
	Slow      float64   `json:"slow"`       // milliseconds, of half of them
	Steps     []float64 `json:"steps"`      // of the histogram, in milliseconds
	Sizes     []int     `json:"sizes"`      // of messages, in bytes
	Idle      []float64 `json:"idle"`       // seconds of silence
	Beat      float64   `json:"beat"`       // seconds between the server's signs of life
	Patience  float64   `json:"patience"`   // seconds for an answer
	ClockOK   float64   `json:"clock_ok"`   // seconds apart that nobody notices
	ClockWarn float64   `json:"clock_warn"` // and from which things fail
}

// DefaultLimits is the check as people run it. The sizes are where frames
// change their form, and the largest that the server takes.
func DefaultLimits() Limits {
	return Limits{
		Protocol: shared.Subprotocol, Event: shared.CheckEvent,
		Trips: 40, TripsTime: 6, Slow: 300,
		Steps: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000},
		Sizes: []int{1, 125, 126, 1024, 4096, 16384, 65535, shared.MaxFrame},
		Idle:  []float64{30, 60, 120}, Beat: shared.BeatSeconds,
		Patience: 10, ClockOK: 5, ClockWarn: 120,
	}
}
