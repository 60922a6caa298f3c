package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubbub/server"
	"hubbub/shared"
	"hubbub/shared/tokens"
)

// library is a store full of messages, and a list of the same.
type library struct {
	*Store

	rooms   []shared.RoomID
	authors []shared.User
	all     []shared.Event
	reader  shared.UserID
	in      map[shared.RoomID]bool // where the reader is
}

// newLibrary has n messages of the corpus in rooms, by some people.
func newLibrary(tb testing.TB, n, rooms int) *library {
	tb.Helper()
	l := &library{Store: claimed(tb, openNew(tb, Options{})), reader: owner.ID, in: make(map[shared.RoomID]bool)}
	ctx := context.Background()
	for i := range rooms {
		id := shared.RoomID(fmt.Sprintf("room%d", i))
		if _, err := l.CreateRoom(ctx, owner.Author(), shared.Room{ID: id, Name: string(id)}, start); err != nil {
			tb.Fatal(err)
		}
		l.rooms, l.in[id] = append(l.rooms, id), true
	}
	l.authors = []shared.User{owner}
	for i := range 30 {
		u := shared.User{ID: shared.UserID(fmt.Sprintf("user-%d", i)), Name: fmt.Sprint("User ", i), Role: shared.RoleMember}
		if _, _, err := l.Arrive(ctx, u, "Studio", lobby, start); err != nil {
			tb.Fatal(err)
		}
		l.authors = append(l.authors, u)
	}
	var joining sync.WaitGroup
	for _, u := range l.authors[1:] {
		for _, room := range l.rooms {
			joining.Go(func() {
				if _, err := l.AddMember(ctx, owner.Author(), room, u.ID, start); err != nil {
					tb.Error(err)
				}
			})
		}
	}
	joining.Wait()
	l.fill(tb, n)
	return l
}

// fill posts, an hour after every message in twenty; several at once, as one
// commit each would take long.
func (l *library) fill(tb testing.TB, n int) {
	tb.Helper()
	c, at := newCorpus(1), start
	for i := 0; i < n; {
		done := make(chan error)
		const together = 200
		begun := min(together, n-i)
		evs := make([]shared.Event, begun)
		for j := range begun {
			i++
			if i%20 == 0 {
				at = at.Add(time.Hour)
			}
			by, when := l.authors[c.rnd.IntN(len(l.authors))], at
			post := shared.Post{Room: l.rooms[min(c.rnd.IntN(len(l.rooms)), c.rnd.IntN(len(l.rooms)))], Key: fmt.Sprint(i), Text: c.say(i)}
			go func() {
				var err error
				evs[j], _, err = l.Post(context.Background(), by.Author(), server.Said{Post: post}, when)
				done <- err
			}()
		}
		for range begun {
			if err := <-done; err != nil {
				tb.Fatal(err)
			}
		}
		l.all = append(l.all, evs...)
	}
}

// find is what the store finds, as room/seq.
func (l *library) find(tb interface{ Fatal(...any) }, q server.Query) []string {
	hits, err := l.Find(context.Background(), l.reader, q)
	if err != nil {
		tb.Fatal(err)
	}
	found := make([]string, len(hits))
	for i, h := range hits {
		found[i] = fmt.Sprintf("%s/%d", h.Event.Room, h.Event.Seq)
	}
	return found
}

// wants is what reading every message finds. Within a room that is in order.
func (l *library) wants(q server.Query) []string {
	var found []string
	for i := range l.all {
		if ev := &l.all[i]; l.in[ev.Room] && matches(q, ev) {
			found = append(found, fmt.Sprintf("%s/%d", ev.Room, ev.Seq))
		}
	}
	return found
}

func matches(q server.Query, ev *shared.Event) bool {
	text := ev.Message.Text
	for _, c := range q.All {
		if !tokens.Found(text, []tokens.Clause{c}) {
			return false
		}
	}
	return (len(q.None) == 0 || !tokens.Found(text, q.None)) &&
		(q.By == nil || slices.Contains(q.By, ev.By.ID)) &&
		(q.Rooms == nil || slices.Contains(q.Rooms, ev.Room)) &&
		ev.At >= q.From && (q.Until == 0 || ev.At < q.Until) &&
		(!slices.Contains(q.Marks, tokens.Link) || strings.Contains(text, "https://"))
}

// queries look for what is there, mostly.
func (l *library) queries() *rapid.Generator[server.Query] {
	return rapid.Custom(func(t *rapid.T) server.Query {
		q := server.Query{Limit: len(l.all)}
		for i, n := 0, rapid.IntRange(0, 3).Draw(t, "clauses"); i < n; i++ {
			if c, ok := l.clause(t, i == n-1); ok {
				q.All = append(q.All, c)
			}
		}
		if rapid.IntRange(0, 4).Draw(t, "not") == 0 {
			if c, ok := l.clause(t, false); ok {
				q.None = append(q.None, c)
			}
		}
		if rapid.IntRange(0, 4).Draw(t, "by") == 0 {
			q.By = []shared.UserID{rapid.SampledFrom(l.authors).Draw(t, "author").ID}
		}
		if rapid.IntRange(0, 4).Draw(t, "in") == 0 {
			q.Rooms = rapid.SliceOfNDistinct(rapid.SampledFrom(l.rooms), 1, 3, rapid.ID).Draw(t, "rooms")
		}
		if rapid.IntRange(0, 5).Draw(t, "link") == 0 {
			q.Marks = []string{tokens.Link}
		}
		if rapid.IntRange(0, 3).Draw(t, "since") == 0 {
			q.From = rapid.SampledFrom(l.all).Draw(t, "from").At
		}
		if rapid.IntRange(0, 3).Draw(t, "till") == 0 {
			q.Until = rapid.SampledFrom(l.all).Draw(t, "until").At
		}
		return q
	})
}

// clause is a part of a message.
func (l *library) clause(t *rapid.T, last bool) (tokens.Clause, bool) {
	text := rapid.SampledFrom(l.all).Draw(t, "message").Message.Text
	if rapid.Bool().Draw(t, "a word") {
		word := []rune(rapid.SampledFrom(strings.Fields(text)).Draw(t, "word"))
		if last {
			word = word[:rapid.IntRange(1, len(word)).Draw(t, "typed")]
		}
		return tokens.Word(string(word), last)
	}
	runes := []rune(text)
	from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
	return tokens.Phrase(string(runes[from:min(len(runes), from+rapid.IntRange(1, 8).Draw(t, "length"))]))
}

func TestTheIndexFindsWhatReadingEverythingFinds(t *testing.T) {
	l := newLibrary(t, 1500, 8)
	for _, room := range []shared.RoomID{"room2", "room5"} {
		if _, err := l.RemoveMember(t.Context(), owner.Author(), room, owner.ID, start); err != nil {
			t.Fatal(err)
		}
		l.in[room] = false
	}
	all := l.find(t, server.Query{Limit: len(l.all)}) // in the index's order
	if slices.Reverse(all); len(all) != len(l.wants(server.Query{})) {
		t.Fatalf("%d messages are indexed, %d are there", len(all), len(l.wants(server.Query{})))
	}
	rapid.Check(t, func(t *rapid.T) {
		q := l.queries().Draw(t, "query")
		got, want := l.find(t, q), l.wants(q)
		if !slices.IsSortedFunc(got, func(a, b string) int { return slices.Index(all, b) - slices.Index(all, a) }) {
			t.Fatalf("not the newest first: %q", got)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%+v\n%s\nfound %q\nwant  %q", q, match(q, nil), got, want)
		}
	})
}

func TestSomebodyInManyRoomsFindsOnlyWhatIsInThem(t *testing.T) {
	l := newLibrary(t, 300, fewRooms+10)
	l.in["room3"] = false
	if _, err := l.RemoveMember(t.Context(), owner.Author(), "room3", owner.ID, start); err != nil {
		t.Fatal(err)
	}
	got, want := l.find(t, server.Query{Limit: 1000}), l.wants(server.Query{})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %d, want %d", len(got), len(want))
	}
}

func TestAPostThatWasUndoneIsNeitherFoundNorCounted(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	undone := errors.New("undone")
	said := func(key string) *shared.Event {
		return &shared.Event{Room: lobby.ID, At: 1, By: owner.Author(), Message: &shared.Message{Key: key, Text: key}}
	}
	err := s.writer.do(t.Context(), func(t *tx) error {
		ev := said("never")
		e, err := newEntry(ev)
		if err != nil {
			return err
		}
		if _, err := t.post(ev, e, nil, termsOf(ev.Room, ev.By.ID, ev.Message)); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	ev := say(t, s, "said")
	hits, err := s.Find(t.Context(), owner.ID, server.Query{Limit: 10})
	if err != nil || len(hits) != 1 || hits[0].Event.Seq != ev.Seq {
		t.Errorf("found %+v, %v", hits, err)
	}
	wholeLog(t, s, lobby.ID)
}

func TestWhatWasIndexedWithItsAccentsIsFoundWithout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	ev := say(t, s, "im Café")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := openWriterDB(path, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{ // as version 9 left it
		`INSERT OR REPLACE INTO search (rowid, terms) SELECT id, 'im café · im… ca… ' || $1 FROM documents`,
		`DELETE FROM goose_db_version WHERE version_id > 9 AND $1 <> ''`,
	} {
		if _, err := db.ExecContext(t.Context(), text, tokens.In(string(lobby.ID))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path, Options{})
	for typed, want := range map[string]int{"cafe": 1, "CAFÉ": 1, "caf": 1, "cafes": 1, "cafeteria": 0} {
		c, _ := tokens.Word(typed, true)
		hits, err := s.Find(t.Context(), owner.ID, server.Query{All: []tokens.Clause{c}, Limit: 10})
		if err != nil || len(hits) != want || want > 0 && hits[0].Event.Seq != ev.Seq {
			t.Errorf("%q found %+v, %v", typed, hits, err)
		}
	}
}

// before is a database of version 3, as the release before search left it.
func before(t *testing.T, path string, messages int) {
	t.Helper()
	db, err := openWriterDB(path, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO users (id, handle, hash, name, role, created) VALUES ('uowner', 'ada', 'x', 'Ada', 'owner', 0)`)
	for _, room := range []string{"one", "two"} {
		exec(`INSERT INTO rooms (id, name, topic, closed, archived, last, created) VALUES ($1, $1, '', false, false, $2, 0)`, room, messages+1)
		exec(`INSERT INTO members (room, member, read) VALUES ($1, 'uowner', 0)`, room)
		exec(`INSERT INTO events (room, seq, at, author, kind, subject, body) VALUES ($1, 1, 0, 'uowner', 'joined', 'uowner', '{}')`, room)
	}
	for i := range messages {
		for _, room := range []string{"one", "two"} {
			kind, text := kindMessage, fmt.Sprintf(`{"text":"old message %d 会议室"}`, i)
			if i == 7 {
				kind, text = kindErased, `{"text":""}`
			}
			at := start.Add(time.Duration(i) * time.Hour).UnixMilli()
			exec(`INSERT INTO events (room, seq, at, author, kind, key, body) VALUES ($1, $2, $3, 'uowner', $4, $5, $6)`, room, i+2, at, kind, fmt.Sprint(i), text)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasSaidBeforeThereWasASearchIsFound(t *testing.T) {
	const messages = oldBatch + 200 // in each of two rooms: more than one batch
	path := filepath.Join(t.TempDir(), "hubbub.db")
	before(t, path, messages)
	s := openAt(t, path, Options{})
	find := func(q server.Query, typed string) []server.Hit {
		t.Helper()
		if c, ok := tokens.Word(typed, true); ok {
			q.All = append(q.All, c)
		}
		q.Limit = 3 * messages
		hits, err := s.Find(t.Context(), owner.ID, q)
		if err != nil {
			t.Fatal(err)
		}
		return hits
	}
	hits := find(server.Query{}, "会议")
	if len(hits) != 2*(messages-1) {
		t.Fatalf("found %d, want %d", len(hits), 2*(messages-1))
	}
	for i, h := range hits { // both rooms said the same at the same time
		if want := shared.Seq(messages + 1 - i/2); h.Event.Seq != want && h.Event.Seq != want-1 {
			t.Fatalf("hit %d is event %d of %s", i, h.Event.Seq, h.Event.Room)
		}
	}
	if hits := find(server.Query{}, "7"); len(hits) != 0 {
		t.Errorf("a deleted message is found: %+v", hits)
	}
	from := shared.Millis(start.Add(1000 * time.Hour).UnixMilli())
	if hits := find(server.Query{From: from, Until: from + 24*3600*1000}, "old"); len(hits) != 48 {
		t.Errorf("found %d of a day, want 48", len(hits))
	}
	ev, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: "one", Key: "new", Text: "a new message"}}, start)
	if err != nil {
		t.Fatal(err)
	}
	if hits := find(server.Query{}, "message"); len(hits) != 2*(messages-1)+1 || hits[0].Event.Seq != ev.Seq {
		t.Errorf("the newest of %d is %+v", len(hits), hits[0])
	}
	if batch, err := s.unindexed(t.Context()); err != nil || len(batch) > 0 {
		t.Errorf("%d are left to index, %v", len(batch), err)
	}
}
