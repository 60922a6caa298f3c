package app

import (
	"context"
	"strings"
	"syscall/js"
	"time"

	"hubbub/app/client"
	"hubbub/shared"
)

// memoryPatience is how long the browser's memory may take.
const memoryPatience = 5 * time.Second

// keepHere has the client keep things in this browser, and share them and its
// connection with the reader's other tabs.
func keepHere(o *client.Options, v shared.View) {
	if v.Welcome == nil {
		return
	}
	o.Carrier = client.BrowserCarrier()
	o.Shelf = client.BrowserShelf(v.Welcome.You.ID)
	if peers := client.BrowserPeers(v.Welcome.You.ID); peers != nil {
		o.Peers = peers
	}
}

// remember fills in what no server could: what this browser kept of the last
// visit. It reports whether there was any.
func remember(v *shared.View, o *client.Options) bool {
	location := js.Global().Get("location")
	path := location.Get("pathname").String()
	room, at := parsePath(v.Base, path)
	if room == "" && path != v.Base+"/" {
		return false // a form, or an invite: only the server has those
	}
	ctx, cancel := context.WithTimeout(context.Background(), memoryPatience)
	defer cancel()
	last, err := client.LastSnapshot(ctx)
	if err != nil || last == nil || len(last.Welcome.Rooms) == 0 {
		return false
	}
	look(v)
	v.Path = path
	v.Welcome, v.Server = &last.Welcome, last.Welcome.Server
	o.Read, o.Rounds, o.KeptPushes = last.Read, last.Rounds, last.Pushes
	v.Room, v.At = pickRoom(last.Welcome.Rooms, room), at
	if v.Room != room {
		v.At = 0
		js.Global().Get("history").Call("replaceState", nil, "", v.Base+roomPath(v.Room))
	}
	v.Page, o.Kept = keptPage(ctx, v), true
	if v.At > 0 && !holds(v.Page, v.At) {
		v.At = 0
	}
	return true
}

// look is what the server reads from cookies otherwise.
func look(v *shared.View) {
	v.Lang, v.Theme, v.Zone = cookie("hubbub_lang"), cookie("hubbub_theme"), localZone()
	if v.Lang == "" {
		v.Lang, _, _ = strings.Cut(js.Global().Get("navigator").Get("language").String(), "-")
	}
	v.Now = shared.Millis(time.Now().UnixMilli())
	js.Global().Get("document").Get("documentElement").Call("setAttribute", "lang", v.Lang)
}

// pickRoom is the room that was asked for, or else read last, or the first.
func pickRoom(rooms []shared.RoomState, asked shared.RoomID) shared.RoomID {
	for _, want := range []shared.RoomID{asked, shared.RoomID(cookie("hubbub_room"))} {
		for _, r := range rooms {
			if r.ID == want {
				return want
			}
		}
	}
	return rooms[0].ID
}

func keptPage(ctx context.Context, v *shared.View) *shared.Page {
	kept, err := client.BrowserShelf(v.Welcome.You.ID).Page(ctx, v.Room)
	if err != nil || kept == nil || kept.Epoch != v.Welcome.Epoch {
		return nil
	}
	return &kept.Page
}

func holds(p *shared.Page, seq shared.Seq) bool {
	return p != nil && len(p.Events) > 0 && p.Events[0].Seq <= seq && seq <= p.Events[len(p.Events)-1].Seq
}

// forgetHere forgets what this browser keeps for somebody who signs out.
func forgetHere(user shared.UserID) {
	ctx, cancel := context.WithTimeout(context.Background(), memoryPatience)
	defer cancel()
	_ = client.ForgetBrowser(ctx, user) // a browser that keeps nothing has nothing to forget
}

func cookie(name string) string {
	for part := range strings.SplitSeq(js.Global().Get("document").Get("cookie").String(), "; ") {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value
		}
	}
	return ""
}
