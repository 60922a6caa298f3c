package servertest

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

func testProfiles(t *testing.T, w *world) {
	eve := w.guest("eve")
	t.Run("what is left out of a change stays", func(t *testing.T) {
		about, zone, lang := "Draws maps", "Europe/Berlin", "zh"
		_, err := w.s.SetProfile(w.ctx, w.owner.ID, shared.Profile{About: &about, Zone: &zone})
		w.must(err)
		_, err = w.s.SetProfile(w.ctx, w.owner.ID, shared.Profile{Name: "Ada King", Handle: "adaking", Lang: &lang})
		w.must(err)
		p, err := w.s.Person(w.ctx, w.owner.ID)
		w.must(err)
		if p.Name != "Ada King" || p.Handle != "adaking" || p.About != about || p.Zone != zone || p.Lang != lang || p.Since == 0 {
			t.Errorf("got %+v", p)
		}
		none := ""
		_, err = w.s.SetProfile(w.ctx, w.owner.ID, shared.Profile{About: &none})
		w.must(err)
		if p, err = w.s.Person(w.ctx, w.owner.ID); err != nil || p.About != "" || p.Zone != zone {
			t.Errorf("got %+v, %v", p, err)
		}
	})
	t.Run("a handle belongs to one", func(*testing.T) {
		_, err := w.s.SetProfile(w.ctx, eve.ID, shared.Profile{Handle: "adaking"})
		w.wants(err, server.ErrTaken)
	})
	t.Run("a picture is on everything that somebody said, before and after", func(t *testing.T) {
		w.say(eve, w.lobby, "plain")
		u, err := w.s.SetPicture(w.ctx, eve.ID, "one", []byte{1, 0, 255})
		w.must(err)
		w.say(u, w.lobby, "framed")
		log := w.log(w.lobby)
		for _, ev := range log[len(log)-2:] {
			if ev.By.Picture != "one" {
				t.Errorf("%q is by %+v", ev.Message.Text, ev.By)
			}
		}
		if image, err := w.s.Picture(w.ctx, eve.ID, "one"); err != nil || !bytes.Equal(image, []byte{1, 0, 255}) {
			t.Errorf("the picture is %v, %v", image, err)
		}
		_, err = w.s.SetPicture(w.ctx, eve.ID, "two", []byte{2})
		w.must(err)
		_, err = w.s.Picture(w.ctx, eve.ID, "one")
		w.wants(err, server.ErrNotFound)
		u, err = w.s.SetPicture(w.ctx, eve.ID, "", nil)
		w.must(err)
		if u.Picture != "" {
			t.Errorf("it stays: %+v", u)
		}
		_, err = w.s.Picture(w.ctx, eve.ID, "")
		w.wants(err, server.ErrNotFound)
	})
	t.Run("who shares a room sees somebody, and who reads what they said", func(t *testing.T) {
		w.room("attic")
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), "attic", eve.ID, w.tick())
		w.must(err)
		fay := shared.User{ID: "fay", Name: "Fay", Role: shared.RoleGuest}
		w.must(w.s.AddInvite(w.ctx, shared.Invite{Code: "fay", By: w.owner.Author(), Room: "attic", Created: w.millis()}))
		_, _, err = w.s.Accept(w.ctx, "fay", server.Account{User: fay}, w.tick())
		w.must(err)
		sees := func(viewer, id shared.UserID, want bool) {
			t.Helper()
			if got, err := w.s.Sees(w.ctx, viewer, id); err != nil || got != want {
				t.Errorf("%s sees %s: %v, %v", viewer, id, got, err)
			}
		}
		guests, err := w.s.GuestsWith(w.ctx, fay.ID)
		w.must(err)
		slices.Sort(guests)
		if !slices.Equal(guests, []shared.UserID{"eve", "fay"}) {
			t.Errorf("guests who meet fay: %v", guests)
		}
		gus := w.guest("gus")
		sees(fay.ID, eve.ID, true)
		sees(fay.ID, gus.ID, false)
		_, err = w.s.RemoveMember(w.ctx, w.owner.Author(), "attic", eve.ID, w.tick())
		w.must(err)
		sees(fay.ID, eve.ID, false)
		sees(gus.ID, eve.ID, true)
		_, err = w.s.RemoveMember(w.ctx, w.owner.Author(), w.lobby, eve.ID, w.tick())
		w.must(err)
		sees(gus.ID, eve.ID, true) // what eve said is there
		if guests, err := w.s.GuestsWith(w.ctx, eve.ID); err != nil || len(guests) != 0 {
			t.Errorf("guests who meet eve, who is nowhere: %v, %v", guests, err)
		}
	})
}

func testRoles(t *testing.T, w *world) {
	eve := w.guest("eve")
	t.Run("a role is what was given", func(t *testing.T) {
		u, err := w.s.SetRole(w.ctx, eve.ID, shared.RoleAdmin)
		w.must(err)
		if u.Role != shared.RoleAdmin {
			t.Errorf("got %+v", u)
		}
	})
	t.Run("there is always an owner", func(t *testing.T) {
		_, err := w.s.SetRole(w.ctx, w.owner.ID, shared.RoleMember)
		w.wants(err, server.ErrLastOwner)
		if u, err := w.s.User(w.ctx, w.owner.ID); err != nil || u.Role != shared.RoleOwner {
			t.Errorf("the refusal left %+v, %v", u, err)
		}
	})
	t.Run("the server is handed over", func(t *testing.T) {
		_, err := w.s.SetRole(w.ctx, eve.ID, shared.RoleOwner)
		w.must(err)
		_, err = w.s.SetRole(w.ctx, w.owner.ID, shared.RoleMember)
		w.must(err)
	})
	t.Run("nobody by that id", func(*testing.T) {
		_, err := w.s.SetRole(w.ctx, "nobody", shared.RoleMember)
		w.wants(err, server.ErrNotFound)
	})
}

func testExclusion(t *testing.T, w *world) {
	eve := w.guest("eve")
	_, err := w.s.SetPassword(w.ctx, eve.ID, "eve", "hash")
	w.must(err)
	w.room("attic")
	_, err = w.s.AddMember(w.ctx, w.owner.Author(), "attic", eve.ID, w.tick())
	w.must(err)
	bot := shared.User{ID: "bot", Name: "Bot", Role: shared.RoleBot, Owner: eve.ID}
	w.must(w.s.AddBot(w.ctx, bot, w.tick()))
	_, err = w.s.AddMember(w.ctx, w.owner.Author(), "attic", bot.ID, w.tick())
	w.must(err)
	session := func(id string, user, author shared.UserID) [32]byte {
		now := w.tick()
		s := server.Session{ID: id, User: user, Author: author, Hash: sha256.Sum256([]byte(id)), Created: now, Seen: now, Expires: now.Add(time.Hour)}
		if author != "" {
			s.Name, s.Scopes = id, []shared.Scope{shared.ScopePost}
		}
		w.must(w.s.AddSession(w.ctx, s))
		return s.Hash
	}
	theirs := [][32]byte{session("login", eve.ID, ""), session("token", eve.ID, eve.ID), session("bots", bot.ID, eve.ID)}
	others := session("others", w.owner.ID, "")
	w.must(w.s.AddInvite(w.ctx, shared.Invite{Code: "theirs", By: eve.Author(), Created: w.millis()}))
	w.say(eve, w.lobby, "stays")
	w.say(bot, "attic", "stays, too")

	helped := session("helped", w.owner.ID, eve.ID) // a token that they made for somebody else
	theirs = append(theirs, helped)

	ended, evs, err := w.s.Exclude(w.ctx, w.owner.Author(), eve.ID, shared.StandingBanned, w.tick())
	w.must(err)
	t.Run("their sessions, tokens and bots' tokens end, and no others", func(*testing.T) {
		for _, hash := range theirs {
			_, _, err := w.s.Session(w.ctx, hash, w.now)
			w.wants(err, server.ErrNotFound)
		}
		_, _, err := w.s.Session(w.ctx, others, w.now)
		w.must(err)
	})
	t.Run("what is made all the same, because it was on its way, does not work", func(*testing.T) {
		for _, hash := range [][32]byte{session("late", eve.ID, ""), session("late bot's", bot.ID, eve.ID), session("late help", w.owner.ID, eve.ID)} {
			_, _, err := w.s.Session(w.ctx, hash, w.now)
			w.wants(err, server.ErrNotFound)
		}
		w.must(w.s.AddInvite(w.ctx, shared.Invite{Code: "late", By: eve.Author(), Created: w.millis()}))
		_, err := w.s.Invite(w.ctx, "late", w.now)
		w.wants(err, server.ErrSpent)
	})
	t.Run("they and their bots leave every room, and the events say so", func(t *testing.T) {
		if len(ended) != 4 || len(evs) != 3 {
			t.Errorf("sessions %+v, events %+v", ended, evs)
		}
		for _, room := range []shared.RoomID{w.lobby, "attic"} {
			log := w.log(room)
			if last := log[len(log)-1]; last.Left == nil || last.By.ID != w.owner.ID {
				t.Errorf("the log of %s ends with %+v", room, last)
			}
			if _, member, err := w.s.Access(w.ctx, room, eve.ID); err != nil || member {
				t.Errorf("still in %s: %v, %v", room, member, err)
			}
		}
		if _, member, err := w.s.Access(w.ctx, "attic", bot.ID); err != nil || member {
			t.Errorf("the bot is still there: %v, %v", member, err)
		}
	})
	t.Run("they come into no room", func(*testing.T) {
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), w.lobby, eve.ID, w.tick())
		w.wants(err, server.ErrNotFound)
	})
	t.Run("their links work no more", func(*testing.T) {
		_, err := w.s.Invite(w.ctx, "theirs", w.now)
		w.wants(err, server.ErrSpent)
	})
	t.Run("they are not among the people, and staff sees how they stand", func(t *testing.T) {
		users, err := w.s.Users(w.ctx)
		w.must(err)
		if slices.ContainsFunc(users, func(u shared.User) bool { return u.ID == eve.ID }) {
			t.Errorf("the people are %+v", users)
		}
		all, err := w.s.People(w.ctx)
		w.must(err)
		at := slices.IndexFunc(all, func(p shared.Person) bool { return p.ID == eve.ID })
		if len(all) != 2 || at < 0 || all[at].Standing != shared.StandingBanned {
			t.Errorf("everybody is %+v", all)
		}
		a, err := w.s.Account(w.ctx, "eve")
		w.must(err)
		if a.Standing != shared.StandingBanned {
			t.Errorf("the account is %+v", a)
		}
	})
	t.Run("a second time nothing is left to do", func(t *testing.T) {
		_, evs, err := w.s.Exclude(w.ctx, w.owner.Author(), eve.ID, shared.StandingRemoved, w.tick())
		w.must(err)
		if p, err := w.s.Person(w.ctx, eve.ID); len(evs) != 0 || err != nil || p.Standing != shared.StandingRemoved {
			t.Errorf("%+v, %+v, %v", evs, p, err)
		}
	})
	t.Run("what they and their bots said is found until it is deleted", func(t *testing.T) {
		found, err := w.s.SaidBy(w.ctx, eve.ID, 10)
		w.must(err)
		if len(found) != 2 {
			t.Errorf("found %+v", found)
		}
		if some, err := w.s.SaidBy(w.ctx, eve.ID, 1); err != nil || len(some) != 1 {
			t.Errorf("of one, found %+v, %v", some, err)
		}
		for _, m := range found {
			_, err := w.s.Delete(w.ctx, w.owner.Author(), m, w.tick())
			w.must(err)
		}
		if found, err := w.s.SaidBy(w.ctx, eve.ID, 10); err != nil || len(found) != 0 {
			t.Errorf("afterwards, found %+v, %v", found, err)
		}
	})
	t.Run("readmitted, they may be here", func(*testing.T) {
		w.must(w.s.Readmit(w.ctx, eve.ID))
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), w.lobby, eve.ID, w.tick())
		w.must(err)
	})
	t.Run("nobody by that id", func(*testing.T) {
		_, _, err := w.s.Exclude(w.ctx, w.owner.Author(), "nobody", shared.StandingBanned, w.tick())
		w.wants(err, server.ErrNotFound)
		w.wants(w.s.Readmit(w.ctx, "nobody"), server.ErrNotFound)
	})
}

func testRecoveries(t *testing.T, w *world) {
	eve := w.guest("eve")
	add := func(code string) [32]byte {
		hash := sha256.Sum256([]byte(code))
		w.must(w.s.AddRecovery(w.ctx, server.Recovery{User: eve.ID, Hash: hash, Author: w.owner.ID, Expires: w.now.Add(time.Hour)}))
		return hash
	}
	first := add("first")
	t.Run("a link says whose it is", func(t *testing.T) {
		u, err := w.s.Recovery(w.ctx, first, w.now)
		w.must(err)
		if u.ID != eve.ID {
			t.Errorf("got %+v", u)
		}
	})
	t.Run("for an hour, as was said", func(*testing.T) {
		_, err := w.s.Recovery(w.ctx, first, w.now.Add(2*time.Hour))
		w.wants(err, server.ErrSpent)
		_, err = w.s.UseRecovery(w.ctx, first, "eve", "hash", w.now.Add(2*time.Hour))
		w.wants(err, server.ErrSpent)
	})
	second := add("second")
	t.Run("a new one ends the one before", func(*testing.T) {
		_, err := w.s.Recovery(w.ctx, first, w.now)
		w.wants(err, server.ErrSpent)
	})
	t.Run("a handle that is taken costs nothing", func(*testing.T) {
		_, err := w.s.UseRecovery(w.ctx, second, "ada", "hash", w.now)
		w.wants(err, server.ErrTaken)
		_, err = w.s.Recovery(w.ctx, second, w.now)
		w.must(err)
	})
	t.Run("used, it sets the password, ends the logins, and works no more", func(t *testing.T) {
		now := w.tick()
		login := server.Session{ID: "login", User: eve.ID, Hash: sha256.Sum256([]byte("login")), Created: now, Seen: now, Expires: now.Add(time.Hour)}
		w.must(w.s.AddSession(w.ctx, login))
		u, err := w.s.UseRecovery(w.ctx, second, "eve", "fresh", w.now)
		w.must(err)
		if u.Handle != "eve" || u.Role != shared.RoleMember {
			t.Errorf("got %+v", u)
		}
		if a, err := w.s.Account(w.ctx, "eve"); err != nil || a.Hash != "fresh" {
			t.Errorf("the account is %+v, %v", a, err)
		}
		_, _, err = w.s.Session(w.ctx, login.Hash, w.now)
		w.wants(err, server.ErrNotFound)
		_, err = w.s.UseRecovery(w.ctx, second, "eve", "again", w.now)
		w.wants(err, server.ErrSpent)
	})
	t.Run("who is excluded has none", func(*testing.T) {
		third := add("third")
		_, _, err := w.s.Exclude(w.ctx, w.owner.Author(), eve.ID, shared.StandingRemoved, w.tick())
		w.must(err)
		_, err = w.s.Recovery(w.ctx, third, w.now)
		w.wants(err, server.ErrSpent)
	})
}
