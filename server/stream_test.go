package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// stream is a reader of server-sent events.
type stream struct {
	visitor *visitor
	resp    *http.Response
	lines   *bufio.Scanner
	id      string // of the last event
	beats   int
}

// openStream asks for /events, with more header fields.
func (v *visitor) openStream(query string, header http.Header) (*stream, *http.Response) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), "GET", v.site.url+"/events"+query, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, h := range []http.Header{v.header, header} {
		for name, values := range h {
			r.Header[name] = values
		}
	}
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = resp.Body.Close() })
	st := &stream{visitor: v, resp: resp, lines: bufio.NewScanner(resp.Body)}
	st.lines.Buffer(nil, 1<<20)
	return st, resp
}

// stream is openStream up to the answer to its registration.
func (v *visitor) stream(header http.Header, events ...string) (*stream, shared.Registered) {
	v.t.Helper()
	query := ""
	for i, event := range events {
		query += string("?&"[min(i, 1)]) + "event=" + event
	}
	st, resp := v.openStream(query, header)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		v.t.Fatalf("the stream answered %s %v", resp.Status, resp.Header)
	}
	f := st.next()
	if f.OK == nil || f.OK.Registered == nil {
		v.t.Fatalf("a stream begins with %s", f.Encode())
	}
	return st, *f.OK.Registered
}

// read returns the next event's data, "" at the end.
func (st *stream) read() string {
	data := ""
	for st.lines.Scan() {
		line := st.lines.Text()
		switch {
		case line == "" && data != "":
			return data
		case strings.HasPrefix(line, "id: "):
			st.id = line[4:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		case line == ": beat":
			st.beats++
		}
	}
	return ""
}

func (st *stream) next() (f shared.Frame) {
	st.visitor.t.Helper()
	data := st.read()
	if data == "" {
		st.visitor.t.Fatalf("the stream ended: %v", st.lines.Err())
	}
	if err := json.Unmarshal([]byte(data), &f); err != nil {
		st.visitor.t.Fatalf("%q: %v", data, err)
	}
	return f
}

// push is the next push.
func (st *stream) push() shared.Push {
	st.visitor.t.Helper()
	for {
		if f := st.next(); f.Pushed != nil {
			return *f.Pushed
		}
	}
}

// live reads until the stream has everything.
func (st *stream) live() (pushes []shared.Push) {
	st.visitor.t.Helper()
	for {
		f := st.next()
		if f.Pushed != nil {
			pushes = append(pushes, *f.Pushed)
		}
		if f.Live != nil {
			return pushes
		}
	}
}

func lastEvent(id string) http.Header { return http.Header{"Last-Event-Id": {id}} }

func messages(pushes []shared.Push) (all []string) {
	for _, p := range pushes {
		all = append(all, p.Message)
	}
	return all
}

// newHall is a site with its owner, a program that pushes to her, and one that
// listens.
func newHall(t *testing.T, change ...func(*server.Options)) (s *site, push func(event, message string), listener *visitor) {
	s = newSite(t, change...)
	ada, _ := s.owner()
	ci, to := ada.withScopes(shared.ScopePush), ada.me().ID
	push = func(event, message string) {
		t.Helper()
		ci.push(`{"userId":%q,"event":%q,"message":%q}`, to, event, message)
	}
	return s, push, ada.withScopes(shared.ScopeRead)
}

// through has a visitor come by another listener of the same server.
func (s *site) through(v *visitor, change func(*httptest.Server)) {
	s.t.Helper()
	front := httptest.NewUnstartedServer(s.chat)
	change(front)
	front.Start()
	s.t.Cleanup(func() {
		v.client.CloseIdleConnections()
		front.CloseClientConnections()
		front.Close()
	})
	v.site = &site{t: s.t, url: front.URL}
}

func TestAStreamGoesOnWhereItBroke(t *testing.T) {
	_, push, page := newHall(t)
	push("a", "one")
	push("b", "two")
	st, first := page.stream(nil)
	if first.Last != 2 || first.Connection == "" {
		t.Errorf("it is told %+v", first)
	}
	if got := messages(st.live()); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("it missed %q", got)
	}
	here := st.id
	if here != first.Epoch+":2" {
		t.Errorf("the id is %q", here)
	}
	push("a", "three")
	if st.push().Message != "three" || st.id != first.Epoch+":3" {
		t.Errorf("the id is %q", st.id)
	}
	_ = st.resp.Body.Close()
	push("b", "four")

	for name, test := range map[string]struct {
		id, query string
		want      []string
	}{
		"from its position": {first.Epoch + ":3", "", []string{"four"}},
		"from before":       {here, "", []string{"three", "four"}},
		"of some events":    {here, "?event=a", []string{"three"}},
		"with what nobody acknowledged if the epoch is another's": {"another:3", "", []string{"one", "two", "three", "four"}},
		"or the position is beyond the log":                       {first.Epoch + ":5", "", []string{"one", "two", "three", "four"}},
		"or is none":                                              {"nonsense", "?event=b", []string{"two", "four"}},
	} {
		t.Run(name, func(t *testing.T) {
			st, _ := page.openStream(test.query, lastEvent(test.id))
			if got := messages(st.live()); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if st.id != first.Epoch+":4" {
				t.Errorf("it ends at %q", st.id)
			}
			_ = st.resp.Body.Close()
		})
	}
	t.Run("and is no stream if it asks for what is no event, or too many", func(t *testing.T) {
		_, resp := page.openStream("?event=no+event", nil)
		_, many := page.openStream("?event="+strings.Join(strings.Split(strings.Repeat("e,", 33), ","), "&event=e"), nil)
		if resp.StatusCode != http.StatusBadRequest || many.StatusCode != http.StatusOK {
			t.Errorf("answered %s, %s", resp.Status, many.Status)
		}
		query := "?event=e"
		for i := range shared.MaxEvents {
			query += fmt.Sprint("&event=e", i)
		}
		if _, resp := page.openStream(query, nil); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("answered %s", resp.Status)
		}
	})
}

func TestAStreamThatBreaksWhileItCatchesUpLosesNothing(t *testing.T) {
	_, push, page := newHall(t)
	for i := range 20 {
		push("", fmt.Sprint(i))
	}
	for range 3 {
		st, _ := page.stream(nil)
		for range 5 {
			st.push()
		}
		if st.id != "" {
			t.Fatalf("it could go on from %q, and lose what was not acknowledged", st.id)
		}
		_ = st.resp.Body.Close()
	}
	st, first := page.stream(nil)
	wantRow(t, st.live(), 0, 20)
	_ = st.resp.Body.Close()

	st, _ = page.openStream("", lastEvent(first.Epoch+":4"))
	for range 5 {
		st.push()
	}
	if st.id != first.Epoch+":9" {
		t.Errorf("it goes on from %q", st.id)
	}
}

func TestASlowStreamEndsAndGoesOnWithoutLoss(t *testing.T) {
	const many = 150
	s, push, page := newHall(t)
	s.through(page, func(front *httptest.Server) { front.Listener = wrappedListener{front.Listener, narrow} })
	page.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}
	st, first := page.stream(nil)
	st.live()
	for i := range many { // he does not read meanwhile
		push("", strings.Repeat(fmt.Sprint(i%10), 8000))
	}
	var got []shared.Push
	resumes := 0
	for id := first.Epoch + ":0"; len(got) < many; resumes++ {
		for data := st.read(); data != ""; data = st.read() {
			var f shared.Frame
			if err := json.Unmarshal([]byte(data), &f); err == nil && f.Pushed != nil {
				got, id = append(got, *f.Pushed), st.id
			}
			if len(got) == many {
				break
			}
		}
		_ = st.resp.Body.Close()
		st, _ = page.openStream("", lastEvent(id))
	}
	wantRow(t, got, 0, many)
	if resumes < 2 {
		t.Error("it never ended: the test proves nothing")
	}
}

func TestARevokedTokenEndsItsStreamAtOnce(t *testing.T) {
	s, push, page := newHall(t)
	ada := s.visitor()
	ada.form("/signin", "handle", "ada", "password", "correct horse").wantTo(t, "/")
	token := ada.must("token", shared.TokenRequest{Name: "short", Scopes: []shared.Scope{"read"}}).Token
	st, _ := s.program(token.Secret).stream(nil)
	other, _ := page.stream(nil)
	st.live()
	ada.must("withdraw", shared.TokenRef{ID: token.ID})
	push("", "after")
	if data := st.read(); data != "" {
		t.Errorf("it still hears %s", data)
	}
	if got := other.push().Message; got != "after" {
		t.Errorf("the other hears %q", got)
	}
	_, resp := s.program(token.Secret).openStream("", nil)
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("coming back answers %s", resp.Status)
	}
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	s, _, _ := newHall(t, func(o *server.Options) { o.Live.Beat = 10 * time.Millisecond })
	ada := s.visitor()
	ada.form("/signin", "handle", "ada", "password", "correct horse").wantTo(t, "/")
	token := ada.must("token", shared.TokenRequest{Name: "short", Scopes: []shared.Scope{"read"}, TTL: 60}).Token
	st, _ := s.program(token.Secret).stream(nil)
	st.live()
	s.clock.advance(time.Minute)
	if data := st.read(); data != "" {
		t.Errorf("it still hears %s", data)
	}
}

func TestAStreamOutlivesTheTimesOfRequests(t *testing.T) {
	const beats = 10
	s, push, page := newHall(t, func(o *server.Options) { o.Live.Beat = 20 * time.Millisecond })
	s.through(page, func(front *httptest.Server) {
		front.Config.ReadTimeout, front.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	})
	st, _ := page.stream(nil)
	st.live()
	for st.beats < beats {
		if !st.lines.Scan() {
			t.Fatalf("it ended after %d beats: %v", st.beats, st.lines.Err())
		}
		if st.lines.Text() == ": beat" {
			st.beats++
		}
	}
	push("", "still here")
	if got := st.push().Message; got != "still here" {
		t.Errorf("it hears %q", got)
	}
	_ = st.resp.Body.Close()
}

func TestAShutdownEndsStreams(t *testing.T) {
	s, _, page := newHall(t)
	st, _ := page.stream(nil)
	st.live()
	if err := s.chat.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if data := st.read(); data != "" {
		t.Errorf("it hears %s", data)
	}
	if _, resp := page.openStream("", nil); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("coming back answers %s", resp.Status)
	}
}
