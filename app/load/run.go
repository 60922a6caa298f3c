//go:build !js

package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/app/testbed"
)

const help = `hubbub load measures a server: it opens connections, posts at a rate, and says how
long messages take. It starts a server of its own, or goes to one that you name.

  hubbub load [settings]

  --connections N  that hear every room (default 1000)
  --rooms N        (default 1)
  --rate N         messages per second in all (default 50)
  --for D          how long (default 10s)
  --storm          then cut all connections and see how fast all are back
  --invite URL     an invite to a server that runs
  --json           print the figures as JSON
`

const (
	mark      = "load " // how our messages begin; the time follows
	perGuest  = 50      // connections of one guest
	maxGuests = 40      // so that letting them in takes no longer than measuring
	dialling  = 64      // connections made at the same time
)

type settings struct {
	connections, rooms, rate int
	length                   time.Duration
	storm, json              bool
	invite                   string
}

// Figures are what was measured.
type Figures struct {
	Connections   int     `json:"connections"`
	Rooms         int     `json:"rooms"`
	ConnectPerSec float64 `json:"connections_per_second"`
	Posts         int64   `json:"posts_acknowledged"`
	Refused       int64   `json:"posts_refused"`
	Acks          spread  `json:"acknowledgement"`
	Deliveries    int64   `json:"deliveries"`
	PerSec        float64 `json:"deliveries_per_second"`
	Latency       spread  `json:"post_to_delivery"`
	Storm         float64 `json:"storm_seconds,omitempty"` // until everybody was back
}

// run is one measurement.
type run struct {
	settings
	town      *testbed.Town
	listeners []*listener
	work      sync.WaitGroup
	acks      histogram
	latency   histogram
	refused   atomic.Int64
}

// Run is the command. start is the command line of the server to measure.
func Run(ctx context.Context, start testbed.Command, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, help)
		return 0
	}
	if err == nil {
		err = measure(ctx, s, start, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "hubbub load:", err)
		return 2
	}
	return 0
}

func parse(args []string) (s settings, err error) {
	set := flag.NewFlagSet("hubbub load", flag.ContinueOnError)
	set.SetOutput(io.Discard) // Run says it, once
	set.IntVar(&s.connections, "connections", 1000, "")
	set.IntVar(&s.rooms, "rooms", 1, "")
	set.IntVar(&s.rate, "rate", 50, "")
	set.DurationVar(&s.length, "for", 10*time.Second, "")
	set.BoolVar(&s.storm, "storm", false, "")
	set.BoolVar(&s.json, "json", false, "")
	set.StringVar(&s.invite, "invite", "", "")
	switch err := set.Parse(args); {
	case err != nil:
		return s, err
	case set.NArg() > 0:
		return s, fmt.Errorf("%q is not a setting; see hubbub load --help", set.Arg(0))
	case s.connections < 1 || s.rooms < 1 || s.rate < 1 || s.length <= 0:
		return s, errors.New("--connections, --rooms, --rate and --for have to be more than nothing")
	}
	return s, nil
}

func measure(ctx context.Context, s settings, start testbed.Command, stdout, stderr io.Writer) (err error) {
	guests := min((s.connections+perGuest-1)/perGuest, maxGuests)
	town, err := testbed.Open(ctx, testbed.Plan{Command: start, Invite: s.invite, Rooms: s.rooms, Guests: guests, Stderr: stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, town.Close(true)) }()
	r := &run{settings: s, town: town}
	for i := range s.connections {
		r.listeners = append(r.listeners, &listener{run: r, person: town.People[i%len(town.People)]})
	}
	f, err := r.measure(ctx)
	if err != nil {
		return err
	}
	return f.print(stdout, s.json)
}

func (r *run) measure(ctx context.Context) (f Figures, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer r.work.Wait()
	defer r.dropAll()
	defer cancel()
	f = Figures{Connections: r.connections, Rooms: len(r.town.Rooms)}
	took, err := r.connect(ctx)
	if err != nil {
		return f, err
	}
	f.ConnectPerSec = float64(r.connections) / took.Seconds()
	began := time.Now()
	if err := r.post(ctx); err != nil {
		return f, err
	}
	f.Deliveries = r.latency.n()
	f.PerSec = float64(f.Deliveries) / time.Since(began).Seconds()
	f.Latency, f.Acks, f.Posts, f.Refused = r.latency.spread(), r.acks.spread(), r.acks.n(), r.refused.Load()
	if r.storm {
		r.dropAll()
		took, err := r.connect(ctx)
		f.Storm = took.Seconds()
		return f, err
	}
	return f, nil
}

// connect makes all listeners live and returns how long that took.
func (r *run) connect(ctx context.Context) (time.Duration, error) {
	var (
		began  = time.Now()
		turns  = make(chan struct{}, dialling)
		failed = make(chan error, len(r.listeners))
		all    sync.WaitGroup
	)
	for _, l := range r.listeners {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			if err := l.connect(ctx); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return 0, fmt.Errorf("connect: %w", err)
	default:
		return time.Since(began), nil
	}
}

// post says things at the rate, each from the next connection.
func (r *run) post(ctx context.Context) error {
	tick := time.NewTicker(time.Second / time.Duration(r.rate))
	defer tick.Stop()
	over := time.NewTimer(r.length)
	defer over.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := r.listeners[n%len(r.listeners)].post(ctx, r.town.Rooms[n%len(r.town.Rooms)]); err != nil {
			return fmt.Errorf("post: %w", err)
		}
	}
}

func (r *run) dropAll() {
	for _, l := range r.listeners {
		l.drop()
	}
}

// delivered takes an event: ours says when it was posted.
func (r *run) delivered(frame []byte, now time.Time) {
	_, after, ours := bytes.Cut(frame, []byte(`"text":"`+mark))
	digits, _, _ := bytes.Cut(after, []byte(`"`))
	sent, err := strconv.ParseInt(string(digits), 10, 64)
	if ours && err == nil {
		r.latency.add(now.Sub(time.Unix(0, sent)))
	}
}

func (f Figures) print(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(f)
	}
	line := func(name string, s spread) string {
		return fmt.Sprintf("%-18s p50 %.2f ms  p90 %.2f ms  p99 %.2f ms  max %.2f ms\n", name, s.P50, s.P90, s.P99, s.Max)
	}
	text := fmt.Sprintf("%d connections in %d rooms, %.0f connected per second\n", f.Connections, f.Rooms, f.ConnectPerSec) +
		fmt.Sprintf("%d posts acknowledged, %d refused\n", f.Posts, f.Refused) + line("  acknowledged", f.Acks) +
		fmt.Sprintf("%d deliveries, %.0f per second\n", f.Deliveries, f.PerSec) + line("  post to delivery", f.Latency)
	if f.Storm > 0 {
		text += fmt.Sprintf("storm: everybody was back after %.2f s\n", f.Storm)
	}
	_, err := io.WriteString(w, text)
	return err
}
