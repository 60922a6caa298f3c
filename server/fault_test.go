package server_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// troubled is a town whose store meets a fault, with ada on the line.
type troubled struct {
	*caller
	path  string // of the database
	token string // ada's, on another device
	clock *clock
	log   *logBuffer
}

func newTroubled(t *testing.T, dir string) *troubled {
	t.Helper()
	tr := &troubled{
		path:  filepath.Join(dir, "hubbub.db"),
		clock: &clock{now: time.Now()},
		log:   new(logBuffer),
	}
	tn := newTownIn(t, tr.path, sqlstore.Options{BusyTimeout: 50 * time.Millisecond}, server.Options{
		Now: tr.clock.Now,
		Log: slog.New(slog.NewTextHandler(tr.log, nil)),
	})
	tr.caller, tr.token = tn.call("ada"), tn.token("ada")
	return tr
}

// status is what a route answers, at a time when no older answer counts.
func (tr *troubled) status(route string) int {
	tr.Helper()
	tr.clock.advance(time.Minute)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(tr.http.URL + route)
	if err != nil {
		tr.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// say posts a text that is its own key, and returns what ada is told.
func (tr *troubled) say(text string) (shared.Event, error) {
	tr.Helper()
	ok, err := tr.try(shared.Frame{Post: &shared.Post{Room: lobby, Key: text, Text: text}})
	if err != nil {
		return shared.Event{}, err
	}
	return *ok.Event, nil
}

// exhaust says things until the server takes no more at all, and returns what
// it refused. Files may have some room within themselves.
func (tr *troubled) exhaust() (refused string) {
	tr.Helper()
	for {
		text := shared.NewID()
		_, err := tr.say(text)
		if err == nil {
			continue
		}
		var e *shared.Error
		if !errors.As(err, &e) || e.Code != shared.CodeUnavailable || e.RetryAfter == 0 {
			tr.Fatalf("a post that cannot be stored got %v", err)
		}
		if tr.status("/readyz") == http.StatusServiceUnavailable {
			return text
		}
	}
}

// wantTrouble checks all but the sending, which exhaust has.
func (tr *troubled) wantTrouble() {
	tr.Helper()
	if code := tr.status("/healthz"); code != http.StatusOK {
		tr.Errorf("/healthz says %d", code)
	}
	from := shared.Seq(0)
	page := tr.do(shared.Frame{History: &shared.HistoryQuery{Room: lobby, After: &from, Limit: 10}}).Page
	if page == nil || len(page.Events) == 0 {
		tr.Errorf("history shows %+v", page)
	}
	back := tr.dial("ada", tr.token) // who comes back is let in, too
	back.do(shared.Frame{Hello: &shared.Hello{}})
	_ = back.ws.CloseNow()
}

func (tr *troubled) wantPeace(refused string) {
	tr.Helper()
	if code := tr.status("/readyz"); code != http.StatusOK {
		tr.Errorf("/readyz says %d", code)
	}
	last, err := tr.store.Last(tr.Context(), lobby)
	if err != nil {
		tr.Fatal(err)
	}
	for range 2 { // the second is a resend
		if ev, err := tr.say(refused); err != nil || ev.Seq != last+1 {
			tr.Errorf("what was refused is now at %d, %v; want %d", ev.Seq, err, last+1)
		}
	}
}

// goesThrough has ada meet the same fault twice.
func (tr *troubled) goesThrough(begin func() (end func())) {
	tr.Helper()
	first := tr.post("first", "first")
	for range 2 {
		end := begin()
		refused := tr.exhaust()
		tr.wantTrouble()
		again, err := tr.say("first")
		if !errors.Is(err, &shared.Error{Code: shared.CodeUnavailable}) && (err != nil || again.Seq != first.Seq) {
			tr.Errorf("a resend got %+v, %v", again, err)
		}
		end()
		tr.wantPeace(refused)
		if again, err := tr.say("first"); err != nil || again.Seq != first.Seq {
			tr.Errorf("a resend got %+v, %v", again, err)
		}
	}
	if log := tr.log.String(); strings.Contains(log, "store failed") || !strings.Contains(log, "store takes writes again") {
		tr.Errorf("the operator reads\n%s", log)
	}
}

func TestALockedDatabaseIsOnlyAPause(t *testing.T) {
	tr := newTroubled(t, t.TempDir())
	tr.goesThrough(func() func() { return lockDatabase(t, tr.path) })
	if n := strings.Count(tr.log.String(), "store takes no writes"); n != 2 {
		t.Errorf("two faults are logged %d times", n)
	}
}
