package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/markup"
	"hubbub/server/webpush/pushtest"
	"hubbub/shared"
)

// roomNews is what a device decrypts of a room.
type roomNews struct {
	ID, To, Title, From, Message, URL, Event, Tag string
	Room                                          shared.RoomID
	Seq                                           shared.Seq
	Count, Badge                                  int
	Quiet, Gone                                   bool
}

// newRingTown is a push town where messages wait for nobody before they notify.
func newRingTown(t *testing.T, change ...func(*server.Options)) *pushTown {
	t.Helper()
	at := func(o *server.Options) { o.Live.NoticeDelay = -1 }
	return newPushTown(t, append([]func(*server.Options){at}, change...)...)
}

// say has somebody say something, to some, and the server hear of it.
func (p *pushTown) say(who, text string, to ...shared.UserID) shared.Event {
	p.Helper()
	by := shared.Author{ID: shared.UserID(who), Name: who}
	said := server.Said{Post: shared.Post{Room: lobby, Key: shared.NewID(), Text: text}, HTML: markup.Render(text, nil).HTML, Mentions: to}
	ev, _, err := p.store.Post(p.Context(), by, said, p.clock.Now())
	if err != nil {
		p.Fatal(err)
	}
	p.stir()
	return ev
}

// stir makes something happen in the room that concerns nobody.
func (p *pushTown) stir() {
	p.Helper()
	topic := shared.NewID()
	p.call("ada").do(shared.Frame{Update: &shared.RoomUpdate{Room: lobby, RoomChange: shared.RoomChange{Topic: &topic}}})
}

// news is what a browser is told of a room next.
func (p *pushTown) news(b *pushtest.Browser) (d pushtest.Delivery, n roomNews) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), patience)
	defer cancel()
	d, err := b.Next(ctx)
	if err != nil {
		p.Fatal(err)
	}
	if err := json.Unmarshal(d.Payload, &n); err != nil {
		p.Fatalf("%q: %v", d.Payload, err)
	}
	return d, n
}

// quiet waits until all that was said is decided, and nothing is on its way.
func (p *pushTown) quiet() {
	p.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		unrung, err := p.store.Unrung(p.Context(), 10)
		if err != nil {
			p.Fatal(err)
		}
		if len(unrung) == 0 {
			p.empty()
			return
		}
	}
	p.Fatal("nobody looks at what was said")
}

// untilTried lets time pass until a browser's push service had so many requests.
func (p *pushTown) untilTried(b *pushtest.Browser, n int) {
	p.Helper()
	for deadline := time.Now().Add(patience); b.Tries() < n; p.clock.advance(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.Fatalf("there were %d attempts, want %d", b.Tries(), n)
		}
		if _, err := p.store.DueNotices(p.Context(), p.clock.Now(), 10); err != nil { // and the server its turn
			p.Fatal(err)
		}
	}
}

func (c *caller) involve(v shared.Involvement) {
	c.Helper()
	c.do(shared.Frame{Involve: &shared.Involve{Room: lobby, Involvement: v}})
}

func TestWhoIsToldOfAMessageSaysTheirLevel(t *testing.T) {
	p := newRingTown(t)
	bob, b, _ := p.browser("bob")
	for _, test := range []struct {
		chosen, preferred                  shared.Involvement
		plain, mentioned, everybody, other bool
	}{
		{"", "", false, true, true, false},
		{shared.InEverything, "", true, true, true, true},
		{shared.InMentions, shared.InEverything, false, true, true, false},
		{shared.InNothing, shared.InEverything, false, false, false, false},
		{"", shared.InEverything, true, true, true, true},
		{"", shared.InNothing, false, false, false, false},
	} {
		t.Run(fmt.Sprintf("%s, else %s", test.chosen, test.preferred), func(t *testing.T) {
			bob.involve(test.chosen)
			bob.do(shared.Frame{Prefer: &shared.Preferences{Involvement: test.preferred}})
			for _, kind := range []struct {
				to   []shared.UserID
				want bool
			}{
				{nil, test.plain},
				{[]shared.UserID{"bob"}, test.mentioned},
				{[]shared.UserID{shared.Everybody}, test.everybody},
				{[]shared.UserID{"ada", "eve"}, test.other},
			} {
				before := b.Tries()
				ev := p.say("ada", "hi", kind.to...)
				p.quiet()
				if told := b.Tries() - before; told > 1 || kind.want != (told == 1) {
					t.Errorf("to %q: told %d times, want %v", kind.to, told, kind.want)
				}
				bob.do(shared.Frame{Read: &shared.ReadMark{Room: lobby, Seq: ev.Seq}})
			}
			before := b.Tries()
			p.say("bob", "my own", "bob", shared.Everybody)
			p.quiet()
			if b.Tries() != before {
				t.Error("somebody is told of what they said")
			}
		})
	}
}

func TestANotificationSaysWhoWhereAndHowMany(t *testing.T) {
	p := newRingTown(t)
	bob, b, device := p.browser("bob")
	bob.involve(shared.InEverything)
	first := p.say("ada", "Lunch  **at**\nnoon? 🍜")
	d, n := p.news(b)
	want := roomNews{
		ID: fmt.Sprintf("lobby/%d", first.Seq), To: device.ID, Title: "#lobby", From: "ada", Message: "Lunch at noon? 🍜", Event: "message",
		URL: fmt.Sprintf("/r/lobby/%d", first.Seq), Tag: n.Tag, Room: lobby, Seq: first.Seq, Count: 1, Badge: 1,
	}
	if n != want {
		t.Errorf("got %+v, want %+v", n, want)
	}
	if d.Topic == "" || d.Topic != n.Tag || d.Urgency != "high" || d.TTL != int(shared.DefaultPushTTL.Seconds()) {
		t.Errorf("it came with %+v", d)
	}
	p.quiet()
	second := p.say("ada", "Or at one?")
	d2, n2 := p.news(b)
	if n2.Seq != second.Seq || n2.Count != 2 || n2.Message != "Or at one?" || n2.Quiet || d2.Topic != d.Topic {
		t.Errorf("then %+v with %+v", n2, d2)
	}
	p.quiet()
	bob.do(shared.Frame{Read: &shared.ReadMark{Room: lobby, Seq: second.Seq}})
	p.say("ada", "All right")
	if _, n := p.news(b); n.Count != 1 {
		t.Errorf("after reading, %+v", n)
	}
}

func TestADirectConversationRingsForEverything(t *testing.T) {
	p := newRingTown(t)
	p.moveIn("eve")
	ada := p.call("ada")
	_, b, _ := p.browser("bob")
	for _, test := range []struct {
		with  []shared.UserID
		title string
	}{
		{[]shared.UserID{"bob"}, ""},
		{[]shared.UserID{"bob", "eve"}, "ada, eve"},
	} {
		room := ada.do(shared.Frame{Direct: &shared.Circle{Users: test.with}}).Room
		ev := ada.do(shared.Frame{Post: &shared.Post{Room: room.ID, Key: shared.NewID(), Text: "psst"}}).Event
		_, n := p.news(b)
		if n.Title != test.title || n.From != "ada" || n.Message != "psst" || n.Room != room.ID || n.Seq != ev.Seq || n.Badge != len(test.with) {
			t.Errorf("with %q: got %+v", test.with, n)
		}
	}
}

func TestANotificationSaysNoMoreThanWasChosen(t *testing.T) {
	p := newRingTown(t)
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	for reveal, want := range map[shared.Reveal]roomNews{
		shared.RevealText:    {Title: "#lobby", From: "ada", Message: "the secret"},
		shared.RevealPlace:   {Title: "#lobby", From: "ada"},
		shared.RevealNothing: {},
	} {
		bob.do(shared.Frame{Prefer: &shared.Preferences{Reveal: reveal}})
		ev := p.say("ada", "the secret")
		if _, n := p.news(b); n.Title != want.Title || n.From != want.From || n.Message != want.Message || n.URL != fmt.Sprintf("/r/lobby/%d", ev.Seq) {
			t.Errorf("%s: got %+v", reveal, n)
		}
		p.quiet()
	}
}

func TestWhoReadsElsewhereInTimeIsNotNotified(t *testing.T) {
	p := newRingTown(t, func(o *server.Options) { o.Live.NoticeDelay = 60 * time.Millisecond })
	desk := p.call("bob")
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	ev := p.say("ada", "hi")
	p.clock.advance(30 * time.Millisecond)
	desk.do(shared.Frame{Read: &shared.ReadMark{Room: lobby, Seq: ev.Seq}})
	p.clock.advance(time.Second)
	p.quiet()
	if n := b.Tries(); n != 0 {
		t.Errorf("the device was notified %d times", n)
	}
	late := p.say("ada", "and now?")
	p.clock.advance(59 * time.Millisecond)
	if n := b.Tries(); n != 0 {
		t.Errorf("it is notified at once")
	}
	p.clock.advance(2 * time.Millisecond)
	if _, n := p.news(b); n.Seq != late.Seq || n.Count != 1 {
		t.Errorf("got %+v", n)
	}
}

func TestADeviceThatLooksAtTheRoomIsNotNotifiedTheOthersAre(t *testing.T) {
	p := newRingTown(t, func(o *server.Options) { o.Live.NoticeDelay = time.Millisecond })
	laptop, b, _ := p.browser("bob")
	_, phone, _ := p.browser("bob")
	laptop.involve(shared.InEverything)
	laptop.do(shared.Frame{Look: &shared.Look{Room: lobby}})
	said := p.say("ada", "hi")
	p.clock.advance(time.Second)
	p.news(phone)
	laptop.do(shared.Frame{Look: &shared.Look{Room: "another", Away: true}}) // late news of another tab
	p.clock.advance(time.Minute)
	p.say("ada", "are you there?")
	p.clock.advance(time.Minute)
	p.news(phone)
	if n := b.Tries(); n != 0 {
		t.Errorf("the device that looks was notified %d times", n)
	}
	laptop.do(shared.Frame{Look: &shared.Look{Room: lobby, Away: true}})
	p.clock.advance(time.Minute)
	if _, n := p.news(b); n.Count != 2 || n.Seq <= said.Seq {
		t.Errorf("who looks away without having read is told %+v", n)
	}
	p.quiet()

	laptop.do(shared.Frame{Look: &shared.Look{Room: lobby}})
	p.say("ada", "one more")
	p.clock.advance(time.Second)
	p.news(phone)
	laptop.ws.CloseNow()
	p.untilTried(b, 2)
	p.news(b)
}

func TestAMessageThatWasDeletedIsNotToldAndWhatWasToldIsTakenBack(t *testing.T) {
	p := newRingTown(t)
	ada := p.call("ada")
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	erase := func(seq shared.Seq) {
		ada.do(shared.Frame{Delete: &shared.MessageRef{Room: lobby, Seq: seq}})
	}
	first := p.say("ada", "first")
	p.news(b)
	p.quiet()
	second := p.say("ada", "oops")
	_, shown := p.news(b)
	p.quiet()
	erase(second.Seq)
	if _, n := p.news(b); n.Tag != shown.Tag || n.Message != "first" || n.Count != 1 || !n.Quiet || n.Gone {
		t.Errorf("what is left is told as %+v", n)
	}
	p.quiet()
	erase(first.Seq)
	if _, n := p.news(b); n.Tag != shown.Tag || !n.Gone || n.Message != "" || n.Title != "" {
		t.Errorf("with nothing left, %+v", n)
	}
	p.quiet()
	tries := b.Tries()
	third := p.say("ada", "third")
	p.news(b)
	p.quiet()
	bob.do(shared.Frame{Read: &shared.ReadMark{Room: lobby, Seq: third.Seq}})
	erase(third.Seq)
	p.quiet()
	if n := b.Tries(); n != tries+1 {
		t.Errorf("what was read before it was deleted is told: %d times", n-tries)
	}
}

func TestWhoIsNotToBeDisturbedIsNotTold(t *testing.T) {
	p := newRingTown(t, func(o *server.Options) { o.Now = time.Now })
	ada := p.call("ada")
	bob, b, device := p.browser("bob")
	bob.involve(shared.InEverything)
	bob.do(shared.Frame{DND: &shared.Quiet{Until: shared.Forever}})
	p.say("ada", "hi")
	p.quiet()
	p.push(ada, shared.NewPush{Message: "hi", ID: "one"})
	if r := p.receipt(ada, "one", device.ID, final); r.Failed != "they do not want to be disturbed now" {
		t.Errorf("the push's receipt is %+v", r)
	}
	if n := b.Tries(); n != 0 {
		t.Errorf("the device was notified %d times", n)
	}
	bob.do(shared.Frame{Notify: &shared.SelfPush{Message: "a test"}})
	if _, told := p.next(b); told["message"] != "a test" {
		t.Errorf("who tries is told %q", told)
	}
	bob.do(shared.Frame{DND: &shared.Quiet{}})
	p.say("ada", "and now?")
	if _, n := p.news(b); n.Message != "and now?" || n.Count != 2 {
		t.Errorf("afterwards, %+v", n)
	}
}

func TestWhoLeftIsNotTold(t *testing.T) {
	p := newRingTown(t)
	bob, b, device := p.browser("bob")
	bob.involve(shared.InEverything)
	b.Answer(pushtest.Later(1800))
	p.say("ada", "hi")
	p.untilTried(b, 1)
	bob.do(shared.Frame{Leave: &shared.RoomRef{Room: lobby}})
	p.clock.advance(time.Hour)
	p.quiet()
	p.say("ada", "hi")
	p.quiet()
	if n := b.Tries(); n != 1 {
		t.Errorf("device %s was tried %d times, want 1", device.ID, n)
	}
}

func TestAPushServiceThatIsDownTellsTheNewestOnceItIsBack(t *testing.T) {
	p := newRingTown(t)
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	for range 3 {
		b.Answer(pushtest.Status(503, ""))
	}
	var last shared.Event
	for i := range 150 {
		last = p.say("ada", fmt.Sprint("message ", i))
	}
	p.untilTried(b, 4)
	if _, n := p.news(b); n.Seq != last.Seq || n.Message != "message 149" || n.Count < 100 {
		t.Errorf("got %+v", n)
	}
	p.quiet()
	if n := b.Tries(); n != 4 {
		t.Errorf("there were %d attempts, want 4", n)
	}
}

func TestADeviceThatIsGoneIsForgottenWithWhatItWasToBeTold(t *testing.T) {
	p := newRingTown(t)
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	b.Answer(pushtest.Status(410, ""))
	p.say("ada", "hi")
	p.quiet()
	for deadline := time.Now().Add(patience); len(bob.do(shared.Frame{Devices: &shared.Nothing{}}).Devices.Devices) > 0; {
		if time.Now().After(deadline) {
			t.Fatal("it is there still")
		}
	}
	p.say("ada", "hi again")
	p.quiet()
	if n := b.Tries(); n != 1 {
		t.Errorf("there were %d attempts, want 1", n)
	}
}

func TestALevelIsToldToAllDevicesAtOnce(t *testing.T) {
	p := newRingTown(t)
	one, other := p.call("bob"), p.call("bob")
	one.involve(shared.InNothing)
	one.do(shared.Frame{Prefer: &shared.Preferences{Reveal: shared.RevealPlace}})
	var involve *shared.Involve
	var prefer *shared.Preferences
	for involve == nil || prefer == nil {
		f, err := other.take(&other.unasked)
		if err != nil {
			t.Fatal(err)
		}
		if f.Involve != nil {
			involve = f.Involve
		}
		if f.Prefer != nil {
			prefer = f.Prefer
		}
	}
	if *involve != (shared.Involve{Room: lobby, Involvement: shared.InNothing}) || prefer.Reveal != shared.RevealPlace {
		t.Errorf("the other device hears %+v and %+v", involve, prefer)
	}
	w := p.dial("bob", p.token("bob")).do(shared.Frame{Hello: &shared.Hello{}}).Welcome
	if w.Rooms[0].Involvement != shared.InNothing || w.Prefer.Reveal != shared.RevealPlace {
		t.Errorf("a new one is told %+v", w)
	}
	for _, bad := range []shared.Frame{
		{Involve: &shared.Involve{Room: lobby, Involvement: "loud"}},
		{Involve: &shared.Involve{Room: "nowhere"}},
		{Prefer: &shared.Preferences{Reveal: "all"}},
		{Prefer: &shared.Preferences{Involvement: "loud"}},
	} {
		if _, err := one.try(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
