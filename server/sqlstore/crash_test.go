package sqlstore

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

const (
	rolePoster    = "poster"
	roleCareless  = "careless poster" // its commits do not wait for the disk
	crashRounds   = 20
	crashSenders  = 100
	acksPerRound  = 1500
	ackLineFormat = "%d %s\n" // seq and key, once the message is acknowledged
)

func postUntilKilled(c *child, path string) { postOn(c, path, Options{}) }
func postCarelessly(c *child, path string)  { postOn(c, path, Options{synchronous: synchronousNormal}) }

// postOn is the child that is killed: many senders, each of which tells of an
// acknowledgement before it sends again.
func postOn(c *child, path string, o Options) {
	s, err := Open(c.Context(), path, o)
	if err != nil {
		c.Errorf("open: %v", err)
		return
	}
	var (
		run   = shared.NewID()
		crowd sync.WaitGroup
	)
	for i := range crashSenders {
		crowd.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%s-%d-%d", run, i, n)
				ev, _, err := s.Post(c.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: key, Text: key}}, start)
				if err != nil {
					c.Errorf("post: %v", err)
					return
				}
				fmt.Fprintf(os.Stdout, ackLineFormat, ev.Seq, key) // one write, which pipes keep whole
			}
		})
	}
	crowd.Wait()
}

func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
		t.Fatal(err)
	}
	from, total := shared.Seq(2), 0
	for round := range crashRounds {
		acked := ackedUntil(t, rolePoster, path, acksPerRound, kill)
		total += len(acked)
		from = auditCrash(t, path, from, acked)
		wantNoneLost(t, acked)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	t.Logf("%d acknowledged messages survived %d kills", total, crashRounds)
}

func kill(t *testing.T, child *os.Process) {
	if err := child.Kill(); err != nil {
		t.Fatal(err)
	}
}

// ackedUntil runs a child, ends it when it has acknowledged enough, and returns
// all that it had acknowledged: the keys by position.
func ackedUntil(t *testing.T, role, path string, enough int, end func(*testing.T, *os.Process)) map[shared.Seq]string {
	t.Helper()
	cmd, stderr := childCommand(t, role, path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acked := make(map[shared.Seq]string)
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // what was cut off was not told
		}
		if err != nil {
			t.Fatal(err)
		}
		var seq shared.Seq
		var key string
		if _, err := fmt.Sscanf(line, ackLineFormat, &seq, &key); err != nil {
			t.Fatalf("the child said %q: %v", line, err)
		}
		if other, twice := acked[seq]; twice {
			t.Errorf("%s and %s are both at %d", key, other, seq)
		}
		if acked[seq] = key; len(acked) == enough {
			end(t, cmd.Process)
		}
	}
	if err := cmd.Wait(); err == nil || len(acked) < enough {
		t.Fatalf("the child ended by itself after %d: %v\n%s", len(acked), err, stderr)
	}
	return acked
}

// auditCrash opens the database again and reads what was added after from:
// without gaps, every acknowledged message where it was acknowledged, each
// sender's in order with none left out. It returns the log's new end and leaves
// in acked what is not there.
func auditCrash(t *testing.T, path string, from shared.Seq, acked map[shared.Seq]string) shared.Seq {
	t.Helper()
	s := openAt(t, path, Options{})
	var (
		at   = from
		next = make(map[string]int) // by sender: which message comes next
	)
	for {
		evs, err := s.After(t.Context(), lobby.ID, at, shared.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		if len(evs) == 0 {
			break
		}
		for _, ev := range evs {
			if at++; ev.Seq != at {
				t.Fatalf("%d follows %d", ev.Seq, at-1)
			}
			key := ev.Message.Key
			if want, ok := acked[ev.Seq]; ok && want != key {
				t.Errorf("%s was acknowledged at %d, where %s is", want, ev.Seq, key)
			}
			delete(acked, ev.Seq)
			cut := strings.LastIndexByte(key, '-')
			if n := fmt.Sprint(next[key[:cut]]); key[cut+1:] != n {
				t.Errorf("%s is stored where that sender's message %s should be", key, n)
			}
			next[key[:cut]]++
		}
	}
	if last, err := s.Last(t.Context(), lobby.ID); err != nil || last != at {
		t.Errorf("the counter says %d, %v; the log ends at %d", last, err, at)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return at
}

func wantNoneLost(t *testing.T, gone map[shared.Seq]string) {
	t.Helper()
	if len(gone) > 0 {
		t.Errorf("%d acknowledged messages are gone", len(gone))
	}
}
