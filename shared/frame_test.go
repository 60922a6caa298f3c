package shared

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// examples is one frame of every kind, by the name of its golden file: the
// kind's JSON name, and behind a dot which field of an event or an ok is set.
func examples() map[string]Frame {
	var (
		ada   = User{ID: "u7c2mq4x9ada3r5t", Name: "Ada Lovelace", Handle: "ada", Role: RoleOwner}
		li    = User{ID: "u3k9w2ziwen5f6gh", Name: "李文", Role: RoleGuest}
		lobby = Room{ID: "rlobby2a3b4c5d6e", Name: "lobby", Topic: "Everything and nothing"}
		talk  = Room{ID: "rt4lk5b6c7d2e3f4", Closed: true, Direct: true}
		state = RoomState{Room: lobby, Last: 42, Read: 40, Unread: 2, Members: 14}
		// around is state for somebody who is not in it.
		around = RoomState{Room: lobby, Last: 42, Read: 42, Members: 14, Active: 1_795_000_000_000}
		said   = Event{
			Room: lobby.ID, Seq: 42, At: 1_795_000_000_000, By: ada.Author(),
			Message: &Message{Key: "k5w6x7y2z3a4b5c6", Text: "会议室见 <at 3> & bring \"tea\" 🍵"},
		}
		entry = func(e Event) *Event {
			e.Room, e.Seq, e.At, e.By = lobby.ID, 43, 1_795_000_001_000, ada.Author()
			return &e
		}
		topic  = "Deploys on Thursday"
		closed = true
		start  = Seq(0)
		invite = Invite{
			Code: "j4n5b6v7c2x3z4l5", By: ada.Author(), Room: lobby.ID,
			Created: 1_795_000_000_000, Expires: 1_795_604_800_000, Uses: 1, MaxUses: 25,
		}
		told = Push{
			ID: "p2d4f6h2j4l6n2p4", Seq: 7, At: 1_795_000_000_000, Event: "deploy", Title: "Deployed", Message: "v1.4 is live 🚀",
			URL: "/r/rlobby2a3b4c5d6e", Collapse: "deploy", Sender: "ubot2a3b4c5d6e7f", From: "Builder", Expires: 1_795_604_800_000,
		}
		bot    = User{ID: "ubot2a3b4c5d6e7f", Name: "Builder", Role: RoleBot, Owner: ada.ID}
		ttl    = int64(3600)
		better = "Ask @li **now**"
		seven  = Seq(7)
		next   = "v1.5 is live"
		device = NewDevice{
			Endpoint: "https://push.example.net/v2/gAAAAAB",
			Keys: DeviceKeys{
				P256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
				Auth:   "BTBZMqHH6r4Tts7J_aSIgg",
			},
		}
		photo = File{ID: "f3k7q2m9x4w8c5ja", Name: "Hafen.jpg", Type: "image/jpeg", Size: 481_223, Width: 4032, Height: 3024, Thumb: true}
		notes = File{ID: "f6n2o4t6e2s4a6b7", Name: "notes.pdf", Type: "application/pdf", Size: 20_480}
		phone = Device{ID: "d2e4g6i2k4m6o2q4", Name: "Chrome on Android", Here: true}
		token = Token{
			ID: "t2k4m6p2r4t6v2x4", Name: "CI", User: bot.Author(), By: ada.Author(), Scopes: []Scope{ScopePush, ScopePost},
			Created: 1_795_000_000_000,
		}
	)
	betterHTML := `<p>Ask <bdi class="mention" data-user="` + string(li.ID) + `">@li</bdi> <strong>now</strong></p>`
	about, zone, lang := "会议 & tea", "Asia/Shanghai", "zh"
	banned := Person{
		User: li, About: about, Zone: zone, Standing: StandingBanned, Since: 1_795_000_000_000, Seen: 1_795_000_000_000,
	}
	banned.Picture = "k3r5t7w2"
	sessions := []Session{{ID: "s2k4m6p2r4t6v2x4", Device: "Firefox on Linux", Created: 1_795_000_000_000, Seen: 1_795_000_000_000, Here: true}}
	secret := token
	secret.Secret = "qe3…"
	return map[string]Frame{
		"hello": {ID: 1, Hello: &Hello{
			Token: "qe3…", Epoch: "e5f6g7h2i3j4k5l6", At: map[RoomID]Seq{lobby.ID: 40},
		}},
		"ping":      {ID: 2, Ping: &Nothing{}},
		"post":      {ID: 3, Post: &Post{Room: lobby.ID, Key: said.Message.Key, Text: said.Message.Text}},
		"history":   {ID: 4, History: &HistoryQuery{Room: lobby.ID, Before: 41, Limit: 2}},
		"read":      {ID: 5, Read: &ReadMark{Room: lobby.ID, Seq: 41}},
		"create":    {ID: 6, Create: &NewRoom{Name: "发布计划", Topic: "第四季度", Closed: true}},
		"update":    {ID: 7, Update: &RoomUpdate{Room: lobby.ID, RoomChange: RoomChange{Topic: &topic, Closed: &closed}}},
		"join":      {ID: 8, Join: &RoomRef{Room: lobby.ID}},
		"leave":     {ID: 9, Leave: &RoomRef{Room: lobby.ID}},
		"add":       {ID: 10, Add: &MemberRef{Room: lobby.ID, User: li.ID}},
		"remove":    {ID: 11, Remove: &MemberRef{Room: lobby.ID, User: li.ID}},
		"members":   {ID: 12, Members: &RoomRef{Room: lobby.ID}},
		"directory": {ID: 13, Directory: &Nothing{}},
		"people":    {ID: 14, People: &Nothing{}},
		"invite":    {ID: 15, Invite: &NewInvite{Room: lobby.ID, TTL: 604_800, MaxUses: 25}},
		"invites":   {ID: 16, Invites: &Nothing{}},
		"revoke":    {ID: 17, Revoke: &InviteRef{Code: invite.Code}},
		"profile":   {ID: 18, Profile: &Profile{Name: "Ada King"}},
		"password":  {ID: 19, Password: &NewPassword{Handle: "ada", Current: "correct horse", New: "battery staple"}},

		"register":       {Register: &Register{Token: "qe3…", Event: "deploy"}},
		"register.after": {ID: 21, Register: &Register{After: &seven, Epoch: "e5f6g7h2i3j4k5l6"}},
		"push": {ID: 22, Push: &NewPush{
			UserID: ada.ID, Event: "deploy", Message: told.Message, ID: "build-1404", Title: told.Title,
			URL: told.URL, TTL: &ttl, Collapse: "deploy",
		}},
		"amend":    {ID: 23, Amend: &PushChange{ID: "build-1404", Message: &next}},
		"clear":    {ID: 24, Clear: &PushRef{ID: "build-1404"}},
		"receipts": {ID: 25, Receipts: &PushRef{ID: "build-1404"}},
		"ack":      {ID: 26, Ack: &Ack{Push: told.ID, Opened: true}},
		"pushes":   {ID: 27, Pushes: &PushQuery{Before: 8, Limit: 20}},
		"bot":      {ID: 28, Bot: &NewBot{Name: "Builder"}},
		"bots":     {ID: 29, Bots: &Nothing{}},
		"dismiss":  {ID: 30, Dismiss: &UserRef{User: bot.ID}},
		"token":    {ID: 31, Token: &TokenRequest{Name: "CI", Scopes: token.Scopes, User: bot.ID}},
		"tokens":   {ID: 32, Tokens: &Nothing{}},
		"withdraw": {ID: 33, Withdraw: &TokenRef{ID: token.ID}},
		"hook":     {ID: 34, Hook: &NewHook{Room: lobby.ID, Name: "Builder"}},
		"devices":  {ID: 35, Devices: &Nothing{}},
		"device":   {ID: 36, Device: &device},
		"notify":   {ID: 37, Notify: &SelfPush{Message: "It works."}},
		"forget":   {ID: 38, Forget: &DeviceRef{ID: phone.ID}},

		// Messages that were said.
		"post.reply": {ID: 40, Post: &Post{Room: lobby.ID, Key: "r5e6p7l2y3a4b5c6", Text: "On my way", Reply: 42}},
		"edit":       {ID: 41, Edit: &Edit{Room: lobby.ID, Seq: 42, Text: better}},
		"delete":     {ID: 42, Delete: &MessageRef{Room: lobby.ID, Seq: 42}},
		"react":      {ID: 43, React: &React{Room: lobby.ID, Seq: 42, Emoji: "👍🏽", On: true}},
		"versions":   {ID: 44, Versions: &MessageRef{Room: lobby.ID, Seq: 42}},
		"ok.versions": {ID: 44, OK: &OK{Versions: []Version{
			{At: said.At, Text: said.Message.Text}, {At: 1_795_000_001_000, Text: better, HTML: betterHTML},
		}}},
		"event.edited":  {Event: entry(Event{Edited: &Edited{Of: 42, Text: better, HTML: betterHTML, Mentions: []UserID{li.ID}}})},
		"event.deleted": {Event: entry(Event{Deleted: &Deleted{Of: 42, Author: ada.ID}})},
		"event.reacted": {Event: entry(Event{Reacted: &Reacted{Of: 42, Emoji: "👍🏽", On: true}})},
		"event.message.later": {Event: entry(Event{Message: &Message{
			Key: "r5e6p7l2y3a4b5c6", Text: better, HTML: betterHTML, Mentions: []UserID{li.ID},
			Reply: &Quote{Seq: 42, By: ada.Author(), Text: Excerpt(said.Message.Text)}, Edited: 1_795_000_009_000,
			Reactions: []Reaction{{Emoji: "👍🏽", Users: []UserID{ada.ID, li.ID}}}, Rev: 57,
		}})},

		// Files.

		// Finding.
		"search": {ID: 45, Search: &Search{Query: "会议 from:ada after:2026-11-01 has:link", Room: lobby.ID, Limit: 20, Zone: 480}},
		"ok.found": {ID: 45, OK: &OK{Found: &Found{
			Hits: []Hit{{
				Room: lobby.ID, Seq: 42, At: said.At, By: ada.Author(),
				Excerpt: []string{"", "会议", "室见 <at 3> & bring \"tea\" 🍵 https://example.org"},
			}},
			More: 1207,
		}}},

		// Direct messages, and what is unread.
		"direct":     {ID: 39, Direct: &Circle{Users: []UserID{li.ID}}},
		"hide":       {ID: 40, Hide: &Position{Room: talk.ID, Seq: 7}},
		"preview":    {ID: 41, Preview: &RoomRef{Room: lobby.ID}},
		"read.again": {ID: 42, Read: &ReadMark{Room: lobby.ID, Seq: 39, Round: 1}},
		"ok.preview": {ID: 41, OK: &OK{Preview: &Preview{Room: around, Page: Page{Room: lobby.ID, Events: []Event{said}, Older: true}}}},
		"ok.room.direct": {ID: 39, OK: &OK{Room: &RoomState{
			Room: talk, Last: 7, Read: 7, Members: 2, Active: 1_795_000_000_000, People: []User{li},
		}}},
		"ok.read.again": {ID: 42, OK: &OK{Read: &ReadMark{Room: lobby.ID, Seq: 39, Round: 1, Last: 42, Unread: 3}}},

		// People, sessions, roles.
		"profile.more": {ID: 70, Profile: &Profile{Handle: "ada", About: &about, Zone: &zone, Lang: &lang}},
		"person":       {ID: 71, Person: &UserRef{User: li.ID}},
		"gravatar":     {ID: 72, Gravatar: &GravatarQuery{Email: "ada@example.org"}},
		"sessions":     {ID: 73, Sessions: &Nothing{}},
		"end":          {ID: 74, End: &SessionRef{ID: "s2k4m6p2r4t6v2x4"}},
		"end.others":   {ID: 75, End: &SessionRef{Others: true}},
		"accounts":     {ID: 76, Accounts: &Nothing{}},
		"role":         {ID: 77, Role: &RoleChange{User: li.ID, Role: RoleMember}},
		"deactivate":   {ID: 78, Deactivate: &UserRef{User: li.ID}},
		"ban":          {ID: 79, Ban: &UserRef{User: li.ID}},
		"readmit":      {ID: 80, Readmit: &UserRef{User: li.ID}},
		"erase":        {ID: 82, Erase: &UserRef{User: li.ID}},
		"recover":      {ID: 81, Recover: &UserRef{User: li.ID}},
		"ok.person":    {ID: 79, OK: &OK{Person: &banned}},
		"ok.accounts":  {ID: 76, OK: &OK{Accounts: []Person{banned}}},
		"ok.sessions":  {ID: 73, OK: &OK{Sessions: sessions}},
		"ok.recovery": {ID: 81, OK: &OK{Recovery: &Recovery{
			User: li.ID, Path: "/recover/qe3…", Expires: 1_795_086_400_000,
		}}},

		// Presence and typing.
		"active":       {ID: 80, Active: &Nothing{}},
		"watch":        {ID: 81, Watch: &Watch{Users: []UserID{ada.ID, li.ID}}},
		"ok.presences": {ID: 81, OK: &OK{Presences: []Presence{drinking(ada)}}},
		"status":       {ID: 82, Status: &Status{Emoji: "🍵", Text: "Tea", Until: 1_795_001_800_000}},
		"dnd":          {ID: 83, DND: &Quiet{Until: 1_795_003_600_000}},
		"typing":       {ID: 84, Typing: &Typing{Room: lobby.ID}},
		"typing.by":    {Typing: &Typing{Room: lobby.ID, By: &Author{ID: li.ID, Name: li.Name}}},
		"presence":     {Presence: []Presence{{User: li.ID, State: Away}, {User: ada.ID, State: Online, DND: Forever}}},

		// Levels of notification.
		"involve":     {ID: 90, Involve: &Involve{Room: lobby.ID, Involvement: InMentions}},
		"involve.out": {Involve: &Involve{Room: lobby.ID, Involvement: InMentions}},
		"prefer":      {ID: 91, Prefer: &Preferences{Involvement: InEverything, Reveal: RevealPlace}},
		"look":        {ID: 92, Look: &Look{Room: lobby.ID}},
		"look.away":   {ID: 93, Look: &Look{Room: lobby.ID, Away: true}},

		"ok": {ID: 2, OK: &OK{}},
		"ok.registered": {ID: 21, OK: &OK{Registered: &Registered{
			UserID: ada.ID, Connection: "c2e4g6i2k4m6o2q4", Epoch: "e5f6g7h2i3j4k5l6", Last: 7,
		}}},
		"ok.push": {ID: 22, OK: &OK{Push: &PushAnswer{ID: "build-1404", Stored: true, Connections: 2, Devices: 1}}},
		"ok.status": {ID: 25, OK: &OK{Status: &PushStatus{
			ID: "build-1404", UserID: ada.ID, Event: "deploy", At: told.At, Expires: told.Expires,
			Receipts: []Receipt{
				{To: "c2e4g6i2k4m6o2q4", Kind: ToConnection, Device: "Firefox on Linux", Accepted: told.At + 2, Delivered: told.At + 40},
				{To: "d2e4g6i2k4m6o2q4", Kind: ToDevice, Device: "Chrome on Android", Accepted: told.At + 180},
			},
		}}},
		"ok.pushes": {ID: 27, OK: &OK{Pushes: []Push{told}}},
		"ok.devices": {ID: 35, OK: &OK{Devices: &Devices{
			Key: "BBvxdWyBJj41nTF6mNGPE8T2l5GFJLRxmrQ2iIobBIYkXGXxB81rx7fUYzVGGYQbKXu1VQ6yH_mj1Vd8bTFXBJo", Devices: []Device{phone},
		}}},
		"ok.device": {ID: 36, OK: &OK{Device: &phone}},
		"ok.bot":    {ID: 28, OK: &OK{Bot: &bot}},
		"ok.token":  {ID: 31, OK: &OK{Token: &secret}},
		"ok.tokens": {ID: 32, OK: &OK{Tokens: []Token{token}}},
		"ok.welcome": {ID: 1, OK: &OK{Welcome: &Welcome{
			Server: "Riverside Studio", Version: "3f2a9c1d", Epoch: "e5f6g7h2i3j4k5l6",
			You: ada, Rooms: []RoomState{state}, Limits: DefaultLimits(),
		}}},
		"ok.event":   {ID: 3, OK: &OK{Event: &said}},
		"ok.page":    {ID: 4, OK: &OK{Page: &Page{Room: lobby.ID, Events: []Event{said}, Older: true}}},
		"ok.read":    {ID: 5, OK: &OK{Read: &ReadMark{Room: lobby.ID, Seq: 41, Last: 42, Unread: 1}}},
		"ok.room":    {ID: 6, OK: &OK{Room: &state}},
		"ok.users":   {ID: 12, OK: &OK{Users: []User{ada, li}}},
		"ok.rooms":   {ID: 13, OK: &OK{Rooms: []RoomState{state}}},
		"ok.invite":  {ID: 15, OK: &OK{Invite: &invite}},
		"ok.invites": {ID: 16, OK: &OK{Invites: []Invite{invite}}},
		"ok.you":     {ID: 18, OK: &OK{You: &ada}},
		"error": {ID: 3, Error: &Error{
			Code: CodeTooFast, Message: "you are sending too fast: wait a moment", RetryAfter: 2,
		}},

		"event.message":       {Event: &said},
		"event.message.files": {Event: entry(Event{Message: &Message{Key: "f5i6l7e2y3a4b5c6", Files: []File{photo, notes}}})},
		"post.files":          {ID: 50, Post: &Post{Room: lobby.ID, Key: "f5i6l7e2y3a4b5c6", Files: []FileID{photo.ID, notes.ID}}},
		"event.created":       {Event: entry(Event{Created: &lobby})},
		"event.changed":       {Event: entry(Event{Changed: &RoomChange{Topic: &topic}})},
		"event.joined":        {Event: entry(Event{Joined: &li})},
		"event.left":          {Event: entry(Event{Left: &Author{ID: li.ID, Name: li.Name}})},
		"pushed":              {Pushed: &told},
		"live":                {Live: &Position{Room: lobby.ID, Seq: 42}},
		"live.pushes":         {Live: &Position{Seq: 7}},
		"reset":               {Reset: &RoomRef{Room: lobby.ID}},
		"room":                {Room: &state},
		"gone":                {Gone: &RoomRef{Room: lobby.ID}},
		"user":                {User: &User{ID: ada.ID, Name: "Ada King", Handle: "ada", Role: RoleOwner}},
		"beat":                {Beat: &Beat{At: 1_795_000_020_000}},
		"bye":                 {Bye: &Bye{Code: "restart", Retry: true}},

		"history.after": {ID: 20, History: &HistoryQuery{Room: lobby.ID, After: &start}},
	}
}

func TestGoldenFramesAreReproducedByteForByte(t *testing.T) {
	for name, want := range examples() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "frames", name+".json")
			if *update {
				if err := os.WriteFile(path, want.Encode(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("no golden file: run make golden (%v)", err)
			}
			if got := want.Encode(); string(got) != string(golden) {
				t.Errorf("encoded\n%sgolden\n%s", got, golden)
			}
			frames := 0
			err = Decode(golden, func(got Frame) error {
				frames++
				if !reflect.DeepEqual(got, want) {
					t.Errorf("decoded\n%+v\nwant\n%+v", got, want)
				}
				return nil
			})
			if err != nil || frames != 1 {
				t.Errorf("Decode gave %d frames and %v, want 1 and nil", frames, err)
			}
		})
	}
}

func TestEveryKindOfFrameHasAnExample(t *testing.T) {
	have := examples()
	for _, kind := range jsonNames(Frame{}) {
		if kind == "event" || kind == "id" {
			continue
		}
		if _, ok := have[kind]; !ok {
			t.Errorf("no example of a %q frame", kind)
		}
	}
	for _, kind := range jsonNames(OK{}) {
		if _, ok := have["ok."+kind]; !ok {
			t.Errorf("no example of an ok frame with %q", kind)
		}
	}
	for _, kind := range jsonNames(Event{}) {
		switch kind {
		case "room", "seq", "at", "by":
			continue
		}
		if _, ok := have["event."+kind]; !ok {
			t.Errorf("no example of an event frame with %q", kind)
		}
	}
	files, err := filepath.Glob("testdata/frames/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := have[strings.TrimSuffix(filepath.Base(f), ".json")]; !ok {
			t.Errorf("%s belongs to no example: delete it", f)
		}
	}
}

func TestEveryExampleInTheProtocolDocumentIsAGoldenFrame(t *testing.T) {
	doc, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	golden := make(map[string]string)
	for name, f := range examples() {
		golden[strings.TrimSpace(string(f.Encode()))] = name
	}
	shown := make(map[string]bool)
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			name, ok := golden[line]
			if !ok {
				t.Errorf("docs/protocol.md shows what no golden file has:\n%s", line)
			}
			shown[name] = true
		}
	}
	for name := range examples() {
		if !shown[name] {
			t.Errorf("docs/protocol.md does not show %s.json", name)
		}
	}
}

func jsonNames(v any) []string {
	var names []string
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func TestDecode(t *testing.T) {
	cases := []struct {
		name, in string
		frames   int
		fails    bool
	}{
		{"several frames in one message", "{\"id\":1,\"ping\":{}}\n{\"id\":2,\"ping\":{}}\n", 2, false},
		{"unknown fields are ignored", `{"id":1,"ping":{"later":true},"from":"the future"}`, 1, false},
		{"an unknown kind is a frame without a kind", `{"id":1,"dance":{}}`, 1, false},
		{"nothing is an error", "", 0, true},
		{"a cut frame is an error", `{"id":1,"pi`, 0, true},
		{"a cut second frame is an error", "{\"id\":1,\"ping\":{}}\n{\"id\":2", 1, true},
		{"not an object is an error", `[1]`, 0, true},
		{"a wrong type is an error", `{"id":"one"}`, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			frames := 0
			err := Decode([]byte(c.in), func(Frame) error { frames++; return nil })
			if frames != c.frames || (err != nil) != c.fails {
				t.Errorf("got %d frames and error %v, want %d and fails=%v", frames, err, c.frames, c.fails)
			}
			if err != nil && !errors.Is(err, &Error{Code: CodeMalformed}) {
				t.Errorf("got %v, want a malformed error", err)
			}
		})
	}
}

func TestDecodeStopsAtTheFirstErrorOfItsReader(t *testing.T) {
	stop := errors.New("stop")
	frames := 0
	err := Decode([]byte("{\"id\":1}\n{\"id\":2}"), func(Frame) error { frames++; return stop })
	if !errors.Is(err, stop) || frames != 1 {
		t.Errorf("got %d frames and %v, want 1 and stop", frames, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range examples() {
		f.Add(e.Encode())
	}
	f.Add([]byte("{\"id\":1,\"ping\":{}}\n\n{\"id\":2}"))
	f.Fuzz(func(t *testing.T, message []byte) {
		_ = Decode(message, func(got Frame) error {
			again := 0
			err := Decode(got.Encode(), func(back Frame) error {
				again++
				if string(back.Encode()) != string(got.Encode()) {
					t.Errorf("encoding is not stable:\n%s%s", got.Encode(), back.Encode())
				}
				return nil
			})
			if err != nil || again != 1 {
				t.Errorf("what was decoded does not decode again: %v\n%s", err, got.Encode())
			}
			return nil
		})
	})
}
