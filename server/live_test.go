package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// narrow makes the kernel take little at a time for a peer that does not read.
func narrow(c net.Conn) net.Conn {
	_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	return c
}

// flood posts n messages of size bytes, and returns the seq of the last.
func flood(c *caller, n, size int) (last shared.Seq) {
	c.Helper()
	text := strings.Repeat("x", size)
	for i := range n {
		last = c.post(fmt.Sprintf("%s-%d-%s", c.name, i, shared.NewID()), text).Seq
		c.unasked = nil
	}
	return last
}

// fill has ada post without a connection: who posts on one reads there too, and
// may fall out of a short tail while the machine is busy.
func (tn *town) fill(n, size int) (last shared.Seq) {
	tn.Helper()
	text := strings.Repeat("x", size)
	for range n {
		ev, err := tn.server.Post(tn.Context(), "ada", shared.Post{Room: lobby, Key: shared.NewID(), Text: text})
		if err != nil {
			tn.Fatal(err)
		}
		last = ev.Seq
	}
	return last
}

func TestASlowReaderIsCutAndResumesWithoutLoss(t *testing.T) { aSlowReaderIsCutAndResumes(t, newTown) }

func aSlowReaderIsCutAndResumes(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{Tail: 100_000, Backlog: 200_000}}, narrow)
	tn.moveIn("bob")
	bob := tn.dial("bob", tn.token("bob"))
	welcome := bob.do(shared.Frame{Hello: &shared.Hello{}}).Welcome
	start := welcome.Rooms[0].Last

	last := tn.fill(300, 7000) // more than kernel buffers, backlog and tail hold

	var seen shared.Seq = start
	for {
		err := bob.read()
		for _, f := range bob.unasked {
			if f.Event != nil {
				if f.Event.Seq != seen+1 {
					t.Fatalf("event %d after %d", f.Event.Seq, seen)
				}
				seen++
			}
		}
		if err != nil {
			if websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
				t.Fatalf("ended with %v, want 1013", err)
			}
			break
		}
		if n := len(bob.unasked); n > 0 && bob.unasked[n-1].Bye == nil {
			bob.unasked = nil
		}
	}
	if n := len(bob.unasked); n == 0 || bob.unasked[n-1].Bye == nil || *bob.unasked[n-1].Bye != (shared.Bye{Code: "slow", Retry: true}) {
		t.Fatalf("no bye before the close: %+v", bob.unasked)
	}
	if seen >= last {
		t.Fatal("bob was not slow: the test proves nothing")
	}

	again := tn.resume("bob", shared.Hello{Epoch: welcome.Epoch, At: map[shared.RoomID]shared.Seq{lobby: seen}})
	again.hearEvents(seen, last)
	if f := again.hear(); f.Live == nil || f.Live.Seq != last {
		t.Errorf("got %s, want live at %d", f.Encode(), last)
	}
}

func TestASlowReaderDelaysNobody(t *testing.T) { aSlowReaderDelaysNobody(t, newTown) }

func aSlowReaderDelaysNobody(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{Tail: 100_000, Backlog: 200_000}}, narrow)
	tn.moveIn("bob", "cy")
	ada, cy := tn.call("ada"), tn.call("cy")
	slow := make([]*caller, 4)
	for i := range slow {
		slow[i] = tn.call("bob") // never reads again
	}
	start := ada.post("start", "start").Seq
	cy.hearEvents(start-1, start)
	for i := range 300 {
		seq := ada.post(fmt.Sprint(i), strings.Repeat("x", 7000)).Seq
		cy.hearEvents(seq-1, seq) // each at once, whatever waits for bob
	}
}

func TestAReaderThatTakesNothingIsLetGo(t *testing.T) { aReaderThatTakesNothingIsLetGo(t, newTown) }

func aReaderThatTakesNothingIsLetGo(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{
		Backlog: 100_000, StallTimeout: 50 * time.Millisecond, HelloTimeout: 100 * time.Millisecond,
	}}, narrow)
	ada, deaf := tn.call("ada"), tn.call("ada")
	flood(ada, 200, 7000)
	for {
		if err := deaf.read(); err != nil {
			if websocket.CloseStatus(err) != -1 && websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
				t.Errorf("ended with %v", err)
			}
			return
		}
	}
}

// hasty is a broker that reorders, repeats and loses events.
type hasty struct {
	server.Broker
	lose bool

	mu   sync.Mutex
	rand *rand.Rand
	held []server.Signal
}

func (b *hasty) Publish(ctx context.Context, s server.Signal) error {
	if s.Op != server.OpEvent && s.Op != server.OpPush {
		return b.Broker.Publish(ctx, s)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lose && b.rand.IntN(3) == 0 {
		return nil
	}
	b.held = append(b.held, s)
	if b.rand.IntN(3) > 0 && len(b.held) < 5 {
		return nil // later
	}
	b.rand.Shuffle(len(b.held), func(i, k int) { b.held[i], b.held[k] = b.held[k], b.held[i] })
	for _, held := range append(b.held, b.held[0]) {
		if err := b.Broker.Publish(ctx, held); err != nil {
			return err
		}
	}
	b.held = nil
	return nil
}

func TestEventsAreDeliveredInOrderWhateverTheBrokerDoes(t *testing.T) {
	for _, lose := range []bool{false, true} {
		t.Run(fmt.Sprintf("losing %v", lose), func(t *testing.T) {
			t.Parallel()
			tn := newTown(t, server.Options{
				Broker: &hasty{Broker: server.NewLocalBroker(), lose: lose, rand: rand.New(rand.NewPCG(1, 2))},
				Live:   server.LiveOptions{Beat: 50 * time.Millisecond}, // the last one lost is found by then
			})
			tn.moveIn("bob")
			bob := tn.call("bob")
			ada := tn.call("ada")
			first := ada.post("first", "hi").Seq
			last := flood(ada, 100, 10)
			bob.hearEvents(first-1, last)
		})
	}
}

func TestAfterUnfollowNothingOfTheRoomLeaves(t *testing.T) { afterUnfollowNothingLeaves(t, newTown) }

func afterUnfollowNothingLeaves(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	tn.moveIn("bob", "cy")
	ctx, stop := context.WithCancel(t.Context())
	var posting sync.WaitGroup
	cy := tn.call("cy")
	posting.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			_, _ = cy.try(shared.Frame{Post: &shared.Post{Room: lobby, Key: fmt.Sprint(i), Text: "on and on"}})
			cy.unasked = nil
		}
	})
	defer posting.Wait()
	defer stop()

	ada := tn.call("ada")
	for range 20 {
		bob := tn.call("bob")
		left := ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "bob"}}).Event
		ada.unasked = nil
		cut := false
		for n := 0; !cut && (n == 0 || bob.unasked[n-1].Gone == nil); n = len(bob.unasked) { // what left before is still on its way
			err := bob.read()
			if cut = err != nil && tn.tls() != nil; err != nil && !cut { // over TLS something always waits for a moment
				t.Fatal(err)
			}
		}
		for _, f := range bob.unasked {
			if f.Event != nil && f.Event.Seq >= left.Seq {
				t.Fatalf("bob hears event %d; he left with %d", f.Event.Seq, left.Seq)
			}
		}
		bob.unasked = nil
		for i := 0; i < 5 && !cut; i++ {
			bob.hearNothing()
		}
		if _, err := ada.try(shared.Frame{Add: &shared.MemberRef{Room: lobby, User: "bob"}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatWaitsForASlowReaderIsDiscardedWhenItIsNoLongerTheirs(t *testing.T) {
	whatWaitsIsDiscarded(t, newTown)
}

func whatWaitsIsDiscarded(t *testing.T, build builder) {
	tn := build(t, server.Options{}, narrow)
	tn.moveIn("bob")
	ada, bob := tn.call("ada"), tn.call("bob")
	last := flood(ada, 200, 7000) // most of it waits: bob does not read
	ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "bob"}})
	var seen shared.Seq
	var err error
	for err == nil {
		err = bob.read()
		for _, f := range bob.unasked {
			if f.Event != nil {
				seen = f.Event.Seq
			}
		}
		bob.unasked = nil
	}
	if seen >= last {
		t.Errorf("bob hears all up to %d", seen)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("bob is still connected")
	}
}

func TestSigningOutEndsTheSessionsSocketsOnly(t *testing.T) { signingOutEndsItsSockets(t, newTown) }

func signingOutEndsItsSockets(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	token := tn.token("ada")
	here, there := tn.dial("ada", token), tn.call("ada")
	here.do(shared.Frame{Hello: &shared.Hello{}})

	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, tn.http.URL+"/api/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := tn.http.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	here.hearClose(websocket.StatusPolicyViolation)
	if bye := here.unasked[len(here.unasked)-1].Bye; bye == nil || bye.Code != "signed_out" || bye.Retry {
		t.Errorf("got %+v, want a bye without return", here.unasked)
	}
	there.do(shared.Frame{Ping: &shared.Nothing{}})
}

func TestAResumeOfALongAbsenceComesFromTheStore(t *testing.T) { aResumeComesFromTheStore(t, newTown) }

func aResumeComesFromTheStore(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{Tail: 4 << 10, Backlog: 64 << 10}})
	ada := tn.call("ada")
	other := ada.do(shared.Frame{Create: &shared.NewRoom{Name: "other"}}).Room
	last := tn.fill(600, 1000)
	back := tn.resume("ada", shared.Hello{At: map[shared.RoomID]shared.Seq{lobby: 0, other.ID: 0}})
	next := map[shared.RoomID]shared.Seq{lobby: 1, other.ID: 1}
	live := map[shared.RoomID]shared.Seq{}
	for len(live) < 2 {
		switch f := back.hear(); {
		case f.Event != nil:
			if f.Event.Seq != next[f.Event.Room] {
				t.Fatalf("event %d of %s, want %d", f.Event.Seq, f.Event.Room, next[f.Event.Room])
			}
			next[f.Event.Room]++
		case f.Live != nil:
			live[f.Live.Room] = f.Live.Seq
		}
	}
	if live[lobby] != last || next[lobby] != last+1 || live[other.ID] != other.Last {
		t.Errorf("live at %v, heard up to %v; the lobby ends at %d, the other room at %d", live, next, last, other.Last)
	}
}

func TestNothingIsLostBetweenHelloAndLive(t *testing.T) { nothingIsLostBetweenHelloAndLive(t, newTown) }

func nothingIsLostBetweenHelloAndLive(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	tn.moveIn("bob")
	ada := tn.call("ada")
	done := make(chan shared.Seq)
	go func() {
		var last shared.Seq
		for i := range 300 {
			ok, err := ada.try(shared.Frame{Post: &shared.Post{Room: lobby, Key: fmt.Sprint(i), Text: "hi"}})
			if err != nil {
				break
			}
			last = ok.Event.Seq
			ada.unasked = nil
		}
		done <- last
	}()
	token := tn.token("bob")
	callers := make(map[*caller]shared.Seq)
	for range 20 {
		bob := tn.dial("bob", token)
		callers[bob] = bob.do(shared.Frame{Hello: &shared.Hello{}}).Welcome.Rooms[0].Last
	}
	last := <-done
	for bob, start := range callers {
		bob.hearEvents(start, last)
	}
}

func TestWhoSaysNoHelloIsLetGo(t *testing.T) { whoSaysNoHelloIsLetGo(t, newTown) }

func whoSaysNoHelloIsLetGo(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{HelloTimeout: 20 * time.Millisecond}})
	c := tn.dial("ada", tn.token("ada"))
	c.hearClose(websocket.StatusPolicyViolation)
	if len(c.unasked) != 1 || c.unasked[0].Bye == nil || !c.unasked[0].Bye.Retry {
		t.Errorf("got %+v, want a bye", c.unasked)
	}
}

func TestAMessageOverTheLimitEndsTheConnection(t *testing.T) { aMessageOverTheLimitEndsIt(t, newTown) }

func aMessageOverTheLimitEndsIt(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	c := tn.call("ada")
	if err := c.ws.Write(t.Context(), websocket.MessageText, make([]byte, shared.MaxFrame+100)); err != nil {
		t.Fatal(err)
	}
	c.hearClose(websocket.StatusMessageTooBig)
}

func TestEndlessEmptyFragmentsEndTheConnection(t *testing.T) {
	tn := newTown(t, server.Options{})
	conn, transport := tn.tap()
	if _, err := tn.tryDial("ada", "", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}}); err != nil {
		t.Fatal(err)
	}
	head, more := []byte{0x01, 0x80, 0, 0, 0, 0}, []byte{0x00, 0x80, 0, 0, 0, 0}
	if _, err := (*conn).Write(head); err != nil {
		t.Fatal(err)
	}
	for range 1 << 20 {
		if _, err := (*conn).Write(more); err != nil {
			return // the server has had enough
		}
	}
	t.Error("a million empty fragments were read")
}

func TestSubprotocolAndOrigin(t *testing.T) {
	tn := newTown(t, server.Options{})
	cases := []struct {
		name      string
		protocols []string
		origin    string
		want      int
	}{
		{"none offered means version 1", nil, "", http.StatusSwitchingProtocols},
		{"ours among others", []string{"hubbub.v9", "hubbub.v1"}, "", http.StatusSwitchingProtocols},
		{"only unknown ones", []string{"hubbub.v9", "mqtt"}, "", http.StatusBadRequest},
		{"our own pages", nil, tn.http.URL, http.StatusSwitchingProtocols},
		{"another site's pages", nil, "https://evil.example", http.StatusForbidden},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if c.origin != "" {
				header.Set("Origin", c.origin)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			ws, resp, err := websocket.Dial(ctx, tn.socketURL(), &websocket.DialOptions{
				Subprotocols: c.protocols, HTTPHeader: header,
				HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
			})
			if ws != nil {
				defer ws.CloseNow() //nolint:errcheck // done with it
			}
			if resp == nil || resp.StatusCode != c.want {
				t.Errorf("got %v, %v; want %d", resp, err, c.want)
			}
			if err == nil && c.protocols != nil && ws.Subprotocol() != shared.Subprotocol {
				t.Errorf("subprotocol %q", ws.Subprotocol())
			}
		})
	}
}

func TestBeatsAndPings(t *testing.T) { beatsAndPings(t, newTown) }

func beatsAndPings(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{
		Beat: 20 * time.Millisecond, PingInterval: 20 * time.Millisecond, PingTimeout: 20 * time.Millisecond,
	}})
	t.Run("a reader that answers pings gets beats and stays", func(t *testing.T) {
		c := tn.call("ada")
		for beats := 0; beats < 10; {
			_, message, err := c.ws.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(message), `"beat"`) {
				beats++
			}
		}
	})
	t.Run("one that does not is let go", func(t *testing.T) {
		conn, transport := tn.tap()
		c, err := tn.tryDial("ada", tn.token("ada"), &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		c.do(shared.Frame{Hello: &shared.Hello{}})
		_ = (*conn).SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, *conn); errors.Is(err, os.ErrDeadlineExceeded) { // reading bytes answers no pings
			t.Error("it is still connected")
		}
	})
}

// tap returns a transport and where the connection that it makes is to be found.
func (tn *town) tap() (conn *net.Conn, transport *http.Transport) {
	conn = new(net.Conn)
	return conn, &http.Transport{TLSClientConfig: tn.tls(), DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		*conn = c
		return c, err
	}}
}

func TestShutdownTellsClientsToComeBack(t *testing.T) { shutdownTellsClientsToComeBack(t, newTown) }

func shutdownTellsClientsToComeBack(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	ada := tn.call("ada")
	quiet := tn.dial("ada", tn.token("ada"))
	ended := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ended <- tn.server.Shutdown(ctx)
	}()
	for _, c := range []*caller{ada, quiet} {
		c.hearClose(websocket.StatusServiceRestart)
		if bye := c.unasked[len(c.unasked)-1].Bye; bye == nil || *bye != (shared.Bye{Code: "restart", Retry: true}) {
			t.Errorf("got %+v, want a bye", c.unasked)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := tn.tryDial("ada", "", nil); err == nil {
		t.Error("a connection was taken after shutdown")
	}
}

// Whatever is posted while the server shuts down is answered or not stored
// twice: what was acknowledged is there.
func TestShutdownLosesNoAcknowledgedPost(t *testing.T) { shutdownLosesNoAcknowledgedPost(t, newTown) }

func shutdownLosesNoAcknowledgedPost(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	callers := make([]*caller, 8)
	acked := make([]shared.Seq, len(callers))
	var posting sync.WaitGroup
	begun := make(chan struct{}, len(callers))
	for i := range callers {
		c := tn.call("ada")
		posting.Go(func() {
			for n := 0; ; n++ {
				ok, err := c.try(shared.Frame{Post: &shared.Post{Room: lobby, Key: fmt.Sprintf("%d-%d", i, n), Text: "hi"}})
				if err != nil {
					var closed websocket.CloseError
					if !errors.As(err, &closed) || closed.Code != websocket.StatusServiceRestart {
						t.Errorf("caller %d ended with %v", i, err)
					}
					return
				}
				acked[i] = ok.Event.Seq
				c.unasked = nil
				if n == 0 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range callers {
		<-begun
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := tn.server.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	posting.Wait()
	last, err := tn.store.Last(t.Context(), lobby)
	if err != nil {
		t.Fatal(err)
	}
	for i, seq := range acked {
		if seq == 0 || seq > last {
			t.Errorf("caller %d was told %d, the log ends at %d", i, seq, last)
		}
	}
}
