//go:build !js

package torture

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hubbub/app/faultproxy"
	"hubbub/app/testbed"
	"hubbub/shared"
)

const help = `hubbub torture proves that no message is lost, doubled or reordered, and that no
log has a gap: clients post through a network that breaks, to a server that is
killed. It starts a server of its own, or goes to one that you name.

  hubbub torture [settings]

  --kills N      how often the server is killed with kill -9 (default 20)
  --cuts N       how many connections break at the least (default 100)
  --clients N    how many clients post and watch (default 40)
  --rooms N      in how many rooms (default 3)
  --seed N       decides the faults (default: from the clock, and printed)
  --break NAME   builds a defect into the server, which must be found:
                 ack-early, lose, no-dedup, double, reorder or gap
  --patience D   in the end, what did not arrive when nothing did for so long is
                 lost (default 20s)
  --invite URL   an invite to a server that runs: nothing is killed there

It exits with 0 when all is well, 1 when a promise was broken, 2 when it could
not run.
`

// Exit codes of Run.
const (
	exitWell, exitBroken, exitFailed = 0, 1, 2
)

const (
	killEvery   = 700 * time.Millisecond // about; at random up to twice that
	reportEvery = 5 * time.Second
	stillTime   = 20 * time.Second // in the end: nothing arrives for so long, and nothing will
	trialTime   = 12 * time.Hour
	perGuest    = 2 // clients of one guest: the server bounds what a user may do
)

type settings struct {
	kills, cuts, clients, rooms int
	seed                        uint64
	still                       time.Duration
	defect, invite              string
}

// Run is the command. start is the command line of the server under trial, to
// which "--break NAME" is added for a defect.
func Run(ctx context.Context, start testbed.Command, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, help)
		return exitWell
	}
	if err == nil {
		var v verdict
		if v, err = trial(ctx, s, start, stdout, stderr); err == nil {
			return report(v, stdout)
		}
	}
	fmt.Fprintln(stderr, "hubbub torture:", err)
	return exitFailed
}

func parse(args []string) (s settings, err error) {
	set := flag.NewFlagSet("hubbub torture", flag.ContinueOnError)
	set.SetOutput(io.Discard) // Run says it, once
	set.IntVar(&s.kills, "kills", 20, "")
	set.IntVar(&s.cuts, "cuts", 100, "")
	set.IntVar(&s.clients, "clients", 40, "")
	set.IntVar(&s.rooms, "rooms", 3, "")
	set.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "")
	set.DurationVar(&s.still, "patience", 20*time.Second, "")
	set.StringVar(&s.defect, "break", "", "")
	set.StringVar(&s.invite, "invite", "", "")
	switch err := set.Parse(args); {
	case err != nil:
		return s, err
	case set.NArg() > 0:
		return s, fmt.Errorf("%q is not a setting; see hubbub torture --help", set.Arg(0))
	case s.clients < 1 || s.rooms < 1 || s.kills < 0 || s.cuts < 0:
		return s, errors.New("--clients and --rooms have to be at least 1, --kills and --cuts at least 0")
	case s.invite != "" && s.defect != "":
		return s, errors.New("--break needs a server of its own: leave --invite out")
	}
	return s, nil
}

// trial makes the stage, plays, and checks.
func trial(ctx context.Context, s settings, start testbed.Command, stdout, stderr io.Writer) (v verdict, err error) {
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	st, err := build(ctx, s, start, stderr)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, st.close(err == nil && v.clean())) }()
	fmt.Fprintf(stdout, "seed %d: %d clients in %d rooms, %d kills, %d cuts\n", s.seed, s.clients, len(st.Rooms), st.kills(s), s.cuts)
	if err := st.play(ctx, s, stdout); err != nil {
		return v, err
	}
	return check(ctx, st.Reader, st.actors, st.Rooms)
}

// stage is everything that a trial needs.
type stage struct {
	*testbed.Town
	proxy  *faultproxy.Proxy
	actors []*actor
	still  time.Duration
	stderr io.Writer
}

// build starts the server, lets people in, and makes the clients.
func build(ctx context.Context, s settings, start testbed.Command, stderr io.Writer) (*stage, error) {
	if s.defect != "" {
		start = append(slices.Clone(start), "--break", s.defect)
	}
	town, err := testbed.Open(ctx, testbed.Plan{
		Command: start, Invite: s.invite, Rooms: s.rooms,
		Guests: (s.clients + perGuest - 1) / perGuest, Stderr: stderr,
	})
	if err != nil {
		return nil, err
	}
	st := &stage{Town: town, still: s.still, stderr: stderr}
	if st.proxy, err = faultproxy.Listen(st.Addr, s.seed); err != nil {
		return nil, errors.Join(err, town.Close(true))
	}
	for i := range s.clients {
		name := fmt.Sprintf("%d.%d", s.seed%10_000, i)
		st.actors = append(st.actors, newActor(name, "ws://"+st.proxy.Addr()+st.Base+"/ws", st.People[i%len(st.People)], st.Rooms))
	}
	return st, nil
}

// kills is how often the server will be killed.
func (st *stage) kills(s settings) int {
	if st.Server == nil {
		return 0
	}
	return s.kills
}

// play has everybody post while things break, then heals everything and waits
// until it is quiet.
func (st *stage) play(ctx context.Context, s settings, stdout io.Writer) error {
	running, leave := context.WithCancel(ctx)
	var clients, senders sync.WaitGroup
	defer clients.Wait()
	defer senders.Wait()
	defer leave()
	stop := make(chan struct{})
	failed := make(chan error, len(st.actors))
	for i, a := range st.actors {
		clients.Go(func() { _ = a.client.Run(running) }) // its end is ours
		senders.Go(func() {
			failed <- a.send(running, stop, rand.New(rand.NewPCG(s.seed, uint64(i))))
		})
	}
	err := st.trouble(ctx, s, stdout)
	close(stop)
	st.proxy.Trouble(false)
	if err != nil {
		leave()
		return err
	}
	return st.settle(ctx, &senders, failed)
}

// trouble kills the server and breaks connections until there was enough.
func (st *stage) trouble(ctx context.Context, s settings, stdout io.Writer) error {
	st.proxy.Trouble(true)
	r := rand.New(rand.NewPCG(s.seed, 1<<32))
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	for kills := 0; kills < st.kills(s) || st.proxy.Cuts() < int64(s.cuts); {
		select {
		case <-time.After(time.Duration(r.Int64N(int64(2 * killEvery)))):
			if kills < st.kills(s) {
				if err := errors.Join(st.Server.Kill(), st.Server.Run(ctx)); err != nil {
					return err
				}
				kills++
			}
			for _, a := range st.actors {
				if r.IntN(3) == 0 {
					a.client.Wake() // somebody comes back to the window
				}
			}
		case <-report.C:
			fmt.Fprintf(stdout, "  %d kills, %d cuts\n", kills, st.proxy.Cuts())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// settle waits until everything sent was acknowledged and everybody has seen
// the end of every log. What does not arrive any more, the check will find.
func (st *stage) settle(ctx context.Context, senders *sync.WaitGroup, failed <-chan error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel()
	watch.Go(func() { st.giveUp(ctx, cancel) })
	for _, a := range st.actors {
		a.client.Wake() // the network is back
	}
	quiet := make(chan struct{})
	go func() {
		senders.Wait()
		close(quiet)
	}()
	select {
	case <-quiet:
	case <-ctx.Done():
		return nil
	}
	for range st.actors {
		if err := <-failed; err != nil {
			return err
		}
	}
	return st.seeAll(ctx)
}

// seeAll waits until everybody has seen the end of every log.
func (st *stage) seeAll(ctx context.Context) error {
	for _, room := range st.Rooms {
		end := shared.Seq(0)
		err := st.Reader.Log(ctx, room, func(ev shared.Event) { end = ev.Seq })
		if err != nil && ctx.Err() == nil {
			return err
		}
		for _, a := range st.actors {
			if a.await(ctx, func() bool { return a.at(room) >= end }) != nil {
				return nil
			}
		}
	}
	return nil
}

// giveUp cancels when nobody has seen anything new for a while.
func (st *stage) giveUp(ctx context.Context, cancel func()) {
	for before := int64(-1); ; {
		now := int64(0)
		for _, a := range st.actors {
			for _, room := range st.Rooms {
				now += int64(a.at(room))
			}
		}
		if now == before {
			cancel()
			return
		}
		before = now
		select {
		case <-time.After(st.still):
		case <-ctx.Done():
			return
		}
	}
}

// close ends everything. The data stays where something was wrong.
func (st *stage) close(well bool) error {
	err := errors.Join(st.proxy.Close(), st.Close(well))
	if !well && st.Server != nil {
		fmt.Fprintln(st.stderr, "the server's data is kept in", st.Server.Data)
	}
	return err
}

// report prints a verdict and returns the exit code.
func report(v verdict, stdout io.Writer) int {
	fmt.Fprintf(stdout, "sent %d  acked %d  seen %d\nlost %d  doubled %d  reordered %d  gaps %d\n",
		v.Sent, v.Acked, v.Seen, v.Lost, v.Doubled, v.Reordered, v.Gaps)
	for _, e := range v.examples {
		fmt.Fprintln(stdout, "  "+e)
	}
	if !v.clean() {
		return exitBroken
	}
	return exitWell
}
